// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "arrays/die_module.hpp"
#include "design/design.hpp"

namespace leadlag {

/// The computer in the loop: every `every` samples or ticks it reads what the plasticity cells have
/// accumulated, and writes new parameters. The gradient estimate g is the mean over dies and over the samples
/// (or ticks) accumulated; it points downhill, so every rule adds.
///
///   sgd       w += rate g
///   momentum  m = momentum m + g,  w += rate m
///   adam      Kingma and Ba 2015, beta 0.9 and 0.999, epsilon 1e-8
class HostOptimiser {
 public:
  HostOptimiser(DieModule& chip, const Design& design);

  /// To be called after every rising edge; `rate` is that of a step taken now.
  void after_edge(bool learned, bool sample_ended, double rate);
  /// Someone else has written a group of the chip: goes on from what its parameters are now.
  void reload(std::size_t group);
  std::int64_t steps() const { return steps_; }

 private:
  struct Moments {
    std::size_t group;
    WeightRange range;  // parameters are kept within, as the registers do
    std::vector<double> value, gradient, first, second;
  };
  void step(double rate);

  DieModule& chip_;
  const LearningDesign& learning_;
  std::vector<Moments> moments_;
  std::int64_t pending_ = 0, steps_ = 0;
};

}  // namespace leadlag
