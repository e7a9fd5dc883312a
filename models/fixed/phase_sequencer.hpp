// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace leadlag::fixed {

/// Plays phases in turn; twin of rtl_ref/phase_sequencer.sv. The first `inference` phases are those of a
/// sample that is not learnt; learn counts in the first cycle of a sample.
struct PhaseSequencer {
  struct State {
    std::size_t phase = 0;
    std::uint64_t cycle = 0;
    bool fresh = true, training = false;
  };
  static constexpr bool training(const State& s, bool learn) noexcept { return s.fresh ? learn : s.training; }
  /// Whether this cycle is the last of a phase, of a sample.
  static constexpr bool ends(const State& s, std::span<const std::uint64_t> lengths) noexcept {
    return s.cycle + 1 >= lengths[s.phase];
  }
  static constexpr bool last(const State& s, std::span<const std::uint64_t> lengths, std::size_t inference,
                             bool learn) noexcept {
    const std::size_t played = training(s, learn) ? lengths.size() : inference;
    return ends(s, lengths) && s.phase + 1 == played;
  }
  static constexpr void advance(State& s, std::span<const std::uint64_t> lengths, std::size_t inference,
                                bool learn) noexcept {
    const bool done = last(s, lengths, inference, learn), next = ends(s, lengths);
    s.training = training(s, learn);
    s.cycle = next ? 0 : s.cycle + 1;
    s.phase = done ? 0 : s.phase + (next ? 1U : 0U);
    s.fresh = done;
  }
};

}  // namespace leadlag::fixed
