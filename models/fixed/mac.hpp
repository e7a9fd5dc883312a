// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixed/format.hpp"

namespace leadlag::fixed {

/// Sum of a crossbar's column: bias + sum_k w_k x_k, exact, then rounded and saturated once to a signal. Twin
/// of rtl_ref/mac_column_serial.sv and mac_column_parallel.sv. The bias is a weight that sees 1.
struct Mac {
  /// Width of the exact sum of n products and a bias.
  static constexpr int sum_bits(const WordLengths& w, std::uint64_t n) noexcept {
    return w.signal.bits + w.weight.bits + growth_bits(n + 1);
  }
  /// The bias on the grid of the sum, whose LSB is 2^-(signal.frac + weight.frac).
  static constexpr std::int64_t begin(const WordLengths& w, std::int64_t bias) noexcept {
    return bias * w.signal.one();
  }
  static constexpr std::int64_t result(const WordLengths& w, std::int64_t sum) noexcept {
    return round_saturate(sum, w.weight.frac, w.signal.bits);
  }
};

}  // namespace leadlag::fixed
