// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "design/design.hpp"
#include "instruments/series_data.hpp"

namespace leadlag {

/// How MNIST-1D is drawn (Greydanus 2020, "Scaling down deep learning", arXiv 2011.14439). Ten templates of
/// 12 points, one per digit, each brought to mean 0 and deviation 1, moved to start at 0 and divided by 6.
/// Every sample, in this order:
///
///   pad      append p zeros, p uniform in 36 .. 60
///   dilate   resample linearly to 72 points
///   scale    multiply by 1 + 0.4 (U - 1/2), U uniform on (0, 1)
///   rotate   by k points, k uniform in 0 .. 47; the last k come first
///   gaps     where the signal is zero: normal noise of deviation 0.25, smoothed by a Gaussian of 2 points
///   noise    add normal noise of deviation 0.02 everywhere
///   shear    subtract a ramp from -c/2 to c/2, c = 0.75 (U - 1/2)
///   resample linearly to `length` points, ends on ends
///
/// The whole set is then brought to mean 0 and deviation 1. Sample k is of digit k % 10; the set is shuffled,
/// the first `train_share` of it are the training samples. Draws come from `seed` alone.
struct Mnist1d {
  std::size_t samples = 5000, length = 72;
  std::uint64_t seed = 1;
  double train_share = 0.8;
  // Lengths are in points of the 72-point signal. Tests change these to see that the statistics notice.
  std::size_t padding_low = 36, padding_high = 60, rotations = 48;
  double scale = 0.4, gap_noise = 0.25, gap_smoothing = 2.0, noise = 0.02, shear = 0.75;

  static constexpr std::size_t digits = 10;
};

/// The recipe with the samples, length and seed that a task asks for.
Mnist1d recipe_of(const TaskParams& params);

SeriesData make_mnist1d(const Mnist1d& recipe);

}  // namespace leadlag
