// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixed/error_gate.hpp"
#include "fixed/lead_lag.hpp"

namespace leadlag::fixed {

/// Error unit with the register of the error hop at its input; twin of rtl_ref/error_unit.sv.
struct ErrorUnit {
  struct State {
    LeadLag::State filter;
    std::int64_t back = 0;
  };
  /// Follows slope and target within the tick.
  static constexpr std::int64_t error(const WordLengths& w, const LeadLag::Coefficients& c, const State& s,
                                      std::int64_t slope, std::int64_t epsilon) noexcept {
    return LeadLag::output(w, c, s.filter, ErrorGate::gate(w, slope, s.back, epsilon));
  }
  static constexpr void advance(const WordLengths& w, const LeadLag::Coefficients& c, State& s,
                                std::int64_t slope, std::int64_t back, std::int64_t epsilon) noexcept {
    LeadLag::advance(w, c, s.filter, ErrorGate::gate(w, slope, s.back, epsilon));
    s.back = back;
  }
};

}  // namespace leadlag::fixed
