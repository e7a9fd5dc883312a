// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace leadlag {

/// One run of a curve: what was measured at one value of the parameter.
struct RobustnessRun {
  std::string curve, line;  ///< the line is a preset, or the chip's name
  std::string value;        ///< of the parameter, as text
  std::int64_t seed = 0;
  std::optional<double> measured;  ///< none: not measured, or the chip diverged
};

/// All seeds at one value.
struct RobustnessPoint {
  std::string curve, line, value;
  std::size_t seeds = 0, failed = 0;   ///< failed: of the seeds, those without a measurement
  double mean = 0.0, deviation = 0.0;  ///< over the others; deviation 0 with one
  double low = 0.0, high = 0.0;
};

/// Points in the order in which they first appear.
std::vector<RobustnessPoint> robustness_points(const std::vector<RobustnessRun>& runs);

/// Where the values of a curve stand on its axis.
struct CurveAxis {
  std::vector<double> at;      ///< one per value
  std::string unit;            ///< SI symbol of the values; "" for plain numbers and for places
  bool log = false;            ///< their size counts in decades
  std::optional<double> zero;  ///< if `log` and a value is 0: where it stands, since the axis has no 0
};
/// What the texts read as, if all are numbers or quantities of one dimension; else their places 0, 1, 2, ...
/// Logarithmic if none is negative and those above 0 span more than 1.5 decades; 0 then stands half a decade
/// below the smallest.
CurveAxis axis_of(const std::vector<std::string>& values);

}  // namespace leadlag
