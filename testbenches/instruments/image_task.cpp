// SPDX-License-Identifier: Apache-2.0
#include "instruments/image_task.hpp"

#include <algorithm>
#include <numeric>

#include "arrays/lane_bus.hpp"
#include "units/random.hpp"

namespace leadlag {
namespace {

constexpr std::int64_t curve_points = 60;

std::int64_t shows_for(std::int64_t samples, std::size_t replicas) {
  const auto r = static_cast<std::int64_t>(replicas);
  return (samples + r - 1) / r;
}

}  // namespace

ImageTask::Set ImageTask::load(const std::string& folder, const std::string& stem) {
  Set set{read_idx(folder + "/" + stem + "-images-idx3-ubyte"),
          read_idx(folder + "/" + stem + "-labels-idx1-ubyte")};
  if (set.images.shape.size() != 3 || set.labels.shape.size() != 1) {
    throw DataError(folder + "/" + stem + ": images need 3 dimensions and labels 1");
  }
  if (set.images.shape[0] != set.labels.shape[0] || set.count() == 0) {
    throw DataError(folder + "/" + stem + ": " + std::to_string(set.images.shape[0]) + " images but " +
                    std::to_string(set.count()) + " labels");
  }
  return set;
}

ImageTask::ImageTask(const Design& design)
    : design_(design),
      replicas_(static_cast<std::size_t>(design.chip.replicas)),
      lanes_(lanes_per_unit(replicas_)),
      per_sample_(design.schedule.params.cycles_per_sample),
      train_shows_(shows_for(design.schedule.params.train_samples, replicas_)),
      train_(load(design.task.params.data, "train")),
      test_(load(design.task.params.data, "t10k")) {
  const auto available = static_cast<std::int64_t>(test_.count());
  test_shows_ = shows_for(std::min(design.schedule.params.test_samples, available), replicas_);
  pixels_ = train_.images.shape[1] * train_.images.shape[2];
  classes_ = 1U + *std::max_element(train_.labels.values.begin(), train_.labels.values.end());
  const auto mismatch = [&](const std::string& what, std::size_t data, std::size_t chip) {
    if (data != chip) {
      throw DataError(design.task.params.data + ": the data has " + std::to_string(data) + " " + what +
                      ", the chip has " + std::to_string(chip));
    }
  };
  mismatch("pixels per image", pixels_, design.inputs());
  mismatch("test pixels per image", test_.images.shape[1] * test_.images.shape[2], pixels_);
  mismatch("classes", classes_, design.outputs());
  const auto& p = design.task.params;
  for (std::size_t v = 0; v < level_.size(); ++v) {
    const double unit = static_cast<double>(v) / 255.0;
    level_[v] = p.scaling == Scaling::unit ? unit : (unit - p.mean) / p.deviation;
  }
  order_.resize(train_.count());
}

void ImageTask::shuffle(std::int64_t epoch) {
  order_epoch_ = epoch;
  std::iota(order_.begin(), order_.end(), 0U);
  const Draws draws(static_cast<std::uint64_t>(design_.chip.seed), "training set",
                    "epoch " + std::to_string(epoch));
  for (std::size_t k = order_.size() - 1; k > 0; --k) std::swap(order_[k], order_[draws.below(k, k + 1)]);
}

ImageTask::Shown ImageTask::shown(std::int64_t show, std::size_t replica) {
  const bool training = show < train_shows_;
  const std::int64_t first = training ? show : show - train_shows_;
  const auto sample = static_cast<std::size_t>(first) * replicas_ + replica;
  if (!training) return {&test_, sample % test_.count()};
  const auto epoch = static_cast<std::int64_t>(sample / train_.count());
  if (epoch != order_epoch_) shuffle(epoch);
  return {&train_, order_[sample % train_.count()]};
}

Frame ImageTask::drive(std::int64_t n, std::span<double> x, std::span<double> target) {
  const std::int64_t show = n / per_sample_, cycle = n % per_sample_;
  if (cycle == 0) {
    for (std::size_t b = 0; b < replicas_; ++b) {
      const Shown s = shown(show, b);
      const std::uint8_t* pixel = &s.set->images.values[s.image * pixels_];
      for (std::size_t i = 0; i < pixels_; ++i) x[i * lanes_ + b] = level_[pixel[i]];
      for (std::size_t c = 0; c < classes_; ++c) {
        target[c * lanes_ + b] = c == s.set->labels.values[s.image] ? 1.0 : 0.0;
      }
    }
  }
  const bool training = show < train_shows_;
  const ScheduleDesign& schedule = design_.schedule;
  return {training && schedule.target.contains(cycle),
          training && schedule.plasticity.contains(cycle) && n >= design_.learning.params.start,
          schedule.readout.contains(cycle), schedule.params.reset_state && cycle == 0};
}

void ImageTask::observe(std::int64_t n, std::span<const double>, std::span<const double> sum) {
  if (n % per_sample_ == design_.schedule.readout.to - 1) judge(n / per_sample_, sum);
}

void ImageTask::judge(std::int64_t show, std::span<const double> sum) {
  const bool training = show < train_shows_;
  for (std::size_t b = 0; b < replicas_; ++b) {
    std::size_t best = 0;
    for (std::size_t c = 1; c < classes_; ++c) best = sum[c * lanes_ + b] > sum[best * lanes_ + b] ? c : best;
    const Shown s = shown(show, b);
    const bool right = best == s.set->labels.values[s.image];
    if (!training) {
      const auto sample =
          (show - train_shows_) * static_cast<std::int64_t>(replicas_) + static_cast<std::int64_t>(b);
      if (sample >= std::min(design_.schedule.params.test_samples, static_cast<std::int64_t>(test_.count())))
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

bool ImageTask::training_sample_ended(std::int64_t n) const {
  return n / per_sample_ < train_shows_ && n % per_sample_ == per_sample_ - 1;
}

double ImageTask::progress(std::int64_t n) const {
  const std::int64_t total = train_shows_ * per_sample_;
  return total == 0 ? 1.0 : std::min(1.0, static_cast<double>(n) / static_cast<double>(total));
}

}  // namespace leadlag
