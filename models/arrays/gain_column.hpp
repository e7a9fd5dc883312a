// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "arrays/aligned.hpp"
#include "blocks/gain_stage.hpp"

namespace leadlag {

/// The gain stages of a column of error units as structure of arrays, one number per lane: the arithmetic of
/// GainStage.
template <class T>
class GainColumn {
 public:
  explicit GainColumn(std::size_t lanes);
  bool empty() const { return gain_.empty(); }
  /// Sets one unit's replicas, `count` lanes from `first`; a measured average goes on from where it is.
  void set(std::size_t first, std::size_t count, const GainStage::Coefficients<double>& c);
  void clear();
  /// Takes what the neurons just did into the averages.
  void keep(const T* driven, const T* lookahead);
  /// From here on apply() uses the gain of the averages kept last.
  void advance() { divide(0, gain_.size()); }
  void apply(T* error) const;

 private:
  void divide(std::size_t first, std::size_t count);

  AlignedVector<T> keep_, take_, floor_, most_, start_driven_, start_lookahead_;
  AlignedVector<T> driven_, lookahead_, gain_;
};

}  // namespace leadlag
