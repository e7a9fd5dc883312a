// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace leadlag::fixed {

/// Galois shift register x^32 + x^22 + x^2 + x + 1 of period 2^32 - 1; twin of rtl_ref/leadlag_lfsr.sv. Each
/// bit is as often 1 as 0, but a word is mostly the last one shifted: draws of neighbours in time correlate.
struct Lfsr {
  static constexpr std::uint32_t taps = 0x80200003U;

  static constexpr std::uint32_t next(std::uint32_t state) noexcept {
    return (state >> 1) ^ ((state & 1U) != 0 ? taps : 0U);
  }
  /// A seed from 64 random bits: never 0, at which the register would stay.
  static constexpr std::uint32_t seed(std::uint64_t word) noexcept {
    const auto low = static_cast<std::uint32_t>(word ^ (word >> 32));
    return low != 0 ? low : 1U;
  }
};

}  // namespace leadlag::fixed
