// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "arrays/aligned.hpp"
#include "arrays/column_kernel.hpp"
#include "blocks/activation.hpp"
#include "blocks/stage_physics.hpp"

namespace leadlag {

/// A column of neurons or of error units at circuit fidelity: what neuron_column and error_column do, with
/// the physics of each stage (blocks/stage_physics.hpp, in analog islands blocks/analog_stage.hpp) over
/// lanes.
template <class T>
class PhysicalColumn {
 public:
  /// lanes = 0: the column is ideal and never called.
  PhysicalColumn(std::size_t lanes, NoiseKeys keys);

  bool empty() const { return offset_.empty(); }
  /// Sets one unit: `count` lanes from `first`, its replicas. Lanes that are never set add nothing.
  void set(std::size_t first, std::size_t count, const StagePhysics& p, double decay);
  /// As neuron_column.
  void run_neurons(Activation activation, LeadLagLanes<T>& lanes, const T* drive, const T* nudging,
                   const T* error, T* rate, T* slope, const NeuronTaps<T>& taps);
  // In an analog island. The offset of a clock period, with what moves from cycle to cycle:
  void begin_cycle();
  /// The curve behind leads with their offsets; offsets of errors.
  void activate(Activation activation, const T* lead, T* rate, T* slope);
  void shift(T* error) const;
  // What AnalogColumn asks. With `saturation` the column's own tick takes the place of the ideal one:
  bool saturates() const { return saturates_; }
  void settle(LeadLagLanes<T>& lanes, Instant at, const T* capacitor, const T* drive, T* out);
  const AlignedVector<T>& lagged() const { return lagged_; }  ///< capacitors of the last evaluation
  /// Draws the noise of a tick. Noise of capacitors is added to `carry` unless the column saturates.
  void begin_tick(T* carry);
  /// Noise of adders, of this tick: to outputs, or to the states of their poles.
  void add_adder_noise(T* to) const;
  void clear();
  /// As error_column with the units in place.
  void run_errors(LeadLagLanes<T>& lanes, const T* slope, const T* back, const T* epsilon, T* error);

 private:
  void tick(LeadLagLanes<T>& lanes, const T* drive, T* out);
  /// The offsets of this cycle: as made, and moved by 1/f noise.
  const T* offsets();

  AlignedVector<T> range_, per_range_, rail_, offset_, capacitor_noise_, output_noise_, amplitude_, slope_;
  AlignedVector<T> at_output_, at_capacitor_;  // this cycle's normals; zero where nothing is noisy
  AlignedVector<T> adder_noise_, at_adder_, held_, lagged_;  // analog islands; held_: offset of this cycle
  AlignedVector<T> drive_, lead_;
  AlignedVector<T> flicker_, moved_;                        // rms of a row; offsets of this cycle
  std::array<AlignedVector<T>, FlickerRows::rows> rows_{};  // row k: the sum of rows k and slower, of rms 1
  NoiseKeys keys_;
  bool saturates_ = false, chopped_ = false, capacitor_noisy_ = false, output_noisy_ = false,
       flickers_ = false, adder_noisy_ = false;
  std::uint64_t cycle_ = 0, tick_ = 0;  // count on through resets: noise does not repeat itself
};

}  // namespace leadlag
