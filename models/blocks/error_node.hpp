// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "blocks/cell.hpp"
#include "units/field.hpp"

namespace leadlag {

/// Error node of predictive coding: how far a value is from what the layer below predicts of it.
///
///   error = value - prediction            hidden layers
///   error = epsilon                       output layer, from the target unit
///   gated = slope error
/// Memoryless (Whittington and Bogacz 2017). Circuit fidelity: offsets of subtractor, a wrong
/// prediction, and gate.
struct ErrorNode {
  struct Params {
    Current bias = 100_nA;
    bool compares = true;  ///< false in the output layer, where the target unit does

    static constexpr auto fields() {
      return std::tuple{Field{"bias", &Params::bias, domain::positive,
                              "bias current of the subtractor, and of the multiplier behind it"}};
    }
  };
  static constexpr const char* stem = "error_node";

  enum In { value, prediction, slope, epsilon };
  static constexpr std::array inputs{Pin{"value_i", Wire::voltage}, Pin{"prediction_i", Wire::voltage},
                                     Pin{"slope_i", Wire::voltage}, Pin{"epsilon_i", Wire::voltage}};
  enum Out { error, gated };
  static constexpr std::array outputs{Pin{"error_o", Wire::voltage}, Pin{"gated_o", Wire::voltage}};
  static constexpr std::size_t states = 0;
  static constexpr unsigned through = 0xf;

  struct Coefficients {
    bool compares;
    double offset, gate_offset;  // of the subtractor, and behind the gate
  };
  struct State {};
  static Coefficients coefficients(const Params& p, const CellContext& c, std::size_t unit) {
    return {p.compares, p.compares ? c.offset(stem, {"subtractor"}, unit) : 0.0,
            c.offset(stem, {"gate"}, unit, "gate offset")};
  }
  static void show(const Coefficients&, const State&, double*) {}
  static void follow(const Coefficients& c, const State&, const double* in, double* out) {
    out[error] = c.compares ? in[value] - in[prediction] + c.offset : in[epsilon];
    out[gated] = in[slope] * out[error] + c.gate_offset;
  }
  static void advance(const Coefficients&, State&, const double*) {}
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
