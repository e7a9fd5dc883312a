// SPDX-License-Identifier: Apache-2.0
#include "blocks/label_driver.hpp"

namespace leadlag {

Datasheet LabelDriver::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  return {.block = stem,
          .arcs = {{"label_i", "level_o", settle_time(parasitic_pole(t, p.bias), at.settle_bits),
                    "level shifter, tau_p(bias) ln 2^(settle_bits+1)"}},
          .static_current = 2.0 * p.bias,
          .static_derivation = "level shifter, tail and mirror, 2 bias",
          .energies = {},
          .area = transistor_area(t, stem),
          .area_derivation = "transistors"};
}

}  // namespace leadlag
