// SPDX-License-Identifier: Apache-2.0
#include "blocks/noise_source.hpp"

namespace leadlag {

Datasheet NoiseSource::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  return {.block = stem,
          .arcs = {{"on_i", "noise_o", settle_time(parasitic_pole(t, p.bias), at.settle_bits),
                    "amplifier, tau_p(bias) ln 2^(settle_bits+1)"}},
          .static_current = 4.0 * p.bias,
          .static_derivation = "two stages of the amplifier, tail and mirror each, 4 bias",
          .energies = {{Event::hold_sample, p.capacitance * t.v_dd * at.full_scale.voltage,
                        "noise sampled, C V_dd V_fs (an upper bound)"}},
          .area = transistor_area(t, stem) + p.capacitance / t.capacitor_density,
          .area_derivation = "transistors + C / density"};
}

}  // namespace leadlag
