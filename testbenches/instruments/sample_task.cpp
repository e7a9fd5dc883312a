// SPDX-License-Identifier: Apache-2.0
#include "instruments/sample_task.hpp"

#include <algorithm>
#include <numeric>

#include "arrays/lane_bus.hpp"
#include "instruments/data_error.hpp"
#include "units/random.hpp"

namespace leadlag {
namespace {

constexpr std::int64_t curve_points = 60;

std::int64_t shows_for(std::int64_t samples, std::size_t replicas) {
  const auto r = static_cast<std::int64_t>(replicas);
  return (samples + r - 1) / r;
}

}  // namespace

SampleTask::SampleTask(const Design& design)
    : design_(design),
      replicas_(static_cast<std::size_t>(design.chip.replicas)),
      lanes_(lanes_per_unit(replicas_)),
      per_sample_(design.schedule.params.cycles_per_sample),
      per_test_sample_(design.schedule.test_cycles),
      train_shows_(shows_for(design.schedule.params.train_samples, replicas_)),
      now_(replicas_) {}

void SampleTask::set_counts(const Counts& counts) {
  counts_ = counts;
  const auto available = static_cast<std::int64_t>(counts.test);
  test_shows_ = shows_for(std::min(design_.schedule.params.test_samples, available), replicas_);
  order_.resize(counts.train);
}

void SampleTask::match(const std::string& data_name, const std::string& what, std::size_t data,
                       std::size_t chip) const {
  if (data == chip) return;
  throw DataError(data_name + ": the data has " + std::to_string(data) + " " + what + ", the chip has " +
                  std::to_string(chip));
}

void SampleTask::shuffle(std::int64_t epoch) {
  order_epoch_ = epoch;
  std::iota(order_.begin(), order_.end(), 0U);
  const Draws draws(static_cast<std::uint64_t>(design_.chip.seed), "training set",
                    "epoch " + std::to_string(epoch));
  for (std::size_t k = order_.size() - 1; k > 0; --k) std::swap(order_[k], order_[draws.below(k, k + 1)]);
}

SampleTask::Shown SampleTask::shown_at(std::int64_t show, std::size_t replica) {
  const bool training = show < train_shows_;
  const std::int64_t first = training ? show : show - train_shows_;
  const auto sample = static_cast<std::size_t>(first) * replicas_ + replica;
  if (!training) return {false, sample % counts_.test};
  const auto epoch = static_cast<std::int64_t>(sample / counts_.train);
  if (epoch != order_epoch_) shuffle(epoch);
  return {true, order_[sample % counts_.train]};
}

SampleTask::Moment SampleTask::moment(std::int64_t n) const {
  const std::int64_t training = train_shows_ * per_sample_;
  if (n < training) return {n / per_sample_, n % per_sample_};
  return {train_shows_ + (n - training) / per_test_sample_, (n - training) % per_test_sample_};
}

Frame SampleTask::drive(std::int64_t n, std::span<double> x, std::span<double> target) {
  const auto [show, cycle] = moment(n);
  if (cycle == 0) {
    for (std::size_t b = 0; b < replicas_; ++b) {
      now_[b] = shown_at(show, b);
      const std::uint32_t right = label(now_[b]);
      for (std::size_t c = 0; c < counts_.classes; ++c) target[c * lanes_ + b] = c == right ? 1.0 : 0.0;
    }
  }
  set_inputs(cycle, x);
  const bool training = show < train_shows_;
  const ScheduleDesign& schedule = design_.schedule;
  return {training && schedule.target.contains(cycle),
          training && schedule.plasticity.contains(cycle) && n >= design_.learning.params.start,
          schedule.readout.contains(cycle), schedule.params.reset_state && cycle == 0};
}

void SampleTask::observe(std::int64_t n, std::span<const double>, std::span<const double> sum) {
  const auto [show, cycle] = moment(n);
  if (cycle == design_.schedule.readout.to - 1) judge(show, sum);
}

void SampleTask::judge(std::int64_t show, std::span<const double> sum) {
  const bool training = show < train_shows_;
  for (std::size_t b = 0; b < replicas_; ++b) {
    std::size_t best = 0;
    for (std::size_t c = 1; c < counts_.classes; ++c)
      best = sum[c * lanes_ + b] > sum[best * lanes_ + b] ? c : best;
    const bool right = best == label(now_[b]);
    if (!training) {
      const auto sample =
          (show - train_shows_) * static_cast<std::int64_t>(replicas_) + static_cast<std::int64_t>(b);
      if (sample >= std::min(design_.schedule.params.test_samples, static_cast<std::int64_t>(counts_.test)))
        continue;
      ++results_.test_samples;
      test_right_ += right;
      results_.test_accuracy = static_cast<double>(test_right_) / static_cast<double>(results_.test_samples);
      continue;
    }
    ++results_.train_samples;
    ++seen_, right_ += right;
    if (show >= train_shows_ - std::max<std::int64_t>(1, train_shows_ / 10))
      ++late_seen_, late_right_ += right;
  }
  if (!training) return;
  if (late_seen_ > 0)
    results_.train_accuracy = static_cast<double>(late_right_) / static_cast<double>(late_seen_);
  if ((show + 1) * curve_points / train_shows_ > next_point_) {
    next_point_ = (show + 1) * curve_points / train_shows_;
    results_.curve.push_back({(show + 1) * per_sample_,
                              results_.train_samples,
                              static_cast<double>(right_) / static_cast<double>(seen_),
                              {}});
    right_ = seen_ = 0;
  }
}

bool SampleTask::training_sample_ended(std::int64_t n) const {
  const auto [show, cycle] = moment(n);
  return show < train_shows_ && cycle == per_sample_ - 1;
}

double SampleTask::progress(std::int64_t n) const {
  const std::int64_t total = train_shows_ * per_sample_;
  return total == 0 ? 1.0 : std::min(1.0, static_cast<double>(n) / static_cast<double>(total));
}

}  // namespace leadlag
