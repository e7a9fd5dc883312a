// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace leadlag::fixed {

/// A two's complement word: `bits` in all, `frac` of them below the binary point. One LSB is 2^-frac.
///
/// Words are kept as std::int64_t. Legal are 4 to 24 bits for signals and weights, so that no sum or product
/// of the cores leaves 63 bits.
struct FixedFormat {
  int bits = 16, frac = 11;

  constexpr std::int64_t max() const { return (std::int64_t{1} << (bits - 1)) - 1; }
  constexpr std::int64_t min() const { return -(std::int64_t{1} << (bits - 1)); }
  constexpr std::int64_t one() const { return std::int64_t{1} << frac; }
  constexpr double lsb() const { return 1.0 / static_cast<double>(one()); }
  constexpr bool operator==(const FixedFormat&) const = default;
};

/// What all arrays of a chip share; docs/rtl/README.md derives the defaults.
struct WordLengths {
  FixedFormat signal{16, 11};  ///< rates, drives, errors: -16 to 16
  FixedFormat weight{16, 13};  ///< -4 to 4
  int guard = 8;               ///< bits that a state keeps below a signal's LSB
  int decay_bits = 16;         ///< unsigned fraction: 1 - exp(-tick/tau)
  FixedFormat gain{16, 12};    ///< unsigned: 0 to 16. Lead over lag, gains of controllers
  int slope_bits = 16;         ///< unsigned, one bit before the point: phi' from 0 to 1. At most 16

  constexpr std::int64_t slope_one() const { return std::int64_t{1} << (slope_bits - 1); }
};

/// Nearest word of `bits` bits: what does not fit goes to the end of the range.
constexpr std::int64_t saturate(std::int64_t v, int bits) noexcept {
  const std::int64_t top = (std::int64_t{1} << (bits - 1)) - 1;
  return std::clamp(v, -top - 1, top);
}

/// v / 2^shift to the nearest integer, a half goes up: the only rounding besides the stochastic one.
constexpr std::int64_t round_shift(std::int64_t v, int shift) noexcept {
  if (shift <= 0) return v * (std::int64_t{1} << -shift);
  return (v + (std::int64_t{1} << (shift - 1))) >> shift;
}

/// rtl_ref/leadlag_round_sat.sv.
constexpr std::int64_t round_saturate(std::int64_t v, int shift, int bits) noexcept {
  return saturate(round_shift(v, shift), bits);
}

/// Nearest word to a number, a half goes up.
inline std::int64_t quantise(double x, FixedFormat f) noexcept {
  const double scaled = std::floor(std::ldexp(x, f.frac) + 0.5);
  return static_cast<std::int64_t>(
      std::clamp(scaled, static_cast<double>(f.min()), static_cast<double>(f.max())));
}
/// The same for a word without a sign, 0 to 2^bits - 1.
inline std::int64_t quantise_unsigned(double x, FixedFormat f) noexcept {
  const double scaled = std::floor(std::ldexp(x, f.frac) + 0.5);
  return static_cast<std::int64_t>(std::clamp(scaled, 0.0, std::ldexp(1.0, f.bits) - 1.0));
}
inline double value(std::int64_t word, int frac) noexcept {
  return std::ldexp(static_cast<double>(word), -frac);
}

/// Bits that n sums of equal size need more than one of them: ceil(log2 n).
constexpr int growth_bits(std::uint64_t n) noexcept {
  return n <= 1 ? 0 : static_cast<int>(std::bit_width(n - 1));
}

}  // namespace leadlag::fixed
