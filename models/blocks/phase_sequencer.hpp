// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <systemc>
#include <tuple>
#include <vector>

#include "blocks/operating_point.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"
#include "units/random.hpp"

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
  /// What the lines carry in a cycle: the row, with the sample's coin.
  static void drive(const Row& row, const State& s, const std::vector<std::size_t>& coin_lines,
                    const Draws& coin, std::vector<double>& lines) {
    lines = row.lines;
    if (coin_lines.empty() || coin.uniform(s.sample) >= 0.5) return;
    for (const std::size_t k : coin_lines) lines[k] = -lines[k];
  }
  static Draws coin(std::uint64_t seed) { return {seed, stem, "coin"}; }
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

/// Structural detail. Lines stand for the whole cycle; the table advances at the rising edge.
class PhaseSequencerModule final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(rst_ni);  // asynchronous, active low
  sc_core::sc_in<bool> SC_NAMED(learn_i);
  sc_core::sc_vector<sc_core::sc_out<double>> lines_o;

  SC_HAS_PROCESS(PhaseSequencerModule);
  /// coin_lines: those that a coin may turn round, tossed with `seed`.
  PhaseSequencerModule(const sc_core::sc_module_name& name, std::vector<PhaseSequencer::Row> table,
                       std::vector<std::size_t> coin_lines, std::uint64_t seed, Activity& activity);

 private:
  void show();
  void on_edge();

  std::vector<PhaseSequencer::Row> table_;
  std::vector<std::size_t> coin_lines_;
  Draws coin_;
  PhaseSequencer::State state_;
  std::vector<double> counted_;
  sc_core::sc_event state_changed_;
  Activity& activity_;
};

}  // namespace leadlag
