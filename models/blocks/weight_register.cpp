// SPDX-License-Identifier: Apache-2.0
#include "blocks/weight_register.hpp"

namespace leadlag {

Datasheet WeightRegister::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const double bits = p.bits;
  const Energy wires = bits * t.wire_energy * p.host_distance;
  const bool sram = p.storage == Storage::sram;
  const Energy cell = sram ? bits * t.sram_write_energy : p.capacitance * t.v_dd * at.full_scale.voltage;
  const char* write = sram ? "bits E_write" : "C V_dd V_fs (an upper bound)";
  return {.block = stem,
          .arcs = {},
          .static_current = {},
          .static_derivation = "none",
          .energies = {{Event::weight_update, cell, write},
                       {Event::weight_read, bits * t.sram_read_energy + wires,
                        "bits (E_read + wire_energy host_distance)"},
                       {Event::weight_write, cell + wires,
                        std::string(write) + " + bits wire_energy host_distance"}},
          .area = transistor_area(t, stem) +
                  (sram ? bits * t.sram_bit_area : p.capacitance / t.capacitor_density),
          .area_derivation = sram ? "transistors + bits x bit area" : "transistors + C / density"};
}

WeightRegisterModule::WeightRegisterModule(const sc_core::sc_module_name& name, double weight,
                                           WeightRange range, UpdateBy update, Hop hop, Activity& activity)
    : sc_module(name), range_(range), weight_(range.keep(weight)), activity_(activity) {
  SC_METHOD(show);
  sensitive << changed_;
  if (update == UpdateBy::die && hop != Hop::continuous) {
    SC_METHOD(on_edge);
    sensitive << clk_i.pos();
    dont_initialize();
  }
}

void WeightRegisterModule::load(double weight) {
  weight_ = range_.keep(weight);
  changed_.notify(sc_core::SC_ZERO_TIME);
}

void WeightRegisterModule::on_edge() {
  if (learn_i.read()) learn(eta_i.read(), product_i.read());
}

void WeightRegisterModule::learn(double eta, double product) {
  weight_ = range_.keep(WeightRegister::update(weight_, eta, product));
  changed_.notify(sc_core::SC_ZERO_TIME);
  if (product != 0.0) ++activity_[Event::weight_update];
}

}  // namespace leadlag
