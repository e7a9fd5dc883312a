// SPDX-License-Identifier: Apache-2.0
#include "instruments/voltmeter.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace leadlag {

Summary summarise(std::span<const double> values) {
  if (values.empty()) throw std::invalid_argument("a voltmeter that has sampled nothing has no reading");
  const auto [min, max] = std::minmax_element(values.begin(), values.end());
  Summary s{.samples = values.size(), .min = *min, .max = *max};
  double sum = 0.0, squares = 0.0;
  for (const double v : values) sum += v, squares += v * v;
  s.mean = sum / static_cast<double>(values.size());
  s.rms = std::sqrt(squares / static_cast<double>(values.size()));
  return s;
}

}  // namespace leadlag
