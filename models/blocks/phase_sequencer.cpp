// SPDX-License-Identifier: Apache-2.0
#include "blocks/phase_sequencer.hpp"

namespace leadlag {

Datasheet PhaseSequencer::datasheet(const Params& p, const Technology& t, const OperatingPoint&,
                                    std::size_t rows, std::size_t lines) {
  constexpr double bits_per_row = 16.0;  // length of the phase
  const double bits = static_cast<double>(rows) * (bits_per_row + static_cast<double>(lines));
  return {.block = stem,
          .arcs = {},
          .static_current = {},
          .static_derivation = "none: digital",
          .energies = {{Event::code_change, p.line_capacitance * t.v_dd * t.v_dd,
                        "one line of the table moves, C_line V_dd^2 (an upper bound)"}},
          .area = transistor_area(t, stem) + bits * t.sram_bit_area,
          .area_derivation = "transistors + table of rows x (16 + lines) bits in SRAM"};
}

}  // namespace leadlag
