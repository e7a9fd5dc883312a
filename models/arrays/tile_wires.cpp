// SPDX-License-Identifier: Apache-2.0
#include "arrays/tile_wires.hpp"

#include <algorithm>
#include <cmath>

namespace leadlag {

template <class T>
TileWires<T>::TileWires(const CrossbarTile<T>& cells, WireModel kind, double resistance)
    : cells_(cells),
      seen_(cells),
      kind_(kind),
      wires_{cells.rows, cells.columns, resistance},
      effective_(cells.rows * cells.stride) {
  seen_.weight = effective_.data();
}

template <class T>
const CrossbarTile<T>& TileWires<T>::seen() {
  if (stale_) solve();
  stale_ = false;
  return seen_;
}

template <class T>
void TileWires<T>::solve() {
  std::vector<double> weights(wires_.rows * wires_.columns), effective(weights.size());
  bool finite = true;
  for (std::size_t i = 0; i < wires_.rows; ++i) {
    for (std::size_t j = 0; j < wires_.columns; ++j) {
      const double w = static_cast<double>(cells_.weight[i * cells_.stride + j]);
      weights[i * wires_.columns + j] = w;
      finite = finite && std::isfinite(w);
    }
  }
  // Weights that ran away have no solution: they go through as they are, and the run says so.
  if (finite) loads_ = approximate_wires(wires_, weights, effective);
  if (finite && kind_ == WireModel::nodal) NodalCrossbar(wires_, weights).effective(effective);
  if (!finite) effective = weights;
  for (std::size_t i = 0; i < wires_.rows; ++i) {
    for (std::size_t j = 0; j < wires_.columns; ++j) {
      effective_[i * cells_.stride + j] = static_cast<T>(effective[i * wires_.columns + j]);
    }
  }
}

template <class T>
double TileWires<T>::heat(std::span<const double> loads, std::span<const T> signal) {
  double sum = 0.0;
  const std::size_t lanes = loads.empty() ? 0 : signal.size() / loads.size();
  for (std::size_t k = 0; k < loads.size(); ++k) {
    double square = 0.0;
    for (std::size_t b = 0; b < lanes; ++b) {
      const double x = static_cast<double>(signal[k * lanes + b]);
      square += x * x;
    }
    sum += loads[k] * square;
  }
  return sum;
}

template class TileWires<double>;
template class TileWires<float>;

}  // namespace leadlag
