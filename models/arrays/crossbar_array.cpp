// SPDX-License-Identifier: Apache-2.0
#include "arrays/crossbar_array.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "arrays/lane_bus.hpp"
#include "arrays/tile_wires.hpp"
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
void CrossbarArray<T>::write_accumulated(T eta, T decay) {
  if (physics_) {
    write_made(eta, decay, physics_->take_ticks(false), physics_->take_ticks(true));
    activity.weight_register[Event::weight_update] += shape_.rows * shape_.columns + bias_.size();
    return;
  }
  std::uint64_t written = 0;
  const auto write = [&](T& weight, T& store) {
    const T step = eta * store - decay * weight;
    written += step != T(0) ? 1U : 0U;
    weight = shape_.range.keep(weight + step);
    store = T(0);
  };
  for_each_cell([&](Tile& t, std::size_t cell, std::size_t) { write(t.weight[cell], t.accumulator[cell]); });
  for (std::size_t i = 0; i < bias_.size(); ++i) write(bias_[i], bias_accumulator_[i]);
  weights_changed();
  activity.weight_register[Event::weight_update] += written;
}

template <class T>
void CrossbarArray<T>::keep_in_range() {
  if (!shape_.range.bounded()) return;
  for_each_cell(
      [&](Tile& t, std::size_t cell, std::size_t) { t.weight[cell] = shape_.range.keep(t.weight[cell]); });
  for (T& b : bias_) b = shape_.range.keep(b);
  weights_changed();
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
  activity.synapse[Event::dissipation] +=
      (rate.empty() ? 0 : 1) * shape_.rows * (shape_.columns + (has_bias() ? 1 : 0));
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
  // An offset current flows always.
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

template <class T>
double CrossbarArray<T>::weight(std::size_t row, std::size_t column) const {
  const Tile& t = *tiles_[row / shape_.tile_rows * tile_columns_count_ + column / shape_.tile_columns];
  return seen(t.weight[(row - t.row) * t.cells.stride + column - t.column]);
}

template <class T>
double CrossbarArray<T>::seen(T weight) const {
  const auto now = static_cast<double>(weight);
  if (!physics_) return now;
  const auto age = physics_->age();
  return physics_->device().aged(now, age.from, age.to);
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

template <class T>
void CrossbarArray<T>::read_weights(std::span<double> out) const {
  for_each_cell([&](const Tile& t, std::size_t cell, std::size_t k) { out[k] = seen(t.weight[cell]); });
}

template <class T>
void CrossbarArray<T>::write_weights(std::span<const double> in) {
  activity.weight_register[Event::weight_write] += in.size() * shape_.replicas;
  if (physics_) {
    age(physics_->age());  // of the biases, which are not written
    const std::uint64_t load = physics_->next_load(false);
    for_each_row([&](const CellRow<T>& row) { physics_->write(load, &in[row.first], row); });
    weights_changed();
    return physics_->written();
  }
  for_each_cell([&](Tile& t, std::size_t cell, std::size_t k) {
    t.weight[cell] = shape_.range.keep(static_cast<T>(in[k]));
  });
  weights_changed();
}

template <class T>
void CrossbarArray<T>::take_accumulated(std::span<double> out, bool over_wires) {
  const double ticks = physics_ ? physics_->take_ticks(false) : 0.0;
  for_each_cell([&](Tile& t, std::size_t cell, std::size_t k) {
    out[k] = static_cast<double>(t.accumulator[cell]);
    if (physics_) out[k] = physics_->store(out[k], ticks, k);
    t.accumulator[cell] = T(0);
  });
  if (over_wires) activity.weight_register[Event::weight_read] += out.size() * shape_.replicas;
}

template <class T>
void CrossbarArray<T>::read_bias(std::span<double> out) const {
  std::transform(bias_.begin(), bias_.end(), out.begin(), [this](T b) { return seen(b); });
}

template <class T>
void CrossbarArray<T>::write_bias(std::span<const double> in) {
  activity.weight_register[Event::weight_write] += in.size() * shape_.replicas;
  if (physics_) {
    age(physics_->age());  // of the weights, which are not written
    physics_->write(physics_->next_load(true), in.data(), bias_row());
    return physics_->written();
  }
  for (std::size_t i = 0; i < in.size(); ++i) bias_[i] = shape_.range.keep(static_cast<T>(in[i]));
}

template <class T>
void CrossbarArray<T>::take_accumulated_bias(std::span<double> out, bool over_wires) {
  std::copy(bias_accumulator_.begin(), bias_accumulator_.end(), out.begin());
  std::fill(bias_accumulator_.begin(), bias_accumulator_.end(), T(0));
  if (physics_) {
    const double ticks = physics_->take_ticks(true);
    const std::size_t first = shape_.rows * shape_.columns;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = physics_->store(out[i], ticks, first + i);
  }
  if (over_wires) activity.weight_register[Event::weight_read] += out.size() * shape_.replicas;
}

// ---------------------------------------------------------------------------------------------- physics
template <class T>
bool CrossbarArray<T>::begin_cycle() {
  if (!physics_) return false;
  const auto now = physics_->begin_cycle();
  if (now.due) age(now);
  return now.due;
}

template <class T>
void CrossbarArray<T>::age(typename CrossbarPhysics<T>::Age now) {
  if (!now.due) return;
  const auto row_by_row = [&](const CellRow<T>& row) {
    for (std::size_t k = 0; k < row.n; ++k) {
      row.weight[k] =
          static_cast<T>(physics_->device().aged(static_cast<double>(row.weight[k]), now.from, now.to));
    }
  };
  for_each_row(row_by_row);
  row_by_row(bias_row());
  physics_->aged(now.to);
  weights_changed();
}

template <class T>
template <class F>
void CrossbarArray<T>::for_each_row(F&& f) {
  for_each_tile([&](Tile& t) {
    for (std::size_t r = 0; r < t.cells.rows; ++r) f(t.cell_row(r, shape_.columns));
  });
}

template <class T>
CellRow<T> CrossbarArray<T>::bias_row() {
  return {.weight = bias_.data(),
          .sum = bias_accumulator_.data(),
          .n = bias_.size(),
          .first = static_cast<std::uint32_t>(shape_.rows * shape_.columns)};
}

template <class T>
void CrossbarArray<T>::update_made(SweepMode::Update mode, std::span<const T> rate, std::span<const T> error,
                                   T eta, T bias_rate, double gain) {
  const auto r = physics_->bent(rate, 1.0, bent_rate_), e = physics_->bent(error, gain, bent_error_);
  for_each_tile([&](Tile& t) {
    t.take_rate(r, lanes_), t.take_error(e, lanes_);
    leadlag::update(t.cells, SweepMode::Update::accumulate, t.rate.data(), t.error.data(), eta);
  });
  update_bias(SweepMode::Update::accumulate, e, eta, physics_->bent(bias_rate));
  physics_->tick(gain);
  if (mode == SweepMode::Update::online) {
    write_made(eta, T(0), physics_->take_ticks(false), physics_->take_ticks(true));
  }
  const std::size_t silent = has_bias() && bias_rate == T(0) ? shape_.replicas : 0;
  count_updates(mode, active_rates(rate) - silent, error);
}

/// What the cells have summed goes into their own weights.
template <class T>
void CrossbarArray<T>::write_made(T eta, T decay, double ticks, double bias_ticks) {
  CellStep<T> step = physics_->next_update(eta, decay);
  step.ticks = static_cast<T>(ticks);
  for_each_row([&](const CellRow<T>& row) { physics_->update(step, row); });
  step.ticks = static_cast<T>(bias_ticks);
  physics_->update(step, bias_row());
  physics_->written();
  weights_changed();
}

template class CrossbarArray<double>;
template class CrossbarArray<float>;

}  // namespace leadlag
