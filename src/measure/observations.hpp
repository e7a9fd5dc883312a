// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "technology/datasheet.hpp"
#include "units/quantity.hpp"

namespace leadlag {

/// One point of the learning curve.
struct CurvePoint {
  std::int64_t cycle = 0, sample = 0;
  double value = 0.0;  ///< accuracy of images, mean squared error of a continuous task, since the last point
  std::vector<double>
      parameters;  ///< of small chips: every plastic parameter, in the order of the chip's groups
};

/// The traced signals of die 0 in the bounded form that a page can hold: the first cycles one by one, then
/// the extremes of buckets of cycles. waves.vcd has every cycle.
struct Waves {
  struct Signal {
    std::string array, signal, element;  ///< "hidden", "rate", "3"; "w1", "weight", "2,7"
    std::string unit;                    ///< "V", or "" for a plain number
    std::vector<double> values;          ///< one per entry of `cycles`
  };
  std::vector<std::int64_t> cycles;  ///< 1 is the first falling edge; the same for all signals
  std::size_t exact = 0;  ///< so many leading entries are single cycles, the rest come in pairs: the smallest
                          ///< and the largest value of a bucket, in the order in which they occurred
  std::int64_t bucket = 1;  ///< cycles in such a bucket; the last one may hold fewer
  std::int64_t traced = 0;  ///< cycles seen
  std::vector<Signal> signals;
  std::size_t left_out = 0;  ///< further traced signals, which only waves.vcd has
};

/// One analog island: its arrays, the stages on its loops ("" without loops), and how hard they were to
/// close.
struct IslandLoops {
  std::vector<std::size_t> arrays;
  std::string loop;
  std::uint64_t solves = 0, iterations = 0;
  int most = 0;           ///< iterations of the hardest solve
  double residual = 0.0;  ///< largest that was accepted, of full scale
};

/// What the bench saw, as plain values: everything a run hands over to measuring.
struct Observations {
  std::int64_t cycles = 0;         ///< of the clock
  std::int64_t replay_cycles = 0;  ///< of these, run backwards over a window, or spent waiting for a host
  std::int64_t samples = 0, train_samples = 0, test_samples = 0, learning_steps = 0, host_steps = 0;
  std::string diverged;   ///< instance whose state left the finite numbers and ended the run; empty: none
  std::string open_loop;  ///< loop of an analog island that had no solution and ended the run; empty: none
  std::vector<IslandLoops> islands;
  std::optional<double> weights_at_end;  ///< share of the weights with a range that are at an end of it
  std::optional<double> test_accuracy, train_accuracy, final_mse;
  std::vector<CurvePoint> curve;
  std::vector<std::string> parameter_names;                            ///< of CurvePoint::parameters
  std::map<std::pair<std::string, std::string>, Activity> activities;  ///< by (array, block stem), all dies
  Charge supply_charge;                                 ///< integral of the supply current, all dies
  Current peak_current;                                 ///< all dies
  std::vector<std::pair<std::int64_t, Charge>> supply;  ///< charge drawn up to some cycles, in order
  Waves waves;                                          ///< empty without `trace:`
};

}  // namespace leadlag
