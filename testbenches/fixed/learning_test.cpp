// SPDX-License-Identifier: Apache-2.0

// Stochastic rounding and its shift register, against counting and algebra.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <random>

#include "fixed/lfsr.hpp"
#include "fixed/plasticity.hpp"

using namespace leadlag::fixed;

namespace {

constexpr WordLengths words{};

/// The register is linear over GF(2): its step as 32 columns, so that powers of the step can be formed.
using Matrix = std::array<std::uint32_t, 32>;

std::uint32_t times(const Matrix& m, std::uint32_t v) {
  std::uint32_t out = 0;
  for (std::size_t k = 0; k < 32; ++k) out ^= (v >> k & 1U) != 0 ? m[k] : 0U;
  return out;
}
Matrix times(const Matrix& a, const Matrix& b) {
  Matrix out{};
  for (std::size_t k = 0; k < 32; ++k) out[k] = times(a, b[k]);
  return out;
}
Matrix power(Matrix base, std::uint64_t n) {
  Matrix out{};
  for (std::size_t k = 0; k < 32; ++k) out[k] = 1U << k;
  for (; n != 0; n >>= 1) {
    if ((n & 1U) != 0) out = times(base, out);
    base = times(base, base);
  }
  return out;
}

}  // namespace

TEST_CASE("fixed shift register: its period is 2^32 - 1") {
  Matrix step{}, identity{};
  for (std::size_t k = 0; k < 32; ++k) {
    step[k] = Lfsr::next(1U << k);
    identity[k] = 1U << k;
  }
  std::mt19937 draw(1);
  for (int n = 0; n < 1000; ++n) {
    const auto a = static_cast<std::uint32_t>(draw());
    REQUIRE(times(step, a) == Lfsr::next(a));
  }
  constexpr std::uint64_t period = 0xffffffffULL;
  CHECK(power(step, period) == identity);
  for (const std::uint64_t prime : {3ULL, 5ULL, 17ULL, 257ULL, 65537ULL}) {  // of 2^32 - 1
    CHECK(period % prime == 0);
    CHECK(power(step, period / prime) != identity);
  }
  CHECK(Lfsr::seed(0) == 1U);
  CHECK(Lfsr::seed(0x1234567812345678ULL) == 1U);  // halves that cancel
  CHECK(Lfsr::seed(0x1234567812345679ULL) == 1U);
  CHECK(Lfsr::seed(0x00000001dead0000ULL) == 0xdead0001U);
}

TEST_CASE("fixed plasticity: over all draws the mean of the rounded step is the step, exactly") {
  // sum over u = 0 .. 2^c - 1 of floor((p + u) / 2^c) = p (Hermite's identity).
  constexpr int cut = 9;
  std::mt19937_64 draw(5);
  for (int n = 0; n < 300; ++n) {
    const auto error = static_cast<std::int64_t>(draw() % 65536U) - 32768;
    const auto rate = static_cast<std::int64_t>(draw() % 65536U) - 32768;
    std::int64_t sum = 0;
    for (std::uint32_t u = 0; u < (1U << cut); ++u) sum += Plasticity::step(cut, error, rate, u | 0xabc000U);
    REQUIRE(sum == error * rate);
  }
}

TEST_CASE("fixed plasticity: a step of a thousandth of an LSB learns at its rate, with the shift register") {
  const int cut = Plasticity::cut(words, 10);
  CHECK(cut == 19);
  CHECK(Plasticity::cut(words, 0) == 9);
  std::uint32_t state = Lfsr::seed(0x123456789abcdef0ULL);
  std::int64_t weight = 0;
  constexpr int updates = 4000000;
  const std::int64_t error = 23, rate = 23;  // product 529 of 2^19: 1.009e-3 LSB
  for (int n = 0; n < updates; ++n) {
    weight = Plasticity::updated(words, cut, weight, error, rate, state);
    state = Lfsr::next(state);
  }
  const double p = 529.0 / 524288.0, mean = updates * p;
  // Draws of neighbours correlate; at most by sqrt(3) in the deviation, as a geometric series of 1/2.
  const double sigma = std::sqrt(3.0 * updates * p * (1.0 - p));
  CHECK(std::abs(static_cast<double>(weight) - mean) <= 4.0 * sigma);
}

TEST_CASE("fixed plasticity: weights and stores saturate at their ends and nowhere before") {
  const std::int64_t big = words.signal.max(), low = words.signal.min();
  CHECK(Plasticity::updated(words, 9, words.weight.max(), big, big, 0) == words.weight.max());
  CHECK(Plasticity::updated(words, 9, words.weight.min(), big, low, 0) == words.weight.min());
  CHECK(Plasticity::updated(words, 9, words.weight.max() - 1, 1, 512, 0) == words.weight.max());
  CHECK(Plasticity::updated(words, 9, 5, -1, 1, 511) == 5);
  CHECK(Plasticity::updated(words, 9, 5, -1, 1, 0) == 4);
  const int bits = Plasticity::store_bits(words, 1000);
  CHECK(bits == 42);
  std::int64_t store = 0;
  for (int n = 0; n < 1000; ++n) store = Plasticity::stored(bits, store, low, low);
  CHECK(store == 1000 * low * low);
  const std::int64_t end = (std::int64_t{1} << (bits - 1)) - 1;
  CHECK(Plasticity::stored(bits, end - low * low, low, low) == end);
  CHECK(Plasticity::stored(bits, end - low * low + 1, low, low) == end);
  CHECK(Plasticity::stored(bits, -end, low, big) == -end - 1);
}
