// SPDX-License-Identifier: Apache-2.0
#include "arrays/crossbar_array.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "arrays/crossbar_array_tile.hpp"
#include "arrays/lane_bus.hpp"
#include "blocks/summing_node.hpp"

namespace leadlag {
namespace {

template <class T>
void add(const T* __restrict from, std::size_t n, T* __restrict to) {
  for (std::size_t k = 0; k < n; ++k) to[k] += from[k];
}

/// The sum of a unit's lanes in the order of SummingNode::sum; those beyond the last replica add zeros.
template <class T>
T sum_of_lanes(const T* values, std::size_t lanes) {
  std::array<T, virtual_lanes> lane{};
  for (std::size_t b = 0; b < lanes; b += virtual_lanes) {
    for (std::size_t l = 0; l < virtual_lanes; ++l) lane[l] += values[b + l];
  }
  return SummingNode::sum<T>(virtual_lanes, [&](std::size_t l) { return lane[l]; });
}

}  // namespace

template <class T>
CrossbarArray<T>::CrossbarArray(const sc_core::sc_module_name& name, const Shape& shape,
                                std::span<const double> weights, std::span<const double> bias,
                                bool accumulates, std::shared_ptr<const MadeCells> made)
    : sc_module(name),
      shape_(shape),
      lanes_(lanes_per_unit(shape.replicas)),
      bias_(bias.begin(), bias.end()) {
  if (made) physics_ = std::make_unique<CrossbarPhysics<T>>(std::move(made));
  accumulates = accumulates || physics_;  // cells that write their own weights take their sums from there
  if (shape_.tile_rows == 0) shape_.tile_rows = shape_.rows;
  if (shape_.tile_columns == 0) shape_.tile_columns = shape_.columns;
  if (accumulates) bias_accumulator_.resize(bias_.size());
  tile_columns_count_ = (shape_.columns + shape_.tile_columns - 1) / shape_.tile_columns;
  for (std::size_t r = 0; r < shape_.rows; r += shape_.tile_rows) {
    for (std::size_t c = 0; c < shape_.columns; c += shape_.tile_columns) {
      const std::string tile_name =
          "tile_" + std::to_string(r / shape_.tile_rows) + "_" + std::to_string(c / shape_.tile_columns);
      tiles_.push_back(std::make_unique<Tile>(
          tile_name.c_str(), r, c, std::min(shape_.tile_rows, shape_.rows - r),
          std::min(shape_.tile_columns, shape_.columns - c), shape_.replicas, accumulates));
      Tile& t = *tiles_.back();
      if (shape_.wires != WireModel::ideal) t.wires.emplace(t.cells, shape_.wires, shape_.wire_resistance);
    }
  }
  write_weights(weights);
  if (physics_) write_bias(bias);
  activity = {};  // the first load is not an event of the run
}

template <class T>
CrossbarArray<T>::~CrossbarArray() = default;

template <class T>
void CrossbarArray<T>::sweep(SweepMode mode, std::span<const T> rate, std::span<const T> error, T eta,
                             std::span<T> drive, std::span<T> back) {
  if (physics_ && mode.update != SweepMode::Update::none && physics_->updates_apart(mode.update)) {
    sweep({mode.backward, SweepMode::Update::none}, rate, error, eta, drive, back);
    return update(mode.update, rate, error, eta);
  }
  const bool needs_error = mode.backward || mode.update != SweepMode::Update::none;
  const auto sweep_tile = [&](Tile& t) {
    t.take_rate(rate, lanes_);
    if (needs_error) t.take_error(error, lanes_);
    t.sweep(mode, eta);
  };
  for_each_tile(sweep_tile);
  for (const auto& t : tiles_) {  // tiles of a row are in the order of their columns
    add(t->drive.data(), t->cells.rows * lanes_, &drive[t->row * lanes_]);
  }
  if (mode.backward) {
    std::fill(back.begin(), back.end(), T(0));
    for (const auto& t : tiles_) {
      add(t->back.data(), t->cells.columns * lanes_, &back[t->column * lanes_]);
    }
  }
  if (has_bias()) {
    for (std::size_t i = 0; i < shape_.rows; ++i) {
      for (std::size_t b = 0; b < shape_.replicas; ++b) drive[i * lanes_ + b] += bias_[i];
    }
  }
  if (mode.update != SweepMode::Update::none) update_bias(mode.update, error, eta, T(1));
  if (mode.update == SweepMode::Update::online) keep_in_range();
  if (physics_) {
    physics_->add_read_noise(rate, has_bias() ? 1.0 : 0.0, shape_.replicas, false, drive);
    if (mode.backward) physics_->add_read_noise(error, 0.0, shape_.replicas, true, back);
    if (mode.update != SweepMode::Update::none) physics_->tick(1.0);
  }
  count_heat(rate, mode.backward ? error : std::span<const T>{});
  const std::size_t active = active_rates(rate);
  activity.synapse.operations += active * shape_.rows;
  if (shape_.digital) {
    activity.synapse[Event::product] +=
        shape_.rows * shape_.columns * shape_.replicas * (mode.backward ? 2U : 1U);
  }
  if (mode.update != SweepMode::Update::none) count_updates(mode.update, active, error);
}

template <class T>
void CrossbarArray<T>::read(std::span<const T> rate, std::span<T> drive) {
  for (const auto& t : tiles_) {
    t->take_rate(rate, lanes_);
    t->sweep({}, T(0));
    for (std::size_t i = 0; i < t->cells.rows * lanes_; ++i) drive[t->row * lanes_ + i] += t->drive[i];
  }
  for (std::size_t i = 0; has_bias() && i < shape_.rows; ++i) {
    for (std::size_t b = 0; b < shape_.replicas; ++b) drive[i * lanes_ + b] += bias_[i];
  }
  if (physics_) physics_->add_read_noise(rate, has_bias() ? 1.0 : 0.0, shape_.replicas, false, drive);
}

template <class T>
void CrossbarArray<T>::read_transposed(std::span<const T> error, std::span<T> back) {
  std::fill(back.begin(), back.end(), T(0));
  for (const auto& t : tiles_) {
    t->take_error(error, lanes_);
    leadlag::read_transposed(t->seen(), t->error.data(), t->back.data());
    add(t->back.data(), t->cells.columns * lanes_, &back[t->column * lanes_]);
  }
  if (physics_) physics_->add_read_noise(error, 0.0, shape_.replicas, true, back);
  count_heat({}, error);
}

template <class T>
void CrossbarArray<T>::update(SweepMode::Update mode, std::span<const T> rate, std::span<const T> error,
                              T eta, T bias_rate, double gain) {
  if (physics_) return update_made(mode, rate, error, eta, bias_rate, gain);
  for (const auto& t : tiles_) {
    t->take_rate(rate, lanes_);
    t->take_error(error, lanes_);
    leadlag::update(t->cells, mode, t->rate.data(), t->error.data(), eta);
  }
  if (mode == SweepMode::Update::online) weights_changed();
  update_bias(mode, error, eta, bias_rate);
  if (mode == SweepMode::Update::online) keep_in_range();
  const std::size_t silent = has_bias() && bias_rate == T(0) ? shape_.replicas : 0;
  count_updates(mode, active_rates(rate) - silent, error);
}

template <class T>
void CrossbarArray<T>::weights_changed() {
  for (const auto& t : tiles_) {
    if (t->wires) t->wires->weights_changed();
  }
}

/// Of the reads of a cycle; a bias cell sits at its summing node and sees 1.
template <class T>
void CrossbarArray<T>::count_heat(std::span<const T> rate, std::span<const T> error) {
  if (shape_.wires == WireModel::ideal) return;
  double heat = 0.0;
  for (const auto& t : tiles_) {
    if (!rate.empty())
      heat += t->wires->heat_of_read(std::span<const T>(t->rate).first(t->cells.columns * lanes_));
    if (!error.empty()) heat += t->wires->heat_of_transposed(std::span<const T>(t->error));
  }
  for (const T b : bias_) {
    if (!rate.empty()) heat += std::abs(static_cast<double>(b)) * static_cast<double>(shape_.replicas);
  }
  activity.synapse.heat += heat;
  const std::size_t cells = shape_.rows * (shape_.columns + (has_bias() ? 1 : 0));
  if (!rate.empty()) activity.synapse[Event::dissipation] += cells * shape_.replicas;
}

template <class T>
void CrossbarArray<T>::update_bias(SweepMode::Update mode, std::span<const T> error, T eta, T bias_rate) {
  if (!has_bias()) return;
  const bool online = mode == SweepMode::Update::online;
  for (std::size_t i = 0; i < shape_.rows; ++i) {
    const T mean = shape_.replicas == 1
                       ? error[i]
                       : sum_of_lanes(&error[i * lanes_], lanes_) / static_cast<T>(shape_.replicas);
    if (online) {
      bias_[i] += eta * bias_rate * mean;
    } else {
      bias_accumulator_[i] += bias_rate * mean;
    }
  }
}

template <class T>
void CrossbarArray<T>::count_reads(std::span<const T> rate) {
  activity.synapse.operations += active_rates(rate) * shape_.rows;
}

template <class T>
void CrossbarArray<T>::count_updates(SweepMode::Update mode, std::size_t active_rates,
                                     std::span<const T> error) {
  // A cell works where both its inputs are nonzero. For one die that is the product of the two counts; for
  // replicas the product of the counts over all dies is spread evenly over them.
  // An offset current flows always; a digital cell works whatever its words are.
  if (shape_.digital) {
    const std::size_t all = (shape_.rows * shape_.columns + bias_.size()) * shape_.replicas;
    const bool writes = mode == SweepMode::Update::online;
    activity.plasticity_cell[writes ? Event::weight_update : Event::accumulate] += all;
    return;
  }
  const std::size_t active = physics_ && physics_->has_offsets()
                                 ? shape_.rows * shape_.columns + bias_.size()
                                 : count_nonzero(error.data(), error.size()) * active_rates / shape_.replicas;
  if (mode == SweepMode::Update::online) {
    activity.weight_register[Event::weight_update] += active;
  } else {
    activity.plasticity_cell[Event::accumulate] += active;
  }
}

template <class T>
std::size_t CrossbarArray<T>::active_rates(std::span<const T> rate) const {
  return count_nonzero(rate.data(), rate.size()) + (has_bias() ? shape_.replicas : 0);
}

template class CrossbarArray<double>;
template class CrossbarArray<float>;

}  // namespace leadlag
