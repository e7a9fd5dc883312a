// SPDX-License-Identifier: Apache-2.0
#include "blocks/target_unit.hpp"

namespace leadlag {

Datasheet TargetUnit::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  return {.block = stem,
          .arcs = {{"rates_i", "epsilons_o", settle_time(parasitic_pole(t, p.bias), at.settle_bits),
                    "tau_p(bias) ln 2^(settle_bits+1)"}},
          .static_current = (p.loss == Loss::cross_entropy ? 4.0 : 2.0) * p.bias,
          .static_derivation = "comparator 2 bias, and 2 bias for the normaliser's share with cross_entropy",
          .energies = {},
          .area = transistor_area(t, stem),
          .area_derivation = "transistors"};
}

TargetUnitModule::TargetUnitModule(const sc_core::sc_module_name& name, const TargetUnit::Params& params,
                                   std::size_t outputs, FullScale full_scale)
    : sc_module(name),
      rates_i("rates_i", outputs),
      targets_i("targets_i", outputs),
      epsilons_o("epsilons_o", outputs),
      params_(params),
      full_scale_(full_scale) {
  SC_METHOD(compare);
  sensitive << target_on_i;
  for (auto& port : rates_i) sensitive << port;
  for (auto& port : targets_i) sensitive << port;
}

void TargetUnitModule::compare() {
  const bool on = target_on_i.read();
  TargetUnit::compare<double>(
      params_, rates_i.size(), [this](std::size_t i) { return rates_i[i]->read() / full_scale_.voltage; },
      [this](std::size_t i) { return targets_i[i]->read(); },
      [this, on](std::size_t i, double epsilon) {
        epsilons_o[i]->write((on ? epsilon : 0.0) * full_scale_.voltage);
      });
}

}  // namespace leadlag
