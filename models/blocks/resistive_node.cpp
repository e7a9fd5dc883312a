// SPDX-License-Identifier: Apache-2.0
#include "blocks/resistive_node.hpp"

namespace leadlag {

Datasheet ResistiveNode::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const Capacitance node = p.tau * at.full_scale.current / at.full_scale.voltage;
  return {.block = stem,
          .arcs = {{"current_i", "voltage_o", settle_time(parasitic_pole(t, p.bias), at.settle_bits),
                    "buffer, tau_p(bias) ln 2^(settle_bits+1)"}},
          .static_current = 4.0 * p.bias,
          .static_derivation =
              "2 bias (buffer) + 2 bias (squarer), tail and mirror each; the network's own "
              "currents come from its inputs",
          .energies = {{Event::dissipation, at.full_scale.voltage * at.full_scale.current * at.clock,
                        "diodes for a clock cycle and C (change of V)^2 / 2 in switches, mean"}},
          .area = transistor_area(t, stem) + node / t.capacitor_density,
          .area_derivation = "transistors + C / density, C = tau I_fs / V_fs"};
}

}  // namespace leadlag
