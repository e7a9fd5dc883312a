// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "blocks/lead_lag.hpp"

namespace leadlag {

/// Structural detail of a lead-lag filter in an analog island, perhaps with the parasitic pole of its adder:
/// tau_p dp/dt = output - p, with the output held over the tick, so that p is known before the tick is
/// evaluated.
class AnalogFilter {
 public:
  AnalogFilter(const LeadLag::Coefficients<double>& coefficients, std::optional<double> pole_decay)
      : coefficients_(coefficients), pole_decay_(pole_decay) {}

  bool poled() const { return pole_decay_.has_value(); }
  double pole() const { return pole_; }
  double capacitor() const { return state_.capacitor; }
  double drive() const { return state_.drive; }  ///< of the last evaluation
  double passed() const { return poled() ? pole_ : output_; }
  /// What passes on at this tick: the output, or the state of its pole.
  double settle(double drive, Instant at) {
    output_ = AnalogLeadLag::settle(coefficients_, state_, drive, at);
    return poled() ? pole_ : output_;
  }
  void keep() { AnalogLeadLag::keep(coefficients_, state_); }
  void advance() {
    AnalogLeadLag::advance(coefficients_, state_);
    if (poled()) pole_ = *pole_decay_ * pole_ + (1.0 - *pole_decay_) * output_;
  }
  void clear() { state_ = {}, output_ = pole_ = 0.0; }

 private:
  LeadLag::Coefficients<double> coefficients_;
  AnalogLeadLag::State<double> state_;
  std::optional<double> pole_decay_;
  double output_ = 0.0, pole_ = 0.0;
};

}  // namespace leadlag
