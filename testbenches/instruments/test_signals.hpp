// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "units/quantity.hpp"
#include "units/random.hpp"

namespace leadlag::test {

inline constexpr double pi = std::numbers::pi;

/// f(angle) over `cycles` turns in n samples.
template <class F>
std::vector<double> periodic(std::size_t n, double cycles, F&& f) {
  std::vector<double> x;
  for (std::size_t k = 0; k < n; ++k)
    x.push_back(f(2.0 * pi * std::fmod(cycles * static_cast<double>(k) / static_cast<double>(n), 1.0)));
  return x;
}

inline std::vector<double> gaussian(std::size_t n, double deviation) {
  const Draws draws(5, "signal_test", "noise");
  std::vector<double> x;
  for (std::size_t k = 0; k < n; ++k) x.push_back(deviation * draws.normal(k));
  return x;
}

}  // namespace leadlag::test
