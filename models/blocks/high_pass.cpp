// SPDX-License-Identifier: Apache-2.0
#include "blocks/high_pass.hpp"

namespace leadlag {

Datasheet HighPass::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const Current filter = bias_for(t, p.capacitance, p.tau);
  return {.block = stem,
          .arcs = {{"signal_i", "high_o", settle_time(parasitic_pole(t, p.bias), at.settle_bits),
                    "subtractor, tau_p(bias) ln 2^(settle_bits+1)"}},
          .static_current = 2.0 * filter + 2.0 * p.bias,
          .static_derivation = "2 I_b (OTA of the filter) + 2 bias (subtractor), I_b = 2 U_T C / (kappa tau)",
          .energies = {{Event::hold_sample, p.capacitance * t.v_dd * at.full_scale.voltage,
                        "signal sampled, C V_dd V_fs (an upper bound)"}},
          .area = transistor_area(t, stem) + p.capacitance / t.capacitor_density,
          .area_derivation = "transistors + C / density"};
}

}  // namespace leadlag
