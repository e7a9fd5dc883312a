// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "arrays/aligned.hpp"
#include "arrays/crossbar_kernel.hpp"
#include "arrays/wired_crossbar.hpp"
#include "blocks/synapse.hpp"

namespace leadlag {

/// The wires of one physical tile: what its ends see of the weights that its registers hold. Solved anew
/// before the first read after a write; a read then costs what it costs without resistance.
template <class T>
class TileWires {
 public:
  /// resistance: of a wire per cell, times the conductance of weight 1.
  TileWires(const CrossbarTile<T>& cells, WireModel kind, double resistance);

  void weights_changed() { stale_ = true; }
  /// The tile to read: effective weights, and the plasticity cells' own stores.
  const CrossbarTile<T>& seen();

  /// Power that a read turns into heat, all dies together: an upper bound (wired_crossbar.hpp), in units of
  /// the conductance of weight 1 times the square of the full-scale voltage. seen() has been called.
  double heat_of_read(std::span<const T> rate) const { return heat(loads_.column, rate); }
  double heat_of_transposed(std::span<const T> error) const { return heat(loads_.row, error); }

 private:
  static double heat(std::span<const double> loads, std::span<const T> signal);
  void solve();

  CrossbarTile<T> cells_, seen_;
  WireModel kind_;
  WireTile wires_;
  AlignedVector<T> effective_;
  WireLoads loads_;
  bool stale_ = true;
};

}  // namespace leadlag
