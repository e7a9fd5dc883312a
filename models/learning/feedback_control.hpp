// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "learning/forward_chip.hpp"
#include "units/field.hpp"

namespace leadlag {

/// When plasticity cells look at a network under control.
enum class ControlUpdate {
  steady_state,   ///< in the last cycle of control
  time_averaged,  ///< in every cycle of control: their mean
};
template <>
struct Names<ControlUpdate> {
  static constexpr std::array<std::string_view, 2> value{"steady_state", "time_averaged"};
};

/// Weights from the controller to the neurons, before they learn. The output array has the identity.
enum class FeedbackWeights {
  transpose,  ///< products of the transposed forward weights, as they are at the start
  random,     ///< normal, variance 2 / (neurons + outputs)
};
template <>
struct Names<FeedbackWeights> {
  static constexpr std::array<std::string_view, 2> value{"transpose", "random"};
};

/// What deep feedback control and Strong-DFC have in common: a controller with one channel per output drives
/// every neuron through direct feedback weights Q, and neurons learn what the controller did to them.
///
///   tau_v dv_i/dt = -v_i + W_i r_(i-1) + b_i + Q_i u          v_ff_i = W_i r_(i-1) + b_i
///   u = u_int + k_p e,   tau_u du_int/dt = e - alpha u_int
///   dW_i = (phi(v_i) - phi(v_ff_i)) r_(i-1)^T
///   dQ_i = -v_fb_i u^T - decay Q_i                            sleep: noise on v_fb, nothing to reach
struct FeedbackControlParams {
  double alpha = 1e-3, k_p = 2.0;
  Time tau_u = 100_us, tau_apical{};
  std::int64_t control = 100;
  ControlUpdate update = ControlUpdate::steady_state;
  FeedbackWeights feedback = FeedbackWeights::transpose;
  double feedback_scale = 1.0;
  std::int64_t sleep = 0;
  double alpha_sleep = 0.5, k_p_sleep = 0.0;
  double sigma = 0.05;
  Time tau_noise = 30_us;
  double feedback_rate = 1.0, feedback_decay = 0.0;

  static constexpr auto fields() {
    using P = FeedbackControlParams;
    return std::tuple{
        Field{"alpha", &P::alpha, domain::positive, "leak of the controller's integrator, 1 / its DC gain"},
        Field{"k_p", &P::k_p, domain::non_negative, "proportional gain of the controller"},
        Field{"tau_u", &P::tau_u, domain::positive, "time constant of the controller's integrator"},
        Field{"tau_apical", &P::tau_apical, domain::non_negative,
              "time constant of the apical compartment; 0: at once"},
        Field{"control", &P::control, domain::between(2, 1e6), "cycles under control"},
        Field{"update", &P::update, Domain{}, "when plasticity cells look"},
        Field{"feedback", &P::feedback, Domain{}, "feedback weights at the start"},
        Field{"feedback_scale", &P::feedback_scale, domain::between(-100.0, 100.0),
              "factor of all feedback weights at the start; negative ones destabilise"},
        Field{"sleep", &P::sleep, domain::between(0, 1e6),
              "cycles in which feedback weights learn from noise, before control; 0: they are fixed"},
        Field{"alpha_sleep", &P::alpha_sleep, domain::positive, "alpha while feedback weights learn"},
        Field{"k_p_sleep", &P::k_p_sleep, domain::non_negative, "k_p while feedback weights learn"},
        Field{"sigma", &P::sigma, domain::positive, "standard deviation of the noise in the apical node"},
        Field{"tau_noise", &P::tau_noise, domain::non_negative, "correlation time of that noise; 0: white"},
        Field{"feedback_rate", &P::feedback_rate, domain::non_negative,
              "learning rate of feedback weights over learning.rate"},
        Field{"feedback_decay", &P::feedback_decay, domain::between(0.0, 1.0),
              "share of the feedback weights that is lost with each of their updates"}};
  }
};

/// What the controller is to reach.
struct ControlAim {
  bool label = false;            ///< the target itself, else a step from the free output towards it
  double step = 1.0;             ///< lambda, if not `label`
  double low = 0.0, high = 1.0;  ///< levels of a one-hot label, if `label`
  bool single_phase = false;     ///< noise under control, from which the feedback weights learn as well
  Time tau_high_pass = 1_ms;     ///< if single_phase
};

/// What stands against drawing it, for the designer; empty: nothing.
std::vector<std::string> feedback_control_objections(const ForwardChip&, const std::string& system);
Circuit draw_feedback_control(const ForwardChip&, const FeedbackControlParams&, const ControlAim&);

}  // namespace leadlag
