// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <tuple>

#include "blocks/cell.hpp"
#include "units/field.hpp"
#include "units/random.hpp"

namespace leadlag {

/// Amplified thermal noise of its own for one neuron, behind one pole.
///
///   n <- (1 - k) n + sqrt(2 k - k^2) sigma xi,   k = approach(tau), xi standard normal;   tau = 0: n = sigma
///   xi
///
/// in every cycle in which `on` is not 0, else n = 0. Its standard deviation is sigma whatever tau and the
/// tick (an Ornstein-Uhlenbeck process sampled by the clock; white for tau = 0). Draws depend on the chip's
/// seed, the column, the unit and the number of the draw; a reset begins anew. Not modelled: 1/f noise,
/// correlation through the supply.
struct NoiseSource {
  struct Params {
    double sigma = 0.01;  ///< the system's
    Time tau{};           ///< the system's
    Capacitance capacitance = 200_fF;
    Current bias = 50_nA;

    static constexpr auto fields() {
      return std::tuple{
          Field{"capacitance", &Params::capacitance, domain::positive, "capacitor of the pole and the hold"},
          Field{"bias", &Params::bias, domain::positive, "bias current of the amplifier"}};
    }
  };
  static constexpr const char* stem = "noise_source";

  enum In { on };
  static constexpr std::array inputs{Pin{"on_i", Wire::line}};
  enum Out { noise };
  static constexpr std::array outputs{Pin{"noise_o", Wire::voltage}};
  static constexpr std::size_t states = 1;
  static constexpr unsigned through = 0;

  struct Coefficients {
    double keep, strength;
    Draws draws;
  };
  struct State {
    double n = 0.0;
    std::uint64_t drawn = 0;
  };
  static Coefficients coefficients(const Params& p, const CellContext& c, std::size_t unit) {
    const double k = p.tau > Time{} ? c.approach(p.tau) : 1.0;
    return {1.0 - k, p.sigma * std::sqrt(2.0 * k - k * k),
            Draws(c.seed, c.name + "[" + std::to_string(unit) + "]", "noise")};
  }
  static void show(const Coefficients&, const State& s, double* out) { out[noise] = s.n; }
  static void follow(const Coefficients&, const State&, const double*, double*) {}
  static void advance(const Coefficients& c, State& s, const double* in) {
    s.n = in[on] != 0.0 ? c.keep * s.n + c.strength * c.draws.normal(s.drawn++) : 0.0;
  }
  static bool samples(const double* in) { return in[on] != 0.0; }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
