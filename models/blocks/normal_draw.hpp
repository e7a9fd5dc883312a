// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "blocks/die_math.hpp"

/// Standard normal numbers for noise: a pure function of key, cycle and index, so they need no stream, depend
/// on no thread and repeat with every run. The same bits in scalar code and in loops turned into vectors of
/// any width (see die_math.hpp). About ten times as fast as Draws::normal, which has 53 bits and serves what
/// is drawn once.
///
/// Philox 4x32-10 (Salmon et al., SC11) makes four words of 32 bits, Box and Muller's transform makes four
/// normals of them, in single precision. |x| <= 6.66.
namespace leadlag::noise {

/// Numbers come in groups of 64: 16 counters, of which word w gives numbers 16 w .. 16 w + 15.
inline constexpr std::size_t counters = 16, group = 4 * counters;

using Words = std::array<std::uint32_t, 4>;

[[gnu::always_inline]] constexpr Words philox(std::uint64_t key, std::uint64_t cycle, std::uint32_t counter) {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
  std::uint32_t k0 = low(key), k1 = high(key);
  std::uint32_t c0 = counter, c1 = 0, c2 = low(cycle), c3 = high(cycle);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c0, p1 = std::uint64_t{0xCD9E8D57} * c2;
    c0 = high(p1) ^ c1 ^ k0, c2 = high(p0) ^ c3 ^ k1;
    c1 = low(p1), c3 = low(p0);
    k0 += 0x9E3779B9U, k1 += 0xBB67AE85U;
  }
  return {c0, c1, c2, c3};
}

/// log u for 2^-32 <= u <= 1, absolute error below 3e-7.
[[gnu::always_inline]] constexpr float log_unit(float u) {
  using F = die::Format<float>;
  const auto bits = std::bit_cast<std::uint32_t>(u);
  const std::uint32_t exponent = (bits - 0x3F400000U) >> 23;  // of m in [0.75, 1.5), wraps below u = 0.75
  const auto e = static_cast<std::int32_t>(exponent << 23) >> 23;
  const float m = std::bit_cast<float>(bits - (static_cast<std::uint32_t>(e) << 23));
  const float s = (m - 1.0f) / (m + 1.0f);
  const float z = s * s;
  const float k = static_cast<float>(e);
  return k * F::ln2_high + (k * F::ln2_low + (2.0f * s + s * z * F::log_tail(z)));
}

struct Pair {
  float first, second;
};

/// Box and Muller: radius sqrt(-2 log u) from the first word; from the second an angle of at most an eighth
/// of a turn (30 bits), whether to exchange sine and cosine, and the cosine's sign. Taylor's series: the
/// errors left are 2e-9 of the sine and 3e-8 of the cosine.
[[gnu::always_inline]] inline Pair box_muller(std::uint32_t a, std::uint32_t b) {
  const float u = (static_cast<float>(static_cast<std::int32_t>(a >> 1)) + 0.5f) * 0x1p-31f;
  const float radius = std::sqrt(-2.0f * log_unit(u));
  const float angle = static_cast<float>(static_cast<std::int32_t>(b << 2)) * (0.785398163f * 0x1p-31f);
  const float z = angle * angle;
  const float sine =
      angle * die::polynomial(z, 1.0f, -1.0f / 6.0f, 1.0f / 120.0f, -1.0f / 5040.0f, 1.0f / 362880.0f);
  const float cosine = die::polynomial(z, 1.0f, -0.5f, 1.0f / 24.0f, -1.0f / 720.0f, 1.0f / 40320.0f);
  const std::uint32_t exchange = 0U - (b >> 31), sign = (b << 1) & 0x80000000U;
  const auto s = std::bit_cast<std::uint32_t>(radius * sine);
  const auto c = std::bit_cast<std::uint32_t>(radius * cosine) ^ sign;
  const std::uint32_t either = (s ^ c) & exchange;
  return {std::bit_cast<float>(c ^ either), std::bit_cast<float>(s ^ either)};
}

/// Number `index` of what noise::normals in arrays/noise_kernel.hpp writes.
inline float normal(std::uint64_t key, std::uint64_t cycle, std::size_t index) {
  const std::size_t word = index % group / counters;
  const auto counter = static_cast<std::uint32_t>(index / group * counters + index % counters);
  const Words w = philox(key, cycle, counter);
  const Pair p = word < 2 ? box_muller(w[0], w[1]) : box_muller(w[2], w[3]);
  return word % 2 == 0 ? p.first : p.second;
}

}  // namespace leadlag::noise
