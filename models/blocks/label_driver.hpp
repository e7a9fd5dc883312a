// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "blocks/cell.hpp"
#include "units/field.hpp"

namespace leadlag {

/// Shifts a target between two levels, so that one-hot labels are reached by finite outputs.
///
///   level = low + (high - low) label
/// Memoryless. low = 0 and high = 1 hand the target on as it is. Circuit fidelity: offset of the
/// shifter. Not modelled: gain error.
struct LabelDriver {
  struct Params {
    double low = 0.0, high = 1.0;  ///< the system's
    Current bias = 50_nA;

    static constexpr auto fields() {
      return std::tuple{Field{"bias", &Params::bias, domain::positive, "bias current of the level shifter"}};
    }
  };
  static constexpr const char* stem = "label_driver";

  enum In { label };
  static constexpr std::array inputs{Pin{"label_i", Wire::voltage}};
  enum Out { level };
  static constexpr std::array outputs{Pin{"level_o", Wire::voltage}};
  static constexpr std::size_t states = 0;
  static constexpr unsigned through = 1U << label;

  struct Coefficients {
    double low, high;
  };
  struct State {};
  static Coefficients coefficients(const Params& p, const CellContext& c, std::size_t unit) {
    const double offset = c.offset(stem, {"shifter"}, unit);
    return {p.low + offset, p.high + offset};
  }
  static void show(const Coefficients&, const State&, double*) {}
  static void follow(const Coefficients& c, const State&, const double* in, double* out) {
    out[level] = c.low + (c.high - c.low) * in[label];
  }
  static void advance(const Coefficients&, State&, const double*) {}
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
