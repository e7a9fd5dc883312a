// SPDX-License-Identifier: Apache-2.0
// Time constants of a neuron array that learn: their gradients, and the host's port to them.
#include <algorithm>

#include "arrays/neuron_array.hpp"
#include "blocks/summing_node.hpp"

namespace leadlag {

template <class T>
void NeuronArray<T>::learn_tau() {
  const auto mean = [&](std::size_t i, const AlignedVector<T>& signal) {
    const T sum = SummingNode::sum<T>(params_.replicas, [&](std::size_t b) {
      const std::size_t k = i * lanes_ + b;
      return signal[k] * (driven_[k] - membrane_[k]);
    });
    // driven - membrane is tau_m du/dt; du/dt in units per model time.
    return static_cast<double>(sum) / static_cast<double>(params_.replicas) *
           (params_.time_scale / params_.neurons[i].tau_m);
  };
  for (std::size_t i = 0; i < size(); ++i) {
    if (params_.tau_m_learns) tau_m_gradient_[i] -= mean(i, error_);
    if (params_.tau_r_learns) tau_r_gradient_[i] += mean(i, apical_);
  }
}

namespace {

/// Error of a stage's lag (Tau::m of a neuron) or lead: what the die makes of a time constant that is asked
/// for.
double made(const std::vector<StagePhysics>& physics, std::size_t unit, Tau which) {
  return physics.empty() ? 1.0 : which == Tau::m ? physics[unit].lag : physics[unit].lead;
}

}  // namespace

template <class T>
void NeuronArray<T>::read_tau(Tau which, std::span<double> out) const {
  for (std::size_t i = 0; i < size(); ++i) {
    const auto& p = params_.neurons[i];
    out[i] =
        (which == Tau::m ? p.tau_m : p.tau_r) / (made(params_.neuron_physics, i, which) * params_.time_scale);
  }
}

template <class T>
void NeuronArray<T>::write_tau(Tau which, std::span<const double> in) {
  for (std::size_t i = 0; i < size(); ++i) {
    const Time tau = in[i] * params_.time_scale;
    (which == Tau::m ? params_.neurons[i].tau_m : params_.neurons[i].tau_r) =
        made(params_.neuron_physics, i, which) * tau;
    const bool lags = (which == Tau::m) == params_.records;  // which of the error unit's two it is
    const bool follows =
        params_.records || (which == Tau::m ? params_.error_leads_by_tau_m : params_.error_lags_by_tau_r);
    if (has_errors() && follows) {
      (lags ? params_.error_units[i].tau_r : params_.error_units[i].tau_m) =
          made(params_.error_physics, i, lags ? Tau::m : Tau::r) * tau;
    }
    set_coefficients(i);
  }
}

template <class T>
void NeuronArray<T>::take_tau_gradient(Tau which, std::span<double> out) {
  auto& gradient = which == Tau::m ? tau_m_gradient_ : tau_r_gradient_;
  std::copy(gradient.begin(), gradient.end(), out.begin());
  std::fill(gradient.begin(), gradient.end(), 0.0);
}

#define LEADLAG_INSTANTIATE(T)                                           \
  template void NeuronArray<T>::learn_tau();                             \
  template void NeuronArray<T>::read_tau(Tau, std::span<double>) const;  \
  template void NeuronArray<T>::write_tau(Tau, std::span<const double>); \
  template void NeuronArray<T>::take_tau_gradient(Tau, std::span<double>);
LEADLAG_INSTANTIATE(double)
LEADLAG_INSTANTIATE(float)
#undef LEADLAG_INSTANTIATE

}  // namespace leadlag
