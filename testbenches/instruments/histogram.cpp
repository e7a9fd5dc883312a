// SPDX-License-Identifier: Apache-2.0
#include "instruments/histogram.hpp"

#include <algorithm>
#include <boost/histogram/axis/regular.hpp>
#include <boost/histogram/make_histogram.hpp>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace leadlag {

Histogram histogram(std::span<const double> values, std::size_t bins, double low, double high) {
  if (bins == 0 || !(low < high) || !std::isfinite(high - low))
    throw std::invalid_argument("a histogram needs a bin, and low < high");
  namespace bh = boost::histogram;
  auto counter = bh::make_histogram_with(std::vector<std::uint64_t>{},
                                         bh::axis::regular<double>(static_cast<unsigned>(bins), low, high));
  for (const double v : values) counter(v);
  Histogram h{.low = low, .high = high, .counts = {}};
  for (std::size_t k = 0; k < bins; ++k) h.counts.push_back(counter.at(static_cast<int>(k)));
  h.below = counter.at(-1), h.above = counter.at(static_cast<int>(bins));
  return h;
}

Linearity linearity(const Histogram& codes, Stimulus stimulus) {
  const std::size_t n = codes.counts.size();
  if (n < 4) throw std::invalid_argument("linearity needs four codes");
  std::vector<double>
      reached_by;  // share of samples below each transition; transition k leads into code k + 1
  double total = static_cast<double>(codes.below);
  for (const std::uint64_t count : codes.counts) {
    total += static_cast<double>(count);
    reached_by.push_back(total);
  }
  total += static_cast<double>(codes.above);
  if (reached_by.front() == 0.0 || reached_by[n - 2] == total)
    throw std::invalid_argument("the stimulus did not reach the converter's first or last code");
  std::vector<double> transition;
  for (std::size_t k = 0; k + 1 < n; ++k) {
    const double share = reached_by[k] / total;
    transition.push_back(stimulus == Stimulus::ramp ? share : -std::cos(std::numbers::pi * share));
  }
  const double lsb = (transition.back() - transition.front()) / static_cast<double>(n - 2);
  Linearity l;
  for (std::size_t k = 0; k + 1 < transition.size(); ++k) {
    l.dnl.push_back((transition[k + 1] - transition[k]) / lsb - 1.0);
    l.inl.push_back((transition[k] - transition.front()) / lsb - static_cast<double>(k));
    l.worst_dnl = std::max(l.worst_dnl, std::abs(l.dnl.back()));
    l.worst_inl = std::max(l.worst_inl, std::abs(l.inl.back()));
  }
  return l;
}

}  // namespace leadlag
