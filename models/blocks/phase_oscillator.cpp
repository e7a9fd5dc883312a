// SPDX-License-Identifier: Apache-2.0
#include "blocks/phase_oscillator.hpp"

namespace leadlag {

Datasheet PhaseOscillator::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  return {.block = stem,
          .arcs = {{"in_phase_i", "cosine_o", settle_time(parasitic_pole(t, p.bias), at.settle_bits),
                    "output stage, tau_p(bias) ln 2^(settle_bits+1)"}},
          .static_current = 10.0 * p.bias,
          .static_derivation =
              "2 bias each: oscillator, phase detector, outputs cos, sin and cos of twice the "
              "phase (tail and mirror)",
          .energies = {{Event::hold_sample, 3.0 * p.hold_capacitance * t.v_dd * at.full_scale.voltage,
                        "three outputs sampled, 3 C_hold V_dd V_fs (an upper bound)"}},
          .area = transistor_area(t, stem) + 3.0 * p.hold_capacitance / t.capacitor_density,
          .area_derivation = "transistors + 3 C_hold / density"};
}

}  // namespace leadlag
