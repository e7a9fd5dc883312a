// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <tuple>

#include "blocks/activation.hpp"
#include "blocks/cell.hpp"
#include "blocks/leaky_neuron.hpp"
#include "units/field.hpp"

namespace leadlag {

/// State node of an energy-based net: a capacitor that slides down an energy.
///
///   tau dv/dt = -v + g drive      drive: what crossbars send in both directions, and the nudge
///   gated     g = phi'(v), rate = phi(v)                       Hopfield energy 1/2 v^2 - phi(v) (...)
///   plain     g = 1,       rate = phi(v)                       Hopfield (1984), G(rate) - rate (...)
///   rails     g = 1,       rate = v, v held within [0, 1]      Scellier and Bengio (2017)
///
///   v = 0 while `start` is high, v = held while `restore` is high: two switches.
///
/// The drive is held over a clock cycle, and so is g. Circuit fidelity: mismatch of tau,
/// offset, noise of node and hold, gain of the circuit that makes g, saturation of the OTA
/// (docs/physics.md). Charge injection of the hold. Not modelled: charge injection of the other switches.
struct StateNode {
  enum class Pull { gated, plain, rails };
  struct Params {
    Time tau = 20_us;                          ///< the neuron's
    Activation activation = Activation::tanh;  ///< the neuron's
    Pull pull = Pull::gated;                   ///< the energy's
    Capacitance capacitance = 1_pF;
    Capacitance hold_capacitance = 50_fF;
    Current curve_bias = 100_nA;

    static constexpr auto fields() {
      return std::tuple{Field{"capacitance", &Params::capacitance, domain::positive, "capacitor of the node"},
                        Field{"hold_capacitance", &Params::hold_capacitance, domain::positive,
                              "capacitor of the sample-and-hold at the output"},
                        Field{"curve_bias", &Params::curve_bias, domain::positive,
                              "bias current of the circuit that makes phi and gates the drive"}};
    }
  };
  static constexpr const char* stem = "state_node";

  enum In { drive, held, start, restore };
  static constexpr std::array inputs{Pin{"drive_i", Wire::current}, Pin{"held_i", Wire::voltage},
                                     Pin{"start_i", Wire::line}, Pin{"restore_i", Wire::line}};
  enum Out { rate, state };
  static constexpr std::array outputs{Pin{"rate_o", Wire::voltage}, Pin{"state_o", Wire::voltage}};
  static constexpr std::size_t states = 2;
  static constexpr unsigned through = 0;

  struct Coefficients {
    CellOta ota;
    double offset;
    CellNoise noise, hold;
    double injection;
    Activation activation;
    Pull pull;
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
            c.injection(stem, "switches", p.hold_capacitance),
            p.pull == Pull::rails ? Activation::linear : p.activation,
            p.pull,
            p.pull == Pull::gated ? c.slope_gain(stem, p.activation, p.curve_bias) : 1.0};
  }
  static void show(const Coefficients& c, const State& s, double* out) {
    double slope = 0.0;
    LeakyNeuron::curve(c.activation, s.v + s.held_noise, out[rate], slope);
    out[state] = s.v;
  }
  static void follow(const Coefficients&, const State&, const double*, double*) {}
  static void advance(const Coefficients& c, State& s, const double* in) {
    s.held_noise = c.hold(s.held_draws) + c.injection;
    if (in[start] != 0.0) {
      s.v = 0.0;
      return;
    }
    if (in[restore] != 0.0) {
      s.v = in[held];
      return;
    }
    double phi = 0.0, slope = 1.0;
    if (c.pull == Pull::gated) LeakyNeuron::curve(c.activation, s.v, phi, slope);
    s.v += c.ota.follow(c.slope_gain * slope * in[drive] + c.offset - s.v) + c.noise(s.draws);
    if (c.pull == Pull::rails) s.v = std::clamp(s.v, 0.0, 1.0);
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
