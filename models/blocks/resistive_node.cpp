// SPDX-License-Identifier: Apache-2.0
#include "blocks/resistive_node.hpp"

namespace leadlag {

Datasheet ResistiveNode::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  return {.block = stem,
          .arcs = {{"current_i", "voltage_o", settle_time(parasitic_pole(t, p.bias), at.settle_bits),
                    "buffer, tau_p(bias) ln 2^(settle_bits+1)"}},
          .static_current = 4.0 * p.bias,
          .static_derivation =
              "2 bias (buffer) + 2 bias (squarer), tail and mirror each; the network's own "
              "currents come from its inputs",
          .energies = {{Event::hold_sample, p.capacitance * t.v_dd * at.full_scale.voltage,
                        "node charged, C V_dd V_fs (an upper bound)"}},
          .area = transistor_area(t, stem) + p.capacitance / t.capacitor_density,
          .area_derivation = "transistors + C / density"};
}

}  // namespace leadlag
