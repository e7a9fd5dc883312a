// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "instruments/sample_task.hpp"
#include "instruments/series_data.hpp"

namespace leadlag {

/// Time series of a folder, or MNIST-1D drawn from task.data_seed. A sample's points are stretched linearly
/// over cycles_per_sample cycles: the first point in cycle 0, the last in the last cycle. Input i is channel
/// i.
class SeriesTask final : public SampleTask {
 public:
  explicit SeriesTask(const Design& design);

 private:
  const SeriesSet& set(Shown shown) const { return shown.training ? data_.train : data_.test; }
  std::uint32_t label(Shown shown) const override { return set(shown).labels[shown.sample]; }
  void set_inputs(std::int64_t cycle, std::span<double> x) override;

  std::size_t per_sample_;
  SeriesData data_;
};

}  // namespace leadlag
