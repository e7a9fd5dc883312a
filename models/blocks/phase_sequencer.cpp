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

PhaseSequencerModule::PhaseSequencerModule(const sc_core::sc_module_name& name,
                                           std::vector<PhaseSequencer::Row> table,
                                           std::vector<std::size_t> coin_lines, std::uint64_t seed,
                                           Activity& activity)
    : sc_module(name),
      lines_o("lines_o", table.front().lines.size()),
      table_(std::move(table)),
      coin_lines_(std::move(coin_lines)),
      coin_(PhaseSequencer::coin(seed)),
      counted_(table_.front().lines.size()),
      activity_(activity) {
  SC_METHOD(show);
  sensitive << learn_i << state_changed_;
  SC_METHOD(on_edge);
  sensitive << clk_i.pos() << rst_ni.neg();
  dont_initialize();
}

void PhaseSequencerModule::show() {
  PhaseSequencer::State now = state_;
  std::vector<double> lines;
  PhaseSequencer::drive(PhaseSequencer::begin(table_, now, learn_i.read()), now, coin_lines_, coin_, lines);
  for (std::size_t k = 0; k < lines.size(); ++k) lines_o[k].write(lines[k]);
}

void PhaseSequencerModule::on_edge() {
  state_changed_.notify(sc_core::SC_ZERO_TIME);
  if (!rst_ni.read()) {
    state_ = {};
    return;
  }
  std::vector<double> lines;
  PhaseSequencer::drive(PhaseSequencer::begin(table_, state_, learn_i.read()), state_, coin_lines_, coin_,
                        lines);
  for (std::size_t k = 0; k < lines.size(); ++k) {
    activity_[Event::code_change] += lines[k] != counted_[k] ? 1U : 0U;
  }
  counted_ = lines;
  PhaseSequencer::advance(table_, state_);
}

}  // namespace leadlag
