// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixed/mac.hpp"

namespace leadlag::fixed {

/// Column that adds one product a cycle; twin of rtl_ref/mac_column_serial.sv. A sum of n products is there
/// n + 1 cycles after its start.
struct MacColumn {
  struct State {
    std::int64_t sum = 0;
    std::size_t index = 0;
    bool busy = false, done = false;
  };
  /// The edge at the end of a cycle; weight and x are those of state.index.
  static constexpr void advance(const WordLengths& w, std::size_t n, State& s, bool start, std::int64_t bias,
                                std::int64_t weight, std::int64_t x) noexcept {
    if (start) {
      s = {.sum = Mac::begin(w, bias), .busy = true};
    } else if (s.busy) {
      s.sum += weight * x;
      s.done = s.index + 1 == n;
      s.busy = !s.done;
      if (s.busy) ++s.index;
    }
  }
};

}  // namespace leadlag::fixed
