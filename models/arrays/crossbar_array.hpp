// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <systemc>
#include <vector>

#include "arrays/aligned.hpp"
#include "arrays/crossbar_kernel.hpp"
#include "arrays/crossbar_physics.hpp"
#include "blocks/synapse.hpp"
#include "blocks/weight_register.hpp"
#include "technology/datasheet.hpp"

namespace leadlag {

/// Event counts of the blocks of one crossbar.
struct CrossbarActivity {
  Activity synapse, plasticity_cell, weight_register;
};

/// One logical crossbar in tile detail, cut into physical tiles of at most shape_rows x shape_columns
/// crosspoints. Each tile reads its own part; the home tile (tile_0_0's row) adds the partial currents of the
/// tiles of a row in the order of their columns, and transposed currents in the order of their rows, so the
/// sum does not depend on which thread swept which tile. Rows are postsynaptic neurons.
template <class T>
class CrossbarArray final : public sc_core::sc_module {
 public:
  struct Shape {
    std::size_t rows = 0, columns = 0, replicas = 1;
    std::size_t tile_rows = 0, tile_columns = 0;  ///< 0: one tile holds the whole array
    WeightRange range{};                          ///< every write stays within it
    WireModel wires = WireModel::ideal;           ///< of the tiles
    double wire_resistance = 0.0;                 ///< per cell, times the conductance of weight 1
    bool digital = false;                         ///< reads are products of words, one after the other
  };
  /// weights: rows x columns, row-major. bias: rows, or empty. accumulates: products are kept for a host.
  /// made: its cells at circuit fidelity, or null.
  CrossbarArray(const sc_core::sc_module_name& name, const Shape& shape, std::span<const double> weights,
                std::span<const double> bias, bool accumulates,
                std::shared_ptr<const MadeCells> made = nullptr);
  ~CrossbarArray() override;

  /// At the start of every clock cycle: charges leak, devices drift. True if weights have changed.
  bool begin_cycle();
  /// Equal reads of one cycle after another differ.
  bool noisy() const { return physics_ && physics_->noisy(); }

  /// drive (rows, lanes) += W rate + bias, and what `mode` asks for in the same pass; back (columns, lanes) =
  /// W^T error.
  void sweep(SweepMode mode, std::span<const T> rate, std::span<const T> error, T eta, std::span<T> drive,
             std::span<T> back);
  /// drive += W rate + bias alone, not counted as a read: an analog island may look several times per tick.
  void read(std::span<const T> rate, std::span<T> drive);
  void read_transposed(std::span<const T> error, std::span<T> back);
  /// bias_rate: what drives the bias column, 1 unless the rule wants no product there.
  /// `gain` has multiplied `error` behind the multipliers already.
  void update(SweepMode::Update mode, std::span<const T> rate, std::span<const T> error, T eta,
              T bias_rate = T(1), double gain = 1.0);
  /// What the cells have stored goes into their own weights, w += eta store - decay w, and is cleared.
  void write_accumulated(T eta, T decay);

  std::size_t rows() const { return shape_.rows; }
  std::size_t columns() const { return shape_.columns; }
  bool has_bias() const { return !bias_.empty(); }
  double weight(std::size_t row, std::size_t column) const;
  double bias(std::size_t row) const { return static_cast<double>(bias_[row]); }

  // Host port: row-major over the whole array.
  void read_weights(std::span<double> out) const;
  void write_weights(std::span<const double> in);
  /// Reads the plasticity cells and clears them; not over_wires: a host's own sums.
  void take_accumulated(std::span<double> out, bool over_wires = true);
  void read_bias(std::span<double> out) const;
  void write_bias(std::span<const double> in);
  void take_accumulated_bias(std::span<double> out, bool over_wires = true);

  void count_reads(std::span<const T> rate);

  CrossbarActivity activity;

 private:
  struct Tile;
  void keep_in_range();
  void weights_changed();
  void count_heat(std::span<const T> rate, std::span<const T> error);
  void count_updates(SweepMode::Update mode, std::size_t active_rates, std::span<const T> error);
  std::size_t active_rates(std::span<const T> rate) const;
  void update_bias(SweepMode::Update mode, std::span<const T> error, T eta, T bias_rate);
  // With physics_.
  void update_made(SweepMode::Update mode, std::span<const T> rate, std::span<const T> error, T eta,
                   T bias_rate, double gain);
  void write_made(T eta, T decay, double ticks, double bias_ticks);
  double seen(T weight) const;  // what age has left of it
  template <class F>
  void for_each_tile(F&& f);  // by several threads where that pays
  template <class F>
  void for_each_row(F&& f);  // f(CellRow), of all weights
  CellRow<T> bias_row();
  void age(typename CrossbarPhysics<T>::Age age);
  template <class F>
  void for_each_cell(F&& f) const;  // f(tile, cell within the tile, element of the row-major array)

  Shape shape_;
  std::size_t lanes_;  // per unit
  std::size_t tile_columns_count_ = 1;
  std::vector<std::unique_ptr<Tile>> tiles_;  // row-major
  AlignedVector<T> bias_, bias_accumulator_;
  std::unique_ptr<CrossbarPhysics<T>> physics_;  // null at ideal fidelity
  AlignedVector<T> bent_rate_, bent_error_;
};

}  // namespace leadlag
