// SPDX-License-Identifier: Apache-2.0
#include "blocks/compartment_neuron.hpp"

namespace leadlag {

Datasheet CompartmentNeuron::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const bool filters = p.tau_apical > Time{};
  const Current soma_ota = bias_for(t, p.capacitance, p.tau);
  const Current apical_ota = filters ? bias_for(t, p.capacitance, p.tau_apical) : Current{};
  const Time settle = settle_time(parasitic_pole(t, p.curve_bias), at.settle_bits);
  return {.block = stem,
          .arcs = {{"basal_i", "delta_o", 2.0 * settle,
                    "output curve and comparator, 2 tau_p(curve_bias) ln 2^(settle_bits+1)"}},
          .static_current = 2.0 * soma_ota + 2.0 * apical_ota + 6.0 * p.curve_bias,
          .static_derivation =
              "2 I_b (OTA of the soma) + 2 I_a (OTA of the apical node, if it has a time constant) + 6 "
              "curve_bias (phi(v), phi(v_ff), comparator), I = 2 U_T C / (kappa tau)",
          .energies = {{Event::hold_sample, 2.0 * p.hold_capacitance * t.v_dd * at.full_scale.voltage,
                        "rate and soma sampled, 2 C_hold V_dd V_fs (an upper bound)"}},
          .area = transistor_area(t, stem) +
                  ((filters ? 2.0 : 1.0) * p.capacitance + 2.0 * p.hold_capacitance) / t.capacitor_density,
          .area_derivation =
              "transistors + (C + 2 C_hold) / density, 2 C if the apical node has a time constant"};
}

}  // namespace leadlag
