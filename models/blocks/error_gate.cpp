// SPDX-License-Identifier: Apache-2.0
#include "blocks/error_gate.hpp"

namespace leadlag {

Datasheet ErrorGate::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  return {.block = stem,
          .arcs = {{"back_i", "gated_o", settle_time(parasitic_pole(t, p.bias), at.settle_bits),
                    "multiplier, tau_p(bias) ln 2^(settle_bits+1)"}},
          .static_current = 2.0 * p.bias,
          .static_derivation = "2 bias (multiplier), tail and mirror",
          .energies = {},
          .area = transistor_area(t, stem),
          .area_derivation = "transistors"};
}

}  // namespace leadlag
