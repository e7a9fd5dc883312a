// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "measure/observations.hpp"

namespace leadlag {

/// Keeps waveforms of any length in bounded memory: the first cycles one by one, then buckets of cycles of
/// which it keeps the extremes in the order they occurred. When the buckets run out, neighbours merge and all
/// become twice as wide, so a glitch of one cycle is never lost, only its place within a bucket. What is kept
/// depends on the samples alone.
class WaveRecord {
 public:
  /// Signals beyond `most_signals` are left out (and counted). The single cycles share a budget of values, so
  /// that many signals are kept for a shorter while.
  struct Bounds {
    std::size_t most_signals = 64, exact_values = 60000, most_exact = 4096;
    std::size_t buckets = 1024;  ///< even
  };
  explicit WaveRecord(std::vector<Waves::Signal> signals) : WaveRecord(std::move(signals), Bounds{}) {}
  WaveRecord(std::vector<Waves::Signal> signals, const Bounds& bounds);

  /// One value per signal (those left out included), once per cycle.
  void add(std::span<const double> values);
  Waves waves() const;

 private:
  struct Bucket {
    double first = 0.0, second = 0.0;  ///< the extremes, in the order they occurred
    void take(double value);
    void take(const Bucket& later);
  };
  void merge_neighbours();

  Waves waves_;                               // its signals' values: the single cycles
  std::vector<std::vector<Bucket>> buckets_;  // by signal
  std::size_t exact_limit_, most_buckets_;
  std::int64_t in_last_ = 0;  // cycles in the last bucket
};

}  // namespace leadlag
