// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "blocks/cell.hpp"
#include "units/field.hpp"

namespace leadlag {

/// Gates an error by the slope of the neuron it belongs to: one step of backpropagation, without memory.
///
///   gated = slope (back + epsilon)        back from the layer above, epsilon from the target unit
///
/// Circuit fidelity: offset, which teaches a constant.
struct ErrorGate {
  struct Params {
    Current bias = 100_nA;

    static constexpr auto fields() {
      return std::tuple{Field{"bias", &Params::bias, domain::positive, "bias current of the multiplier"}};
    }
  };
  static constexpr const char* stem = "error_gate";

  enum In { back, epsilon, slope };
  static constexpr std::array inputs{Pin{"back_i", Wire::current}, Pin{"epsilon_i", Wire::voltage},
                                     Pin{"slope_i", Wire::voltage}};
  enum Out { gated };
  static constexpr std::array outputs{Pin{"gated_o", Wire::voltage}};
  static constexpr std::size_t states = 0;
  static constexpr unsigned through = 0x7;

  struct Coefficients {
    double offset;
  };
  struct State {};
  static Coefficients coefficients(const Params&, const CellContext& c, std::size_t unit) {
    return {c.offset(stem, {"gate"}, unit)};
  }
  static void show(const Coefficients&, const State&, double*) {}
  static void follow(const Coefficients& c, const State&, const double* in, double* out) {
    out[gated] = in[slope] * (in[back] + in[epsilon]) + c.offset;
  }
  static void advance(const Coefficients&, State&, const double*) {}
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
