// SPDX-License-Identifier: Apache-2.0
#include "oracles/closed_forms.hpp"

#include <cmath>
#include <stdexcept>

namespace leadlag::oracle {
namespace {

using Complex = std::complex<double>;

/// What remains when all transients have died: |H| A sin(w t + arg H).
double steady(Complex h, double t, double amplitude, double omega) {
  return amplitude * std::imag(h * std::polar(1.0, omega * t));
}

}  // namespace

Complex LeadLagForm::response(double omega) const {
  return Complex(1.0, omega * lead) / Complex(1.0, omega * lag);
}

double LeadLagForm::group_delay(double omega) const {
  const double a = omega * lag, b = omega * lead;
  return lag / (1.0 + a * a) - lead / (1.0 + b * b);
}

double LeadLagForm::step(double t) const { return 1.0 - (1.0 - lead / lag) * std::exp(-t / lag); }

double LeadLagForm::ramp(double t) const { return t + (lead - lag) * -std::expm1(-t / lag); }

double LeadLagForm::sine(double t, double amplitude, double omega) const {
  // The capacitor starts at 0: it carries what its steady sine lacks at t = 0.
  const Complex x = 1.0 / Complex(1.0, omega * lag);
  return steady(response(omega), t, amplitude, omega) -
         (1.0 - lead / lag) * steady(x, 0.0, amplitude, omega) * std::exp(-t / lag);
}

TwoPoleNeuron::TwoPoleNeuron(double tau_s, double tau_m, double tau_lead)
    : tau_s_(tau_s), tau_m_(tau_m), lead_(tau_lead) {
  if (!(tau_s > 0.0) || !(tau_m > 0.0) || tau_s == tau_m)
    throw std::invalid_argument("tau_s and tau_m must be positive and differ");
}

Complex TwoPoleNeuron::response(double omega) const {
  return Complex(1.0, omega * lead_) / (Complex(1.0, omega * tau_s_) * Complex(1.0, omega * tau_m_));
}

double TwoPoleNeuron::residue(double tau, double other) const {
  return (1.0 - lead_ / tau) / (tau * (1.0 - other / tau));
}

double TwoPoleNeuron::step(double t) const {
  // Partial fractions of F(s)/s: at the pole -1/tau the step's transform is -tau.
  return 1.0 - tau_s_ * residue(tau_s_, tau_m_) * std::exp(-t / tau_s_) -
         tau_m_ * residue(tau_m_, tau_s_) * std::exp(-t / tau_m_);
}

double TwoPoleNeuron::sine(double t, double amplitude, double omega) const {
  // Partial fractions of F(s) w / (s^2 + w^2).
  const auto transient = [&](double tau, double other) {
    return residue(tau, other) * omega / (1.0 / (tau * tau) + omega * omega) * std::exp(-t / tau);
  };
  return steady(response(omega), t, amplitude, omega) +
         amplitude * (transient(tau_s_, tau_m_) + transient(tau_m_, tau_s_));
}

}  // namespace leadlag::oracle
