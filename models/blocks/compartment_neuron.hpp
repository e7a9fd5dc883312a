// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "blocks/activation.hpp"
#include "blocks/cell.hpp"
#include "blocks/leaky_neuron.hpp"
#include "units/field.hpp"

namespace leadlag {

/// Neuron with three compartments that can be read one by one: what comes from below, what comes from a
/// controller, and the soma that both drive.
///
///   v_ff = basal                                   basal compartment, at once
///   tau_apical dv_fb/dt = apical - v_fb            apical compartment; tau_apical = 0: at once
///   tau dv/dt = v_ff + v_fb + noise - v            soma; while `init` is high a switch ties it to its drive
///   rate = phi(v)    delta = phi(v) - phi(v_ff)    delta is what its plasticity cells see
///
/// Deep feedback control (Meulemans et al. 2021, arXiv 2106.07887). The noise stands on the apical node:
/// apical_o shows v_fb + noise. Circuit fidelity: mismatch of tau, noise, offset of the soma and of
/// delta, a constant update. Not modelled: gain mismatch of the two output curves.
struct CompartmentNeuron {
  struct Params {
    Time tau = 20_us;                          ///< the neuron's
    Activation activation = Activation::tanh;  ///< the neuron's
    Time tau_apical{};                         ///< the system's
    Capacitance capacitance = 1_pF;
    Capacitance hold_capacitance = 50_fF;
    Current curve_bias = 100_nA;

    static constexpr auto fields() {
      return std::tuple{
          Field{"capacitance", &Params::capacitance, domain::positive,
                "capacitor of the soma, and of the apical node if it has a time constant"},
          Field{"hold_capacitance", &Params::hold_capacitance, domain::positive,
                "capacitor of each sample-and-hold: rate and soma"},
          Field{"curve_bias", &Params::curve_bias, domain::positive,
                "bias current of each of the two output curves, and of the comparator of the two"}};
    }
  };
  static constexpr const char* stem = "compartment_neuron";

  enum In { basal, apical, noise, init };
  static constexpr std::array inputs{Pin{"basal_i", Wire::current}, Pin{"apical_i", Wire::current},
                                     Pin{"noise_i", Wire::voltage}, Pin{"init_i", Wire::line}};
  enum Out { rate, soma, basal_v, apical_v, delta };
  static constexpr std::array outputs{Pin{"rate_o", Wire::voltage}, Pin{"soma_o", Wire::voltage},
                                      Pin{"basal_o", Wire::voltage}, Pin{"apical_o", Wire::voltage},
                                      Pin{"delta_o", Wire::voltage}};
  static constexpr std::size_t states = 2;
  static constexpr unsigned through = 1U << basal | 1U << apical | 1U << noise;

  struct Coefficients {
    CellOta ota, apical;  // apical: of its approach 1, at once
    bool filters;
    double offset;        // of the soma's amplifier
    double delta_offset;  // of the comparator of soma and basal compartment
    CellNoise thermal;
    Activation activation;
  };
  struct State {
    double v = 0.0, v_fb = 0.0;
    std::uint64_t draws = 0;
  };
  static Coefficients coefficients(const Params& p, const CellContext& c, std::size_t unit) {
    const bool filters = p.tau_apical > Time{};
    const CellOta ota = c.ota(c.made(p.tau, p.capacitance, stem, unit), p.capacitance, stem);
    return {ota,
            filters ? c.ota(p.tau_apical, p.capacitance, stem) : CellOta{1.0, 0.0},
            filters,
            c.offset(stem, {"soma_pair", "soma_mirror"}, unit),
            c.offset(stem, {"comparator"}, unit),
            c.node_noise(stem, p.capacitance, ota.approach, unit),
            p.activation};
  }
  static double phi(const Coefficients& c, double v) {
    double rate = 0.0, slope = 0.0;
    LeakyNeuron::curve(c.activation, v, rate, slope);
    return rate;
  }
  static double feedback(const Coefficients& c, const State& s, const double* in) {
    return (c.filters ? s.v_fb : in[apical]) + in[noise];
  }
  static void show(const Coefficients& c, const State& s, double* out) {
    out[rate] = phi(c, s.v), out[soma] = s.v;
  }
  static void follow(const Coefficients& c, const State& s, const double* in, double* out) {
    out[basal_v] = in[basal];
    out[apical_v] = feedback(c, s, in);
    out[delta] = phi(c, s.v) - phi(c, in[basal]) + c.delta_offset;
  }
  static void advance(const Coefficients& c, State& s, const double* in) {
    const double drive = in[basal] + feedback(c, s, in);
    s.v = in[init] != 0.0 ? drive : s.v + c.ota.follow(drive + c.offset - s.v) + c.thermal(s.draws);
    s.v_fb = in[init] != 0.0 ? in[apical] : s.v_fb + c.apical.follow(in[apical] - s.v_fb);
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
