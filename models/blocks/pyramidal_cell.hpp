// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "blocks/activation.hpp"
#include "blocks/cell.hpp"
#include "blocks/leaky_neuron.hpp"
#include "units/field.hpp"

namespace leadlag {

/// A cell whose compartments pull at its soma through conductances: basal, apical, and one at the soma
/// itself.
///
///   tau du/dt = u_ss - u       u_ss = (g_b v_bas + g_a v_api + g_s v_soma) / G,   G = g_l + g_b + g_a + g_s
///   u^ = u + tau du/dt         the lookahead; without it (prospective: false) u^ is u
///   rate = phi(u^)    prediction = g_b / (g_l + g_b + g_a) v_bas    delta = phi(u^) - phi(prediction)
///
/// `prediction` is where the soma would rest on the basal current alone; delta is what plasticity cells see.
/// u^ and u are sampled at the edge, so a cell answers one cycle after its inputs. One block for pyramidal
/// cells and interneurons: a cell without a compartment has its conductance at 0. Source: Haider et al. 2021,
/// arXiv 2110.14549, after Sacramento et al. 2018. Not modelled: reversal potentials (conductances are
/// constant), mismatch of lookahead and membrane, gain mismatch of the two output curves. Circuit fidelity:
/// mismatch of tau, noise of the membrane, offset of delta, saturation of the membrane's OTA.
struct PyramidalCell {
  struct Params {
    Time tau = 20_us;                                           ///< the neuron's: C / G
    Activation activation = Activation::tanh;                   ///< the neuron's
    double leak = 0.03, basal = 0.1, apical = 0.0, soma = 0.0;  ///< the system's; only ratios count
    bool prospective = true;                                    ///< the system's
    Capacitance capacitance = 1_pF;
    Capacitance hold_capacitance = 50_fF;
    Current curve_bias = 100_nA;

    static constexpr auto fields() {
      return std::tuple{
          Field{"capacitance", &Params::capacitance, domain::positive, "capacitor of the soma"},
          Field{"hold_capacitance", &Params::hold_capacitance, domain::positive,
                "capacitor of each sample-and-hold: rate and lookahead"},
          Field{"curve_bias", &Params::curve_bias, domain::positive,
                "bias current of each of the two output curves, of their comparator and of the lookahead"}};
    }
  };
  static constexpr const char* stem = "pyramidal_cell";

  enum In { basal_in, apical_in, soma_in };
  static constexpr std::array inputs{Pin{"basal_i", Wire::current}, Pin{"apical_i", Wire::current},
                                     Pin{"soma_i", Wire::current}};
  enum Out { rate, lookahead, membrane, prediction, apical_v, delta };
  static constexpr std::array outputs{Pin{"rate_o", Wire::voltage},     Pin{"lookahead_o", Wire::voltage},
                                      Pin{"membrane_o", Wire::voltage}, Pin{"prediction_o", Wire::voltage},
                                      Pin{"apical_o", Wire::voltage},   Pin{"delta_o", Wire::voltage}};
  static constexpr std::size_t states = 3;
  static constexpr unsigned through = 1U << basal_in | 1U << apical_in;

  struct Coefficients {
    CellOta ota;
    double from_basal, from_apical, from_soma, predicted;
    bool prospective;
    Activation activation;
    double delta_offset;
    CellNoise noise;
  };
  struct State {
    double u = 0.0, ahead = 0.0;
    std::uint64_t draws = 0;
  };
  static Coefficients coefficients(const Params& p, const CellContext& c, std::size_t unit) {
    const double rest = p.leak + p.basal + p.apical, all = rest + p.soma;
    const CellOta ota = c.ota(c.made(p.tau, p.capacitance, stem, unit), p.capacitance, stem);
    return {ota,
            p.basal / all,
            p.apical / all,
            p.soma / all,
            p.basal / rest,
            p.prospective,
            p.activation,
            c.offset(stem, {"comparator"}, unit),
            c.node_noise(stem, p.capacitance, ota.approach, unit)};
  }
  static double phi(const Coefficients& c, double v) {
    double rate = 0.0, slope = 0.0;
    LeakyNeuron::curve(c.activation, v, rate, slope);
    return rate;
  }
  static void show(const Coefficients& c, const State& s, double* out) {
    out[rate] = phi(c, s.ahead), out[lookahead] = s.ahead, out[membrane] = s.u;
  }
  static void follow(const Coefficients& c, const State& s, const double* in, double* out) {
    out[prediction] = c.predicted * in[basal_in];
    out[apical_v] = in[apical_in];
    out[delta] = phi(c, s.ahead) - phi(c, out[prediction]) + c.delta_offset;
  }
  static void advance(const Coefficients& c, State& s, const double* in) {
    const double steady =
        c.from_basal * in[basal_in] + c.from_apical * in[apical_in] + c.from_soma * in[soma_in];
    const double pull = steady - s.u;  // tau du/dt
    const double ahead = s.u + pull;   // before the membrane moves, as an analog lookahead sees it
    s.u += c.ota.follow(pull) + c.noise(s.draws);
    s.ahead = c.prospective ? ahead : s.u;
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
