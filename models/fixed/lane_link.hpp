// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

namespace leadlag::fixed {

/// Register slice of a lane: a queue of two; twin of rtl_ref/lane_link.sv.
template <class Word>
struct LaneLink {
  std::array<Word, 2> words{};
  std::size_t held = 0;

  bool ready() const { return held < 2; }
  bool valid() const { return held > 0; }
  const Word& front() const { return words[0]; }

  /// The edge: `taken` if the far side was ready, `offered` and `word` from the near side.
  void advance(bool taken, bool offered, const Word& word) {
    const bool accepts = offered && ready();
    if (taken && held > 0) {
      if (held == 2) words[0] = words[1];  // else the old word stands, as in the register
      --held;
    }
    if (accepts) words[held++] = word;
  }
};

}  // namespace leadlag::fixed
