// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <cstddef>
#include <memory>
#include <vector>

#include "units/quantity.hpp"

namespace leadlag {

/// Power spectral density of a signal of any length, segment by segment (P. Welch, IEEE Trans. Audio
/// Electroacoust. 15, 1967): periodograms of half-overlapping segments under a Hann window, averaged. Keeps
/// one segment.
class DensityMeter {
 public:
  /// Throws std::invalid_argument unless `segment` is even and 4 or more.
  DensityMeter(std::size_t segment, Time period);
  ~DensityMeter();
  DensityMeter(DensityMeter&&) noexcept;

  void add(double value);
  std::size_t segments() const { return segments_; }
  Frequency resolution() const { return 1.0 / (static_cast<double>(window_.size()) * period_); }
  /// One-sided, in squares of the signal per hertz; element k is at k times the resolution. Bins 0 and 1 hold
  /// what is left of the mean. Zeros before the first whole segment.
  std::vector<double> density() const;
  /// Relative standard deviation of one bin for a Gaussian signal, sqrt(19/18 / segments): overlapping
  /// segments under this window are correlated by 1/6.
  double deviation() const;

 private:
  struct Transform;

  Time period_;
  std::vector<double> window_, held_, shaped_, sum_;
  std::vector<std::complex<double>> bins_;
  std::size_t segments_ = 0;
  double squares_ = 0.0;
  std::unique_ptr<Transform> transform_;
};

}  // namespace leadlag
