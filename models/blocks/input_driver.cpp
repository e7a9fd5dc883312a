// SPDX-License-Identifier: Apache-2.0
#include "blocks/input_driver.hpp"

namespace leadlag {

Datasheet InputDriver::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const bool dac = p.reconstruction == Reconstruction::hold;
  const double levels = dac ? static_cast<double>(1 << p.bits) : 0.0;
  const Voltage v = at.full_scale.voltage;
  Datasheet d{.block = stem,
              .arcs = {},
              .static_current = 2.0 * p.bias,
              .static_derivation = "buffer tail and its mirror, 2 bias",
              .energies = {{Event::code_change, levels * t.dac_unit_capacitor * v * v / 3.0,
                            "switched-capacitor DAC, 2^bits C_u V_fs^2 / 3"}},
              .area = transistor_area(t, stem) + levels * t.dac_unit_capacitor / t.capacitor_density,
              .area_derivation = dac ? "transistors + 2^bits C_u / density" : "transistors"};
  if (!dac) d.energies.clear();
  d.arcs.push_back({"x_i", "rate_o", settle_time(parasitic_pole(t, p.bias), at.settle_bits),
                    "tau_p(bias) ln 2^(settle_bits+1)"});
  return d;
}

InputDriverModule::InputDriverModule(const sc_core::sc_module_name& name, const InputDriver::Params& params,
                                     FullScale full_scale, Activity& activity, const Converter* converter)
    : sc_module(name),
      dac_(params.reconstruction == Reconstruction::hold),
      full_scale_(full_scale),
      converter_(converter == nullptr || !dac_ ? std::nullopt : std::optional(*converter)),
      activity_(activity) {
  SC_METHOD(follow);
  sensitive << x_i;
}

void InputDriverModule::follow() {
  const double x = converter_ ? converter_->to_analog(x_i.read()) : x_i.read();
  const Voltage rate = InputDriver::output(x) * full_scale_.voltage;
  if (rate != rate_o.read() && dac_) ++activity_[Event::code_change];
  rate_o.write(rate);
}

}  // namespace leadlag
