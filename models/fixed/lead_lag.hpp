// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixed/format.hpp"

namespace leadlag::fixed {

/// The lead-lag filter of neuron and error unit on integers; twin of rtl_ref/lead_lag.sv.
///
///   out    = sat(round(x + rho (drive - x)))      rho = lead / lag
///   carry' = x + round(take (drive - x))          take = 1 - exp(-tick / lag), or tick / lag (Euler)
///
/// x is `carry`, a signal with `guard` bits more fraction. take < 1 makes carry' lie between x and the drive,
/// rounding included, so it needs no saturation (testbenches/cosim/formal proves it). A difference below
/// 1 / (2 take) LSBs of the carry moves nothing: guard >= log2(1 / (2 take)) keeps that within one LSB of a
/// signal. For held drives only.
struct LeadLag {
  struct Coefficients {
    std::int64_t take = 0;  // of 2^decay_bits
    std::int64_t rho = 0;   // in the format of gains
  };
  struct State {
    std::int64_t carry = 0;
  };

  /// Nearest words to a decay per tick and a ratio lead / lag.
  static Coefficients coefficients(const WordLengths& w, double decay, double rho) noexcept {
    return {quantise_unsigned(1.0 - decay, {w.decay_bits, w.decay_bits}), quantise_unsigned(rho, w.gain)};
  }
  static constexpr std::int64_t output(const WordLengths& w, const Coefficients& c, const State& s,
                                       std::int64_t drive) noexcept {
    const std::int64_t towards = drive * (std::int64_t{1} << w.guard) - s.carry;
    return round_saturate(s.carry * w.gain.one() + c.rho * towards, w.guard + w.gain.frac, w.signal.bits);
  }
  static constexpr void advance(const WordLengths& w, const Coefficients& c, State& s,
                                std::int64_t drive) noexcept {
    const std::int64_t towards = drive * (std::int64_t{1} << w.guard) - s.carry;
    s.carry += round_shift(c.take * towards, w.decay_bits);
  }
};

}  // namespace leadlag::fixed
