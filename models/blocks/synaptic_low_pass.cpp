// SPDX-License-Identifier: Apache-2.0
#include "blocks/synaptic_low_pass.hpp"

namespace leadlag {

Datasheet SynapticLowPass::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const Current bias = bias_for(t, p.capacitance, p.tau_s);
  return {.block = stem,
          .arcs = {{"rate_i", "rate_o", settle_time(parasitic_pole(t, bias), at.settle_bits),
                    "output buffer, tau_p(I_b) ln 2^(settle_bits+1)"}},
          .static_current = 3.0 * bias,
          .static_derivation = "3 I_b (tail, its mirror, output buffer), I_b = 2 U_T C / (kappa tau_s)",
          .energies = {{Event::hold_sample, p.capacitance * 0.05 * t.v_dd * at.full_scale.voltage,
                        "hold capacitor of C/20 charged by V_fs from V_dd (an upper bound)"}},
          .area = transistor_area(t, stem) + 1.05 * p.capacitance / t.capacitor_density,
          .area_derivation = "transistors + 1.05 C / density"};
}

SynapticLowPassModule::SynapticLowPassModule(const sc_core::sc_module_name& name,
                                             const LeadLag::Coefficients<double>& coefficients, Hop hop,
                                             FullScale full_scale, Activity& activity)
    : sc_module(name),
      coefficients_(coefficients),
      analog_(coefficients, std::nullopt),
      full_scale_(full_scale),
      activity_(activity) {
  if (hop == Hop::continuous) return;
  SC_METHOD(on_edge);
  sensitive << clk_i.pos() << rst_ni.neg();
  dont_initialize();
}

void SynapticLowPassModule::on_edge() {
  if (!rst_ni.read()) {
    state_ = {};
    rate_o.write({});
    return;
  }
  const double rate = rate_i.read() / full_scale_.voltage;
  rate_o.write(SynapticLowPass::advance(coefficients_, state_, rate) * full_scale_.voltage);
  ++activity_[Event::hold_sample];
}

}  // namespace leadlag
