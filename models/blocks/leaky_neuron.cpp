// SPDX-License-Identifier: Apache-2.0
#include "blocks/leaky_neuron.hpp"

namespace leadlag {

Datasheet LeakyNeuron::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const Current membrane = bias_for(t, p.capacitance, p.tau);
  return {.block = stem,
          .arcs = {{"drive_i", "rate_o", settle_time(parasitic_pole(t, p.curve_bias), at.settle_bits),
                    "output curve, tau_p(curve_bias) ln 2^(settle_bits+1)"}},
          .static_current = 2.0 * membrane + 2.0 * p.curve_bias,
          .static_derivation =
              "2 I_b (OTA of the node) + 2 curve_bias (phi and phi'), I_b = 2 U_T C / (kappa tau)",
          .energies = {{Event::hold_sample, 2.0 * p.hold_capacitance * t.v_dd * at.full_scale.voltage,
                        "rate and slope sampled, 2 C_hold V_dd V_fs (an upper bound)"}},
          .area = transistor_area(t, stem) + (p.capacitance + 2.0 * p.hold_capacitance) / t.capacitor_density,
          .area_derivation = "transistors + (C + 2 C_hold) / density"};
}

}  // namespace leadlag
