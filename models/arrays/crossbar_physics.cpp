// SPDX-License-Identifier: Apache-2.0
#include "arrays/crossbar_physics.hpp"

#include <algorithm>
#include <cmath>

#include "arrays/lane_bus.hpp"
#include "arrays/noise_kernel.hpp"

namespace leadlag {

template <class T>
CrossbarPhysics<T>::CrossbarPhysics(std::shared_ptr<const MadeCells> made)
    : made_(std::move(made)),
      gain_(made_->gain.begin(), made_->gain.end()),
      offset_(made_->offset.begin(), made_->offset.end()),
      has_offsets_(std::any_of(offset_.begin(), offset_.end(), [](T o) { return o != T(0); })) {
  if (!made_->digital) return;
  for (std::size_t k = 0; k < gain_.size(); ++k) registers_.push_back(made_->digital->register_of(k));
}

template <class T>
typename CrossbarPhysics<T>::Age CrossbarPhysics<T>::begin_cycle() {
  ++cycle_;
  if (multiplied_ && made_->chopped) sign_ = -sign_;
  multiplied_ = false;
  if (!device().ages()) return {0, 0, false};
  const Age now{aged_, age_, device().due(aged_, age_)};
  ++age_;
  return now;
}

template <class T>
std::span<const T> CrossbarPhysics<T>::bent(std::span<const T> signal, double gain,
                                            AlignedVector<T>& buffer) const {
  if (!made_->bends()) return signal;
  buffer.resize(signal.size());
  bend(static_cast<T>(gain), static_cast<T>(made_->limit), signal.data(), buffer.data(), signal.size());
  return buffer;
}

template <class T>
CellStep<T> CrossbarPhysics<T>::next_update(T eta, T decay) {
  const std::uint64_t update = 2 * updates_++;
  CellStep<T> s = device().template step<T>(write_key(made_->run_key, update), device().update_step);
  s.eta = eta, s.decay = decay;
  s.droop = static_cast<T>(device().droop * static_cast<double>(age_ - aged_));
  if (device().resistive) draw(update);
  return s;
}

template <class T>
std::uint64_t CrossbarPhysics<T>::next_load(bool bias) {
  const std::uint64_t load = 2 * (bias ? bias_loads_ : loads_)++ + 1;
  if (device().write_noise > 0.0) draw(load);
  return load;
}

template <class T>
void CrossbarPhysics<T>::draw(std::uint64_t write) {
  cell_normal_.resize(gain_.size());
  noise::normals(made_->write_noise_key, write, std::span<T>(cell_normal_));
}

template <class T>
void CrossbarPhysics<T>::step_words(CellRow<T> row) {
  const DigitalCells& d = *made_->digital;
  const double products = std::ldexp(1.0, 2 * d.words.signal.frac),
               words = std::ldexp(1.0, d.words.weight.frac);
  for (std::size_t k = 0; k < row.n; ++k) {
    std::uint32_t& random = registers_[row.first + k];
    const auto product = static_cast<std::int64_t>(static_cast<double>(row.sum[k]) * products);
    const auto weight = static_cast<std::int64_t>(static_cast<double>(row.weight[k]) * words);
    const auto next = fixed::Plasticity::updated(d.words, d.cut, weight, product, 1, random);
    row.weight[k] = device().range.keep(static_cast<T>(fixed::value(next, d.words.weight.frac)));
    row.sum[k] = T(0);
    random = fixed::Lfsr::next(random);
  }
}

template <class T>
void CrossbarPhysics<T>::update(const CellStep<T>& step, CellRow<T> row) {
  if (made_->digital) return step_words(row);
  row.gain = gain_.data() + row.first, row.offset = offset_.data() + row.first;
  if (!device().resistive) return update_cells(step, row);
  const auto ideal = CellStep<double>{.eta = static_cast<double>(step.eta),
                                      .ticks = static_cast<double>(step.ticks),
                                      .decay = static_cast<double>(step.decay)};
  for (std::size_t k = 0; k < row.n; ++k) {
    const double weight = device().aged(static_cast<double>(row.weight[k]), aged_, age_);
    const double moved = ideal.template next<false, false>(weight, static_cast<double>(row.sum[k]),
                                                           static_cast<double>(row.gain[k]),
                                                           static_cast<double>(row.offset[k]), 0);
    const auto normal = static_cast<double>(cell_normal_[row.first + k]);
    row.weight[k] = static_cast<T>(device().stepped(weight, moved - weight, normal));
    row.sum[k] = T(0);
  }
}

template <class T>
void CrossbarPhysics<T>::write(std::uint64_t load, const double* in, CellRow<T> row) const {
  write_cells(device().template step<T>(write_key(made_->run_key, load), device().write_step), in, row);
  if (device().write_noise == 0.0) return;
  const T sigma = static_cast<T>(device().write_noise);
  for (std::size_t k = 0; k < row.n; ++k) {
    row.weight[k] = device().range.keep(row.weight[k] + sigma * cell_normal_[row.first + k]);
  }
}

template <class T>
void CrossbarPhysics<T>::add_read_noise(std::span<const T> signal, double more, std::size_t replicas,
                                        bool transposed, std::span<T> out) {
  if (!noisy()) return;
  const std::size_t lanes = lanes_per_unit(replicas);
  normal_.resize(out.size());
  // One key for each direction: a device that is read both ways is read at different instants of a cycle.
  noise::normals(made_->read_noise_key + (transposed ? 1U : 0U), cycle_, std::span<T>(normal_));
  AlignedVector<double> sigma(lanes);
  for (std::size_t b = 0; b < replicas; ++b) {
    double squares = more;
    for (std::size_t k = b; k < signal.size(); k += lanes) {
      squares += static_cast<double>(signal[k]) * static_cast<double>(signal[k]);
    }
    sigma[b] = device().read_noise * std::sqrt(squares);
  }
  for (std::size_t k = 0; k < out.size(); ++k) out[k] += static_cast<T>(sigma[k % lanes]) * normal_[k];
}

template class CrossbarPhysics<double>;
template class CrossbarPhysics<float>;

}  // namespace leadlag
