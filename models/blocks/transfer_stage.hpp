// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "blocks/activation.hpp"
#include "blocks/cell.hpp"
#include "blocks/leaky_neuron.hpp"
#include "units/field.hpp"

namespace leadlag {

/// The output curve alone, without a capacitor: rate = phi(drive), slope = phi'(drive), within the cycle.
/// Predictions of predictive coding are made by it. Circuit fidelity: offset and gain error of the
/// curve, gain of the slope's circuit.
struct TransferStage {
  struct Params {
    Activation activation = Activation::tanh;  ///< the neuron's
    Current curve_bias = 100_nA;

    static constexpr auto fields() {
      return std::tuple{Field{"curve_bias", &Params::curve_bias, domain::positive,
                              "bias current of the circuit that makes phi and phi'"}};
    }
  };
  static constexpr const char* stem = "transfer_stage";

  enum In { drive };
  static constexpr std::array inputs{Pin{"drive_i", Wire::current}};
  enum Out { rate, slope };
  static constexpr std::array outputs{Pin{"rate_o", Wire::voltage}, Pin{"slope_o", Wire::voltage}};
  static constexpr std::size_t states = 0;
  static constexpr unsigned through = 1U << drive;

  struct Coefficients {
    Activation activation;
    double offset, gain, slope_gain;
  };
  struct State {};
  static Coefficients coefficients(const Params& p, const CellContext& c, std::size_t unit) {
    return {p.activation, c.offset(stem, {"activation"}, unit), c.curve_gain(stem, unit),
            c.slope_gain(stem, p.activation, p.curve_bias)};
  }
  static void show(const Coefficients&, const State&, double*) {}
  static void follow(const Coefficients& c, const State&, const double* in, double* out) {
    LeakyNeuron::curve(c.activation, in[drive] + c.offset, out[rate], out[slope]);
    out[rate] *= c.gain, out[slope] *= c.slope_gain;
  }
  static void advance(const Coefficients&, State&, const double*) {}
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
