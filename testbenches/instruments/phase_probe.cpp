// SPDX-License-Identifier: Apache-2.0
#include "instruments/phase_probe.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace leadlag {

SineFit fit_sine(const Record& record, Frequency frequency) {
  const double turns_per_sample = frequency.si * record.period.si;
  if (!(turns_per_sample > 0.0 && turns_per_sample < 0.5))
    throw std::invalid_argument("a sine fit needs a frequency below half the sampling rate");
  const double size = static_cast<double>(record.values.size());
  const double periods = std::floor(size * turns_per_sample * (1.0 + 1e-12));
  if (periods < 1.0) throw std::invalid_argument("a sine fit needs a whole period in the record");
  const auto samples = static_cast<std::size_t>(std::min(size, std::round(periods / turns_per_sample)));
  const std::size_t skipped = record.values.size() - samples;

  const auto row = [&](std::size_t k) {
    const double turns = frequency.si * record.time(skipped + k).si;
    const double angle = 2.0 * std::numbers::pi * (turns - std::floor(turns));
    return Eigen::Vector3d(std::sin(angle), std::cos(angle), 1.0);
  };
  // Normal equations: over whole periods they are all but diagonal.
  Eigen::Matrix3d normal = Eigen::Matrix3d::Zero();
  Eigen::Vector3d right = Eigen::Vector3d::Zero();
  for (std::size_t k = 0; k < samples; ++k) {
    const Eigen::Vector3d r = row(k);
    normal += r * r.transpose();
    right += record.values[skipped + k] * r;
  }
  const Eigen::Vector3d fit = normal.ldlt().solve(right);
  double squares = 0.0;
  for (std::size_t k = 0; k < samples; ++k) {
    const double left = record.values[skipped + k] - fit.dot(row(k));
    squares += left * left;
  }
  return {.amplitude = std::hypot(fit(0), fit(1)),
          .phase = std::atan2(fit(1), fit(0)),
          .offset = fit(2),
          .residual = std::sqrt(squares / static_cast<double>(samples)),
          .samples = samples};
}

Transfer transfer(const Record& signal, const Record& reference, Frequency frequency) {
  const SineFit s = fit_sine(signal, frequency), r = fit_sine(reference, frequency);
  return {.gain = s.amplitude / r.amplitude,
          .phase = std::remainder(s.phase - r.phase, 2.0 * std::numbers::pi),
          .residual = s.residual / s.amplitude,
          .reference_residual = r.residual / r.amplitude};
}

void PhaseProbe::sample() {
  Probe::sample();
  reference_record_.first = record().first;
  reference_record_.values.push_back(reference.read());
}

Transfer PhaseProbe::transfer(Frequency frequency) const {
  return leadlag::transfer(record(), reference_record_, frequency);
}

}  // namespace leadlag
