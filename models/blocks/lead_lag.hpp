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

/// Where in a tick an analog island is evaluated.
enum class Instant {
  tick_end,    ///< signals have moved as ramps since the last tick
  after_jump,  ///< a held input (sample-and-hold, DAC, register) has just stepped; capacitors have not moved
};

/// The same filter in continuous coupling, where an input depends on outputs of the same instant: a tick may
/// evaluate the output several times before it keeps what the last evaluation found.
///
///   tick:  advance; settle(tick_end), repeated while a loop converges; keep
///   a held input steps:  settle(after_jump) with the capacitor where it was, then the next tick
///
/// Exact for drives that are ramps between ticks and jump at their start.
struct AnalogLeadLag {
  template <class V>
  struct State {
    V capacitor{};  ///< at the last tick; all that a checkpoint keeps
    V carry{};      ///< what it will be at the next tick if the drive were zero there
    V drive{};      ///< of the last evaluation
  };
  template <class V>
  [[gnu::always_inline]] static V settle(const LeadLag::Coefficients<V>& c, State<V>& s, V drive,
                                         Instant at) {
    s.drive = drive;
    const V lagged = at == Instant::after_jump ? s.capacitor : s.carry + c.now * drive;
    return c.rho * drive + (V(1) - c.rho) * lagged;
  }
  template <class V>
  [[gnu::always_inline]] static void keep(const LeadLag::Coefficients<V>& c, State<V>& s) {
    s.capacitor = s.carry + c.now * s.drive;
  }
  template <class V>
  [[gnu::always_inline]] static void advance(const LeadLag::Coefficients<V>& c, State<V>& s) {
    s.carry = c.decay * s.capacitor + c.before * s.drive;
  }
};

}  // namespace leadlag
