// SPDX-License-Identifier: Apache-2.0
#include "blocks/value_node.hpp"

namespace leadlag {

Datasheet ValueNode::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const Current node = bias_for(t, p.capacitance, p.tau);
  return {.block = stem,
          .arcs = {{"back_i", "value_o", settle_time(parasitic_pole(t, node), at.settle_bits),
                    "output buffer, tau_p(I_b) ln 2^(settle_bits+1)"}},
          .static_current = 3.0 * node,
          .static_derivation = "3 I_b (tail, its mirror, output buffer), I_b = 2 U_T C / (kappa tau)",
          .energies = {{Event::hold_sample, p.hold_capacitance * t.v_dd * at.full_scale.voltage,
                        "value sampled, C_hold V_dd V_fs (an upper bound)"}},
          .area = transistor_area(t, stem) + (p.capacitance + p.hold_capacitance) / t.capacitor_density,
          .area_derivation = "transistors + (C + C_hold) / density"};
}

}  // namespace leadlag
