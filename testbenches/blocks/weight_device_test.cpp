// SPDX-License-Identifier: Apache-2.0
// What keeps a weight at circuit fidelity, one cell at a time, against closed forms.
#include "blocks/weight_device.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

using namespace leadlag;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

struct Moments {
  double mean = 0.0, variance = 0.0;
};
Moments moments(const std::vector<double>& values) {
  REQUIRE(values.size() > 100);
  Moments m;
  for (const double v : values) m.mean += v / static_cast<double>(values.size());
  for (const double v : values)
    m.variance += (v - m.mean) * (v - m.mean) / static_cast<double>(values.size());
  return m;
}

WeightDevice sram(Rounding rounding) {
  WeightDevice d{.range = {-1.0, 1.0}};
  d.write_step = d.update_step = 2.0 / 256.0;
  d.rounding = rounding;
  return d;
}

/// Updates of many cells at `weight` by `change`.
std::vector<double> updated(const WeightDevice& device, double weight, double change, std::uint64_t write = 0,
                            std::uint32_t cells = 100000) {
  auto step = device.step<double>(write_key(7, write), device.update_step);
  std::vector<double> result;
  for (std::uint32_t k = 0; k < cells; ++k) {
    result.push_back(step.with_rounding([&]<bool rounds, bool dithered>() {
      return step.next<rounds, dithered>(weight, change, 1.0, 0.0, k);
    }));
  }
  return result;
}

}  // namespace

TEST_CASE("weight device: steps of a register, to the nearest, from end to end", "[weights]") {
  const WeightDevice device = sram(Rounding::nearest);
  const double lsb = 2.0 / 256.0;
  const auto written = [&](double w) { return device.written(w, 0, 0, 0.0); };
  CHECK(written(0.0) == 0.0);
  CHECK(written(0.49 * lsb) == 0.0);
  CHECK(written(0.51 * lsb) == lsb);
  CHECK(written(-0.49 * lsb) == 0.0);
  CHECK(written(-0.51 * lsb) == -lsb);
  CHECK(written(-5.0) == -1.0);
  CHECK(written(5.0) == 1.0 - lsb);
  // An update below half a step is lost however often it comes; one above it moves a whole step.
  double small = 10.0 * lsb, large = 10.0 * lsb;
  for (int n = 0; n < 1000; ++n) {
    small = updated(device, small, 0.49 * lsb, static_cast<std::uint64_t>(n), 101)[50];
    if (n < 20) large = updated(device, large, 0.51 * lsb, static_cast<std::uint64_t>(n), 101)[50];
  }
  CHECK(small == 10.0 * lsb);
  CHECK_THAT(large, WithinAbs(30.0 * lsb, 1e-12));
}

TEST_CASE("weight device: stochastic rounding is right in the mean, with a step's binomial variance",
          "[weights]") {
  const WeightDevice device = sram(Rounding::stochastic);
  const double lsb = 2.0 / 256.0, n = 1e5;
  for (const double share : {0.02, 0.3, 0.5, 0.9}) {
    CAPTURE(share);
    const Moments m = moments(updated(device, -3.0 * lsb, share * lsb));
    const double variance = share * (1.0 - share) * lsb * lsb;
    // Four standard errors of a mean and of a Bernoulli variance.
    CHECK_THAT(m.mean, WithinAbs(-3.0 * lsb + share * lsb, 4.0 * std::sqrt(variance / n)));
    CHECK_THAT(m.variance, WithinAbs(variance, 4.0 * lsb * lsb * std::sqrt(share * (1.0 - share) / n)));
  }
  // Another write of the same cells, and neighbouring cells, are drawn independently.
  const auto a = updated(device, 0.0, 0.5 * lsb, 1), b = updated(device, 0.0, 0.5 * lsb, 2);
  double between = 0.0, beside = 0.0;
  for (std::size_t k = 0; k + 1 < a.size(); ++k) {
    between += (a[k] / lsb - 0.5) * (b[k] / lsb - 0.5) * 4.0 / n;
    beside += (a[k] / lsb - 0.5) * (a[k + 1] / lsb - 0.5) * 4.0 / n;
  }
  CHECK(std::abs(between) < 4.0 / std::sqrt(n));
  CHECK(std::abs(beside) < 4.0 / std::sqrt(n));
  CHECK(a != b);
}

TEST_CASE("weight device: a leak is a ramp to the low end, however it is cut into pieces", "[weights]") {
  WeightDevice device{.range = {-1.0, 1.0}};
  device.droop = 1e-6;
  CHECK_THAT(device.aged(0.5, 0, 200000), WithinRel(0.3, 1e-12));
  CHECK_THAT(device.aged(device.aged(0.5, 0, 77), 77, 200000), WithinRel(0.3, 1e-12));
  CHECK(device.aged(0.5, 0, 100000000) == -1.0);
  CHECK_FALSE(device.due(0, 99));
  CHECK(device.due(0, 101));
}

TEST_CASE("weight device: conductances drift by a power law of their age", "[weights]") {
  WeightDevice device{.range = {-0.5, 1.5}};
  device.resistive = true;
  device.drift = 0.05, device.drift_start = 1000.0, device.g_min = 0.01;
  const auto g = [](double w) { return 0.01 + 0.99 * (w + 0.5) / 2.0; };
  for (const std::int64_t n : {100, 10000, 1000000}) {
    CAPTURE(n);
    const double share = std::pow(1.0 + static_cast<double>(n) / 1000.0, -0.05);
    CHECK_THAT(g(device.aged(0.8, 0, n)), WithinRel(share * g(0.8), 1e-12));
    CHECK_THAT(g(device.aged(device.aged(0.8, 0, 50), 50, n)), WithinRel(share * g(0.8), 1e-12));
  }
  // Log-log slope far from the start: the exponent.
  const double slope =
      std::log(g(device.aged(0.8, 0, 100000000)) / g(device.aged(0.8, 0, 10000000))) / std::log(10.0);
  CHECK_THAT(slope, WithinAbs(-0.05, 1e-4));
}

TEST_CASE("weight device: equal pulses approach a soft bound exponentially", "[weights]") {
  WeightDevice device{.range = {-1.0, 3.0}};
  device.resistive = true;
  double up = -0.5, down = 2.5;
  for (int n = 1; n <= 300; ++n) {
    up = device.stepped(up, 0.02, 0.0), down = device.stepped(down, -0.02, 0.0);
    // x <- x + 2 delta (1 - x), delta = 0.02 / 4
    const double left = std::pow(1.0 - 2.0 * 0.02 / 4.0, n);
    CHECK_THAT((3.0 - up) / 4.0, WithinRel(3.5 / 4.0 * left, 1e-10));
    CHECK_THAT((down + 1.0) / 4.0, WithinRel(3.5 / 4.0 * left, 1e-10));
  }
  // In the middle a step is what was asked; asymmetry divides it between up and down.
  device.asymmetry = 0.2;
  CHECK_THAT(device.stepped(1.0, 0.01, 0.0) - 1.0, WithinRel(0.012, 1e-12));
  CHECK_THAT(1.0 - device.stepped(1.0, -0.01, 0.0), WithinRel(0.008, 1e-12));
  device.nonlinearity = 0.0;
  CHECK_THAT(device.stepped(2.9, 0.01, 0.0) - 2.9, WithinRel(0.012, 1e-10));
}

TEST_CASE("weight device: pulses vary from cycle to cycle, writes by their noise", "[weights]") {
  WeightDevice device{.range = {-1.0, 1.0}};
  device.resistive = true;
  device.nonlinearity = 0.0, device.pulse = 0.002, device.cycle_variation = 3.0, device.write_noise = 0.02;
  MadeCells made{.device = device, .gain = {}, .offset = {}, .digital = {}, .write_noise_key = 11};
  std::vector<double> steps, writes;
  for (std::size_t k = 0; k < 100000; ++k) {
    steps.push_back(device.stepped(0.1, 0.004, made.write_normal(0, k)));
    writes.push_back(device.written(0.1, 0, static_cast<std::uint32_t>(k), made.write_normal(1, k)));
  }
  // Two pulses of 0.002, each with sigma 3 x 0.002. Relative error of a variance of n normals: sqrt(2 / n).
  const double bound = 4.0 * std::sqrt(2.0 / 1e5);
  CHECK_THAT(moments(steps).variance, WithinRel(2.0 * 9.0 * 0.002 * 0.002, bound));
  CHECK_THAT(moments(steps).mean, WithinAbs(0.104, 4.0 * 0.0085 / std::sqrt(1e5)));
  CHECK_THAT(moments(writes).variance, WithinRel(4e-4, bound));
  CHECK_THAT(moments(writes).mean, WithinAbs(0.1, 4.0 * 0.02 / std::sqrt(1e5)));
}

TEST_CASE("weight device: single precision takes the same steps", "[weights]") {
  for (const Rounding rounding : {Rounding::nearest, Rounding::stochastic}) {
    const WeightDevice device = sram(rounding);
    const auto exact = device.step<double>(write_key(3, 5), device.update_step);
    const auto single = device.step<float>(write_key(3, 5), device.update_step);
    int differ = 0;
    for (std::uint32_t k = 0; k < 10000; ++k) {
      const double change = 0.001 * std::sin(static_cast<double>(k));
      const double a = exact.with_rounding([&]<bool rounds, bool dithered>() {
        return exact.next<rounds, dithered>(0.25, change, 1.0, 0.0, k);
      });
      const float b = single.with_rounding([&]<bool rounds, bool dithered>() {
        return single.next<rounds, dithered>(0.25F, static_cast<float>(change), 1.0F, 0.0F, k);
      });
      differ += std::abs(a - static_cast<double>(b)) > 1e-6 ? 1 : 0;
    }
    CHECK(differ <= 3);  // where a rounding of 2^-24 of full scale decides
  }
}
