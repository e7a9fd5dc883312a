// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <tuple>

#include "blocks/cell.hpp"
#include "units/field.hpp"

namespace leadlag {

/// A node of a network of conductances: the wire where they meet, its capacitance, and perhaps two diodes
/// back to back to ground.
///
///   tau dV/dt = current - leak V - 2 i_s sinh(V / v_t)      current = sum_j g_j V_j + nudge, leak = sum_j
///   g_j
///
/// which is Kirchhoff's law with conductances in units of full_scale.current / full_scale.voltage, and with
/// the capacitance C that makes tau with one of them: descent on the co-content sum 1/2 g (V_i - V_j)^2 +
/// integral of the diodes' current (Kendall et al. 2020).
///
///   V = 0 while `start` is high, V = held while `restore` is not 0: switches to ground and to a source
///
/// It dissipates 2 i_s sinh(V / v_t) V in its diodes, and 1/2 C (change of V)^2 in a switch that closes; the
/// conductances count their own.
///
/// Currents are held over a clock cycle (an Euler step whatever `integration`), so the cycle has to be short
/// against the node's own time constant. Not modelled: resistance of the wires, mismatch of the diodes.
struct ResistiveNode {
  struct Params {
    Time tau = 20_us;    ///< the neuron's
    bool diodes = true;  ///< hidden nodes
    double saturation = 1e-3;
    double thermal = 0.05;
    Current bias = 100_nA;

    static constexpr auto fields() {
      return std::tuple{
          Field{"saturation", &Params::saturation, domain::non_negative,
                "i_s of the diodes of hidden nodes, per unit of conductance and full scale"},
          Field{"thermal", &Params::thermal, domain::positive, "v_t of the diodes, in full scales"},
          Field{"bias", &Params::bias, domain::positive,
                "bias current of the buffer that plasticity cells see, and of the squarer behind it"}};
    }
  };
  static constexpr const char* stem = "resistive_node";

  enum In { current, leak, held, start, restore };
  static constexpr std::array inputs{Pin{"current_i", Wire::current}, Pin{"leak_i", Wire::current},
                                     Pin{"held_i", Wire::voltage}, Pin{"start_i", Wire::line},
                                     Pin{"restore_i", Wire::line}};
  enum Out { voltage, square };
  static constexpr std::array outputs{Pin{"voltage_o", Wire::voltage}, Pin{"square_o", Wire::voltage}};
  static constexpr std::size_t states = 2;
  static constexpr unsigned through = 0;

  struct Coefficients {
    double step, saturation, thermal;
  };
  struct State {
    double v = 0.0;
  };
  static Coefficients coefficients(const Params& p, const CellContext& c, std::size_t) {
    return {c.tick / p.tau, p.diodes ? p.saturation : 0.0, p.thermal};
  }
  static void show(const Coefficients&, const State& s, double* out) {
    out[voltage] = s.v, out[square] = s.v * s.v;
  }
  static void follow(const Coefficients&, const State&, const double*, double*) {}
  /// The wire itself is no register.
  static bool samples(const double*) { return false; }
  static double dissipated(const Coefficients& c, const State& s, const double* in) {
    const double diodes = 2.0 * c.saturation * std::sinh(s.v / c.thermal) * s.v;
    if (in[start] == 0.0 && in[restore] == 0.0) return diodes;
    const double jump = in[start] != 0.0 ? s.v : in[held] - s.v;
    return diodes + 0.5 * jump * jump / c.step;
  }
  static void advance(const Coefficients& c, State& s, const double* in) {
    if (in[start] != 0.0) {
      s.v = 0.0;
      return;
    }
    if (in[restore] != 0.0) {
      s.v = in[held];
      return;
    }
    s.v += c.step * (in[current] - in[leak] * s.v - 2.0 * c.saturation * std::sinh(s.v / c.thermal));
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
