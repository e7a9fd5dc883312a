// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "arrays/column_kernel.hpp"
#include "blocks/activation.hpp"
#include "fixed/activation.hpp"
#include "fixed/lead_lag.hpp"
#include "fixed/words.hpp"

namespace leadlag {

/// A column of digital neurons or error units: what neuron_column and error_column do, by the integer cores
/// of models/fixed over lanes. Between the columns of a die words travel as the numbers they stand for, in
/// double: a sum of products of words is exact there as long as it has 53 bits or less, so the crossbars need
/// no kernel of their own.
class FixedColumn {
 public:
  FixedColumn(const FixedWords& words, std::size_t lanes)
      : words_(words.lengths()), units_(lanes), nudging_(lanes) {}

  /// Sets one unit: `count` lanes from `first`, its replicas.
  void set(std::size_t first, std::size_t count, const LeadLag::Coefficients<double>& c,
           double nudging = 0.0);
  /// As neuron_column: drives are sums of products, rounded here; membranes are `lanes.carry`. Nudged if
  /// `error` is not null.
  template <class T>
  void run_neurons(Activation activation, LeadLagLanes<T>& lanes, const T* drive, const T* error, T* rate,
                   T* slope, const NeuronTaps<T>& taps);
  /// As error_column.
  template <class T>
  void run_errors(LeadLagLanes<T>& lanes, bool wires, const T* slope, const T* back, const T* epsilon,
                  T* error);

 private:
  template <class T>
  std::int64_t word(T signal) const {
    return fixed::quantise(static_cast<double>(signal), words_.signal);
  }

  fixed::WordLengths words_;
  std::vector<fixed::LeadLag::Coefficients> units_;
  std::vector<std::int64_t> nudging_;
};

/// The curve that rtl_ref has under this name.
fixed::Curve curve_of(Activation activation);

}  // namespace leadlag
