// SPDX-License-Identifier: Apache-2.0
#include "arrays/fixed_column.hpp"

#include <cmath>

#include "fixed/error_gate.hpp"
#include "fixed/prospective_neuron.hpp"

namespace leadlag {

fixed::Curve curve_of(Activation activation) {
  switch (activation) {
    case Activation::tanh:
      return fixed::Curve::tanh;
    case Activation::relu:
      return fixed::Curve::relu;
    case Activation::hard_sigmoid:
      return fixed::Curve::hard_sigmoid;
    case Activation::softplus:
      return fixed::Curve::softplus;
    case Activation::linear:
      break;
  }
  return fixed::Curve::linear;
}

void FixedColumn::set(std::size_t first, std::size_t count, const LeadLag::Coefficients<double>& c,
                      double nudging) {
  for (std::size_t k = first; k < first + count; ++k) {
    units_[k] = fixed::LeadLag::coefficients(words_, c.decay, c.rho);
    nudging_[k] = fixed::quantise_unsigned(nudging, words_.gain);
  }
}

template <class T>
void FixedColumn::run_neurons(Activation activation, LeadLagLanes<T>& lanes, const T* drive, const T* error,
                              T* rate, T* slope, const NeuronTaps<T>& taps) {
  const fixed::Curve curve = curve_of(activation);
  const int inside = words_.signal.frac + words_.guard;
  const double lsb = words_.signal.lsb(), slope_lsb = 1.0 / static_cast<double>(words_.slope_one());
  for (std::size_t k = 0; k < units_.size(); ++k) {
    std::int64_t s = word(drive[k]);
    if (error != nullptr) {
      s = fixed::ProspectiveNeuron::driven(words_, nudging_[k], s, word(error[k]));
    }
    const auto carry = static_cast<double>(lanes.carry[k]);
    fixed::LeadLag::State state{static_cast<std::int64_t>(std::ldexp(carry, inside))};
    const std::int64_t out = fixed::LeadLag::output(words_, units_[k], state, s);
    if (taps.driven != nullptr) {
      taps.driven[k] = static_cast<T>(static_cast<double>(s) * lsb);
      taps.membrane[k] = lanes.carry[k];
      taps.lookahead[k] = static_cast<T>(static_cast<double>(out) * lsb);
    }
    fixed::LeadLag::advance(words_, units_[k], state, s);
    lanes.carry[k] = static_cast<T>(fixed::value(state.carry, inside));
    const fixed::Activated y = fixed::Activation::of(curve, words_, out);
    rate[k] = static_cast<T>(static_cast<double>(y.rate) * lsb);
    slope[k] = static_cast<T>(static_cast<double>(y.slope) * slope_lsb);
  }
}

template <class T>
void FixedColumn::run_errors(LeadLagLanes<T>& lanes, bool wires, const T* slope, const T* back,
                             const T* epsilon, T* error) {
  const int inside = words_.signal.frac + words_.guard;
  for (std::size_t k = 0; k < units_.size(); ++k) {
    const auto phi =
        static_cast<std::int64_t>(static_cast<double>(slope[k]) * static_cast<double>(words_.slope_one()));
    const std::int64_t from_target = epsilon == nullptr ? 0 : word(epsilon[k]);
    std::int64_t out = fixed::ErrorGate::gate(words_, phi, word(back[k]), from_target);
    if (!wires) {
      const auto carry = static_cast<double>(lanes.carry[k]);
      fixed::LeadLag::State state{static_cast<std::int64_t>(std::ldexp(carry, inside))};
      const std::int64_t gated = out;
      out = fixed::LeadLag::output(words_, units_[k], state, gated);
      fixed::LeadLag::advance(words_, units_[k], state, gated);
      lanes.carry[k] = static_cast<T>(fixed::value(state.carry, inside));
    }
    error[k] = static_cast<T>(fixed::value(out, words_.signal.frac));
  }
}

#define LEADLAG_INSTANTIATE(T)                                                                     \
  template void FixedColumn::run_neurons(Activation, LeadLagLanes<T>&, const T*, const T*, T*, T*, \
                                         const NeuronTaps<T>&);                                    \
  template void FixedColumn::run_errors(LeadLagLanes<T>&, bool, const T*, const T*, const T*, T*);
LEADLAG_INSTANTIATE(double)
LEADLAG_INSTANTIATE(float)
#undef LEADLAG_INSTANTIATE

}  // namespace leadlag
