// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "instruments/idx.hpp"
#include "instruments/task.hpp"

namespace leadlag {

/// Images of an IDX data set, each held for cycles_per_sample cycles: first the training images in an order
/// shuffled per epoch by the chip's seed, then the test images in the order of the file with learning and
/// target off. Replica b of R sees image R k + b. The decision is the largest output sum of the readout
/// window.
class ImageTask final : public Task {
 public:
  explicit ImageTask(const Design& design);

  std::int64_t cycles() const override { return (train_shows_ + test_shows_) * per_sample_; }
  Frame drive(std::int64_t n, std::span<double> x, std::span<double> target) override;
  void observe(std::int64_t n, std::span<const double> value, std::span<const double> sum) override;
  bool training_sample_ended(std::int64_t n) const override;
  double progress(std::int64_t n) const override;

 private:
  struct Set {
    Idx images, labels;
    std::size_t count() const { return labels.values.size(); }
  };
  struct Shown {
    const Set* set;
    std::size_t image;
  };
  static Set load(const std::string& folder, const std::string& stem);
  Shown shown(std::int64_t show, std::size_t replica);
  void shuffle(std::int64_t epoch);
  void judge(std::int64_t show, std::span<const double> sum);

  const Design& design_;
  std::size_t replicas_, lanes_, pixels_ = 0, classes_ = 0;
  std::int64_t per_sample_, train_shows_, test_shows_;
  Set train_, test_;
  std::array<double, 256> level_{};  // pixel value -> model units
  std::vector<std::uint32_t> order_;
  std::int64_t order_epoch_ = -1;
  std::int64_t right_ = 0, seen_ = 0, test_right_ = 0, late_right_ = 0, late_seen_ = 0;
  std::int64_t next_point_ = 0;
};

}  // namespace leadlag
