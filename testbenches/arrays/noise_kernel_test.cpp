// SPDX-License-Identifier: Apache-2.0
#include "arrays/noise_kernel.hpp"

#include <Random123/philox.h>
#include <hwy/targets.h>

#include <algorithm>
#include <array>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "blocks/normal_draw.hpp"
#include "units/random.hpp"

using namespace leadlag;

namespace {

constexpr std::size_t lanes = 1000;
constexpr std::uint64_t cycles = 2000;

std::vector<double> drawn(std::uint64_t key) {
  std::vector<double> all;
  std::vector<double> row(lanes);
  for (std::uint64_t n = 0; n < cycles; ++n) {
    noise::normals<double>(key, n, row);
    all.insert(all.end(), row.begin(), row.end());
  }
  return all;
}

/// Correlation of f(first) with f(second) over all pairs, in units of its standard deviation.
double correlation(const std::vector<double>& first, const std::vector<double>& second, std::size_t shift,
                   const std::function<double(double)>& f) {
  double sum = 0, squares = 0, mean = 0;
  const std::size_t n = first.size() - shift;
  for (std::size_t k = 0; k < n; ++k) mean += f(first[k]);
  mean /= static_cast<double>(n);
  for (std::size_t k = 0; k < n; ++k) {
    sum += (f(first[k]) - mean) * (f(second[k + shift]) - mean);
    squares += (f(first[k]) - mean) * (f(first[k]) - mean);
  }
  return sum / squares * std::sqrt(static_cast<double>(n));
}

}  // namespace

TEST_CASE("noise kernel: its words are Random123's Philox 4x32-10") {
  for (const std::uint64_t key : {std::uint64_t{0}, std::uint64_t{0x123456789abcdef0}}) {
    for (const std::uint64_t cycle :
         {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{0xfedcba9876543210}}) {
      for (const std::uint32_t counter : {0U, 1U, 12345U}) {
        const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
        const r123::Philox4x32::ctr_type want =
            r123::Philox4x32{}({{counter, 0, low(cycle), low(cycle >> 32)}}, {{low(key), low(key >> 32)}});
        const noise::Words got = noise::philox(key, cycle, counter);
        for (std::size_t w = 0; w < 4; ++w) CHECK(got[w] == want[w]);
      }
    }
  }
}

TEST_CASE("noise kernel: its transform is Box and Muller's, to single precision") {
  for (std::uint32_t k = 0; k < 20000; ++k) {
    const auto words = noise::philox(3, k, 0);
    // All magnitudes of u, the smallest and the largest included.
    const std::uint32_t a = k == 0 ? 0 : k == 1 ? ~0U : words[0] >> (k % 32), b = words[1];
    const double u = (static_cast<double>(a >> 1) + 0.5) * 0x1p-31;
    const auto pair = noise::box_muller(a, b);
    const double first = pair.first, second = pair.second;
    const double radius = std::sqrt(-2.0 * std::log(u));
    const double slack = 2e-6 + 1.2e-7 / std::max(radius, 3.5e-4);  // u is rounded to 24 bits
    REQUIRE(first * first + second * second == Approx(radius * radius).epsilon(2e-6).margin(1e-6));
    const double turn = static_cast<double>(static_cast<std::int32_t>(b << 2)) * 0x1p-31 * std::atan(1.0);
    const bool exchanged = (b >> 31) != 0, negative = (b >> 30 & 1) != 0;
    const double cosine = (exchanged ? second : first) * (negative ? -1.0 : 1.0);
    const double sine = exchanged ? first : second;
    REQUIRE(sine == Approx(radius * std::sin(turn)).margin(slack));
    REQUIRE(cosine == Approx(radius * std::cos(turn)).margin(slack));
  }
}

TEST_CASE("noise kernel: the same bits on every instruction set, in either precision, whatever the length") {
  struct Restore {
    ~Restore() {
      hwy::SetSupportedTargetsForTest(0);
      hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    }
  } restore;
  const auto targets = hwy::SupportedAndGeneratedTargets();
  REQUIRE(!targets.empty());
  for (const std::int64_t target : targets) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    INFO("target " << hwy::TargetName(target));
    for (const std::size_t n : {std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{1000}}) {
      std::vector<float> single(n);
      std::vector<double> twice(n);
      noise::normals<float>(99, 5, single);
      noise::normals<double>(99, 5, twice);
      for (std::size_t k = 0; k < n; ++k) {
        REQUIRE(single[k] == noise::normal(99, 5, k));
        REQUIRE(twice[k] == static_cast<double>(single[k]));
      }
    }
  }
}

TEST_CASE("noise kernel: moments of two million numbers") {
  const auto x = drawn(Draws(1, "hidden", "membrane noise").word(0));
  std::array<double, 5> moment{};
  for (const double v : x) {
    for (std::size_t p = 1; p < moment.size(); ++p) moment[p] += std::pow(v, static_cast<double>(p));
  }
  const double n = static_cast<double>(x.size());
  for (double& m : moment) m /= n;
  // Standard deviations of the sample moments of a normal: 1, sqrt(2), sqrt(15), sqrt(96) over sqrt(n).
  CHECK(std::abs(moment[1]) < 4.0 / std::sqrt(n));
  CHECK(std::abs(moment[2] - 1.0) < 4.0 * std::sqrt(2.0 / n));
  CHECK(std::abs(moment[3]) < 4.0 * std::sqrt(15.0 / n));
  CHECK(std::abs(moment[4] - 3.0) < 4.0 * std::sqrt(96.0 / n));
}

TEST_CASE("noise kernel: distribution and tails against the normal law") {
  const boost::math::normal law;
  auto x = drawn(2);
  const double n = static_cast<double>(x.size());
  constexpr std::size_t bins = 100;
  std::array<double, bins> seen{};
  for (const double v : x) {
    seen[std::min(bins - 1, static_cast<std::size_t>(boost::math::cdf(law, v) * double{bins}))] += 1.0;
  }
  double chi2 = 0.0;
  for (const double s : seen) chi2 += (s - n / bins) * (s - n / bins) / (n / bins);
  const boost::math::chi_squared spread(bins - 1);
  CHECK(chi2 > boost::math::quantile(spread, 1e-4));
  CHECK(chi2 < boost::math::quantile(spread, 1.0 - 1e-4));

  std::sort(x.begin(), x.end());
  double distance = 0.0;  // Kolmogorov and Smirnov
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double p = boost::math::cdf(law, x[k]), i = static_cast<double>(k);
    distance = std::max({distance, p - i / n, (i + 1.0) / n - p});
  }
  CHECK(distance * std::sqrt(n) < 2.23);  // probability 1e-4 of being above, 2 exp(-2 d^2)

  for (const double limit : {3.0, 4.0, 4.5}) {
    INFO("beyond " << limit);
    const boost::math::binomial tail(n, boost::math::cdf(boost::math::complement(law, limit)));
    const auto above = static_cast<double>(x.end() - std::upper_bound(x.begin(), x.end(), limit));
    const auto below = static_cast<double>(std::lower_bound(x.begin(), x.end(), -limit) - x.begin());
    for (const double count : {above, below}) {
      CHECK(count >= boost::math::quantile(tail, 1e-4));
      CHECK(count <= boost::math::quantile(boost::math::complement(tail, 1e-4)));
    }
  }
}

TEST_CASE("noise kernel: lanes, cycles and keys are independent, in value and in size") {
  const auto x = drawn(Draws(1, "hidden", "adder noise").word(0));
  const auto other = drawn(Draws(1, "hidden", "membrane noise").word(0));
  const auto value = [](double v) { return v; };
  const auto square = [](double v) { return v * v; };
  for (const auto& f : {std::function<double(double)>(value), std::function<double(double)>(square)}) {
    CHECK(std::abs(correlation(x, other, 0, f)) < 4.0);
    // Neighbours, the other three of the same counter (16 apart), the next group, the next cycle.
    for (const std::size_t shift : {std::size_t{1}, std::size_t{16}, std::size_t{32}, std::size_t{48},
                                    std::size_t{64}, lanes, 2 * lanes}) {
      INFO("shift " << shift);
      CHECK(std::abs(correlation(x, x, shift, f)) < 4.0);
    }
  }
}
