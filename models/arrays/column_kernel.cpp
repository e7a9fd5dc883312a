// SPDX-License-Identifier: Apache-2.0
#include "arrays/column_kernel.hpp"

#include <algorithm>

#include "arrays/physical_column.hpp"
#include "blocks/error_unit.hpp"
#include "blocks/synaptic_low_pass.hpp"

#ifndef LEADLAG_COLUMN_VIEW
#define LEADLAG_COLUMN_VIEW
namespace leadlag {
/// Plain pointers into LeadLagLanes: one type for all instruction sets.
template <class T>
struct ColumnView {
  const T *decay, *before, *now, *rho;
  T* carry;
  std::size_t size;
  LeadLag::Coefficients<T> coefficients(std::size_t k) const { return {decay[k], before[k], now[k], rho[k]}; }
};
}  // namespace leadlag
#endif

// Highway compiles what lies between BEFORE and AFTER once per instruction set and picks one at run time; the
// block cores are plain inline templates, which the compiler inlines and vectorises for each set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "arrays/column_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace leadlag::HWY_NAMESPACE {

// What a column has is a template argument: a loop as long as tanh's is not turned into vectors with tests in
// it.
template <Activation A, bool nudged, bool tapped, class T>
void neurons(const ColumnView<T>& v, const T* __restrict drive, const T* __restrict nudging,
             const T* __restrict error, T* __restrict rate, T* __restrict slope, const NeuronTaps<T>& taps) {
  T* __restrict carry = v.carry;
  T* __restrict driven = taps.driven;
  T* __restrict membrane = taps.membrane;
  T* __restrict lookahead = taps.lookahead;
  for (std::size_t k = 0; k < v.size; ++k) {
    const auto c = v.coefficients(k);
    LeadLag::State<T> state{carry[k]};
    T s = drive[k];
    if constexpr (nudged) s += nudging[k] * error[k];
    const T lead = LeadLag::output(c, state, s);
    if constexpr (tapped) {
      driven[k] = s;
      membrane[k] = LeadLag::lagged(c, state, s);
      lookahead[k] = lead;
    }
    T r, d;
    activate<A>(lead, r, d);
    rate[k] = r;
    slope[k] = d;
    LeadLag::advance(c, state, s);
    carry[k] = state.carry;
  }
}

template <class T>
void neurons_of(Activation activation, const ColumnView<T>& v, const T* drive, const T* nudging,
                const T* error, T* rate, T* slope, const NeuronTaps<T>& taps) {
  with_activation(activation, [&]<Activation A>() {
    if (error == nullptr && taps.driven == nullptr)
      return neurons<A, false, false>(v, drive, nudging, error, rate, slope, taps);
    if (error == nullptr) return neurons<A, false, true>(v, drive, nudging, error, rate, slope, taps);
    if (taps.driven == nullptr) return neurons<A, true, false>(v, drive, nudging, error, rate, slope, taps);
    return neurons<A, true, true>(v, drive, nudging, error, rate, slope, taps);
  });
}

template <class T>
void errors_of(const ColumnView<T>& v, bool wires, const T* __restrict slope, const T* __restrict back,
               const T* __restrict epsilon, T* __restrict error) {
  T* __restrict carry = v.carry;
  for (std::size_t k = 0; k < v.size; ++k) {
    const auto c = v.coefficients(k);
    LeadLag::State<T> state{carry[k]};
    const T a = ErrorUnit::gate(slope[k], back[k], epsilon == nullptr ? T(0) : epsilon[k]);
    error[k] = wires ? a : LeadLag::output(c, state, a);
    LeadLag::advance(c, state, a);
    carry[k] = state.carry;
  }
}

template <class T>
void low_passes_of(const ColumnView<T>& v, const T* __restrict rate, T* __restrict out) {
  T* __restrict carry = v.carry;
  for (std::size_t k = 0; k < v.size; ++k) {
    LeadLag::State<T> state{carry[k]};
    out[k] = SynapticLowPass::advance(v.coefficients(k), state, rate[k]);
    carry[k] = state.carry;
  }
}

template <class T>
void activations_of(Activation activation, const T* __restrict u, std::size_t size, T* __restrict rate,
                    T* __restrict slope) {
  with_activation(activation, [&]<Activation A>() {
    for (std::size_t k = 0; k < size; ++k) {
      T r, d;
      activate<A>(u[k], r, d);
      rate[k] = r;
      slope[k] = d;
    }
  });
}

template <Instant at, class T>
void analog(const ColumnView<T>& v, const T* __restrict capacitor, const T* __restrict drive,
            T* __restrict out) {
  for (std::size_t k = 0; k < v.size; ++k) {
    AnalogLeadLag::State<T> state{capacitor[k], v.carry[k], T(0)};
    out[k] = AnalogLeadLag::settle(v.coefficients(k), state, drive[k], at);
  }
}
template <class T>
void analog_of(const ColumnView<T>& v, Instant at, const T* capacitor, const T* drive, T* out) {
  if (at == Instant::tick_end) return analog<Instant::tick_end>(v, capacitor, drive, out);
  analog<Instant::after_jump>(v, capacitor, drive, out);
}

// HWY_EXPORT takes plain functions, not templates.
#define LEADLAG_COLUMNS(T, suffix)                                                                          \
  void neurons_##suffix(Activation a, const ColumnView<T>& v, const T* drive, const T* nudging,             \
                        const T* error, T* rate, T* slope, const NeuronTaps<T>& taps) {                     \
    neurons_of<T>(a, v, drive, nudging, error, rate, slope, taps);                                          \
  }                                                                                                         \
  void errors_##suffix(const ColumnView<T>& v, bool wires, const T* slope, const T* back, const T* epsilon, \
                       T* error) {                                                                          \
    errors_of<T>(v, wires, slope, back, epsilon, error);                                                    \
  }                                                                                                         \
  void low_passes_##suffix(const ColumnView<T>& v, const T* rate, T* out) {                                 \
    low_passes_of<T>(v, rate, out);                                                                         \
  }                                                                                                         \
  void activations_##suffix(Activation a, const T* u, std::size_t size, T* rate, T* slope) {                \
    activations_of<T>(a, u, size, rate, slope);                                                             \
  }                                                                                                         \
  void analog_##suffix(const ColumnView<T>& v, Instant at, const T* capacitor, const T* drive, T* out) {    \
    analog_of<T>(v, at, capacitor, drive, out);                                                             \
  }
LEADLAG_COLUMNS(double, f64)
LEADLAG_COLUMNS(float, f32)
#undef LEADLAG_COLUMNS

}  // namespace leadlag::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leadlag {
namespace {

HWY_EXPORT(neurons_f64);
HWY_EXPORT(neurons_f32);
HWY_EXPORT(errors_f64);
HWY_EXPORT(errors_f32);
HWY_EXPORT(low_passes_f64);
HWY_EXPORT(low_passes_f32);
HWY_EXPORT(activations_f64);
HWY_EXPORT(activations_f32);
HWY_EXPORT(analog_f64);
HWY_EXPORT(analog_f32);

template <class T>
ColumnView<T> view(LeadLagLanes<T>& l) {
  return {l.decay.data(), l.before.data(), l.now.data(), l.rho.data(), l.carry.data(), l.size()};
}

}  // namespace

template <class T>
void LeadLagLanes<T>::set(std::size_t first, std::size_t count, const LeadLag::Coefficients<double>& c) {
  for (std::size_t k = first; k < first + count; ++k) {
    decay[k] = static_cast<T>(c.decay);
    before[k] = static_cast<T>(c.before);
    now[k] = static_cast<T>(c.now);
    rho[k] = static_cast<T>(c.rho);
  }
}

template <class T>
void neuron_column(Activation activation, LeadLagLanes<T>& lanes, const T* drive, const T* nudging,
                   const T* error, T* rate, T* slope, const NeuronTaps<T>& taps) {
  const auto v = view(lanes);
  if constexpr (sizeof(T) == sizeof(double)) {
    HWY_DYNAMIC_DISPATCH(neurons_f64)(activation, v, drive, nudging, error, rate, slope, taps);
  } else {
    HWY_DYNAMIC_DISPATCH(neurons_f32)(activation, v, drive, nudging, error, rate, slope, taps);
  }
}

template <class T>
void error_column(LeadLagLanes<T>& lanes, bool wires, const T* slope, const T* back, const T* epsilon,
                  T* error) {
  const auto v = view(lanes);
  if constexpr (sizeof(T) == sizeof(double)) {
    HWY_DYNAMIC_DISPATCH(errors_f64)(v, wires, slope, back, epsilon, error);
  } else {
    HWY_DYNAMIC_DISPATCH(errors_f32)(v, wires, slope, back, epsilon, error);
  }
}

template <class T>
void low_pass_column(LeadLagLanes<T>& lanes, const T* rate, T* rate_out) {
  const auto v = view(lanes);
  if constexpr (sizeof(T) == sizeof(double)) {
    HWY_DYNAMIC_DISPATCH(low_passes_f64)(v, rate, rate_out);
  } else {
    HWY_DYNAMIC_DISPATCH(low_passes_f32)(v, rate, rate_out);
  }
}

template <class T>
void activate_column(Activation activation, const AlignedVector<T>& u, T* rate, T* slope) {
  if constexpr (sizeof(T) == sizeof(double)) {
    HWY_DYNAMIC_DISPATCH(activations_f64)(activation, u.data(), u.size(), rate, slope);
  } else {
    HWY_DYNAMIC_DISPATCH(activations_f32)(activation, u.data(), u.size(), rate, slope);
  }
}

template <class T>
AnalogColumn<T>::AnalogColumn(LeadLagLanes<T>& lanes, bool poled, PhysicalColumn<T>* physics)
    : lanes_(lanes),
      capacitor_(lanes.size()),
      drive_(lanes.size()),
      poled_(poled),
      physics_(physics == nullptr || physics->empty() ? nullptr : physics) {
  if (poled) pole_.resize(lanes.size()), output_.resize(lanes.size()), pole_decay_.resize(lanes.size());
}

template <class T>
void AnalogColumn<T>::set_pole(std::size_t first, std::size_t count, double decay) {
  for (std::size_t k = first; poled_ && k < first + count; ++k) pole_decay_[k] = static_cast<T>(decay);
}

template <class T>
void AnalogColumn<T>::settle(Instant at, const T* drive, T* out) {
  std::copy_n(drive, lanes_.size(), drive_.begin());
  T* into = poled_ ? output_.data() : out;
  const auto v = view(lanes_);
  if (physics_ != nullptr && physics_->saturates()) {
    physics_->settle(lanes_, at, capacitor_.data(), drive, into);
  } else if constexpr (sizeof(T) == sizeof(double)) {
    HWY_DYNAMIC_DISPATCH(analog_f64)(v, at, capacitor_.data(), drive, into);
  } else {
    HWY_DYNAMIC_DISPATCH(analog_f32)(v, at, capacitor_.data(), drive, into);
  }
  if (physics_ != nullptr && !poled_) physics_->add_adder_noise(out);
  if (poled_) std::copy(pole_.begin(), pole_.end(), out);
}

template <class T>
void AnalogColumn<T>::keep() {
  if (physics_ != nullptr && physics_->saturates()) {
    std::copy(physics_->lagged().begin(), physics_->lagged().end(), capacitor_.begin());
    return;
  }
  for (std::size_t k = 0; k < lanes_.size(); ++k) {
    capacitor_[k] = lanes_.carry[k] + lanes_.now[k] * drive_[k];
  }
}

template <class T>
void AnalogColumn<T>::advance() {
  const bool saturates = physics_ != nullptr && physics_->saturates();
  for (std::size_t k = 0; k < lanes_.size(); ++k) {
    const T charge = saturates ? T(0) : lanes_.decay[k] * capacitor_[k];
    lanes_.carry[k] = charge + lanes_.before[k] * drive_[k];
  }
  if (physics_ != nullptr) physics_->begin_tick(lanes_.carry.data());
  for (std::size_t k = 0; k < pole_.size(); ++k) {
    pole_[k] = pole_decay_[k] * pole_[k] + (T(1) - pole_decay_[k]) * output_[k];
  }
  if (physics_ != nullptr && poled_) physics_->add_adder_noise(pole_.data());
}

template <class T>
void AnalogColumn<T>::clear() {
  for (auto* v : {&lanes_.carry, &capacitor_, &drive_, &pole_, &output_})
    std::fill(v->begin(), v->end(), T(0));
  if (physics_ != nullptr) physics_->clear();
}

#define LEADLAG_INSTANTIATE(T)                                                                    \
  template struct LeadLagLanes<T>;                                                                \
  template class AnalogColumn<T>;                                                                 \
  template void activate_column(Activation, const AlignedVector<T>&, T*, T*);                     \
  template void neuron_column(Activation, LeadLagLanes<T>&, const T*, const T*, const T*, T*, T*, \
                              const NeuronTaps<T>&);                                              \
  template void error_column(LeadLagLanes<T>&, bool, const T*, const T*, const T*, T*);           \
  template void low_pass_column(LeadLagLanes<T>&, const T*, T*);
LEADLAG_INSTANTIATE(double)
LEADLAG_INSTANTIATE(float)
#undef LEADLAG_INSTANTIATE

}  // namespace leadlag
#endif  // HWY_ONCE
