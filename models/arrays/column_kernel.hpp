// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "arrays/aligned.hpp"
#include "blocks/activation.hpp"
#include "blocks/lead_lag.hpp"

namespace leadlag {

/// Coefficients and state of a column of lead-lag filters as structure of arrays, one number per lane.
template <class T>
struct LeadLagLanes {
  AlignedVector<T> decay, before, now, rho, carry;

  explicit LeadLagLanes(std::size_t lanes)
      : decay(lanes), before(lanes), now(lanes), rho(lanes), carry(lanes) {}
  std::size_t size() const { return carry.size(); }
  /// Sets the coefficients of `count` lanes from `first`: one unit's replicas.
  void set(std::size_t first, std::size_t count, const LeadLag::Coefficients<double>& c);
};

/// The cores of models/blocks run over lanes, compiled once per instruction set; the same arithmetic as the
/// structural modules, so the same bits.

/// Where a column of neurons shows what is inside it, for circuits beside it; all null or none.
template <class T>
struct NeuronTaps {
  T* driven = nullptr;     ///< s, nudging included
  T* membrane = nullptr;   ///< u that the lookahead used; s - u is tau_m du/dt
  T* lookahead = nullptr;  ///< u_hat
};

/// s = drive + nudging e (error may be null: no nudge); rate = phi(lead-lag(s)), slope = phi'; the membranes
/// advance.
template <class T>
void neuron_column(Activation activation, LeadLagLanes<T>& lanes, const T* drive, const T* nudging,
                   const T* error, T* rate, T* slope, const NeuronTaps<T>& taps);

/// a = slope (back + epsilon) (epsilon may be null); error = lead-lag(a), or a itself when `wires`.
template <class T>
void error_column(LeadLagLanes<T>& lanes, bool wires, const T* slope, const T* back, const T* epsilon,
                  T* error);

/// rate_out = the filters' state after a tick with `rate` held.
template <class T>
void low_pass_column(LeadLagLanes<T>& lanes, const T* rate, T* rate_out);

/// rate = phi(u), slope = phi'(u).
template <class T>
void activate_column(Activation activation, const AlignedVector<T>& u, T* rate, T* slope);

template <class T>
class PhysicalColumn;

/// A column of lead-lag filters inside an analog island (AnalogLeadLag over lanes), each perhaps followed by
/// the parasitic pole of its adder: tau_p dp/dt = output - p, with the output held over the tick, so that p
/// is known before the tick is evaluated and cuts every loop through it. `physics`: of the stages' circuits;
/// null or empty: ideal.
template <class T>
class AnalogColumn {
 public:
  AnalogColumn(LeadLagLanes<T>& lanes, bool poled, PhysicalColumn<T>* physics = nullptr);
  bool poled() const { return poled_; }
  void set_pole(std::size_t first, std::size_t count, double decay);
  /// What passes on at this tick: the outputs, or the states of their poles.
  void settle(Instant at, const T* drive, T* out);
  void keep();
  void advance();
  void clear();
  const AlignedVector<T>& pole() const { return pole_; }
  const AlignedVector<T>& capacitor() const { return capacitor_; }
  const AlignedVector<T>& drive() const { return drive_; }

 private:
  LeadLagLanes<T>& lanes_;
  AlignedVector<T> capacitor_, drive_, pole_, output_, pole_decay_;
  bool poled_;
  PhysicalColumn<T>* physics_;
};

}  // namespace leadlag
