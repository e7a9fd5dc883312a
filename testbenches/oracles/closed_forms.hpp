// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>

namespace leadlag::oracle {

/// lag dx/dt = d - x, out = x + lead dx/dt. Neuron: lag tau_m, lead tau_r; error unit: the other way round.
struct LeadLagForm {
  double lag, lead;
  std::complex<double> response(double omega) const;  ///< (1 + jw lead) / (1 + jw lag)
  double group_delay(double omega) const;             ///< lag / (1 + w^2 lag^2) - lead / (1 + w^2 lead^2)
  double step(double t) const;                        ///< 1 - (1 - lead/lag) exp(-t/lag), t >= 0
  double ramp(double t) const;                        ///< answer to d = t
  double sine(double t, double amplitude, double omega) const;  ///< answer to A sin(w t) from t = 0, at rest
};

/// A low-pass in front of a neuron: tau_s dy/dt = x - y, tau_m du/dt = y - u, out = u + tau_lead du/dt.
/// Throws std::invalid_argument unless tau_s and tau_m differ and are positive.
class TwoPoleNeuron {
 public:
  TwoPoleNeuron(double tau_s, double tau_m, double tau_lead);
  std::complex<double> response(double omega) const;
  double step(double t) const;
  double sine(double t, double amplitude, double omega) const;  ///< answer to A sin(w t) from t = 0, at rest

 private:
  /// Residue of the transfer function at the pole -1/tau.
  double residue(double tau, double other) const;
  double tau_s_, tau_m_, lead_;
};

}  // namespace leadlag::oracle
