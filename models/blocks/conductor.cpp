// SPDX-License-Identifier: Apache-2.0
#include "blocks/conductor.hpp"

namespace leadlag {

Datasheet Conductor::datasheet(const Params&, const Technology& t, const OperatingPoint& at) {
  return {.block = stem,
          .arcs = {},
          .static_current = {},
          .static_derivation = "none",
          .energies = {{Event::dissipation, at.full_scale.voltage * at.full_scale.current * at.clock,
                        "g (V_row - V_column)^2 for a clock cycle, mean"}},
          .area = transistor_area(t, stem),
          .area_derivation = "transistors"};
}

}  // namespace leadlag
