// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace leadlag::fixed {

/// Logic of a successive-approximation converter; twin of rtl_ref/sar_controller.sv.
struct SarController {
  struct State {
    int left = 0;  // bits still to try
    std::uint64_t code = 0;
    bool valid = false;
  };
  /// What the DAC shows: the bits kept so far and the one that is tried.
  static constexpr std::uint64_t level(const State& s) noexcept {
    return s.left > 0 ? s.code + (std::uint64_t{1} << (s.left - 1)) : s.code;
  }
  static constexpr void advance(int bits, State& s, bool start, bool not_below) noexcept {
    if (s.left > 0) {
      if (not_below) s.code = level(s);
      s.valid = --s.left == 0;
    } else if (start) {
      s = {.left = bits};
    }
  }
};

}  // namespace leadlag::fixed
