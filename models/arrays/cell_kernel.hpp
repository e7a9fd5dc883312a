// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "blocks/weight_device.hpp"

namespace leadlag {

/// n neighbouring cells of a row; `first` is the number of the first in its crossbar.
template <class T>
struct CellRow {
  T* weight = nullptr;
  T* sum = nullptr;  ///< of products, cleared by an update
  const T* gain = nullptr;
  const T* offset = nullptr;
  std::size_t n = 0;
  std::uint32_t first = 0;
};

/// weight[k] = step.next(weight[k], sum[k], gain[k], offset[k], first + k); sum[k] = 0.
template <class T>
void update_cells(const CellStep<T>& step, const CellRow<T>& row);

/// weight[k] = step.kept(in[k], first + k).
template <class T>
void write_cells(const CellStep<T>& step, const double* in, const CellRow<T>& row);

/// out[k] = gain limit tanh(in[k] / gain / limit): what a pair of a multiplier makes of a signal that `gain`
/// has multiplied behind it.
template <class T>
void bend(T gain, T limit, const T* in, T* out, std::size_t n);

}  // namespace leadlag
