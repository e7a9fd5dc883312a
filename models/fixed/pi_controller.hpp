// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixed/format.hpp"

namespace leadlag::fixed {

/// Channel of a PI controller with a leak; twin of rtl_ref/pi_controller.sv.
///
///   e = sat(reference - output + error)
///   control = sat(round(u + k_p e)),  u' = sat(u + round(take e - lost u))     u with guard bits
///
/// run 0: control is 0 and u is cleared. run 2: the coefficients of sleep, else those of being awake.
struct PiController {
  struct Mode {
    std::int64_t lost = 0, take = 0;  // of 2^decay_bits
    std::int64_t k_p = 0;             // in the format of gains
  };
  struct Coefficients {
    Mode awake, asleep;
  };
  struct State {
    std::int64_t u = 0;
  };
  static constexpr const Mode& mode(const Coefficients& c, int run) noexcept {
    return run == 2 ? c.asleep : c.awake;
  }
  static constexpr std::int64_t difference(const WordLengths& w, std::int64_t reference, std::int64_t output,
                                           std::int64_t error) noexcept {
    return saturate(reference - output + error, w.signal.bits);
  }
  static constexpr std::int64_t integral(const WordLengths& w, const State& s) noexcept {
    return round_saturate(s.u, w.guard, w.signal.bits);
  }
  static constexpr std::int64_t control(const WordLengths& w, const Coefficients& c, const State& s, int run,
                                        std::int64_t e) noexcept {
    if (run == 0) return 0;
    const std::int64_t fine = s.u * w.gain.one() + mode(c, run).k_p * e * (std::int64_t{1} << w.guard);
    return round_saturate(fine, w.guard + w.gain.frac, w.signal.bits);
  }
  static constexpr void advance(const WordLengths& w, const Coefficients& c, State& s, int run,
                                std::int64_t e) noexcept {
    const Mode& m = mode(c, run);
    const std::int64_t change = m.take * e * (std::int64_t{1} << w.guard) - m.lost * s.u;
    s.u = run == 0 ? 0 : saturate(s.u + round_shift(change, w.decay_bits), w.signal.bits + w.guard);
  }
};

}  // namespace leadlag::fixed
