// SPDX-License-Identifier: Apache-2.0
#include "measure/robustness.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "units/text.hpp"

namespace leadlag {

std::vector<RobustnessPoint> robustness_points(const std::vector<RobustnessRun>& runs) {
  std::vector<RobustnessPoint> points;
  std::vector<std::vector<double>> measured;
  for (const RobustnessRun& r : runs) {
    const auto same = [&](const RobustnessPoint& p) {
      return p.curve == r.curve && p.line == r.line && p.value == r.value;
    };
    const auto found = std::find_if(points.begin(), points.end(), same);
    const auto k = static_cast<std::size_t>(found - points.begin());
    if (found == points.end()) {
      points.push_back({.curve = r.curve, .line = r.line, .value = r.value});
      measured.emplace_back();
    }
    ++points[k].seeds;
    if (r.measured) {
      measured[k].push_back(*r.measured);
    } else {
      ++points[k].failed;
    }
  }
  for (std::size_t k = 0; k < points.size(); ++k) {
    RobustnessPoint& p = points[k];
    const std::vector<double>& m = measured[k];
    if (m.empty()) {
      p.mean = p.low = p.high = std::numeric_limits<double>::quiet_NaN();
      continue;
    }
    const double n = static_cast<double>(m.size());
    for (const double x : m) p.mean += x / n;
    double square = 0.0;
    for (const double x : m) square += (x - p.mean) * (x - p.mean);
    if (m.size() > 1) p.deviation = std::sqrt(square / (n - 1.0));
    const auto [low, high] = std::minmax_element(m.begin(), m.end());
    p.low = *low, p.high = *high;
  }
  return points;
}

CurveAxis axis_of(const std::vector<std::string>& values) {
  CurveAxis axis;
  std::optional<Dimension> dimension;
  for (const std::string& text : values) {
    std::string problem;
    const auto parsed = parse_quantity(text, problem);
    if (!parsed || (dimension && !(*dimension == parsed->dimension))) {
      CurveAxis places;
      for (std::size_t k = 0; k < values.size(); ++k) places.at.push_back(static_cast<double>(k));
      return places;
    }
    dimension = parsed->dimension;
    axis.at.push_back(parsed->si);
  }
  if (dimension) axis.unit = unit_name(*dimension);
  double low = std::numeric_limits<double>::infinity(), high = 0.0;
  bool negative = false;
  for (const double x : axis.at) {
    negative = negative || x < 0.0;
    if (x > 0.0) low = std::min(low, x), high = std::max(high, x);
  }
  axis.log = !negative && high > low * std::pow(10.0, 1.5);
  for (double& x : axis.at) {
    if (axis.log && x == 0.0) x = *(axis.zero = low / std::sqrt(10.0));
  }
  return axis;
}

}  // namespace leadlag
