// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "instruments/task.hpp"

namespace leadlag {

/// A layered chain of prospective neurons that makes targets: the teacher of LagLine and LagNet. Runs on the
/// bench in the coupling of the chip's output: one register per hop with the chip's own integration, or
/// continuously, with the chip's ticks, and an input that steps or ramps as its drivers make it.
class Teacher {
 public:
  struct Layer {
    std::vector<double> weights;  ///< rows x columns
    std::vector<Time> tau_m, tau_r;
    Activation activation;

    double drive(std::size_t row, std::span<const double> below) const {
      double sum = 0.0;
      for (std::size_t j = 0; j < below.size(); ++j) sum += weights[row * below.size() + j] * below[j];
      return sum;
    }
  };
  /// Input::ramp makes it continuous: `ticks` ticks per step, an input that steps or ramps in between.
  Teacher(std::vector<Layer> layers, Time tick, Input input, int ticks = 1,
          Reconstruction reconstruction = Reconstruction::hold);

  std::span<const double> output() const { return rates_.back(); }  ///< of the last step
  /// One clock period with input x: sampled, output() then answers to the inputs before; continuous, to x.
  void step(std::span<const double> x);

 private:
  void step_sampled(std::span<const double> x);
  void step_continuous(std::span<const double> x);
  void settle(std::span<const double> x, Instant at);

  std::vector<Layer> layers_;
  std::vector<std::vector<LeadLag::Coefficients<double>>> coefficients_;
  std::vector<std::vector<LeadLag::State<double>>> states_;
  std::vector<std::vector<AnalogLeadLag::State<double>>> analog_;
  bool continuous_, ramp_, started_ = false;
  int ticks_;
  std::vector<double> last_x_;
  std::vector<std::vector<double>> rates_;
};

/// lag_line, lag_net and tones: signals without samples; plasticity and target are on in every cycle.
///
///   lag_line  x = a +-1 square wave of half-period 2 time units, smoothed (Gaussian, 5 ticks), shifted at
///   random per
///             die; teacher 1-1-1 softplus. Source: GLE's published LagLine experiment.
///   lag_net   x = sum of sines; teacher 1-2-2-1, tanh, tanh, linear, W = (-.5, 1), diag(.5, 1), (.5, 1),
///   tau_m = 1,
///             tau_r = (1, .1), (1, .1), 1 time units. Source: GLE's published LagNet experiment.
///   tones     x = sum of sines on every input, target 0
class ContinuousTask final : public Task {
 public:
  explicit ContinuousTask(const Design& design);

  std::int64_t cycles() const override { return design_.schedule.params.cycles; }
  Frame drive(std::int64_t n, std::span<double> x, std::span<double> target) override;
  void observe(std::int64_t n, std::span<const double> value, std::span<const double> sum) override;
  bool training_sample_ended(std::int64_t) const override { return false; }
  double progress(std::int64_t n) const override {
    return std::min(1.0, static_cast<double>(n) / static_cast<double>(cycles()));
  }

 private:
  double square_wave(std::int64_t n, std::size_t replica) const;
  double tones(std::int64_t n) const;

  const Design& design_;
  std::size_t replicas_, lanes_;
  double dt_;                      // clock period in model time units
  bool continuous_;                // the chip's output is part of an analog island
  std::vector<Teacher> teachers_;  // one per die
  std::vector<std::int64_t> shifts_;
  std::vector<double> smoothing_, wave_;
  std::vector<double> target_;  // of the cycle whose edge comes next
  double squares_ = 0.0, late_squares_ = 0.0;
  std::int64_t count_ = 0, late_count_ = 0;
  std::int64_t next_point_ = 0;
};

}  // namespace leadlag
