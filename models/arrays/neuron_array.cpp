// SPDX-License-Identifier: Apache-2.0
#include "arrays/neuron_array.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace leadlag {

template <class T>
void NeuronArray<T>::prepare() {
  const std::size_t n = size() * lanes_;
  nudging_.resize(n), drive_.resize(n), back_.resize(n), error_.resize(n);
  slope_.resize(n), next_slope_.resize(n);
  drive_at_rest_ = at_rest(params_.drive_offsets), back_at_rest_ = at_rest(params_.back_offsets);
  if (params_.has_target) epsilon_.resize(n), later_epsilon_.resize(n);
  if (params_.hop == Hop::continuous) lead_.resize(n);
  if (tapped()) driven_.resize(n), membrane_.resize(n), lookahead_.resize(n);
  if (params_.tau_r_learns) apical_.resize(n);
  tau_m_gradient_.resize(size()), tau_r_gradient_.resize(size());
  for (std::size_t i = 0; i < size(); ++i) set_coefficients(i);
  for (const auto& p : params_.neurons) nudged_ = nudged_ || (p.nudging != 0.0 && has_errors());
  SC_METHOD(reset);
  sensitive << rst_ni.neg();
  dont_initialize();
  if (params_.hop == Hop::registered) {
    SC_METHOD(on_edge);
    sensitive << clk_i.pos();
    dont_initialize();
  }
}

template <class T>
AlignedVector<T> NeuronArray<T>::at_rest(const std::vector<double>& offsets) const {
  AlignedVector<T> lanes(offsets.size() * lanes_);
  for (std::size_t i = 0; i < offsets.size(); ++i)
    std::fill_n(&lanes[i * lanes_], params_.replicas, static_cast<T>(offsets[i]));
  return lanes;
}

/// A summing node before its crossbars' currents.
template <class T>
void NeuronArray<T>::rest(AlignedVector<T>& node, const AlignedVector<T>& at_rest) {
  if (at_rest.empty()) {
    std::fill(node.begin(), node.end(), T(0));
  } else {
    std::copy(at_rest.begin(), at_rest.end(), node.begin());
  }
}

template <class T>
void NeuronArray<T>::set_coefficients(std::size_t unit) {
  const auto& p = params_.neurons[unit];
  const std::size_t first = unit * lanes_;
  const auto neuron = ProspectiveNeuron::coefficients(p, params_.tick, params_.input);
  neurons_.set(first, lanes_, neuron);
  if (digital_neurons_) digital_neurons_->set(first, params_.replicas, neuron, p.nudging);
  for (std::size_t b = 0; b < lanes_; ++b) nudging_[first + b] = static_cast<T>(p.nudging);
  if (!neuron_physics_.empty()) {
    neuron_physics_.set(first, params_.replicas, params_.neuron_physics[unit], neuron.decay);
  }
  if (has_errors()) {
    const auto error = ErrorUnit::coefficients(params_.error_units[unit], params_.tick, params_.input);
    errors_.set(first, lanes_, error);
    if (digital_errors_) digital_errors_->set(first, params_.replicas, error);
    if (!error_physics_.empty()) {
      error_physics_.set(first, params_.replicas, params_.error_physics[unit], error.decay);
    }
  }
  if (params_.gain_stage) {
    gains_.set(unit * lanes_, lanes_, GainStage::coefficients(*params_.gain_stage, p, params_.tick));
  }
  if (analog_neurons_.poled()) analog_neurons_.set_pole(unit * lanes_, lanes_, params_.neuron_poles[unit]);
  if (analog_errors_.poled()) analog_errors_.set_pole(unit * lanes_, lanes_, params_.error_poles[unit]);
}

template <class T>
void NeuronArray<T>::reset() {
  if (rst_ni.read()) return;
  analog_neurons_.clear(), analog_errors_.clear(), gains_.clear();
  for (auto& lag : lagged_rates_) lag.clear();
  lagged_error_.clear();
  memory_.clear(), replaying_ = false;
  for (auto* v : {&neurons_.carry, &errors_.carry, &error_, &slope_}) std::fill(v->begin(), v->end(), T(0));
  const auto clear = [](auto& port) {
    std::fill(port->next().begin(), port->next().end(), T(0));
    port->commit();
  };
  clear(rate_o);
  for (auto& port : backs_o) clear(port);
}

template <class T>
std::span<const T> NeuronArray<T>::rate_of(std::size_t k, bool fresh) const {
  return fresh ? rates_i[k]->fresh() : rates_i[k]->read();
}

template <class T>
void NeuronArray<T>::compute_epsilon(std::span<const T> rate) {
  std::fill(epsilon_.begin(), epsilon_.end(), T(0));
  if (!target_on_i.read() || params_.errors == ErrorPath::open) return;
  const std::span<const double> target = params_.hop == Hop::continuous ? target_ : target_i->read();
  for (std::size_t b = 0; b < params_.replicas; ++b) {
    TargetUnit::compare<T>(
        params_.target_unit, size(), [&](std::size_t i) { return rate[i * lanes_ + b]; },
        [&](std::size_t i) { return static_cast<T>(target[i * lanes_ + b]); },
        [&](std::size_t i, T value) { epsilon_[i * lanes_ + b] = value; });
  }
}

/// What comes back from above, in the error units' nodes.
template <class T>
void NeuronArray<T>::add_back(bool fresh) {
  if (params_.errors != ErrorPath::prospective && params_.errors != ErrorPath::instantaneous) return;
  for (std::size_t c = 0; c < backs_i.size(); ++c) {
    const bool now = fresh && (params_.hop != Hop::continuous || back_at_once_[c]);
    const auto part = now ? backs_i[c]->fresh() : backs_i[c]->read();
    for (std::size_t k = 0; k < back_.size(); ++k) back_[k] += part[k];
  }
}

template <class T>
void NeuronArray<T>::compute_error(bool fresh) {
  rest(back_, back_at_rest_);
  add_back(fresh);
  if (params_.has_target) compute_epsilon(fresh ? rate_o->fresh() : rate_o->read());
  if (params_.hop == Hop::continuous) return;
  filter_errors(slope_.data());
}

template <class T>
void NeuronArray<T>::filter_errors(const T* slope) {
  const T* epsilon = params_.has_target ? epsilon_.data() : nullptr;
  const bool wires = params_.errors == ErrorPath::instantaneous;
  if (digital_errors_) {
    digital_errors_->run_errors(errors_, wires, slope, back_.data(), epsilon, error_.data());
  } else if (error_physics_.empty() || wires) {
    error_column(errors_, wires, slope, back_.data(), epsilon, error_.data());
  } else {
    error_physics_.run_errors(errors_, slope, back_.data(), epsilon, error_.data());
  }
  gains_.apply(error_.data());
  for (std::size_t k = 0; k < apical_.size(); ++k) {
    apical_[k] = ErrorUnit::gate(slope[k], back_[k], params_.has_target ? epsilon_[k] : T(0));
  }
  activity.error_unit[Event::hold_sample] += size() * params_.replicas;
}

template <class T>
SweepMode::Update NeuronArray<T>::update_mode(const Incoming& in) const {
  if (!in.plastic || !learn_i.read()) return SweepMode::Update::none;
  return params_.update == UpdateBy::die ? SweepMode::Update::online : SweepMode::Update::accumulate;
}

template <class T>
void NeuronArray<T>::run_neurons() {
  auto rate = rate_o->next();
  const Activation curve = params_.neurons[0].activation;
  const T* error = nudged_ ? error_.data() : nullptr;
  const auto taps =
      tapped() ? NeuronTaps<T>{driven_.data(), membrane_.data(), lookahead_.data()} : NeuronTaps<T>{};
  if (digital_neurons_) {
    digital_neurons_->run_neurons(curve, neurons_, drive_.data(), error, rate.data(), next_slope_.data(),
                                  taps);
  } else if (neuron_physics_.empty()) {
    neuron_column(curve, neurons_, drive_.data(), nudging_.data(), error, rate.data(), next_slope_.data(),
                  taps);
  } else {
    neuron_physics_.run_neurons(curve, neurons_, drive_.data(), nudging_.data(), error, rate.data(),
                                next_slope_.data(), taps);
  }
  gains_.keep(driven_.data(), lookahead_.data()), gains_.advance();
  clear_padding(rate, next_slope_);
  slope_.swap(next_slope_);
  rate_o->commit();
  activity.prospective_neuron[Event::hold_sample] += size() * params_.replicas;
  check_finite();
}

/// Lanes beyond the last replica must stay zero: phi(0) and phi'(0) need not be.
template <class T>
void NeuronArray<T>::clear_padding(std::span<T> rate, std::span<T> slope) const {
  for (std::size_t i = 0; lanes_ > params_.replicas && i < size(); ++i) {
    const auto pad = static_cast<std::ptrdiff_t>(i * lanes_ + params_.replicas);
    const std::size_t count = lanes_ - params_.replicas;
    std::fill_n(rate.begin() + pad, count, T(0));
    std::fill_n(slope.begin() + pad, count, T(0));
  }
}

template <class T>
void NeuronArray<T>::check_finite() const {
  // Counted in integers as wide as T, which compilers turn into vectors.
  std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t> wild = 0;
  for (const T x : neurons_.carry)
    wild += std::abs(x) <= std::numeric_limits<T>::max() ? 0U : 1U;  // 1 for NaN
  if (wild > 0) SC_REPORT_ERROR("leadlag/non-finite", name());
}

template <class T>
void NeuronArray<T>::on_edge() {
  if (!rst_ni.read()) return;
  begin_cycle();
  if (replay_i.size() > 0 && replay_i->read()) {
    if (params_.replays_itself) replay(false);
    return;
  }
  if (params_.records) {
    run_forward(false);
    return record(false);
  }
  if (has_errors()) compute_error(false);
  rest(drive_, drive_at_rest_);
  std::size_t sent = 0;
  for (std::size_t k = 0; k < incoming_.size(); ++k) {
    Incoming& in = incoming_[k];
    const SweepMode mode{in.sends_back, update_mode(in)};
    const std::span<T> back = in.sends_back ? backs_o[sent]->next() : std::span<T>{};
    in.crossbar->sweep(mode, rate_of(k, false), error_, static_cast<T>(eta_i.read()), drive_, back);
    if (in.sends_back) backs_o[sent++]->commit();
  }
  run_neurons();
  if (tau_learns() && learn_i.read()) learn_tau();
}

template <class T>
void NeuronArray<T>::run_forward(bool fresh) {
  rest(drive_, drive_at_rest_);
  for (std::size_t k = 0; k < incoming_.size(); ++k) {
    incoming_[k].crossbar->sweep({}, rate_of(k, fresh), {}, T(0), drive_, {});
  }
  run_neurons();
}

template <class T>
void NeuronArray<T>::backward() {
  if (!has_errors() || params_.records) return;
  compute_error(true);
  std::size_t sent = 0;
  for (std::size_t k = 0; k < incoming_.size(); ++k) {
    Incoming& in = incoming_[k];
    if (in.sends_back) {
      in.crossbar->read_transposed(error_, backs_o[sent]->next());
      backs_o[sent++]->commit();
    }
    const auto mode = update_mode(in);
    if (mode != SweepMode::Update::none) {
      in.crossbar->update(mode, rate_of(k, true), error_, static_cast<T>(eta_i.read()));
    }
  }
  if (tau_learns() && learn_i.read()) learn_tau();
}

// A frame of the memory: rates as the crossbars read them, the slopes they led to, the target's error, and
// what plastic time constants need.
template <class T>
void NeuronArray<T>::record(bool fresh) {
  if (!params_.records) return;
  std::fill(error_.begin(), error_.end(), T(0));
  if (!learn_i.read()) return memory_.clear();
  for (std::size_t k = 0; k < incoming_.size(); ++k) {
    memory_.write(incoming_[k].converted ? as_converted(rate_of(k, fresh)) : rate_of(k, fresh));
  }
  if (params_.has_target) compute_epsilon(as_converted(fresh ? rate_o->fresh() : rate_o->read()));
  if (params_.converter) {
    const auto rate = as_converted(rate_o->fresh());
    for (std::size_t k = 0; k < rate.size(); ++k)
      next_slope_[k] = slope_at_rate(params_.neurons[k / lanes_].activation, rate[k]);
  }
  memory_.write(params_.converter ? next_slope_ : slope_);
  if (params_.has_target) memory_.write(epsilon_);
  if (tau_learns()) memory_.write(driven_), memory_.write(membrane_);
}

template <class T>
std::span<const T> NeuronArray<T>::as_converted(std::span<const T> rate) {
  if (!params_.converter) return rate;
  converted_.resize(rate.size());
  for (std::size_t k = 0; k < rate.size(); ++k) {
    converted_[k] =
        Readout::quantised(rate[k], params_.converter->bits, static_cast<T>(params_.converter->range));
  }
  return converted_;
}

template <class T>
void NeuronArray<T>::replay(bool fresh) {
  const bool first = !replaying_;
  replaying_ = true;
  if (first) std::fill(errors_.carry.begin(), errors_.carry.end(), T(0));  // tau_m e(T) = tau_r a(T)
  const auto restore = [&](AlignedVector<T>& into) {
    const auto from = memory_.read(into.size());
    std::copy(from.begin(), from.end(), into.begin());
  };
  if (tau_learns()) restore(membrane_), restore(driven_);
  // With registers, the target's error of a cycle is that of the rate of the cycle before.
  const auto later = later_epsilon_;
  if (params_.has_target) restore(later_epsilon_);
  if (params_.has_target) epsilon_ = fresh ? later_epsilon_ : later;
  if (params_.has_target && first && !fresh) std::fill(epsilon_.begin(), epsilon_.end(), T(0));
  rest(back_, back_at_rest_);
  if (fresh || !first) add_back(fresh);
  filter_errors(memory_.read(slope_.size()).data());
  std::size_t sent = backs_o.size();
  for (std::size_t k = incoming_.size(); k-- > 0;) {
    Incoming& in = incoming_[k];
    if (in.sends_back) {
      in.crossbar->read_transposed(error_, backs_o[--sent]->next());
      backs_o[sent]->commit();
    }
    const auto rate = memory_.read(rate_of(k, false).size());
    if (!in.plastic) continue;
    in.crossbar->update(
        params_.update == UpdateBy::die ? SweepMode::Update::online : SweepMode::Update::accumulate, rate,
        error_, static_cast<T>(eta_i.read()));
  }
  if (tau_learns()) learn_tau();
  replaying_ = !memory_.empty();
}

template class NeuronArray<double>;
template class NeuronArray<float>;

}  // namespace leadlag
