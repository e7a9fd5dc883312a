// SPDX-License-Identifier: Apache-2.0
#include "blocks/sample_hold.hpp"

namespace leadlag {

Datasheet SampleHold::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  return {.block = stem,
          .arcs = {{"signal_i", "held_o", settle_time(parasitic_pole(t, p.buffer_bias), at.settle_bits),
                    "buffer, tau_p(buffer_bias) ln 2^(settle_bits+1)"}},
          .static_current = 2.0 * p.buffer_bias,
          .static_derivation = "buffer, tail and mirror, 2 buffer_bias",
          .energies = {{Event::hold_sample, p.capacitance * t.v_dd * at.full_scale.voltage,
                        "value sampled, C V_dd V_fs (an upper bound)"}},
          .area = transistor_area(t, stem) + p.capacitance / t.capacitor_density,
          .area_derivation = "transistors + C / density"};
}

}  // namespace leadlag
