// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "blocks/cell.hpp"
#include "units/field.hpp"

namespace leadlag {

/// Value node of predictive coding: integrates what its own error node pulls and what the layer above pushes.
///
///   tau dx/dt = -error + back        back = sum_j W_ji gated_j
///   x = prediction                   while `init` is high: a switch ties the capacitor to the prediction
///
/// Gradient descent on F = 1/2 sum e^2 (Whittington and Bogacz 2017). A node without leak of its own: the
/// error holds it. Circuit fidelity: mismatch of tau, offset, noise (docs/physics.md).
/// Not modelled: leakage, charge injection of the switch.
struct ValueNode {
  struct Params {
    Time tau = 20_us;  ///< the neuron's
    Capacitance capacitance = 1_pF;
    Capacitance hold_capacitance = 50_fF;

    static constexpr auto fields() {
      return std::tuple{Field{"capacitance", &Params::capacitance, domain::positive, "capacitor of the node"},
                        Field{"hold_capacitance", &Params::hold_capacitance, domain::positive,
                              "capacitor of the sample-and-hold at the output"}};
    }
  };
  static constexpr const char* stem = "value_node";

  enum In { error, back, prediction, init };
  static constexpr std::array inputs{Pin{"error_i", Wire::voltage}, Pin{"back_i", Wire::current},
                                     Pin{"prediction_i", Wire::voltage}, Pin{"init_i", Wire::line}};
  enum Out { value };
  static constexpr std::array outputs{Pin{"value_o", Wire::voltage}};
  static constexpr std::size_t states = 1;
  static constexpr unsigned through = 0;

  struct Coefficients {
    CellOta ota;
    double offset;
    CellNoise noise;
  };
  struct State {
    double x = 0.0;
    std::uint64_t draws = 0;
  };
  static Coefficients coefficients(const Params& p, const CellContext& c, std::size_t unit) {
    const CellOta ota = c.ota(c.made(p.tau, p.capacitance, stem, unit), p.capacitance, stem);
    return {ota, c.offset(stem, {"node_pair", "node_mirror"}, unit),
            c.node_noise(stem, p.capacitance, ota.approach, unit)};
  }
  static void show(const Coefficients&, const State& s, double* out) { out[value] = s.x; }
  static void follow(const Coefficients&, const State&, const double*, double*) {}
  static void advance(const Coefficients& c, State& s, const double* in) {
    s.x = in[init] != 0.0 ? in[prediction]
                          : s.x + c.ota.integrate(in[back] - in[error] + c.offset) + c.noise(s.draws);
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
