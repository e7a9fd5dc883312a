// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "arrays/aligned.hpp"
#include "arrays/cell_kernel.hpp"
#include "arrays/crossbar_kernel.hpp"
#include "blocks/weight_device.hpp"

namespace leadlag {

/// Circuit fidelity of the cells of one crossbar in tile detail: what MadeCells says, at work.
///
/// A plasticity cell that stores for a host adds its offset in every cycle in which it multiplies. The store
/// is then gain sum + offset ticks, `ticks` being the cycles with the chopper's sign, so gains and offsets
/// are applied when somebody reads it, and the sweeps of an ideal crossbar stay as they are. A cell that
/// writes its own weight takes one pass over the cells more.
template <class T>
class CrossbarPhysics {
 public:
  explicit CrossbarPhysics(std::shared_ptr<const MadeCells> made);

  const WeightDevice& device() const { return made_->device; }
  bool has_offsets() const { return has_offsets_; }
  /// The update of a sweep has to be done by itself: on bent signals, or with offsets, gains and steps.
  bool updates_apart(SweepMode::Update mode) const {
    return made_->bends() || mode == SweepMode::Update::online;
  }

  /// A cycle begins; true if the weights have to be aged by from ... to.
  struct Age {
    std::int64_t from, to;
    bool due;
  };
  Age begin_cycle();
  Age age() const { return {aged_, age_, device().ages() && age_ > aged_}; }
  void written() { age_ = aged_ = 0; }
  void aged(std::int64_t to) { aged_ = to; }

  /// What the multipliers make of signals.
  std::span<const T> bent(std::span<const T> signal, double gain, AlignedVector<T>& buffer) const;
  T bent(T signal) const { return made_->bent(signal); }
  /// The cells multiply in this cycle, their products times `gain`.
  void tick(double gain) {
    ticks_ += sign_ * gain, bias_ticks_ += sign_ * gain;
    multiplied_ = true;
  }
  /// Sums of weights' and of biases' cells are taken apart.
  double take_ticks(bool bias) {
    double& t = bias ? bias_ticks_ : ticks_;
    const double taken = t;
    t = 0.0;
    return taken;
  }

  /// Of the next update of all cells.
  CellStep<T> next_update(T eta, T decay);
  void update(const CellStep<T>& step, CellRow<T> row);
  /// Of the next write of the weights or the biases by a host.
  std::uint64_t next_load(bool bias);
  void write(std::uint64_t load, const double* in, CellRow<T> row) const;
  /// What a cell's store shows of the sum of its products.
  double store(double sum, double ticks, std::size_t cell) const {
    return made_->gain[cell] * sum + ticks * made_->offset[cell];
  }

  bool noisy() const { return device().read_noise > 0.0; }
  /// Adds the noise of all devices of a row (or column) of the crossbar, drawn from the sum of their
  /// variances: read_noise^2 (sum of squared signals + `more`).
  void add_read_noise(std::span<const T> signal, double more, std::size_t replicas, bool transposed,
                      std::span<T> out);

 private:
  void draw(std::uint64_t write);
  void step_words(CellRow<T> row);

  std::shared_ptr<const MadeCells> made_;
  AlignedVector<T> gain_, offset_;
  AlignedVector<T> normal_, cell_normal_;  // by line of a read; by cell, of the write that goes on
  std::vector<std::uint32_t> registers_;   // of digital cells
  bool has_offsets_;
  double ticks_ = 0.0, bias_ticks_ = 0.0, sign_ = 1.0;
  bool multiplied_ = false;
  std::int64_t age_ = 0, aged_ = 0;
  std::uint64_t cycle_ = 0, updates_ = 0, loads_ = 0, bias_loads_ = 0;
};

}  // namespace leadlag
