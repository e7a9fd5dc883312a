// SPDX-License-Identifier: Apache-2.0
#include "blocks/transfer_stage.hpp"

namespace leadlag {

Datasheet TransferStage::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  return {.block = stem,
          .arcs = {{"drive_i", "rate_o", settle_time(parasitic_pole(t, p.curve_bias), at.settle_bits),
                    "output curve, tau_p(curve_bias) ln 2^(settle_bits+1)"}},
          .static_current = 2.0 * p.curve_bias,
          .static_derivation = "2 curve_bias (phi and phi')",
          .energies = {},
          .area = transistor_area(t, stem),
          .area_derivation = "transistors"};
}

}  // namespace leadlag
