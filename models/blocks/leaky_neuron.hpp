// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "blocks/activation.hpp"
#include "blocks/cell.hpp"
#include "units/field.hpp"

namespace leadlag {

/// A neuron without lookahead: one RC and an output curve.
///
///   tau dv/dt = drive - v        rate = phi(v)
///
/// Learning systems that are wired from a netlist draw their nodes (value nodes, state nodes, compartments)
/// with this block's parameters, or the block itself.
/// Circuit fidelity: mismatch of tau, offset, noise of node and hold, gain of the slope's circuit, saturation
/// of the OTA (docs/physics.md).
struct LeakyNeuron {
  struct Params {
    Time tau = 20_us;
    Activation activation = Activation::tanh;
    Capacitance capacitance = 1_pF;
    Capacitance hold_capacitance = 50_fF;
    Current curve_bias = 100_nA;

    static constexpr auto fields() {
      return std::tuple{Field{"tau", &Params::tau, domain::positive, "time constant of the node"},
                        Field{"activation", &Params::activation, Domain{}, "output curve phi"},
                        Field{"capacitance", &Params::capacitance, domain::positive, "capacitor of the node"},
                        Field{"hold_capacitance", &Params::hold_capacitance, domain::positive,
                              "capacitor of each sample-and-hold at the output"},
                        Field{"curve_bias", &Params::curve_bias, domain::positive,
                              "bias current of the circuit that makes phi and phi'"}};
    }
  };
  static constexpr const char* stem = "leaky_neuron";

  enum In { drive };
  static constexpr std::array inputs{Pin{"drive_i", Wire::current}};
  enum Out { rate, slope };
  static constexpr std::array outputs{Pin{"rate_o", Wire::voltage}, Pin{"slope_o", Wire::voltage}};
  static constexpr std::size_t states = 2;
  static constexpr unsigned through = 0;

  struct Coefficients {
    CellOta ota;
    double offset;
    CellNoise noise, hold;
    double injection;
    Activation activation;
    double slope_gain;
  };
  struct State {
    double v = 0.0;
    double held_noise = 0.0;  // of the sample that the curve sees, charge of its switch included
    std::uint64_t draws = 0, held_draws = 0;
  };
  static Coefficients coefficients(const Params& p, const CellContext& c, std::size_t unit) {
    const CellOta ota = c.ota(c.made(p.tau, p.capacitance, stem, unit), p.capacitance, stem);
    return {ota,
            c.offset(stem, {"node_pair", "node_mirror"}, unit),
            c.node_noise(stem, p.capacitance, ota.approach, unit),
            c.hold_noise(stem, p.hold_capacitance, unit),
            c.injection(stem, "hold_switches", p.hold_capacitance),
            p.activation,
            c.slope_gain(stem, p.activation, p.curve_bias)};
  }
  static void show(const Coefficients& c, const State& s, double* out) {
    curve(c.activation, s.v + s.held_noise, out[rate], out[slope]);
    out[slope] *= c.slope_gain;
  }
  static void follow(const Coefficients&, const State&, const double*, double*) {}
  static void advance(const Coefficients& c, State& s, const double* in) {
    s.v += c.ota.follow(in[drive] + c.offset - s.v) + c.noise(s.draws);
    s.held_noise = c.hold(s.held_draws) + c.injection;
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);

  /// phi and phi' of a curve that is known at run time only.
  static void curve(Activation a, double x, double& rate, double& slope) {
    with_activation(a, [&]<Activation A>() { activate<A>(x, rate, slope); });
  }
};

}  // namespace leadlag
