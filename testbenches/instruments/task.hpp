// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "design/design.hpp"
#include "measure/observations.hpp"

namespace leadlag {

/// What the bench puts on the chip's pins in one clock cycle, beside the lanes themselves.
struct Frame {
  bool target_on = true, learn = true, window = true, reset = false;
};

struct TaskResults {
  std::optional<double> test_accuracy, train_accuracy, final_mse;
  std::int64_t train_samples = 0, test_samples = 0;  ///< shown to all dies together
  std::vector<CurvePoint> curve;
};

/// Drives inputs and targets and judges the outputs. Cycle n is the clock period that ends with rising edge
/// n.
class Task {
 public:
  virtual ~Task() = default;
  virtual std::int64_t cycles() const = 0;
  /// Pins of cycle n; called once per cycle, in order. Lanes: unit-major, replicas inside.
  virtual Frame drive(std::int64_t n, std::span<double> x, std::span<double> target) = 0;
  /// What the readout sampled at edge n and has summed in its window.
  virtual void observe(std::int64_t n, std::span<const double> value, std::span<const double> sum) = 0;
  /// Edge n ended a sample that was shown with learning on.
  virtual bool training_sample_ended(std::int64_t n) const = 0;
  /// Share of the training that is done at cycle n, for annealing; 1 afterwards.
  virtual double progress(std::int64_t n) const = 0;
  const TaskResults& results() const { return results_; }
  TaskResults& results() { return results_; }

 protected:
  TaskResults results_;
};

/// Builds the task of a Design. Reads data files; throws DataError with the file and what is wrong with it.
std::unique_ptr<Task> make_task(const Design& design);

}  // namespace leadlag
