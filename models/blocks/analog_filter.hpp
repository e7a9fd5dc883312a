// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "blocks/analog_stage.hpp"
#include "blocks/lead_lag.hpp"

namespace leadlag {

/// Structural detail of a lead-lag filter in an analog island, perhaps with the parasitic pole of its adder:
/// tau_p dp/dt = output - p, with the output held over the tick, so that p is known before the tick is
/// evaluated. At circuit fidelity with the physics of its circuit.
class AnalogFilter {
 public:
  AnalogFilter(const LeadLag::Coefficients<double>& coefficients, std::optional<double> pole_decay,
               std::optional<AnalogCircuit> circuit = {})
      : coefficients_(coefficients), circuit_(circuit), pole_decay_(pole_decay) {}
  static std::optional<AnalogCircuit> circuit(const std::optional<CircuitStageOfOne>& sampled,
                                              const LeadLag::Coefficients<double>& coefficients) {
    if (!sampled) return std::nullopt;
    return AnalogCircuit(sampled->physics(), coefficients, sampled->keys(), sampled->unit());
  }

  bool poled() const { return pole_decay_.has_value(); }
  double pole() const { return pole_; }
  double capacitor() const { return state_.capacitor; }
  double drive() const { return state_.drive; }  ///< of the last evaluation
  double passed() const { return poled() ? pole_ : output_; }
  /// What passes on at this tick: the output, or the state of its pole.
  double settle(double drive, Instant at) {
    output_ = circuit_ ? circuit_->settle(coefficients_, state_, drive, at)
                       : AnalogLeadLag::settle(coefficients_, state_, drive, at);
    if (circuit_ && !poled()) output_ += circuit_->at_adder();
    return poled() ? pole_ : output_;
  }
  void keep() {
    circuit_ ? circuit_->keep(coefficients_, state_) : AnalogLeadLag::keep(coefficients_, state_);
  }
  void advance() {
    circuit_ ? circuit_->advance(coefficients_, state_) : AnalogLeadLag::advance(coefficients_, state_);
    if (poled()) pole_ = *pole_decay_ * pole_ + (1.0 - *pole_decay_) * output_;
    if (poled() && circuit_) pole_ += circuit_->at_adder();
  }
  void clear() {
    state_ = {}, output_ = pole_ = 0.0;
    if (circuit_) circuit_->clear();
  }
  /// A clock period begins: the offset moves by what moves from cycle to cycle.
  void begin_cycle() {
    if (circuit_) circuit_->begin_cycle();
  }
  double offset() const { return circuit_ ? circuit_->offset() : 0.0; }  ///< of what passes on, not in it

 private:
  LeadLag::Coefficients<double> coefficients_;
  AnalogLeadLag::State<double> state_;
  std::optional<AnalogCircuit> circuit_;  // none: ideal
  std::optional<double> pole_decay_;
  double output_ = 0.0, pole_ = 0.0;
};

}  // namespace leadlag
