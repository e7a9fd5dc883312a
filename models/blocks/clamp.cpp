// SPDX-License-Identifier: Apache-2.0
#include "blocks/clamp.hpp"

namespace leadlag {

Datasheet Clamp::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const Time settle = settle_time(parasitic_pole(t, p.bias), at.settle_bits);
  return {.block = stem,
          .arcs = {{"rate_i", "out_o", 2.0 * settle, "mixer and buffer, 2 tau_p(bias) ln 2^(settle_bits+1)"}},
          .static_current = 4.0 * p.bias,
          .static_derivation = "2 bias (mixer) + 2 bias (buffer), tail and mirror each",
          .energies = {},
          .area = transistor_area(t, stem),
          .area_derivation = "transistors"};
}

}  // namespace leadlag
