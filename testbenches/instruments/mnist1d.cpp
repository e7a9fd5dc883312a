// SPDX-License-Identifier: Apache-2.0
#include "instruments/mnist1d.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "units/random.hpp"

namespace leadlag {
namespace {

constexpr std::size_t template_points = 12;
using Template = std::array<double, template_points>;

constexpr std::array<Template, Mnist1d::digits> drawn{{{5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5},
                                                       {5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5},
                                                       {5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5},
                                                       {5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5},
                                                       {5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5},
                                                       {5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5},
                                                       {5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5},
                                                       {5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5},
                                                       {5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5},
                                                       {5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5}}};

struct Moments {
  double mean, deviation;
};
Moments moments(std::span<const double> x) {
  const double n = static_cast<double>(x.size());
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double squares = 0.0;
  for (const double v : x) squares += (v - mean) * (v - mean);
  return {mean, std::sqrt(squares / n)};
}

/// A template's own zeros are kept apart from padding by a small offset.
Template pattern(std::size_t digit) {
  constexpr double offset = 1e-8;
  Template t = drawn[digit];
  const Moments m = moments(t);
  for (double& v : t) v = (v - m.mean) / m.deviation;
  const double first = t[0];
  for (double& v : t) v = (v - first) / 6.0 + offset;
  return t;
}

/// Gaussian filter, cut at 4 sigma, the signal mirrored at its ends (... b a | a b c ... y z | z y ...).
std::vector<double> smoothed(const std::vector<double>& x, double sigma) {
  const auto reach = static_cast<std::ptrdiff_t>(4.0 * sigma + 0.5),
             n = static_cast<std::ptrdiff_t>(x.size());
  std::vector<double> weights;
  for (std::ptrdiff_t k = -reach; k <= reach; ++k) {
    weights.push_back(std::exp(-0.5 * static_cast<double>(k * k) / (sigma * sigma)));
  }
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<double> out(x.size());
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    for (std::ptrdiff_t k = -reach; k <= reach; ++k) {
      const std::ptrdiff_t at = ((i + k) % (2 * n) + 2 * n) % (2 * n);
      out[static_cast<std::size_t>(i)] += weights[static_cast<std::size_t>(k + reach)] / total *
                                          x[static_cast<std::size_t>(at < n ? at : 2 * n - 1 - at)];
    }
  }
  return out;
}

std::vector<double> one_sample(const Mnist1d& recipe, std::size_t k) {
  const auto draws = [&](const char* purpose) { return Draws(recipe.seed, "mnist1d", purpose); };
  const std::size_t points = template_points + recipe.padding_high;
  const Template t = pattern(k % Mnist1d::digits);
  std::vector<double> x(t.begin(), t.end());
  const std::size_t paddings = recipe.padding_high - recipe.padding_low + 1;
  x.resize(x.size() + recipe.padding_low + draws("padding").below(k, paddings));
  x = resampled(x, points);
  for (double& v : x) v *= 1.0 + recipe.scale * (draws("scale").uniform(k) - 0.5);
  const auto shift = static_cast<std::ptrdiff_t>(draws("rotation").below(k, recipe.rotations));
  std::rotate(x.begin(), x.end() - shift, x.end());

  const Draws gap = draws("noise in gaps"), everywhere = draws("noise");
  std::vector<double> filler(points);
  for (std::size_t i = 0; i < points; ++i) filler[i] = recipe.gap_noise * gap.normal(k * points + i);
  filler = smoothed(filler, recipe.gap_smoothing);
  const double slope = recipe.shear * (draws("shear").uniform(k) - 0.5);
  for (std::size_t i = 0; i < points; ++i) {
    if (x[i] == 0.0) x[i] = filler[i];
    x[i] += recipe.noise * everywhere.normal(k * points + i);
    x[i] -= slope * (static_cast<double>(i) / static_cast<double>(points - 1) - 0.5);
  }
  return resampled(x, recipe.length);
}

}  // namespace

Mnist1d recipe_of(const TaskParams& params) {
  return {.samples = static_cast<std::size_t>(params.samples),
          .length = static_cast<std::size_t>(params.length),
          .seed = static_cast<std::uint64_t>(params.data_seed)};
}

SeriesData make_mnist1d(const Mnist1d& recipe) {
  std::vector<std::size_t> order(recipe.samples);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const Draws draws(recipe.seed, "mnist1d", "order");
  for (std::size_t k = order.size() - 1; k > 0; --k) std::swap(order[k], order[draws.below(k, k + 1)]);

  std::vector<double> values;
  values.reserve(recipe.samples * recipe.length);
  for (const std::size_t k : order) {
    const auto x = one_sample(recipe, k);
    values.insert(values.end(), x.begin(), x.end());
  }
  const Moments m = moments(values);
  for (double& v : values) v = (v - m.mean) / m.deviation;

  const auto train = static_cast<std::size_t>(recipe.train_share * static_cast<double>(recipe.samples) + 0.5);
  SeriesData data;
  data.classes = Mnist1d::digits;
  data.train.points = data.test.points = recipe.length;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(train * recipe.length);
  data.train.values.assign(values.begin(), middle);
  data.test.values.assign(middle, values.end());
  for (std::size_t i = 0; i < order.size(); ++i) {
    (i < train ? data.train : data.test)
        .labels.push_back(static_cast<std::uint32_t>(order[i] % Mnist1d::digits));
  }
  return data;
}

}  // namespace leadlag
