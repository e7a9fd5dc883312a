// SPDX-License-Identifier: Apache-2.0
#include "arrays/physical_column.hpp"

#include <algorithm>
#include <span>

#include "arrays/noise_kernel.hpp"
#include "blocks/analog_stage.hpp"
#include "blocks/error_unit.hpp"

#ifndef LEADLAG_STAGE_VIEW
#define LEADLAG_STAGE_VIEW
namespace leadlag {
/// Plain pointers into a column: one type for all instruction sets.
template <class T>
struct StageView {
  const T *decay, *before, *now, *rho;
  T* carry;
  const T *range, *per_range, *rail, *offset, *capacitor_noise, *output_noise;
  const T *at_output, *at_capacitor;
  T sign;
  std::size_t size;
  LeadLag::Coefficients<T> filter(std::size_t k) const { return {decay[k], before[k], now[k], rho[k]}; }
  CircuitStage::Coefficients<T> physics(std::size_t k) const {
    return {range[k], per_range[k], rail[k], offset[k], capacitor_noise[k], output_noise[k]};
  }
};
}  // namespace leadlag
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "arrays/physical_column.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace leadlag::HWY_NAMESPACE {

template <bool saturates, class T>
void stages(const StageView<T>& v, const T* __restrict drive, T* __restrict out) {
  T* __restrict carry = v.carry;
  for (std::size_t k = 0; k < v.size; ++k) {
    LeadLag::State<T> state{carry[k]};
    out[k] = CircuitStage::tick<saturates>(v.filter(k), v.physics(k), state, drive[k], v.at_output[k],
                                           v.at_capacitor[k], v.sign);
    carry[k] = state.carry;
  }
}

template <Instant at, class T>
void analog_stages(const StageView<T>& v, const T* __restrict capacitor, const T* __restrict drive,
                   T* __restrict lagged, T* __restrict out) {
  for (std::size_t k = 0; k < v.size; ++k) {
    const auto f = v.filter(k);
    const auto c = v.physics(k);
    const AnalogLeadLag::State<T> state{capacitor[k], v.carry[k], drive[k]};
    const T u = at == Instant::after_jump
                    ? capacitor[k]
                    : AnalogStage::lagged(f, c, state, drive[k], c.capacitor_noise * v.at_capacitor[k]);
    lagged[k] = u;
    out[k] = CircuitStage::adder(c, f.rho, u, drive[k]);
  }
}
template <class T>
void analog_stages_of(const StageView<T>& v, Instant at, const T* capacitor, const T* drive, T* lagged,
                      T* out) {
  if (at == Instant::tick_end) return analog_stages<Instant::tick_end>(v, capacitor, drive, lagged, out);
  analog_stages<Instant::after_jump>(v, capacitor, drive, lagged, out);
}

template <class T>
void curves_of(Activation activation, const T* __restrict lead, const T* __restrict amplitude,
               const T* __restrict steepness, std::size_t size, T* __restrict rate, T* __restrict slope) {
  with_activation(activation, [&]<Activation A>() {
    for (std::size_t k = 0; k < size; ++k) {
      T r, d;
      activate<A>(lead[k], r, d);
      rate[k] = amplitude[k] * r;
      slope[k] = steepness[k] * d;
    }
  });
}

// HWY_EXPORT takes plain functions, not templates.
#define LEADLAG_STAGES(T, suffix)                                                                          \
  void linear_##suffix(const StageView<T>& v, const T* drive, T* out) { stages<false>(v, drive, out); }    \
  void saturating_##suffix(const StageView<T>& v, const T* drive, T* out) { stages<true>(v, drive, out); } \
  void analog_saturating_##suffix(const StageView<T>& v, Instant at, const T* capacitor, const T* drive,   \
                                  T* lagged, T* out) {                                                     \
    analog_stages_of<T>(v, at, capacitor, drive, lagged, out);                                             \
  }                                                                                                        \
  void curves_##suffix(Activation a, const T* lead, const T* amplitude, const T* steepness,                \
                       std::size_t size, T* rate, T* slope) {                                              \
    curves_of<T>(a, lead, amplitude, steepness, size, rate, slope);                                        \
  }
LEADLAG_STAGES(double, f64)
LEADLAG_STAGES(float, f32)
#undef LEADLAG_STAGES

}  // namespace leadlag::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leadlag {
namespace {

HWY_EXPORT(linear_f64);
HWY_EXPORT(linear_f32);
HWY_EXPORT(saturating_f64);
HWY_EXPORT(saturating_f32);
HWY_EXPORT(analog_saturating_f64);
HWY_EXPORT(analog_saturating_f32);
HWY_EXPORT(curves_f64);
HWY_EXPORT(curves_f32);

void stages(bool saturates, const StageView<double>& v, const double* drive, double* out) {
  saturates ? HWY_DYNAMIC_DISPATCH(saturating_f64)(v, drive, out)
            : HWY_DYNAMIC_DISPATCH(linear_f64)(v, drive, out);
}
void stages(bool saturates, const StageView<float>& v, const float* drive, float* out) {
  saturates ? HWY_DYNAMIC_DISPATCH(saturating_f32)(v, drive, out)
            : HWY_DYNAMIC_DISPATCH(linear_f32)(v, drive, out);
}
void analog(const StageView<double>& v, Instant at, const double* capacitor, const double* drive,
            double* lagged, double* out) {
  HWY_DYNAMIC_DISPATCH(analog_saturating_f64)(v, at, capacitor, drive, lagged, out);
}
void analog(const StageView<float>& v, Instant at, const float* capacitor, const float* drive, float* lagged,
            float* out) {
  HWY_DYNAMIC_DISPATCH(analog_saturating_f32)(v, at, capacitor, drive, lagged, out);
}
void curves(Activation a, const double* lead, const double* amplitude, const double* steepness,
            std::size_t size, double* rate, double* slope) {
  HWY_DYNAMIC_DISPATCH(curves_f64)(a, lead, amplitude, steepness, size, rate, slope);
}
void curves(Activation a, const float* lead, const float* amplitude, const float* steepness, std::size_t size,
            float* rate, float* slope) {
  HWY_DYNAMIC_DISPATCH(curves_f32)(a, lead, amplitude, steepness, size, rate, slope);
}

}  // namespace

template <class T>
PhysicalColumn<T>::PhysicalColumn(std::size_t lanes, NoiseKeys keys) : keys_(keys) {
  for (auto* v : {&range_, &per_range_, &rail_, &offset_, &capacitor_noise_, &output_noise_, &amplitude_,
                  &slope_, &at_output_, &at_capacitor_, &drive_, &lead_, &flicker_, &adder_noise_, &at_adder_,
                  &held_, &lagged_}) {
    v->resize(lanes);
  }
}

template <class T>
void PhysicalColumn<T>::set(std::size_t first, std::size_t count, const StagePhysics& p, double decay) {
  const auto c = CircuitStage::coefficients<T>(p, decay);
  for (std::size_t k = first; k < first + count; ++k) {
    range_[k] = c.range, per_range_[k] = c.per_range, rail_[k] = c.rail;
    offset_[k] = c.offset, capacitor_noise_[k] = c.capacitor_noise, output_noise_[k] = c.output_noise;
    amplitude_[k] = static_cast<T>(p.amplitude), slope_[k] = static_cast<T>(p.slope);
    adder_noise_[k] = static_cast<T>(p.adder_noise), held_[k] = offset_[k];
  }
  chopped_ = chopped_ || p.chopped;
  saturates_ = saturates_ || p.range > 0.0;
  capacitor_noisy_ = capacitor_noisy_ || p.capacitor_noise > 0.0;
  output_noisy_ = output_noisy_ || p.output_noise > 0.0;
  adder_noisy_ = adder_noisy_ || p.adder_noise > 0.0;
  if (p.flicker > 0.0 && !flickers_) {
    flickers_ = true, moved_.resize(offset_.size());
    for (auto& row : rows_) row.resize(offset_.size());
  }
  for (std::size_t k = first; k < first + count; ++k) {
    flicker_[k] = static_cast<T>(FlickerRows::rms * p.flicker);
  }
}

template <class T>
const T* PhysicalColumn<T>::offsets() {
  if (!flickers_) return offset_.data();
  const std::size_t fresh = FlickerRows::changed(cycle_);
  for (std::size_t row = fresh; row-- > 0;) {
    noise::normals(keys_.flicker, FlickerRows::draw(cycle_, row), std::span<T>(rows_[row]));
    if (row + 1 == FlickerRows::rows) continue;
    const T weight = row == 0 ? static_cast<T>(FlickerRows::fastest) : T(1);
    for (std::size_t k = 0; k < moved_.size(); ++k)
      rows_[row][k] = rows_[row + 1][k] + weight * rows_[row][k];
  }
  for (std::size_t k = 0; k < moved_.size(); ++k) moved_[k] = offset_[k] + flicker_[k] * rows_[0][k];
  return moved_.data();
}

template <class T>
void PhysicalColumn<T>::tick(LeadLagLanes<T>& l, const T* drive, T* out) {
  if (output_noisy_) noise::normals(keys_.output, cycle_, std::span<T>(at_output_));
  if (capacitor_noisy_) noise::normals(keys_.capacitor, cycle_, std::span<T>(at_capacitor_));
  stages(saturates_,
         {l.decay.data(), l.before.data(), l.now.data(), l.rho.data(), l.carry.data(), range_.data(),
          per_range_.data(), rail_.data(), offsets(), capacitor_noise_.data(), output_noise_.data(),
          at_output_.data(), at_capacitor_.data(), chopped_ && cycle_ % 2 == 1 ? T(-1) : T(1), l.size()},
         drive, out);
  ++cycle_;
}

template <class T>
void PhysicalColumn<T>::run_neurons(Activation activation, LeadLagLanes<T>& lanes, const T* drive,
                                    const T* nudging, const T* error, T* rate, T* slope,
                                    const NeuronTaps<T>& taps) {
  std::copy_n(drive, drive_.size(), drive_.begin());
  for (std::size_t k = 0; error != nullptr && k < drive_.size(); ++k) drive_[k] += nudging[k] * error[k];
  if (taps.driven != nullptr) {
    std::copy(drive_.begin(), drive_.end(), taps.driven);
    std::copy(lanes.carry.begin(), lanes.carry.end(), taps.membrane);  // held drives: carry is the membrane
  }
  tick(lanes, drive_.data(), lead_.data());
  if (taps.driven != nullptr) std::copy(lead_.begin(), lead_.end(), taps.lookahead);
  curves(activation, lead_.data(), amplitude_.data(), slope_.data(), lead_.size(), rate, slope);
}

template <class T>
void PhysicalColumn<T>::run_errors(LeadLagLanes<T>& lanes, const T* slope, const T* back, const T* epsilon,
                                   T* error) {
  for (std::size_t k = 0; k < drive_.size(); ++k) {
    drive_[k] = ErrorUnit::gate(slope[k], back[k], epsilon == nullptr ? T(0) : epsilon[k]);
  }
  tick(lanes, drive_.data(), error);
}

template <class T>
void PhysicalColumn<T>::begin_cycle() {
  if (!flickers_ && !output_noisy_) return;
  const T* offset = offsets();
  if (output_noisy_) noise::normals(keys_.output, cycle_, std::span<T>(at_output_));
  for (std::size_t k = 0; k < held_.size(); ++k) held_[k] = offset[k] + output_noise_[k] * at_output_[k];
  ++cycle_;
}

template <class T>
void PhysicalColumn<T>::settle(LeadLagLanes<T>& l, Instant at, const T* capacitor, const T* drive, T* out) {
  analog({l.decay.data(), l.before.data(), l.now.data(), l.rho.data(), l.carry.data(), range_.data(),
          per_range_.data(), rail_.data(), offset_.data(), capacitor_noise_.data(), output_noise_.data(),
          at_output_.data(), at_capacitor_.data(), T(1), l.size()},
         at, capacitor, drive, lagged_.data(), out);
}

template <class T>
void PhysicalColumn<T>::begin_tick(T* carry) {
  if (adder_noisy_) noise::normals(keys_.adder, tick_, std::span<T>(at_adder_));
  if (capacitor_noisy_) noise::normals(keys_.capacitor, tick_, std::span<T>(at_capacitor_));
  ++tick_;
  for (std::size_t k = 0; capacitor_noisy_ && !saturates_ && k < at_capacitor_.size(); ++k) {
    carry[k] += capacitor_noise_[k] * at_capacitor_[k];
  }
}

template <class T>
void PhysicalColumn<T>::add_adder_noise(T* to) const {
  for (std::size_t k = 0; adder_noisy_ && k < at_adder_.size(); ++k) to[k] += adder_noise_[k] * at_adder_[k];
}

template <class T>
void PhysicalColumn<T>::clear() {
  for (auto* v : {&at_capacitor_, &at_adder_, &lagged_}) std::fill(v->begin(), v->end(), T(0));
}

template <class T>
void PhysicalColumn<T>::activate(Activation activation, const T* lead, T* rate, T* slope) {
  for (std::size_t k = 0; k < lead_.size(); ++k) lead_[k] = lead[k] + held_[k];
  curves(activation, lead_.data(), amplitude_.data(), slope_.data(), lead_.size(), rate, slope);
}

template <class T>
void PhysicalColumn<T>::shift(T* error) const {
  for (std::size_t k = 0; k < held_.size(); ++k) error[k] += held_[k];
}

template class PhysicalColumn<double>;
template class PhysicalColumn<float>;

}  // namespace leadlag
#endif  // HWY_ONCE
