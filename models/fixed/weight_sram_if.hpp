// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace leadlag::fixed {

/// Port of a weight memory where reads go first and a write waits for a cycle without one; twin of
/// rtl_ref/weight_sram_if.sv with the SRAM behind it. A read sees every write taken in an earlier cycle.
struct WeightSramIf {
  struct Write {
    std::size_t address = 0;
    std::uint64_t word = 0;
  };
  struct State {
    std::optional<Write> waiting;
    bool valid = false;
    std::uint64_t answer = 0;
  };
  static constexpr bool ready(const State& s) noexcept { return !s.waiting; }
  static constexpr void advance(State& s, std::span<std::uint64_t> memory, std::optional<std::size_t> read,
                                std::optional<Write> write) noexcept {
    const std::optional<Write> old = s.waiting;
    if (write && !old) s.waiting = write;
    s.valid = read.has_value();
    if (read) {
      s.answer = old && old->address == *read ? old->word : memory[*read];
    } else if (old) {
      memory[old->address] = old->word;
      s.waiting.reset();
    }
  }
};

}  // namespace leadlag::fixed
