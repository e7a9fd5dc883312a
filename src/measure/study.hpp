// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace leadlag {

/// One learning system on one seed, as a run of the study left it. SI units, one die.
struct StudyRun {
  std::string system;
  std::int64_t seed = 0;
  std::string diverged;            ///< "" or what was not finite
  std::optional<double> accuracy;  ///< on test samples
  struct Point {
    std::int64_t sample = 0;
    double accuracy = 0.0;  ///< of the training samples since the last point
    double time = 0.0, energy = 0.0;
  };
  std::vector<Point> curve;
  std::int64_t train_samples = 0, test_samples = 0;
  double train_time = 0.0, train_energy = 0.0, test_time = 0.0, test_energy = 0.0;
  double area = 0.0, power = 0.0, worst_slack = 0.0;
  double host_energy = 0.0;  ///< of a computer beside the die that learns for it, in the whole training
  std::string phases;        ///< "init 2, relax 20, write 1"
};

/// All seeds of one system.
struct StudyRow {
  std::string system, phases;
  std::size_t seeds = 0;
  double mean = 0.0, deviation = 0.0;  ///< of the test accuracy; deviation 0 with one seed
  bool converged = false;
  std::string why;  ///< of a system that did not converge
  /// Behind the best system, with the half-width of Welch's 95 % interval for the difference; no width where
  /// a spread is unknown.
  double behind = 0.0;
  std::optional<double> half_width;
  bool within_spread = false;  ///< the interval contains 0
  // Means over the seeds.
  double train_time = 0.0, train_energy = 0.0;         ///< of the whole training
  double host_energy = 0.0;                            ///< of the same, beside the die
  double sample_energy = 0.0, inference_energy = 0.0;  ///< per training sample, per test sample
  double inference_time = 0.0, area = 0.0, power = 0.0, worst_slack = 0.0;
  std::vector<StudyRun::Point> curve;
};

/// Rows in the order in which systems first appear. `converged`: accuracy that counts as learnt.
std::vector<StudyRow> compare_systems(const std::vector<StudyRun>& runs, double converged);

}  // namespace leadlag
