// SPDX-License-Identifier: Apache-2.0
#include "blocks/error_node.hpp"

namespace leadlag {

Datasheet ErrorNode::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const Time settle = settle_time(parasitic_pole(t, p.bias), at.settle_bits);
  return {.block = stem,
          .arcs = {{"value_i", "error_o", settle, "subtractor, tau_p(bias) ln 2^(settle_bits+1)"},
                   {"value_i", "gated_o", 2.0 * settle,
                    "subtractor and multiplier, 2 tau_p(bias) ln 2^(settle_bits+1)"}},
          .static_current = 4.0 * p.bias,
          .static_derivation = "2 bias (subtractor) + 2 bias (multiplier), tail and mirror each",
          .energies = {},
          .area = transistor_area(t, stem),
          .area_derivation = "transistors"};
}

}  // namespace leadlag
