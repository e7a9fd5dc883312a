// SPDX-License-Identifier: Apache-2.0
#include "instruments/series_task.hpp"

#include "instruments/mnist1d.hpp"

namespace leadlag {
namespace {

SeriesData data_of(const TaskParams& p) {
  return p.data.empty() ? make_mnist1d(recipe_of(p)) : read_series(p.data);
}

}  // namespace

SeriesTask::SeriesTask(const Design& design)
    : SampleTask(design),
      per_sample_(static_cast<std::size_t>(design.schedule.params.cycles_per_sample)),
      data_(data_of(design.task.params)) {
  const std::string& name = design.task.params.data;
  match(name, "channels", data_.train.channels, design.inputs());
  match(name, "classes", data_.classes, design.outputs());
  set_counts({data_.train.count(), data_.test.count(), data_.classes});
}

void SeriesTask::set_inputs(std::int64_t cycle, std::span<double> x) {
  for (std::size_t b = 0; b < replicas(); ++b) {
    const Shown s = shown(b);
    for (std::size_t i = 0; i < data_.train.channels; ++i) {
      x[i * lanes() + b] =
          stretched(set(s).series(s.sample, i), static_cast<std::size_t>(cycle), per_sample_);
    }
  }
}

}  // namespace leadlag
