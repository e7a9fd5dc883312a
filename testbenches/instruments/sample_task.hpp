// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "instruments/task.hpp"

namespace leadlag {

/// A task made of labelled samples, each shown for cycles_per_sample cycles (test samples may take fewer: a
/// chip with phases only infers): first the training samples in an
/// order shuffled per epoch by the chip's seed, then the test samples in their own order with learning and
/// target off. Replica b of R sees sample R k + b. The target is one-hot; the decision is the largest output
/// sum of the readout window.
class SampleTask : public Task {
 public:
  std::int64_t cycles() const final { return train_shows_ * per_sample_ + test_shows_ * per_test_sample_; }
  Frame drive(std::int64_t n, std::span<double> x, std::span<double> target) final;
  void observe(std::int64_t n, std::span<const double> value, std::span<const double> sum) final;
  bool training_sample_ended(std::int64_t n) const final;
  double progress(std::int64_t n) const final;

 protected:
  struct Shown {
    bool training;
    std::size_t sample;  ///< of the training or test set
  };
  struct Counts {
    std::size_t train, test, classes;
  };
  explicit SampleTask(const Design& design);
  /// To be called by the constructor of the data's task, before anything is shown.
  void set_counts(const Counts& counts);
  std::size_t replicas() const { return replicas_; }
  std::size_t lanes() const { return lanes_; }
  /// What replica b is shown now.
  Shown shown(std::size_t replica) const { return now_[replica]; }
  /// Throws DataError unless the data has as many of something as the chip.
  void match(const std::string& data_name, const std::string& what, std::size_t data, std::size_t chip) const;

 private:
  virtual std::uint32_t label(Shown shown) const = 0;
  /// Sets the inputs of one cycle of the samples that are shown(); x keeps its values between cycles.
  virtual void set_inputs(std::int64_t cycle, std::span<double> x) = 0;

  struct Moment {
    std::int64_t show, cycle;
  };
  Moment moment(std::int64_t n) const;
  Shown shown_at(std::int64_t show, std::size_t replica);
  void shuffle(std::int64_t epoch);
  void judge(std::int64_t show, std::span<const double> sum);

  const Design& design_;
  std::size_t replicas_, lanes_;
  std::int64_t per_sample_, per_test_sample_, train_shows_, test_shows_ = 0;
  Counts counts_{};
  std::vector<Shown> now_;  // per replica
  std::vector<std::uint32_t> order_;
  std::int64_t order_epoch_ = -1;
  std::int64_t right_ = 0, seen_ = 0, test_right_ = 0, late_right_ = 0, late_seen_ = 0;
  std::int64_t next_point_ = 0;
};

}  // namespace leadlag
