// SPDX-License-Identifier: Apache-2.0
#include "instruments/density.hpp"

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <unsupported/Eigen/FFT>

namespace leadlag {

struct DensityMeter::Transform {
  Eigen::FFT<double> fft;
};

DensityMeter::DensityMeter(std::size_t segment, Time period)
    : period_(period),
      window_(segment),
      shaped_(segment),
      sum_(segment / 2 + 1),
      transform_(std::make_unique<Transform>()) {
  if (segment < 4 || segment % 2 != 0)
    throw std::invalid_argument("a density needs segments of 4 samples or more, an even number");
  transform_->fft.SetFlag(Eigen::FFT<double>::HalfSpectrum);
  for (std::size_t n = 0; n < segment; ++n) {
    const double turns = static_cast<double>(n) / static_cast<double>(segment);
    window_[n] = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * turns);
    squares_ += window_[n] * window_[n];
  }
  held_.reserve(segment);
}
DensityMeter::~DensityMeter() = default;
DensityMeter::DensityMeter(DensityMeter&&) noexcept = default;

void DensityMeter::add(double value) {
  held_.push_back(value);
  if (held_.size() < window_.size()) return;
  for (std::size_t n = 0; n < held_.size(); ++n) shaped_[n] = window_[n] * held_[n];
  transform_->fft.fwd(bins_, shaped_);
  for (std::size_t k = 0; k < sum_.size(); ++k) sum_[k] += std::norm(bins_[k]);
  ++segments_;
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(held_.size() / 2));
}

std::vector<double> DensityMeter::density() const {
  std::vector<double> density(sum_.size(), 0.0);
  const double scale = segments_ == 0 ? 0.0 : period_.si / (squares_ * static_cast<double>(segments_));
  for (std::size_t k = 0; k < density.size(); ++k) {
    const bool end = k == 0 || k + 1 == density.size();
    density[k] = (end ? 1.0 : 2.0) * scale * sum_[k];
  }
  return density;
}

double DensityMeter::deviation() const { return std::sqrt(19.0 / 18.0 / static_cast<double>(segments_)); }

}  // namespace leadlag
