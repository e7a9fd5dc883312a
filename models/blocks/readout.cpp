// SPDX-License-Identifier: Apache-2.0
#include "blocks/readout.hpp"

namespace leadlag {

Datasheet Readout::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const double steps = static_cast<double>(1 << p.bits);
  return {.block = stem,
          // A SAR converter of b bits needs b + 1 of its own cycles; it is sized to fit them in one clock.
          .arcs = {{"rate_i", "sum_o", 0.5 * at.clock, "b + 1 SAR cycles in half a clock, by design"}},
          .static_current = {},
          .static_derivation = "none: the converter draws only when it converts",
          .energies = {{Event::conversion, steps * t.adc_energy_per_step, "SAR, FoM_W 2^bits"}},
          .area = transistor_area(t, stem) + steps * t.dac_unit_capacitor / t.capacitor_density,
          .area_derivation = "transistors + 2^bits C_u / density"};
}

ReadoutModule::ReadoutModule(const sc_core::sc_module_name& name, Hop hop, FullScale full_scale,
                             Activity& activity, const Converter* converter)
    : sc_module(name),
      full_scale_(full_scale),
      converter_(converter == nullptr ? std::nullopt : std::optional(*converter)),
      activity_(activity) {
  if (hop == Hop::continuous) return;
  SC_METHOD(on_edge);
  sensitive << clk_i.pos();
  dont_initialize();
}

void ReadoutModule::sample(double rate) {
  if (converter_) rate = converter_->to_digital(rate);
  const bool window = window_i.read();
  Readout::advance(state_, window, rate);
  value_o.write(rate);
  if (!window) return;
  sum_o.write(state_.sum);
  ++activity_[Event::conversion];
}

}  // namespace leadlag
