// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include "blocks/operating_point.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"

namespace leadlag {

/// Counts clock cycles through a table of phases and drives a control line per column of the table: settle,
/// nudge, restore, write, ... One table serves any learning system. It looks at learn_i when a sample begins
/// and plays all rows, or only those of inference. Lines with other values than 0 and 1 (a nudging strength)
/// are the code of a shared DAC. A coin, tossed for each sample by a shift register, may turn lines round.
/// Not modelled: skew between lines.
struct PhaseSequencer {
  struct Params {
    Capacitance line_capacitance = 1_pF;

    static constexpr auto fields() {
      return std::tuple{Field{"line_capacitance", &Params::line_capacitance, domain::positive,
                              "wire and gates of one control line across the die"}};
    }
  };
  static constexpr const char* stem = "phase_sequencer";

  struct Row {
    std::int64_t cycles = 1;
    bool inference = false;
    std::vector<double> lines;
  };
  struct State {
    std::size_t row = 0;
    std::int64_t cycle = 0;  ///< within the row
    bool fresh = true;       ///< a sample begins
    bool training = false;
    std::uint64_t sample = 0;  ///< how many samples have ended
  };

  /// Start of a cycle: the row that drives the lines in it.
  static const Row& begin(const std::vector<Row>& table, State& s, bool learn) {
    if (s.fresh) s.training = learn, s.row = 0, s.cycle = 0, s.fresh = false;
    while (!s.training && !table[s.row].inference) ++s.row;
    return table[s.row];
  }
  /// The clock edge at the end of the cycle.
  static void advance(const std::vector<Row>& table, State& s) {
    if (++s.cycle < table[s.row].cycles) return;
    s.cycle = 0;
    do {
      ++s.row;
    } while (s.row < table.size() && !s.training && !table[s.row].inference);
    s.fresh = s.row == table.size();
    s.sample += s.fresh ? 1U : 0U;
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&, std::size_t rows,
                             std::size_t lines);
};

}  // namespace leadlag
