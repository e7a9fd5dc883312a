// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "units/random.hpp"

namespace leadlag::cosim {

/// Constrained-random and directed words. A run is cut into segments of 16 to 1023 cycles; in each, a
/// segment's manner decides what kind of words come: anything, corners (ends, zero, one, minus one), small
/// ones, powers of two and their neighbours, or a corner that stands still (sums run into their ends).
class Stimuli {
 public:
  Stimuli(std::uint64_t seed, std::string_view name);

  /// Once per cycle; true when a new segment begins, at which coefficients may change.
  bool next_cycle();
  bool reset() const { return reset_left_ > 0; }
  bool stands_still() const { return manner_ == Manner::corner_held; }

  /// A word of `bits` bits in the segment's manner. With a sign if `is_signed`.
  std::int64_t word(int bits, bool is_signed);
  /// A line that is high with the segment's density: 1/16, 1/2, 15/16 or always.
  bool line();
  /// A line that is rare: one cycle in `period` on average.
  bool rare(std::uint64_t period);
  std::uint64_t below(std::uint64_t n);

 private:
  enum class Manner { uniform, corners, small, powers, mixed, corner_held };
  std::int64_t corner(int bits, bool is_signed);
  std::uint64_t bits() { return draws_.word(index_++); }

  Draws draws_;
  std::uint64_t index_ = 0;
  std::uint64_t left_ = 0, reset_left_ = 2;
  std::uint64_t density_ = 16;
  Manner manner_ = Manner::uniform;
};

}  // namespace leadlag::cosim
