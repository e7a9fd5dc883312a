// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixed/format.hpp"
#include "fixed/lfsr.hpp"

namespace leadlag::fixed {

/// Local learning on integers; twin of rtl_ref/plasticity_cell.sv (die) and product_store.sv (host).
///
///   die:   w' = sat(floor((e r + u) / 2^cut) + w)     learning rate 2^-rate_shift
///   host:  store' = sat(store + e r)                  exact while it does not saturate
///
/// cut = 2 signal.frac + rate_shift - weight.frac aligns the product with a weight; u is uniform on 0 to
/// 2^cut - 1, the lowest bits of a shift register, so that the mean of the rounded step is the step itself
/// (stochastic rounding: steps far below an LSB of the weight still learn). 1 <= cut <= 32.
struct Plasticity {
  static constexpr int cut(const WordLengths& w, int rate_shift) noexcept {
    return 2 * w.signal.frac + rate_shift - w.weight.frac;
  }
  /// The step of a weight for 32 random bits.
  static constexpr std::int64_t step(int cut, std::int64_t error, std::int64_t rate,
                                     std::uint32_t random) noexcept {
    const auto below = static_cast<std::int64_t>(random & ((std::uint64_t{1} << cut) - 1));
    return (error * rate + below) >> cut;
  }
  static constexpr std::int64_t updated(const WordLengths& w, int cut, std::int64_t weight,
                                        std::int64_t error, std::int64_t rate,
                                        std::uint32_t random) noexcept {
    return saturate(weight + step(cut, error, rate, random), w.weight.bits);
  }
  /// Width of a store that adds up `cycles` products without saturating.
  static constexpr int store_bits(const WordLengths& w, std::uint64_t cycles) noexcept {
    return 2 * w.signal.bits + growth_bits(cycles);
  }
  static constexpr std::int64_t stored(int store_bits, std::int64_t store, std::int64_t error,
                                       std::int64_t rate) noexcept {
    return saturate(store + error * rate, store_bits);
  }
};

}  // namespace leadlag::fixed
