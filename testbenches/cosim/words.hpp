// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cosim/lockstep.hpp"
#include "fixed/format.hpp"

namespace leadlag::cosim {

/// Word lengths of a configuration; a width that its module does not have keeps its default.
inline fixed::WordLengths words_of(const Parameters& p) {
  fixed::WordLengths w;
  const auto take = [&](const char* name, int& width) {
    if (p.has(name)) width = p.width(name);
  };
  take("SignalW", w.signal.bits);
  take("SignalFrac", w.signal.frac);
  take("WeightW", w.weight.bits);
  take("WeightFrac", w.weight.frac);
  take("GuardW", w.guard);
  take("DecayW", w.decay_bits);
  take("GainW", w.gain.bits);
  take("GainFrac", w.gain.frac);
  take("SlopeW", w.slope_bits);
  return w;
}

}  // namespace leadlag::cosim
