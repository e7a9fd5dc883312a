// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Random123/philox.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace leadlag {

/// Counter-based draws: a number is a pure function of seed, who asks, what for and an index. No stream to
/// save, no order to keep, the same on every thread and rank. Philox 4x64-10 (Salmon et al., SC11).
class Draws {
 public:
  Draws(std::uint64_t seed, std::string_view who, std::string_view purpose)
      : key_{{seed, hash(who) * 31 + hash(purpose)}} {}

  /// Uniform on (0, 1), never 0 or 1.
  double uniform(std::uint64_t index) const { return to_unit(block(index)[0]); }
  /// Standard normal, one pair of uniforms per draw (Box and Muller).
  double normal(std::uint64_t index) const {
    const auto b = block(index);
    return std::sqrt(-2.0 * std::log(to_unit(b[0]))) * std::cos(2.0 * std::numbers::pi * to_unit(b[1]));
  }
  /// 64 random bits.
  std::uint64_t word(std::uint64_t index) const { return block(index)[0]; }
  /// Whole number in [0, n), bias below n / 2^53.
  std::uint64_t below(std::uint64_t index, std::uint64_t n) const {
    return static_cast<std::uint64_t>(uniform(index) * static_cast<double>(n));
  }

 private:
  using Philox = r123::Philox4x64;

  static constexpr std::uint64_t hash(std::string_view text) {  // FNV-1a
    std::uint64_t h = 14695981039346656037ULL;
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return h;
  }
  static double to_unit(std::uint64_t bits) { return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53; }
  std::array<std::uint64_t, 2> block(std::uint64_t index) const {
    const Philox::ctr_type r = Philox{}({{index, 0, 0, 0}}, key_);
    return {r[0], r[1]};
  }

  Philox::key_type key_;
};

}  // namespace leadlag
