// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>

#include "arrays/crossbar_array.hpp"
#include "arrays/lane_bus.hpp"
#include "arrays/tile_wires.hpp"

// What crossbar_array.cpp and crossbar_cells.cpp share: the inside of a CrossbarArray.
namespace leadlag {

/// A physical tile: its place in the logical array, its cells, and the wires at its edges.
template <class T>
struct CrossbarArray<T>::Tile final : sc_core::sc_module {
  std::size_t row, column;
  CrossbarTile<T> cells;
  AlignedVector<T> weight, accumulator, rate, error, drive, back;
  std::optional<TileWires<T>> wires;

  Tile(const sc_core::sc_module_name& tile_name, std::size_t first_row, std::size_t first_column,
       std::size_t rows, std::size_t columns, std::size_t replicas, bool accumulates)
      : sc_module(tile_name), row(first_row), column(first_column) {
    const std::size_t stride = padded(columns), lanes = lanes_per_unit(replicas);
    weight.resize(rows * stride);
    if (accumulates) accumulator.resize(rows * stride);
    rate.resize(stride * lanes), back.resize(stride * lanes);
    error.resize(rows * lanes), drive.resize(rows * lanes);
    cells = {weight.data(), accumulates ? accumulator.data() : nullptr, rows, columns, stride, replicas};
  }
  /// Row r; cells are counted over the whole array, row-major.
  CellRow<T> cell_row(std::size_t r, std::size_t array_columns) {
    return {.weight = weight.data() + r * cells.stride,
            .sum = accumulator.empty() ? nullptr : accumulator.data() + r * cells.stride,
            .n = cells.columns,
            .first = static_cast<std::uint32_t>((row + r) * array_columns + column)};
  }
  /// The cells as a read sees them.
  const CrossbarTile<T>& seen() { return wires ? wires->seen() : cells; }
  /// A sweep of which the reads go through the wires, where there are any; the update sees the registers.
  void sweep(SweepMode mode, T eta) {
    const bool apart = wires && mode.update == SweepMode::Update::online;
    const SweepMode reads{mode.backward, apart ? SweepMode::Update::none : mode.update};
    leadlag::sweep(seen(), reads, rate.data(), error.data(), eta, drive.data(), back.data());
    if (!apart) return;
    leadlag::update(cells, mode.update, rate.data(), error.data(), eta);
    wires->weights_changed();
  }
  void take_rate(std::span<const T> all, std::size_t lanes) {
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(column * lanes), cells.columns * lanes,
                rate.begin());
  }
  void take_error(std::span<const T> all, std::size_t lanes) {
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(row * lanes), cells.rows * lanes, error.begin());
  }
};

template <class T>
template <class F>
void CrossbarArray<T>::for_each_tile(F&& f) {
  const auto tiles = static_cast<std::ptrdiff_t>(tiles_.size());
  // Below this a thread's share is shorter than waking it, and even a team of one costs more than a small
  // tile.
  if (tiles > 1 && shape_.rows * shape_.columns * shape_.replicas >= 32768) {
#pragma omp parallel for schedule(static)
    for (std::ptrdiff_t k = 0; k < tiles; ++k) f(*tiles_[static_cast<std::size_t>(k)]);
  } else {
    for (std::ptrdiff_t k = 0; k < tiles; ++k) f(*tiles_[static_cast<std::size_t>(k)]);
  }
}

template <class T>
template <class F>
void CrossbarArray<T>::for_each_row(F&& f) {
  for_each_tile([&](Tile& t) {
    for (std::size_t r = 0; r < t.cells.rows; ++r) f(t.cell_row(r, shape_.columns));
  });
}

template <class T>
template <class F>
void CrossbarArray<T>::for_each_cell(F&& f) const {
  for (const auto& t : tiles_) {
    for (std::size_t r = 0; r < t->cells.rows; ++r) {
      for (std::size_t c = 0; c < t->cells.columns; ++c) {
        f(*t, r * t->cells.stride + c, (t->row + r) * shape_.columns + t->column + c);
      }
    }
  }
}

}  // namespace leadlag
