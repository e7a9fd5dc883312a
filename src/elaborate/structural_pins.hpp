// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <systemc>
#include <vector>

#include "arrays/lane_bus.hpp"
#include "blocks/readout.hpp"
#include "blocks/target_unit.hpp"
#include "elaborate/structural_arrays.hpp"

namespace leadlag {

/// Fans the pin buses out into single wires and gathers the readout's: pads, no physics.
struct StructuralPins final : sc_core::sc_module {
  sc_core::sc_port<LaneIn<double>> SC_NAMED(x_i);
  sc_core::sc_port<LaneIn<double>> SC_NAMED(target_i);
  sc_core::sc_port<LaneOut<double>> SC_NAMED(value_o);
  sc_core::sc_port<LaneOut<double>> SC_NAMED(sum_o);
  Wires<double> x, target, value, sum;
  std::unique_ptr<TargetUnitModule> target_unit;
  std::vector<std::unique_ptr<ReadoutModule>> readouts;
  Activity readout_activity;

  SC_HAS_PROCESS(StructuralPins);
  StructuralPins(const sc_core::sc_module_name& module_name, std::size_t inputs, std::size_t outputs)
      : sc_module(module_name), x(inputs), target(outputs), value(outputs), sum(outputs) {
    SC_METHOD(fan_out_x);
    SC_METHOD(fan_out_target);
    SC_METHOD(gather);
    for (auto& wire : value) sensitive << wire;
    for (auto& wire : sum) sensitive << wire;
  }

 private:
  static void fan_out(LaneIn<double>& bus, Wires<double>& wires) {
    const auto lanes = bus.read();
    for (std::size_t i = 0; i < wires.size(); ++i) wires[i].write(lanes[i]);
  }
  void fan_out_x() {
    fan_out(*x_i[0], x);
    next_trigger(x_i->changed());
  }
  void fan_out_target() {
    fan_out(*target_i[0], target);
    next_trigger(target_i->changed());
  }
  void gather() {
    for (std::size_t i = 0; i < value.size(); ++i)
      value_o->next()[i] = value[i].read(), sum_o->next()[i] = sum[i].read();
    value_o->commit(), sum_o->commit();
  }
};

}  // namespace leadlag
