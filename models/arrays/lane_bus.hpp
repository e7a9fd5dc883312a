// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <systemc>

#include "arrays/aligned.hpp"
#include "arrays/crossbar_kernel.hpp"

namespace leadlag {

/// Lanes of a bus: unit-major, every unit takes lanes_per_unit(replicas) numbers, zeros beyond the last
/// replica.
constexpr std::size_t lanes_per_unit(std::size_t replicas) { return replicas == 1 ? 1 : padded(replicas); }

template <class T>
struct LaneIn : virtual sc_core::sc_interface {
  /// The value before this clock edge (evaluate/update semantics, like sc_signal).
  virtual std::span<const T> read() const = 0;
  /// The value that becomes visible after this delta cycle: for transparent hops inside one tile.
  virtual std::span<const T> fresh() const = 0;
  virtual const sc_core::sc_event& changed() const = 0;
};
template <class T>
struct LaneOut : virtual LaneIn<T> {
  /// Where the one driver writes the next value, all of it; then commit().
  virtual std::span<T> next() = 0;
  virtual void commit() = 0;
};

/// A whole column of wires as one channel: what tiles exchange. One driver writes it at an edge, readers of
/// the same edge see the old value.
template <class T>
class LaneBus final : public sc_core::sc_prim_channel, public LaneOut<T> {
 public:
  LaneBus(const char* name, std::size_t units, std::size_t replicas)
      : sc_prim_channel(name), now_(units * lanes_per_unit(replicas)), next_(now_.size()) {}

  std::span<const T> read() const override { return now_; }
  std::span<const T> fresh() const override { return committed_ ? next_ : now_; }
  const sc_core::sc_event& changed() const override { return changed_; }
  std::span<T> next() override { return next_; }
  void commit() override {
    committed_ = true;
    request_update();
  }

 private:
  void update() override {
    now_.swap(next_);
    committed_ = false;
    changed_.notify(sc_core::SC_ZERO_TIME);
  }

  AlignedVector<T> now_, next_;
  bool committed_ = false;
  sc_core::sc_event changed_;
};

}  // namespace leadlag
