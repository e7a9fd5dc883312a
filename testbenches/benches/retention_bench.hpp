// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "benches/rig.hpp"

namespace leadlag {

struct RetentionOptions {
  std::optional<Time> duration;
  std::optional<double> tolerance;
};

/// What the chip's weight cells and sample-and-holds keep while nobody writes them.
///
///   capacitor      w(t) = max(low, w - I t / (C V_unit))
///   rram           g(t) = g(0) (1 + t / start)^-drift, g from g_max / on_off_ratio to g_max over the range
///   sram           w(t) = w
///   sample_hold    v(t) = v - I t / C                      of netlists
struct Retention {
  struct Cell {
    std::string name;                        ///< "w1 at 0.25 of its range", "hidden.hold"
    std::vector<double> value, closed_form;  ///< by time; model units
    std::optional<Time> half_lsb;            ///< closed form: when half a step of `bits` is lost; none: never
    double lost = 0.0;                       ///< at the end, of the range (weights) or of one unit (holds)
  };
  std::vector<Time> time;
  std::vector<Cell> cells;
  Temperature temperature{};
  Current leakage{};
  std::string storage;
  double tolerance = 0.0;
  double difference = 0.0;  ///< largest, model units
  std::size_t worst = 0;
};

/// Cells at nine levels of each crossbar's range, taken out of the chip: `design` is what the rig holds.
struct RetentionRow {
  Design design;
  Die die;
  const Design* chip = nullptr;  ///< outlives the row
  std::vector<std::string> crossbars;
  std::int64_t cycles = 0;
  double tolerance = 0.0;
};
/// Throws DesignError where nothing leaks: ideal cells, or leakage not among the effects; and where the
/// duration is beyond what can be simulated.
RetentionRow make_retention_row(const Design& chip, const RetentionOptions& options);
/// `progress` is told cycles done and all.
Retention measure_retention(Rig& rig, const RetentionRow& row,
                            const std::function<void(std::int64_t, std::int64_t)>& progress);

}  // namespace leadlag
