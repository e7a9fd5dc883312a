// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>

#include "arrays/aligned.hpp"
#include "blocks/lead_lag.hpp"

namespace leadlag {

/// What the plasticity cells of an analog island see of one input: a row of rates or errors behind their
/// multipliers' own pole, tau_c dy/dt = x - y, exact for signals that are ramps from clock edge to clock
/// edge. A pole at each input delays a product as one behind it does, to first order in omega tau_c, and
/// needs a number per row and column instead of one per cell.
template <class T>
class ProductLag {
 public:
  using Coefficients = LeadLag::Coefficients<double>;
  /// Without coefficients: no pole.
  explicit ProductLag(const std::optional<Coefficients>& c = {}) : pole_(c.has_value()) {
    if (c)
      coefficients_ = {static_cast<T>(c->decay), static_cast<T>(c->before), static_cast<T>(c->now), T(0)};
  }
  /// The row at this clock edge, behind the pole; once per edge.
  std::span<const T> follow(std::span<const T> row) {
    if (!pole_) return row;
    carry_.resize(row.size()), seen_.resize(row.size());
    for (std::size_t k = 0; k < row.size(); ++k) {
      LeadLag::State<T> s{carry_[k]};
      seen_[k] = LeadLag::lagged(coefficients_, s, row[k]);
      LeadLag::advance(coefficients_, s, row[k]);
      carry_[k] = s.carry;
    }
    return seen_;
  }
  void clear() { std::fill(carry_.begin(), carry_.end(), T(0)); }

 private:
  bool pole_;
  LeadLag::Coefficients<T> coefficients_{};
  AlignedVector<T> carry_, seen_;
};

}  // namespace leadlag
