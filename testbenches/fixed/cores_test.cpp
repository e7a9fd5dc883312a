// SPDX-License-Identifier: Apache-2.0

// Integer cores against real numbers, with bounds derived from their LSBs.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "fixed/activation.hpp"
#include "fixed/error_gate.hpp"
#include "fixed/format.hpp"
#include "fixed/lead_lag.hpp"
#include "fixed/mac.hpp"

using namespace leadlag::fixed;

namespace {

constexpr WordLengths words{};
const double lsb = words.signal.lsb();
const double half_carry = 0.5 * lsb / std::ldexp(1.0, words.guard);  // rounding of the carry

std::int64_t random_word(std::mt19937_64& draw, FixedFormat f) {
  return std::uniform_int_distribution<std::int64_t>(f.min(), f.max())(draw);
}

}  // namespace

TEST_CASE("fixed format: rounding is floor(x + 1/2), saturation the nearest end") {
  std::size_t checked = 0;
  for (int shift = 1; shift <= 5; ++shift) {
    for (std::int64_t v = -300; v <= 300; ++v) {
      const double real = std::floor(std::ldexp(static_cast<double>(v), -shift) + 0.5);
      REQUIRE(static_cast<double>(round_shift(v, shift)) == real);
      REQUIRE(static_cast<double>(round_saturate(v, shift, 4)) == std::clamp(real, -8.0, 7.0));
      ++checked;
    }
  }
  CHECK(checked == 5 * 601);
  CHECK(round_shift(-3, -2) == -12);
  CHECK(saturate(32767, 16) == 32767);
  CHECK(saturate(32768, 16) == 32767);
  CHECK(saturate(-32768, 16) == -32768);
  CHECK(saturate(-32769, 16) == -32768);
}

TEST_CASE("fixed format: words are the nearest to their numbers") {
  const FixedFormat f{8, 4};
  for (int k = -1200; k <= 1200; ++k) {
    const double x = 0.01 * k;
    const double back = value(quantise(x, f), f.frac);
    REQUIRE(std::abs(back - std::clamp(x, -8.0, 7.9375)) <= 0.5 * f.lsb());
  }
  CHECK(quantise(-0.5 * f.lsb(), f) == 0);
  CHECK(quantise(0.5 * f.lsb(), f) == 1);
  CHECK(quantise_unsigned(-1.0, {16, 12}) == 0);
  CHECK(quantise_unsigned(16.0, {16, 12}) == 65535);
  CHECK(growth_bits(1) == 0);
  CHECK(growth_bits(2) == 1);
  CHECK(growth_bits(785) == 10);
  CHECK(growth_bits(1024) == 10);
}

TEST_CASE("fixed lead-lag: within its roundings of the real filter, for any drive") {
  // A rounding of half an LSB of the carry in each tick adds up to half_carry / take; the output sees it
  // through |1 - rho| and rounds once itself.
  struct Point {
    double tau, lead;
  };
  const std::array points{Point{2.0, 2.5}, Point{10.0, 1.0}, Point{10.0, 20.0}, Point{100.0, 0.0},
                          Point{2.0, 12.0}};
  std::mt19937_64 draw(1);
  for (const Point& p : points) {
    const LeadLag::Coefficients c = LeadLag::coefficients(words, std::exp(-1.0 / p.tau), p.lead / p.tau);
    const double take = value(c.take, words.decay_bits), rho = value(c.rho, words.gain.frac);
    REQUIRE(std::abs(take + std::expm1(-1.0 / p.tau)) <= std::ldexp(0.5, -words.decay_bits));
    REQUIRE(std::abs(rho - p.lead / p.tau) <= 0.5 * words.gain.lsb());
    LeadLag::State s;
    double x = 0.0, worst = 0.0;
    const double bound = 0.5 * lsb + std::abs(1.0 - rho) * half_carry / take + 1e-12;
    for (int n = 0; n < 20000; ++n) {
      const std::int64_t drive = random_word(draw, words.signal) / 16;  // +-1: the output does not saturate
      const double d = value(drive, words.signal.frac);
      const double out = x + rho * (d - x);
      worst = std::max(worst, std::abs(value(LeadLag::output(words, c, s, drive), words.signal.frac) - out));
      x += take * (d - x);
      LeadLag::advance(words, c, s, drive);
    }
    INFO("tau " << p.tau << " lead " << p.lead);
    CHECK(worst <= bound);
    CHECK(worst > 0.25 * lsb);  // the bound is not idle
  }
}

TEST_CASE("fixed lead-lag: a step is followed by its closed form") {
  const double tau = 50.0, rho = 0.5;
  const LeadLag::Coefficients c = LeadLag::coefficients(words, std::exp(-1.0 / tau), rho);
  const double take = value(c.take, words.decay_bits);
  LeadLag::State s;
  const std::int64_t drive = words.signal.one();
  for (int n = 0; n < 600; ++n) {
    const double x = 1.0 - std::pow(1.0 - take, n);
    const double out = value(LeadLag::output(words, c, s, drive), words.signal.frac);
    REQUIRE(std::abs(out - (x + rho * (1.0 - x))) <= 0.5 * lsb + 0.5 * half_carry / take);
    LeadLag::advance(words, c, s, drive);
  }
  // Dead zone: it stops where take times the difference rounds to nothing.
  const std::int64_t left = (drive << words.guard) - s.carry;
  CHECK(left >= 0);
  CHECK(static_cast<double>(left) <= 0.5 / take + 1.0);
}

TEST_CASE("fixed lead-lag: the carry stays between carry and drive, the output saturates") {
  std::mt19937_64 draw(2);
  const int carry_bits = words.signal.bits + words.guard;
  std::size_t saturated = 0;
  for (int n = 0; n < 200000; ++n) {
    const LeadLag::Coefficients c{static_cast<std::int64_t>(draw() & 0xffffU),
                                  static_cast<std::int64_t>(draw() & 0xffffU)};
    LeadLag::State s{random_word(draw, {carry_bits, 0})};
    const std::int64_t drive = n % 3 == 0 ? words.signal.max() : random_word(draw, words.signal);
    const std::int64_t target = drive * (std::int64_t{1} << words.guard), before = s.carry;
    const std::int64_t out = LeadLag::output(words, c, s, drive);
    LeadLag::advance(words, c, s, drive);
    REQUIRE(s.carry >= std::min(before, target));
    REQUIRE(s.carry <= std::max(before, target));
    const double rho = value(c.rho, words.gain.frac);
    const double x = value(before, words.signal.frac + words.guard), d = value(drive, words.signal.frac);
    const double real = std::clamp(x + rho * (d - x), -16.0, 16.0 - lsb);
    REQUIRE(std::abs(value(out, words.signal.frac) - real) <= 0.5 * lsb);
    saturated += out == words.signal.max() || out == words.signal.min() ? 1U : 0U;
  }
  CHECK(saturated > 1000);
}

TEST_CASE(
    "fixed activation: softplus within its derived error for every word, never falling, slope from 0 to 1") {
  const double h = 1.0 / 16.0;
  for (const FixedFormat f : {FixedFormat{16, 11}, FixedFormat{12, 8}, FixedFormat{10, 6}}) {
    WordLengths w;
    w.signal = f;
    // Chord, nodes, product; beyond 8 the curve is the constant log(1 + e^-8) above the line.
    const double curve = h * h / 8.0 * 0.25 + std::ldexp(1.0, -15), end = std::log1p(std::exp(-8.0));
    const double slope_bound = 0.5 * (h * h / 4.0 / 8.0 * 0.77 + std::ldexp(1.0, -15)) + std::ldexp(1.0, -15);
    std::int64_t last = 0, words = 0;
    for (std::int64_t x = f.min(); x <= f.max(); ++x, ++words) {
      const Activated a = Activation::softplus(w, x);
      const double real = value(x, f.frac);
      const double want = std::max(real, 0.0) + std::log1p(std::exp(-std::abs(real)));
      const double slope = value(a.slope, w.slope_bits - 1);
      if (want <= value(f.max(), f.frac)) {
        REQUIRE(std::abs(value(a.rate, f.frac) - want) <=
                (std::abs(real) < 8.0 ? curve : end) + 0.5 * f.lsb() + 1e-12);
      }
      REQUIRE(std::abs(slope - 1.0 / (1.0 + std::exp(-real))) <=
              (std::abs(real) < 8.0 ? slope_bound : 0.5 * (1.0 - std::tanh(4.0)) + std::ldexp(1.0, -15)));
      REQUIRE(a.rate >= last);
      last = a.rate;
    }
    REQUIRE(words == f.max() - f.min() + 1);
  }
}

TEST_CASE("fixed activation: tanh within its derived error for every word, odd, never falling") {
  const double h = 1.0 / 32.0, bend = 4.0 / (3.0 * std::sqrt(3.0));  // max |tanh''|
  const double curve = h * h / 8.0 * bend + 2.0 * std::ldexp(0.5, -15);
  for (const FixedFormat f : {FixedFormat{16, 11}, FixedFormat{12, 8}, FixedFormat{10, 6}}) {
    WordLengths w;
    w.signal = f;
    std::int64_t last = -f.one();
    for (std::int64_t x = f.min(); x <= f.max(); ++x) {
      const Activated a = Activation::tanh(w, x);
      const double real = value(x, f.frac), bound = std::abs(real) < 4.0 ? curve : 1.0 - std::tanh(4.0);
      REQUIRE(std::abs(value(a.rate, f.frac) - std::tanh(real)) <= bound + 0.5 * f.lsb() + 1e-12);
      // d(tanh^2) = 2 tanh d(tanh); one rounding of its own.
      const double slope = 1.0 - std::tanh(real) * std::tanh(real);
      REQUIRE(std::abs(value(a.slope, w.slope_bits - 1) - slope) <=
              2.0 * (bound + std::ldexp(0.5, -15)) + std::ldexp(0.5, 1 - w.slope_bits));
      REQUIRE(a.rate >= last);
      last = a.rate;
      if (x > f.min()) {
        const Activated mirrored = Activation::tanh(w, -x);
        REQUIRE(mirrored.rate == -a.rate);
        REQUIRE(mirrored.slope == a.slope);
      }
    }
    CHECK(last == round_shift(Activation::nodes().back(), 15 - f.frac));
  }
}

TEST_CASE("fixed activation: relu, linear and hard sigmoid are what they say, for every word") {
  const FixedFormat f = words.signal;
  std::size_t between = 0;
  for (std::int64_t x = f.min(); x <= f.max(); ++x) {
    const double real = value(x, f.frac);
    const Activated r = Activation::of(Curve::relu, words, x), l = Activation::of(Curve::linear, words, x),
                    s = Activation::of(Curve::hard_sigmoid, words, x);
    REQUIRE(value(r.rate, f.frac) == std::max(real, 0.0));
    REQUIRE(r.slope == (x > 0 ? 32768 : 0));
    REQUIRE(l.rate == x);
    REQUIRE(l.slope == 32768);
    REQUIRE(std::abs(value(s.rate, f.frac) - std::clamp(0.25 * real + 0.5, 0.0, 1.0)) <= 0.5 * lsb);
    const bool inside = real > -2.0 && real < 2.0;
    REQUIRE(s.slope == (inside ? 8192 : 0));
    between += inside ? 1U : 0U;
  }
  CHECK(between == 4 * 2048 - 1);
}

TEST_CASE("fixed error gate: half an LSB from the product, or saturated") {
  std::mt19937_64 draw(3);
  std::size_t saturated = 0;
  for (int n = 0; n < 100000; ++n) {
    const std::int64_t slope = static_cast<std::int64_t>(draw() % 32769U);
    const std::int64_t back = random_word(draw, words.signal), epsilon = random_word(draw, words.signal);
    const double real = value(slope, 15) * (value(back, 11) + value(epsilon, 11));
    const double gated = value(ErrorGate::gate(words, slope, back, epsilon), 11);
    REQUIRE(std::abs(gated - std::clamp(real, -16.0, 16.0 - lsb)) <= 0.5 * lsb);
    saturated += std::abs(real) > 16.0 ? 1U : 0U;
  }
  CHECK(saturated > 1000);
}

TEST_CASE("fixed sum of products: exact, rounded once, and its width is just enough") {
  std::mt19937_64 draw(4);
  for (const std::size_t n : {std::size_t{1}, std::size_t{7}, std::size_t{784}}) {
    for (int repeat = 0; repeat < 50; ++repeat) {
      const std::int64_t bias = random_word(draw, words.weight);
      std::int64_t sum = Mac::begin(words, bias);
      double real = value(bias, words.weight.frac);  // every product has 30 bits, every sum less than 53
      for (std::size_t k = 0; k < n; ++k) {
        const std::int64_t weight = random_word(draw, words.weight), x = random_word(draw, words.signal);
        sum += weight * x;
        real += value(weight, words.weight.frac) * value(x, words.signal.frac);
      }
      REQUIRE(value(sum, words.weight.frac + words.signal.frac) == real);
      REQUIRE(std::abs(value(Mac::result(words, sum), 11) - std::clamp(real, -16.0, 16.0 - lsb)) <=
              0.5 * lsb);
    }
    const auto count = static_cast<std::int64_t>(n);
    const std::int64_t most = Mac::begin(words, words.weight.max()) +
                              count * words.weight.min() * words.signal.min();  // (-4)(-16) each
    const int bits = Mac::sum_bits(words, n);
    CHECK(saturate(most, bits) == most);
    CHECK(saturate(most, bits - 2) != most);
  }
}
