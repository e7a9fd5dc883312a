// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <numbers>
#include <tuple>

#include "blocks/cell.hpp"
#include "units/field.hpp"

namespace leadlag {

/// An oscillator told by its phase against the reference clock; neighbours and fields pull it.
///
///   tau dphi/dt = -sin(phi) in_phase + cos(phi) quadrature - lock sin(2 phi)
///   in_phase   = sum_j J_ij cos(phi_j) + h_i        quadrature = sum_j J_ij sin(phi_j)
///
/// which is - sum_j J_ij sin(phi_i - phi_j) - h_i sin(phi_i) - S_i sin(2 phi_i), descent on
/// V = -1/2 sum J cos(phi_i - phi_j) - sum h cos(phi) - sum S/2 cos(2 phi) (oscillator Ising machines). A
/// nudge turns the output oscillators' own knobs:
///
///   h += nudge target,   S -= harmonic nudge       harmonic 1/2 is the cost 1/2 (cos(phi) - target)^2
///
/// phi = pi/2 while `start` is high, phi = held while `restore` is high. Inputs are held over a clock cycle,
/// and so is the phase that they pull at. Not modelled: amplitude, frequency mismatch, jitter.
struct PhaseOscillator {
  struct Params {
    Time tau = 20_us;       ///< the neuron's
    bool output = false;    ///< listens to the target
    double harmonic = 0.5;  ///< the system's
    Current bias = 200_nA;
    Capacitance hold_capacitance = 50_fF;

    static constexpr auto fields() {
      return std::tuple{Field{"bias", &Params::bias, domain::positive,
                              "bias current of the oscillator, of each of its three outputs, and of its "
                              "phase detector"},
                        Field{"hold_capacitance", &Params::hold_capacitance, domain::positive,
                              "capacitor of the sample-and-hold at each output"}};
    }
  };
  static constexpr const char* stem = "phase_oscillator";

  enum In { in_phase, quadrature, lock, target, held, nudge, start, restore };
  static constexpr std::array inputs{Pin{"in_phase_i", Wire::current}, Pin{"quadrature_i", Wire::current},
                                     Pin{"lock_i", Wire::current},     Pin{"target_i", Wire::voltage},
                                     Pin{"held_i", Wire::voltage},     Pin{"nudge_i", Wire::line},
                                     Pin{"start_i", Wire::line},       Pin{"restore_i", Wire::line}};
  enum Out { cosine, sine, second, phase };
  static constexpr std::array outputs{Pin{"cosine_o", Wire::voltage}, Pin{"sine_o", Wire::voltage},
                                      Pin{"second_o", Wire::voltage}, Pin{"phase_o", Wire::voltage}};
  static constexpr std::size_t states = 4;
  static constexpr unsigned through = 0;

  struct Coefficients {
    double step;
    double harmonic, listens;
  };
  struct State {
    double phi = 0.5 * std::numbers::pi;
  };
  static Coefficients coefficients(const Params& p, const CellContext& c, std::size_t) {
    return {c.tick / p.tau, p.harmonic, p.output ? 1.0 : 0.0};
  }
  static void show(const Coefficients&, const State& s, double* out) {
    out[cosine] = std::cos(s.phi), out[sine] = std::sin(s.phi);
    out[second] = std::cos(2.0 * s.phi), out[phase] = s.phi;
  }
  static void follow(const Coefficients&, const State&, const double*, double*) {}
  static void advance(const Coefficients& c, State& s, const double* in) {
    if (in[start] != 0.0) {
      s = {};
      return;
    }
    if (in[restore] != 0.0) {
      s.phi = in[held];
      return;
    }
    const double strength = c.listens * in[nudge];
    s.phi += c.step *
             (std::cos(s.phi) * in[quadrature] - std::sin(s.phi) * (in[in_phase] + strength * in[target]) -
              std::sin(2.0 * s.phi) * (in[lock] - c.harmonic * strength));
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
