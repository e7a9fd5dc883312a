// SPDX-License-Identifier: Apache-2.0
// The cells of a crossbar in tile detail: what a host reads and writes, and circuit fidelity.
#include <algorithm>

#include "arrays/crossbar_array_tile.hpp"

namespace leadlag {

template <class T>
void CrossbarArray<T>::write_accumulated(T eta, T decay) {
  std::uint64_t written = 0;
  if (physics_) {
    const bool all = physics_->has_offsets();
    const auto count = [&](T weight, T store) {
      written += all || eta * store - decay * weight != T(0) ? 1U : 0U;
    };
    for_each_cell([&](Tile& t, std::size_t k, std::size_t) { count(t.weight[k], t.accumulator[k]); });
    for (std::size_t i = 0; i < bias_.size(); ++i) count(bias_[i], bias_accumulator_[i]);
    write_made(eta, decay, physics_->take_ticks(false), physics_->take_ticks(true));
    activity.weight_register[Event::weight_update] += written;
    return;
  }
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
  weights_changed();
  physics_->aged(now.to);
  weights_changed();
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
  weights_changed();
  physics_->written();
  weights_changed();
}

#define LEADLAG_INSTANTIATE(T)                                                                              \
  template void CrossbarArray<T>::write_accumulated(T, T);                                                  \
  template void CrossbarArray<T>::keep_in_range();                                                          \
  template double CrossbarArray<T>::weight(std::size_t, std::size_t) const;                                 \
  template void CrossbarArray<T>::read_weights(std::span<double>) const;                                    \
  template void CrossbarArray<T>::write_weights(std::span<const double>);                                   \
  template void CrossbarArray<T>::take_accumulated(std::span<double>, bool);                                \
  template void CrossbarArray<T>::read_bias(std::span<double>) const;                                       \
  template void CrossbarArray<T>::write_bias(std::span<const double>);                                      \
  template void CrossbarArray<T>::take_accumulated_bias(std::span<double>, bool);                           \
  template bool CrossbarArray<T>::begin_cycle();                                                            \
  template void CrossbarArray<T>::update_made(SweepMode::Update, std::span<const T>, std::span<const T>, T, \
                                              T, double);
LEADLAG_INSTANTIATE(double)
LEADLAG_INSTANTIATE(float)
#undef LEADLAG_INSTANTIATE

}  // namespace leadlag
