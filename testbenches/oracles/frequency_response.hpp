// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <vector>

#include "oracles/network.hpp"

namespace leadlag::oracle {

/// A complex amplitude per unit of excitation, and its derivative by angular frequency.
struct Phasor {
  std::complex<double> value, derivative;
  double gain() const { return std::abs(value); }
  double phase() const { return std::arg(value); }                       ///< radians, (-pi, pi]
  double group_delay() const { return -std::imag(derivative / value); }  ///< -d phase / d omega
};

struct Excitation {
  enum class At { input, target };
  At at = At::input;
  std::size_t index = 0;
};

/// Answer of every neuron to one excitation exp(j w t) of amplitude 1, the others constant.
struct Response {
  std::vector<Phasor> membrane, lookahead, rate, error;
};

/// Small-signal answer around an operating point (see rest(); only slopes, curvatures and `back` of it
/// matter), by one dense complex solve of
///
///   (1 + jw tau_m) U = S = W phi' U_hat + W_in X + W_y Y + gamma E
///   (1 + jw tau_p) U_hat = (1 + jw tau_r) U            (1 + jw tau_s) Y = source
///   (1 + jw lag) V = A = phi' (B E + Eps) + phi'' back U_hat
///   (1 + jw tau_p) E = (1 + jw lead) V                 Eps = beta (T - J phi' U_hat)
///
/// The derivative is exact: with (M0 + jw M1) z = b it is -(M0 + jw M1)^-1 j M1 z.
/// With `target_on` false Eps is 0.
Response respond(const Network& network, const Instant& point, double omega, Excitation excitation,
                 bool target_on = true);

/// The same for the clocked network with one register per hop, tick T, as GleNetwork computes it: with
/// q = exp(-jwT), what carries a q is the value of the tick before,
///
///   U_hat = rho S + (1 - rho) q U                      U = d_m q U + (1 - d_m) S
///   S = q W phi' U_hat + W_in X + q W_y Y + gamma E    Y = d_s q Y + (1 - d_s) source (neuron: q phi' U_hat)
///   A = phi' (q B E + Eps) + phi'' back q U_hat        Eps = beta (T - J phi' q U_hat)
///   E = (lead/lag) A + (1 - lead/lag) q V              V = d_v q V + (1 - d_v) A
///
/// d = 1 - T / tau (Decay::euler) or exp(-T / tau) (Decay::held, exact for held signals). Membrane is the one
/// after the tick. Throws std::invalid_argument for a network with tau_p.
Response respond_sampled(const Network& network, const Instant& point, double omega, Excitation excitation,
                         double tick, Decay decay, bool target_on = true);

}  // namespace leadlag::oracle
