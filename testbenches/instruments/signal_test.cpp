// SPDX-License-Identifier: Apache-2.0
// What probes make of a record, without the kernel.
#include <catch2/catch.hpp>
#include <cmath>

#include "instruments/histogram.hpp"
#include "instruments/phase_probe.hpp"
#include "instruments/settling_probe.hpp"
#include "instruments/test_signals.hpp"
#include "instruments/voltmeter.hpp"

using namespace leadlag;
using namespace leadlag::test;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

TEST_CASE("summary: closed forms of a sine with an offset", "[signal]") {
  const Summary s = summarise(periodic(1000, 7.0, [](double a) { return 0.5 + 2.0 * std::sin(a); }));
  CHECK(s.samples == 1000);
  CHECK_THAT(s.mean, WithinAbs(0.5, 1e-13));
  CHECK_THAT(s.rms, WithinAbs(std::sqrt(0.25 + 2.0), 1e-13));
  CHECK_THAT(s.max, WithinAbs(2.5, 1e-13));  // 1000 is a multiple of 4: the peaks are sampled
  CHECK_THAT(s.min, WithinAbs(-1.5, 1e-13));
  CHECK_THROWS_AS(summarise({}), std::invalid_argument);
}

TEST_CASE("sine fit: exact for a sine, whole periods or not, wherever the record begins", "[signal]") {
  for (const std::int64_t first : {0L, 12345678L}) {
    for (const double f : {1e3, 0.37e6}) {
      Record r{.period = 1_us, .first = first};
      for (int k = 0; k < 3017; ++k) {
        const double turns = f * r.time(static_cast<std::size_t>(k)).si;
        r.values.push_back(0.2 + 0.7 * std::sin(2.0 * pi * (turns - std::floor(turns)) - 2.5));
      }
      const SineFit fit = fit_sine(r, {f});
      CHECK_THAT(fit.amplitude, WithinAbs(0.7, 1e-12));
      CHECK_THAT(fit.phase, WithinAbs(-2.5, 1e-12));
      CHECK_THAT(fit.offset, WithinAbs(0.2, 1e-12));
      CHECK(fit.residual < 1e-12);
    }
  }
}

TEST_CASE("sine fit: the residual is what is not sine, and does not move the fit", "[signal]") {
  Record r{.period = 1_us};
  // 10 periods of 100 samples and a rest of 37, which is left out; the harmonic is orthogonal over the 10.
  for (int k = 0; k < 1037; ++k)
    r.values.push_back(std::sin(2.0 * pi * k / 100.0 + 0.4) + 0.1 * std::sin(2.0 * pi * k / 25.0));
  const SineFit harmonic = fit_sine(r, {1e4});
  CHECK(harmonic.samples == 1000);
  CHECK_THAT(harmonic.amplitude, WithinAbs(1.0, 1e-12));
  CHECK_THAT(harmonic.phase, WithinAbs(0.4, 1e-12));
  CHECK_THAT(harmonic.residual, WithinAbs(0.1 / std::sqrt(2.0), 1e-12));

  r.values = gaussian(20000, 0.05);
  for (std::size_t k = 0; k < r.values.size(); ++k) r.values[k] += std::sin(2.0 * pi * 0.01 * double(k));
  const SineFit noisy = fit_sine(r, {1e4});
  // Amplitude and phase have variance 2 sigma^2 / n; the rms of n draws has relative variance 1 / (2 n).
  CHECK_THAT(noisy.amplitude, WithinAbs(1.0, 5.0 * 0.05 * std::sqrt(2.0 / 20000.0)));
  CHECK_THAT(noisy.phase, WithinAbs(0.0, 5.0 * 0.05 * std::sqrt(2.0 / 20000.0)));
  CHECK_THAT(noisy.residual, WithinRel(0.05, 5.0 / std::sqrt(2.0 * 20000.0)));
  CHECK_THROWS_WITH(fit_sine(r, {0.5e6}), Contains("half the sampling rate"));
  CHECK_THROWS_WITH(fit_sine(r, {40.0}), Contains("whole period"));
}

TEST_CASE("transfer: phase is wrapped, gain is the ratio", "[signal]") {
  Record a{.period = 1_us}, b{.period = 1_us};
  for (int k = 0; k < 1000; ++k) {
    a.values.push_back(0.5 * std::sin(2.0 * pi * k / 50.0 + 3.0));
    b.values.push_back(2.0 * std::sin(2.0 * pi * k / 50.0 - 3.0));
  }
  const Transfer t = transfer(a, b, {2e4});
  CHECK_THAT(t.gain, WithinAbs(0.25, 1e-13));
  CHECK_THAT(t.phase, WithinAbs(6.0 - 2.0 * pi, 1e-12));
}

TEST_CASE("settling: one pole settles after tau ln(1/eps)", "[signal]") {
  for (const double tolerance : {0.1, 0.01, 1e-3}) {
    for (const double height : {2.0, -0.5}) {
      const double tau = 20e-6;
      Record r{.period = 0.5 * 1_us, .first = 100};
      for (int k = 0; k < 2000; ++k) {
        const double t = r.time(static_cast<std::size_t>(k)).si - 80e-6;
        r.values.push_back(t < -1e-12 ? 1.0 : 1.0 + height * -std::expm1(-std::max(t, 0.0) / tau));
      }
      const Settling s = settling(r, {.trigger = {80e-6}, .tolerance = tolerance});
      CHECK(s.initial_value == 1.0);
      CHECK_THAT(s.final_value, WithinAbs(1.0 + height, 1e-12));
      CHECK(s.overshoot == 0.0);
      REQUIRE(s.time.has_value());
      const double exact = tau * std::log(1.0 / tolerance);
      CHECK(s.time->si >= exact * (1.0 - 1e-9));
      CHECK(s.time->si < exact + 0.5e-6);  // the first sample after it
    }
  }
}

TEST_CASE("settling: overshoot of two poles, and a signal cut off too early", "[signal]") {
  // Damping 0.2: overshoot exp(-pi zeta / sqrt(1 - zeta^2)) = 52.66 %.
  const double zeta = 0.2, root = std::sqrt(1.0 - zeta * zeta);
  const auto ringing = [&](int samples) {
    Record r{.period = 1_us / 100.0};
    for (int k = 0; k < samples; ++k) {
      const double t = 0.01 * k;
      r.values.push_back(1.0 - std::exp(-zeta * t) * (std::cos(root * t) + zeta / root * std::sin(root * t)));
    }
    return r;
  };
  const Settling s = settling(ringing(10000), {.tolerance = 0.02});
  CHECK_THAT(s.overshoot, WithinAbs(std::exp(-pi * zeta / root), 1e-4));
  REQUIRE(s.time.has_value());
  CHECK(s.time->si < std::log(1.0 / (0.02 * root)) / zeta * 1e-6 + 1e-8);  // the envelope is inside by then
  CHECK(s.time->si > 15e-6);
  CHECK_FALSE(settling(ringing(1500), {.tolerance = 0.02}).time.has_value());
  CHECK_FALSE(settling(ringing(10000), {.tolerance = 0.02, .final_value = 1.5}).time.has_value());
  CHECK_THROWS_WITH(settling(ringing(100), {.trigger = 2_us}), Contains("before the trigger"));
  CHECK_THROWS_WITH(settling(ringing(100), {.tolerance = 0.0}), Contains("tolerance"));
}

TEST_CASE("histogram: every sample is counted once, where it belongs", "[signal]") {
  const std::vector<double> x{-0.1, 0.0, 0.24, 0.25, 0.5, 0.99, 1.0, 7.0, 0.3};
  const Histogram h = histogram(x, 4, 0.0, 1.0);
  CHECK(h.counts == std::vector<std::uint64_t>{2, 2, 1, 1});
  CHECK(h.below == 1);
  CHECK(h.above == 2);
  CHECK(h.centre(1) == 0.375);
  CHECK_THROWS_AS(histogram(x, 0, 0.0, 1.0), std::invalid_argument);
  CHECK_THROWS_AS(histogram(x, 4, 1.0, 1.0), std::invalid_argument);
}

TEST_CASE("histogram: Gaussian samples fill the bins that the error function says", "[signal]") {
  const std::size_t n = 100000;
  const Histogram h = histogram(gaussian(n, 1.0), 20, -3.0, 3.0);
  const auto below = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
  for (std::size_t k = 0; k < 20; ++k) {
    const double p = below(h.centre(k) + 0.15) - below(h.centre(k) - 0.15), mean = p * double(n);
    CHECK_THAT(static_cast<double>(h.counts[k]), WithinAbs(mean, 5.0 * std::sqrt(mean * (1.0 - p))));
  }
}

TEST_CASE("linearity: DNL and INL of a converter with known transitions, by ramp and by sine", "[signal]") {
  // 16 codes on -1 ... 1, one transition late by 0.4 LSB and one early by 0.25.
  const double lsb = 2.0 / 16.0;
  std::vector<double> transition;
  for (int k = 1; k < 16; ++k) transition.push_back(-1.0 + lsb * k);
  transition[4] += 0.4 * lsb, transition[9] -= 0.25 * lsb;
  const auto convert = [&](double v) {
    double code = 0.0;
    for (const double t : transition) code += v >= t ? 1.0 : 0.0;
    return code;
  };
  const std::size_t n = 400000;
  for (const Stimulus stimulus : {Stimulus::ramp, Stimulus::sine}) {
    std::vector<double> codes;
    for (std::size_t k = 0; k < n; ++k) {
      const double share = (static_cast<double>(k) + 0.5) / static_cast<double>(n);
      codes.push_back(convert(stimulus == Stimulus::ramp ? 2.2 * share - 1.1
                                                         : 1.1 * std::sin(2.0 * pi * 10001.0 * share + 0.1)));
    }
    const Linearity l = linearity(histogram(codes, 16, -0.5, 15.5), stimulus);
    REQUIRE(l.dnl.size() == 14);
    REQUIRE(l.inl.size() == 14);
    for (std::size_t code = 1; code <= 14; ++code) {
      double dnl = 0.0, inl = 0.0;  // transition[k] is the lower edge of code k + 1
      if (code == 5) dnl = -0.4, inl = 0.4;
      if (code == 4) dnl = 0.4;
      if (code == 10) dnl = 0.25, inl = -0.25;
      if (code == 9) dnl = -0.25;
      // One sample more or less per transition: 1/n of the stimulus' range of 17.6 LSB, times pi/2 for the
      // sine.
      INFO("code " << code);
      CHECK_THAT(l.dnl[code - 1], WithinAbs(dnl, 1e-3));
      CHECK_THAT(l.inl[code - 1], WithinAbs(inl, 1e-3));
    }
    CHECK_THAT(l.worst_dnl, WithinAbs(0.4, 1e-3));
    CHECK_THAT(l.worst_inl, WithinAbs(0.4, 1e-3));
    // Codes 2 ... 13 alone: the others are below and above, and still say where on the stimulus these are.
    const Linearity part = linearity(histogram(codes, 12, 1.5, 13.5), stimulus);
    REQUIRE(part.dnl.size() == 10);
    for (std::size_t k = 0; k < 10; ++k) CHECK_THAT(part.dnl[k], WithinAbs(l.dnl[k + 2], 2e-3));
  }
  CHECK_THROWS_WITH(linearity(histogram(std::vector<double>(9, 2.0), 16, -0.5, 15.5), Stimulus::ramp),
                    Contains("did not reach"));
}
