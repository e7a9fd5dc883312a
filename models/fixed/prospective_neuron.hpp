// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixed/activation.hpp"
#include "fixed/lead_lag.hpp"

namespace leadlag::fixed {

/// Registered neuron, one tick per advance(); twin of rtl_ref/prospective_neuron.sv.
///
///   s = sat(drive + round(nudge error)),  rate' = phi(lead_lag(s)),  slope' = phi'(lead_lag(s))
struct ProspectiveNeuron {
  struct Coefficients {
    LeadLag::Coefficients filter;
    std::int64_t nudge = 0;  // in the format of gains
    Curve curve = Curve::tanh;
  };
  struct State {
    LeadLag::State filter;
    Activated out;
  };
  static constexpr std::int64_t driven(const WordLengths& w, std::int64_t nudge, std::int64_t drive,
                                       std::int64_t error) noexcept {
    return round_saturate(drive * w.gain.one() + nudge * error, w.gain.frac, w.signal.bits);
  }
  static void advance(const WordLengths& w, const Coefficients& c, State& s, std::int64_t drive,
                      std::int64_t error) noexcept {
    const std::int64_t d = driven(w, c.nudge, drive, error);
    s.out = Activation::of(c.curve, w, LeadLag::output(w, c.filter, s.filter, d));
    LeadLag::advance(w, c.filter, s.filter, d);
  }
};

}  // namespace leadlag::fixed
