// SPDX-License-Identifier: Apache-2.0
#include "instruments/wave_record.hpp"

#include <algorithm>
#include <utility>

namespace leadlag {

WaveRecord::WaveRecord(std::vector<Waves::Signal> signals, const Bounds& bounds)
    : most_buckets_(bounds.buckets) {
  const std::size_t kept = std::min(signals.size(), bounds.most_signals);
  waves_.left_out = signals.size() - kept;
  signals.resize(kept);
  waves_.signals = std::move(signals);
  buckets_.resize(kept);
  exact_limit_ = std::min(bounds.most_exact, bounds.exact_values / std::max<std::size_t>(1, kept));
}

void WaveRecord::Bucket::take(double value) {
  // A value between the extremes changes nothing; a new extreme is the latest, so the other one stays first.
  const double low = std::min(first, second), high = std::max(first, second);
  if (value < low) first = high, second = value;
  if (value > high) first = low, second = value;
}

void WaveRecord::Bucket::take(const Bucket& later) {
  take(later.first);
  take(later.second);
}

void WaveRecord::merge_neighbours() {
  for (auto& row : buckets_) {
    for (std::size_t k = 0; k + 1 < row.size(); k += 2) {
      Bucket merged = row[k];
      merged.take(row[k + 1]);
      row[k / 2] = merged;
    }
    row.resize(row.size() / 2);
  }
  waves_.bucket *= 2;
}

void WaveRecord::add(std::span<const double> values) {
  ++waves_.traced;
  if (waves_.exact < exact_limit_) {
    for (std::size_t s = 0; s < buckets_.size(); ++s) waves_.signals[s].values.push_back(values[s]);
    waves_.cycles.push_back(waves_.traced);
    ++waves_.exact;
    return;
  }
  if (buckets_.empty()) return;
  if (in_last_ == 0 || in_last_ == waves_.bucket) {
    if (buckets_[0].size() == most_buckets_) merge_neighbours();
    for (std::size_t s = 0; s < buckets_.size(); ++s) buckets_[s].push_back({values[s], values[s]});
    in_last_ = 1;
    return;
  }
  for (std::size_t s = 0; s < buckets_.size(); ++s) buckets_[s].back().take(values[s]);
  ++in_last_;
}

Waves WaveRecord::waves() const {
  Waves all = waves_;
  const std::size_t count = buckets_.empty() ? 0 : buckets_[0].size();
  for (std::size_t k = 0; k < count; ++k) {
    const std::int64_t start =
        static_cast<std::int64_t>(waves_.exact) + 1 + static_cast<std::int64_t>(k) * waves_.bucket;
    const std::int64_t held = k + 1 == count ? in_last_ : waves_.bucket;
    all.cycles.push_back(start);
    all.cycles.push_back(start + held / 2);
    for (std::size_t s = 0; s < buckets_.size(); ++s) {
      all.signals[s].values.push_back(buckets_[s][k].first);
      all.signals[s].values.push_back(buckets_[s][k].second);
    }
  }
  return all;
}

}  // namespace leadlag
