// SPDX-License-Identifier: Apache-2.0
#include "blocks/synapse.hpp"

#include <string>

#include "technology/relations.hpp"

namespace leadlag {

Datasheet Synapse::datasheet(const Params& p, const Technology& t, const OperatingPoint& at, Run wire) {
  if (p.conducts()) {
    const auto arc = [&](const char* from, const char* to, std::size_t cells) -> Arc {
      const double n = static_cast<double>(cells);
      const Time elmore =
          0.5 * (t.wire_resistance * t.cell_pitch) * (t.wire_capacitance * t.cell_pitch) * (n * n);
      return {from, to, settle_time(elmore, at.settle_bits),
              "0.5 R C n^2 ln 2^(settle_bits+1), n = " + std::to_string(cells) + " cells of the driven wire"};
    };
    return {.block = stem,
            .arcs = {arc("rate_i", "current_o", wire.rows), arc("error_i", "back_o", wire.columns)},
            .static_current = {},
            .static_derivation = "none",
            .energies = {{Event::dissipation,
                          p.conductance * at.full_scale.voltage * at.full_scale.voltage * at.clock,
                          "g V^2 for a clock cycle, cells and wires, both reads, mean"}},
            .area = {},
            .area_derivation = "none: conductances between the wires"};
  }
  const Time settle = settle_time(multiplier_pole(t, p.bias), at.settle_bits);
  return {.block = stem,
          .arcs = {{"rate_i", "current_o", settle, "multiplier's pole tau(bias) ln 2^(settle_bits+1)"},
                   {"error_i", "back_o", settle, "multiplier's pole tau(bias) ln 2^(settle_bits+1)"}},
          .static_current = 2.0 * t.supply_multiplier * p.bias,
          .static_derivation = "two transconductors, tail and mirror each, 2 supply_multiplier bias",
          .energies = {},
          .area = transistor_area(t, stem),
          .area_derivation = "transistors"};
}

double Synapse::offset(const Params& p, const Technology& t, FullScale full_scale) {
  const Voltage linear = 2.0 * t.thermal_voltage() / t.kappa;
  return p.conducts() ? 0.0
                      : t.plasticity_offset * (linear / p.weight_voltage) * (linear / full_scale.voltage);
}

SynapseModule::SynapseModule(const sc_core::sc_module_name& name, FullScale full_scale)
    : sc_module(name), full_scale_(full_scale) {
  SC_METHOD(read_forward);
  sensitive << weight_i << rate_i;
  SC_METHOD(read_transposed);
  sensitive << weight_i << error_i;
}

void SynapseModule::read_forward() {
  current_o.write(Synapse::output(weight_i.read(), rate_i.read() / full_scale_.voltage) *
                  full_scale_.current);
}
void SynapseModule::read_transposed() {
  back_o.write(Synapse::output(weight_i.read(), error_i.read() / full_scale_.voltage) * full_scale_.current);
}

}  // namespace leadlag
