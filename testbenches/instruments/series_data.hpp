// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace leadlag {

/// Labelled time series of equal length.
struct SeriesSet {
  std::size_t channels = 1, points = 0;
  std::vector<double> values;         ///< samples x channels x points, row-major
  std::vector<std::uint32_t> labels;  ///< one per sample

  std::size_t count() const { return labels.size(); }
  std::span<const double> series(std::size_t sample, std::size_t channel) const {
    return std::span(values).subspan((sample * channels + channel) * points, points);
  }
};

struct SeriesData {
  SeriesSet train, test;
  std::size_t classes = 0;
};

/// `points` resampled to `length` points on straight lines between them; first falls on first, last on last.
std::vector<double> resampled(std::span<const double> points, std::size_t length);

/// Value at cycle `at` of `length` of a series stretched as in resampled().
double stretched(std::span<const double> points, std::size_t at, std::size_t length);

/// Reads a data set from a folder: x, y, x_test, y_test, each .npy or .csv. x is samples x points or samples
/// x channels x points (NPY only), y has one whole number per sample, the class from 0. Throws DataError
/// with the file and what is wrong with it.
SeriesData read_series(const std::string& folder);

}  // namespace leadlag
