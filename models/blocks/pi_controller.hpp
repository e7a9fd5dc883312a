// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "blocks/cell.hpp"
#include "units/field.hpp"

namespace leadlag {

/// One channel of a proportional-integral controller.
///
///   e = reference - output + error                    open pins are 0
///   tau_u du_int/dt = e - alpha u_int                 the integrator's own leak, alpha = 1 / DC gain
///   u = u_int + k_p e                                 follows e within the cycle
///
/// `run` 0: u = 0 and the integrator is cleared. 1: as above. 2: a second pair of leak and gain is switched
/// in, for a phase in which the feedback weights learn. At rest e = alpha / (1 + alpha k_p) u.
/// Exact for a held e. Meulemans et al. 2021 (arXiv 2106.07887), eq. 4, whose leak is that of a capacitor.
/// Circuit fidelity: e has the offset of the subtractor. Not modelled: rails, gain-bandwidth product.
struct PiController {
  struct Params {
    Time tau_u = 100_us;  ///< the system's, as the next four
    double alpha = 1e-3, k_p = 2.0, alpha_sleep = 0.5, k_p_sleep = 0.0;
    Capacitance capacitance = 5_pF;
    Capacitance hold_capacitance = 50_fF;
    Current bias = 100_nA;

    static constexpr auto fields() {
      return std::tuple{
          Field{"capacitance", &Params::capacitance, domain::positive, "capacitor of the integrator"},
          Field{"hold_capacitance", &Params::hold_capacitance, domain::positive,
                "capacitor of the sample-and-hold at the integrator's input"},
          Field{"bias", &Params::bias, domain::positive,
                "bias current of the subtractor, and of the adder at the output"}};
    }
  };
  static constexpr const char* stem = "pi_controller";

  enum In { reference, output, error, run };
  static constexpr std::array inputs{Pin{"reference_i", Wire::voltage}, Pin{"output_i", Wire::voltage},
                                     Pin{"error_i", Wire::voltage}, Pin{"run_i", Wire::line}};
  enum Out { integral, control, seen };
  static constexpr std::array outputs{Pin{"integral_o", Wire::voltage}, Pin{"control_o", Wire::voltage},
                                      Pin{"error_o", Wire::voltage}};
  static constexpr std::size_t states = 1;
  static constexpr unsigned through = 0xf;
  static constexpr double off = 0.0, on = 1.0, sleep = 2.0;  ///< what the line run carries

  struct Mode {
    double keep, take, k_p;  // u_int <- keep u_int + take e
  };
  struct Coefficients {
    Mode awake, asleep;
    double offset;  // of the subtractor
    const Mode& at(double run) const { return run == sleep ? asleep : awake; }
  };
  struct State {
    double u = 0.0;
  };
  static Coefficients coefficients(const Params& p, const CellContext& c, std::size_t unit) {
    const auto mode = [&](double alpha, double k_p) {
      const double lost = c.approach(p.tau_u / alpha);
      return Mode{1.0 - lost, lost / alpha, k_p};
    };
    return {mode(p.alpha, p.k_p), mode(p.alpha_sleep, p.k_p_sleep),
            c.comparator_offset(stem, {"subtractor"}, unit)};
  }
  static double difference(const Coefficients& c, const double* in) {
    return in[reference] - in[output] + in[error] + c.offset;
  }
  static void show(const Coefficients&, const State& s, double* out) { out[integral] = s.u; }
  static void follow(const Coefficients& c, const State& s, const double* in, double* out) {
    out[seen] = difference(c, in);
    out[control] = in[run] == off ? 0.0 : s.u + c.at(in[run]).k_p * out[seen];
  }
  static void advance(const Coefficients& c, State& s, const double* in) {
    const Mode& m = c.at(in[run]);
    s.u = in[run] == off ? 0.0 : m.keep * s.u + m.take * difference(c, in);
  }
  static bool samples(const double* in) { return in[run] != off; }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
