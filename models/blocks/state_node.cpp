// SPDX-License-Identifier: Apache-2.0
#include "blocks/state_node.hpp"

namespace leadlag {

Datasheet StateNode::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const Current node = bias_for(t, p.capacitance, p.tau);
  return {.block = stem,
          .arcs = {{"drive_i", "rate_o", settle_time(parasitic_pole(t, p.curve_bias), at.settle_bits),
                    "curve and gate, tau_p(curve_bias) ln 2^(settle_bits+1)"}},
          .static_current = 2.0 * node + (p.pull == Pull::gated ? 4.0 : 2.0) * p.curve_bias,
          .static_derivation =
              "2 I_b (OTA of the node) + 2 curve_bias (phi, or the rails), and 2 curve_bias "
              "for the gate of a Hopfield energy, I_b = 2 U_T C / (kappa tau)",
          .energies = {{Event::hold_sample, p.hold_capacitance * t.v_dd * at.full_scale.voltage,
                        "rate sampled, C_hold V_dd V_fs (an upper bound)"}},
          .area = transistor_area(t, stem) + (p.capacitance + p.hold_capacitance) / t.capacitor_density,
          .area_derivation = "transistors + (C + C_hold) / density"};
}

}  // namespace leadlag
