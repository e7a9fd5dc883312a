// SPDX-License-Identifier: Apache-2.0
#include "blocks/pi_controller.hpp"

namespace leadlag {

Datasheet PiController::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const Current integrator = bias_for(t, p.capacitance, p.tau_u);
  return {.block = stem,
          .arcs = {{"output_i", "control_o", 2.0 * settle_time(parasitic_pole(t, p.bias), at.settle_bits),
                    "subtractor and adder, 2 tau_p(bias) ln 2^(settle_bits+1)"}},
          .static_current = 2.0 * integrator + 4.0 * p.bias,
          .static_derivation =
              "2 I_b (OTA of the integrator) + 4 bias (subtractor, adder), I_b = 2 U_T C / (kappa tau_u)",
          .energies = {{Event::hold_sample, p.hold_capacitance * t.v_dd * at.full_scale.voltage,
                        "error sampled, C_hold V_dd V_fs (an upper bound)"}},
          .area = transistor_area(t, stem) + (p.capacitance + p.hold_capacitance) / t.capacitor_density,
          .area_derivation = "transistors + (C + C_hold) / density"};
}

}  // namespace leadlag
