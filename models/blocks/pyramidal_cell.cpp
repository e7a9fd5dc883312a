// SPDX-License-Identifier: Apache-2.0
#include "blocks/pyramidal_cell.hpp"

namespace leadlag {

Datasheet PyramidalCell::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const Current soma = bias_for(t, p.capacitance, p.tau);
  const Time settle = settle_time(parasitic_pole(t, p.curve_bias), at.settle_bits);
  return {
      .block = stem,
      .arcs = {{"basal_i", "delta_o", 3.0 * settle,
                "attenuator, output curve and comparator, 3 tau_p(curve_bias) ln 2^(settle_bits+1)"}},
      .static_current = 2.0 * soma + (p.prospective ? 10.0 : 8.0) * p.curve_bias,
      .static_derivation =
          "2 I_b (transconductors of the compartments, which share it in the ratio of the conductances) + 8 "
          "curve_bias (phi(u^), attenuator, phi(prediction), comparator) + 2 curve_bias (lookahead, if "
          "prospective), I_b = 2 U_T C / (kappa tau)",
      .energies = {{Event::hold_sample, 2.0 * p.hold_capacitance * t.v_dd * at.full_scale.voltage,
                    "rate and lookahead sampled, 2 C_hold V_dd V_fs (an upper bound)"}},
      .area = transistor_area(t, stem) + (p.capacitance + 2.0 * p.hold_capacitance) / t.capacitor_density,
      .area_derivation = "transistors + (C + 2 C_hold) / density"};
}

}  // namespace leadlag
