// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "units/quantity.hpp"

namespace leadlag {

/// How a block's input moves between two ticks.
enum class Input {
  held,   ///< sampled coupling: exact for an input that is held over the tick
  ramp,   ///< continuous coupling: exact for an input that is a ramp over the tick
  euler,  ///< the papers' codes step by step: first order in the tick
};

/// One RC and one weighted adder: the filter that neuron and error unit share, with lead and lag exchanged.
///
///   lag dx/dt = drive - x       state of the capacitor
///   out = x + lead dx/dt        = rho drive + (1 - rho) x,   rho = lead / lag
///
/// out(drive) = (1 + s lead) / (1 + s lag): no differentiator is needed. `x` is the capacitor at the START of
/// the held interval, as in the published discretisation: reading it after the step loses the lead when lead
/// = tick. Source: the equations of GLE (arXiv 2403.16933); the realisable identity follows from them.
struct LeadLag {
  template <class V>
  struct Coefficients {
    V decay, before, now;  // x = carry + now drive;  carry' = decay x + before drive
    V rho;
  };

  /// `carry` is what the capacitor will hold at the next tick if its input were zero then; for held inputs it
  /// is the capacitor voltage itself. All that a checkpoint keeps.
  template <class V>
  struct State {
    V carry{};
  };

  static Coefficients<double> coefficients(Time lag, Time lead, Time tick, Input input);

  template <class V>
  [[gnu::always_inline]] static V lagged(const Coefficients<V>& c, const State<V>& s, V drive) {
    return s.carry + c.now * drive;
  }
  template <class V>
  [[gnu::always_inline]] static V output(const Coefficients<V>& c, const State<V>& s, V drive) {
    return c.rho * drive + (V(1) - c.rho) * lagged(c, s, drive);
  }
  template <class V>
  [[gnu::always_inline]] static void advance(const Coefficients<V>& c, State<V>& s, V drive) {
    s.carry = c.decay * lagged(c, s, drive) + c.before * drive;
  }
};

}  // namespace leadlag
