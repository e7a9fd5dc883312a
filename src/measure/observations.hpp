// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "technology/datasheet.hpp"
#include "units/quantity.hpp"

namespace leadlag {

/// One point of the learning curve.
struct CurvePoint {
  std::int64_t cycle = 0, sample = 0;
  double value = 0.0;  ///< accuracy of images, mean squared error of a continuous task, since the last point
  std::vector<double>
      parameters;  ///< of small chips: every plastic parameter, in the order of the chip's groups
};

/// What the bench saw, as plain values: everything a run hands over to measuring.
struct Observations {
  std::int64_t cycles = 0, samples = 0, train_samples = 0, test_samples = 0, learning_steps = 0,
               host_steps = 0;
  std::string diverged;  ///< instance whose state left the finite numbers and ended the run; empty: none
  std::optional<double> test_accuracy, train_accuracy, final_mse;
  std::vector<CurvePoint> curve;
  std::vector<std::string> parameter_names;                            ///< of CurvePoint::parameters
  std::map<std::pair<std::string, std::string>, Activity> activities;  ///< by (array, block stem), all dies
  Charge supply_charge;  ///< integral of the supply current, all dies
  Current peak_current;  ///< all dies
};

}  // namespace leadlag
