// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace leadlag {

inline double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}
inline double sigma(const std::vector<double>& values) {
  const double m = mean(values);
  double squares = 0.0;
  for (const double v : values) squares += (v - m) * (v - m);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}
/// Least squares: y = first + second x.
inline std::pair<double, double> line(const std::vector<double>& x, const std::vector<double>& y) {
  const double mx = mean(x), my = mean(y);
  double xx = 0.0, xy = 0.0;
  for (std::size_t k = 0; k < x.size(); ++k) xx += (x[k] - mx) * (x[k] - mx), xy += (x[k] - mx) * (y[k] - my);
  return {my - xy / xx * mx, xy / xx};
}
/// y = scale inversion(x, specific) (technology/relations.hpp), of which y^2 / scale^2 - y / scale = x /
/// specific makes a line: y = scale + scale^2 / specific (x / y), by least squares. specific is 0 where y
/// does not grow with x.
struct InversionFit {
  double scale = 0.0, specific = 0.0;
};
inline InversionFit inversion_fit(const std::vector<double>& x, const std::vector<double>& y) {
  std::vector<double> over;
  for (std::size_t k = 0; k < x.size(); ++k) over.push_back(x[k] / y[k]);
  const auto [scale, rise] = line(over, y);
  if (!(rise > 0.0 && scale > 0.0)) return {mean(y), 0.0};
  return {scale, scale * scale / rise};
}
/// Time from 0 after which y stays within `share` of its step from the value at 0.
inline double settled(const std::vector<std::vector<double>>& step, double share) {
  double before = step.front().at(1), last = 0.0;
  for (const auto& row : step) {
    if (row[0] <= 0.0) before = row[1];
  }
  const double end = step.back().at(1);
  for (const auto& row : step) {
    if (row[0] > 0.0 && std::abs(row[1] - end) > share * std::abs(end - before)) last = row[0];
  }
  return last;
}

/// Odd part of the current at v = k times the sweep's step, from a sweep that is symmetrical about 0.
inline double odd(const std::vector<std::vector<double>>& iv, std::size_t k) {
  const std::size_t middle = iv.size() / 2;
  return 0.5 * (iv[middle + k][1] - iv[middle - k][1]);
}

/// Where the pair is 5 % compressed, V.
inline double linear_to(const std::vector<std::vector<double>>& iv) {
  const std::size_t middle = iv.size() / 2;
  const double slope = odd(iv, 1) / iv[middle + 1][0];
  double v = 0.0, share = 1.0;
  for (std::size_t k = 1; k <= middle; ++k) {
    const double at = iv[middle + k][0], now = odd(iv, k) / (slope * at);
    if (now < 0.95) return v + (at - v) * (share - 0.95) / (share - now);
    v = at, share = now;
  }
  return v;
}

}  // namespace leadlag
