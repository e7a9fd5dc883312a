// SPDX-License-Identifier: Apache-2.0
// A neuron array as part of an analog island: evaluated when the island's scheduler says so.
#include <algorithm>

#include "arrays/neuron_array.hpp"

namespace leadlag {

template <class T>
void NeuronArray<T>::settle_rates(Instant at) {
  rest(drive_, drive_at_rest_);
  for (std::size_t k = 0; k < incoming_.size(); ++k) {
    incoming_[k].crossbar->read(rate_of(k, incoming_[k].same_instant), drive_);
  }
  for (std::size_t k = 0; nudged_ && k < drive_.size(); ++k) drive_[k] += nudging_[k] * error_[k];
  analog_neurons_.settle(at, drive_.data(), lead_.data());
  if (!analog_neurons_.poled()) activate();
}

template <class T>
void NeuronArray<T>::activate() {
  const auto rate = rate_o->next();
  const AlignedVector<T>& lead = analog_neurons_.poled() ? analog_neurons_.pole() : lead_;
  if (neuron_physics_.empty()) {
    activate_column(params_.neurons[0].activation, lead, rate.data(), slope_.data());
  } else {
    neuron_physics_.activate(params_.neurons[0].activation, lead.data(), rate.data(), slope_.data());
  }
  clear_padding(rate, slope_);
  rate_o->commit();
}

template <class T>
void NeuronArray<T>::settle_errors(Instant at) {
  compute_error(true);
  for (std::size_t k = 0; k < back_.size(); ++k) {
    back_[k] = ErrorUnit::gate(slope_[k], back_[k], params_.has_target ? epsilon_[k] : T(0));
  }
  if (params_.errors == ErrorPath::instantaneous) {
    std::copy(back_.begin(), back_.end(), error_.begin());
  } else {
    analog_errors_.settle(at, back_.data(), error_.data());
    error_physics_.shift(error_.data());
    gains_.apply(error_.data());
  }
  std::copy_n(back_.begin(), apical_.size(), apical_.begin());
  if (!analog_errors_.poled()) send_back();
}

template <class T>
void NeuronArray<T>::send_back() {
  std::size_t sent = 0;
  for (Incoming& in : incoming_) {
    if (!in.sends_back) continue;
    in.crossbar->read_transposed(error_, backs_o[sent]->next());
    backs_o[sent++]->commit();
  }
}

template <class T>
void NeuronArray<T>::keep() {
  analog_neurons_.keep();
  if (has_errors()) analog_errors_.keep();
  gains_.keep(analog_neurons_.drive().data(),
              analog_neurons_.poled() ? analog_neurons_.pole().data() : lead_.data());
}

template <class T>
void NeuronArray<T>::advance() {
  gains_.advance();
  analog_neurons_.advance();
  if (has_errors()) analog_errors_.advance();
  check_finite();
  publish();
}

template <class T>
void NeuronArray<T>::publish() {
  if (analog_neurons_.poled()) activate();
  if (has_errors() && analog_errors_.poled()) {
    std::copy(analog_errors_.pole().begin(), analog_errors_.pole().end(), error_.begin());
    error_physics_.shift(error_.data());
    gains_.apply(error_.data());
    send_back();
  }
}

template <class T>
void NeuronArray<T>::take_target(double fraction) {
  if (!params_.has_target) return;
  const auto now = target_i->read();
  if (target_.empty()) target_.assign(now.begin(), now.end()), last_target_ = target_;
  const bool ramp = params_.target_unit.reconstruction == Reconstruction::ramp;
  for (std::size_t k = 0; k < target_.size(); ++k) {
    target_[k] = ramp ? last_target_[k] + fraction * (now[k] - last_target_[k]) : now[k];
  }
  if (fraction == 1.0) last_target_.assign(now.begin(), now.end());
}

template <class T>
void NeuronArray<T>::learn() {
  const auto error = lagged_error_.follow(error_);
  for (std::size_t k = 0; k < incoming_.size(); ++k) {
    const auto rate = rate_of(k, incoming_[k].same_instant);
    incoming_[k].crossbar->count_reads(rate);
    const auto seen = lagged_rates_[k].follow(rate);
    const auto mode = update_mode(incoming_[k]);
    if (mode != SweepMode::Update::none) {
      incoming_[k].crossbar->update(mode, seen, error, static_cast<T>(eta_i.read()));
    }
  }
  if (!tau_learns() || !learn_i.read()) return;
  driven_ = analog_neurons_.drive(), membrane_ = analog_neurons_.capacitor();
  learn_tau();
}

#define LEADLAG_INSTANTIATE(T)                          \
  template void NeuronArray<T>::settle_rates(Instant);  \
  template void NeuronArray<T>::settle_errors(Instant); \
  template void NeuronArray<T>::keep();                 \
  template void NeuronArray<T>::advance();              \
  template void NeuronArray<T>::publish();              \
  template void NeuronArray<T>::take_target(double);    \
  template void NeuronArray<T>::learn();
LEADLAG_INSTANTIATE(double)
LEADLAG_INSTANTIATE(float)
#undef LEADLAG_INSTANTIATE

}  // namespace leadlag
