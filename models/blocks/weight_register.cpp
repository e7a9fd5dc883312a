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
                                           WeightRange range, UpdateBy update, Hop hop, Activity& activity,
                                           CellPlace place)
    : sc_module(name),
      range_(range),
      place_(place),
      learns_(update == UpdateBy::die),
      weight_(made(weight)),
      activity_(activity) {
  SC_METHOD(show);
  sensitive << changed_;
  if ((update == UpdateBy::die || place.cells != nullptr) && hop != Hop::continuous) {
    SC_METHOD(on_edge);
    sensitive << clk_i.pos();
    dont_initialize();
  }
}

double WeightRegisterModule::made(double weight) {
  if (place_.cells == nullptr) return range_.keep(weight);
  const std::uint64_t load = 2 * loads_++ + 1;
  const auto cell = static_cast<std::uint32_t>(place_.index);
  return place_.cells->device.written(weight, write_key(place_.cells->run_key, load), cell,
                                      place_.cells->write_normal(load, place_.index));
}

double WeightRegisterModule::weight() const {
  return place_.cells == nullptr ? weight_ : place_.cells->device.aged(weight_, aged_, age_);
}

void WeightRegisterModule::load(double weight) {
  weight_ = made(weight);
  age_ = aged_ = 0;
  changed_.notify(sc_core::SC_ZERO_TIME);
}

void WeightRegisterModule::on_edge() {
  age();
  if (learns_ && learn_i.read()) learn(eta_i.read(), product_i.read());
}

void WeightRegisterModule::age() {
  if (place_.cells == nullptr || !place_.cells->device.ages()) return;
  ++age_;
  if (!place_.cells->device.due(aged_, age_)) return;
  weight_ = weight(), aged_ = age_;
  changed_.notify(sc_core::SC_ZERO_TIME);
}

void WeightRegisterModule::learn(double eta, double product) {
  if (place_.cells == nullptr) {
    weight_ = range_.keep(WeightRegister::update(weight_, eta, product));
  } else {
    const WeightDevice& device = place_.cells->device;
    auto step = device.step<double>(write_key(place_.cells->run_key, 2 * updates_++), device.update_step);
    step.eta = eta;
    weight_ = weight(), age_ = aged_ = 0;
    weight_ = step.with_rounding([&]<bool rounds, bool dithered>() {
      return step.next<rounds, dithered>(weight_, product, 1.0, 0.0,
                                         static_cast<std::uint32_t>(place_.index));
    });
  }
  changed_.notify(sc_core::SC_ZERO_TIME);
  if (product != 0.0) ++activity_[Event::weight_update];
}

}  // namespace leadlag
