// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "blocks/cell.hpp"
#include "units/field.hpp"

namespace leadlag {

/// Keeps a voltage for a later phase: at the clock edge that ends a cycle in which `sample` is not 0 it takes
/// what stands at its input.
///
///   held = signal        while sample is high, at each edge
///
/// Circuit fidelity: held = signal + noise of the switch (kT/C) + offset of the buffer - charge of
/// the switch (q / C), and what it holds droops by leakage, I t / C. Not modelled: charge injection that
/// depends on the signal.
struct SampleHold {
  struct Params {
    Capacitance capacitance = 200_fF;
    Current buffer_bias = 20_nA;

    static constexpr auto fields() {
      return std::tuple{
          Field{"capacitance", &Params::capacitance, domain::positive, "capacitor that keeps the voltage"},
          Field{"buffer_bias", &Params::buffer_bias, domain::positive,
                "bias current of the buffer behind it"}};
    }
  };
  static constexpr const char* stem = "sample_hold";

  enum In { signal, sample };
  static constexpr std::array inputs{Pin{"signal_i", Wire::voltage}, Pin{"sample_i", Wire::line}};
  enum Out { held };
  static constexpr std::array outputs{Pin{"held_o", Wire::voltage}};
  static constexpr std::size_t states = 1;
  static constexpr unsigned through = 0;

  struct Coefficients {
    double offset, droop;
    CellNoise noise;
  };
  struct State {
    double v = 0.0;
    std::uint64_t draws = 0;
  };
  static Coefficients coefficients(const Params& p, const CellContext& c, std::size_t unit) {
    return {c.offset(stem, {"buffer"}, unit) + c.injection(stem, "switch", p.capacitance),
            c.droop(stem, p.capacitance), c.hold_noise(stem, p.capacitance, unit)};
  }
  static void show(const Coefficients&, const State& s, double* out) { out[held] = s.v; }
  static void follow(const Coefficients&, const State&, const double*, double*) {}
  static void advance(const Coefficients& c, State& s, const double* in) {
    s.v = in[sample] != 0.0 ? in[signal] + c.offset + c.noise(s.draws) : s.v - c.droop;
  }
  static bool samples(const double* in) { return in[sample] != 0.0; }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
