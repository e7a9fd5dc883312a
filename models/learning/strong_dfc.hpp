// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "learning/feedback_control.hpp"

namespace leadlag {

/// Whether forward and feedback weights of Strong-DFC learn one after the other or at once.
enum class ControlPhases {
  two,     ///< sleep, then control; without sleep the feedback weights are fixed
  single,  ///< under control and in noise; feedback cells see the control through a high-pass
};
template <>
struct Names<ControlPhases> {
  static constexpr std::array<std::string_view, 2> value{"two", "single"};
};

/// Strong-DFC (Meulemans et al. 2022, arXiv 2204.07249): the controller takes the output all the way to the
/// label, and the network learns to need less control.
///
///   e = y - r  (mse)  or  y - softmax(r)  (cross entropy);   H = 1/2 |Q u|^2 falls
///
/// y: `target_value` for the right class, (1 - target_value) / (outputs - 1) for the others.
struct StrongDfc {
  static constexpr const char* keyword = "strong_dfc";
  struct Params : FeedbackControlParams {
    double target_value = 1.0;
    ControlPhases phases = ControlPhases::two;
    Time tau_high_pass = 500_us;

    static constexpr auto fields() {
      return std::tuple_cat(
          std::tuple{Field{"target_value", &Params::target_value, domain::between(0.5, 1.0),
                           "target of the right class; the others share what is left to 1"},
                     Field{"phases", &Params::phases, Domain{},
                           "whether feedback weights learn before control or under it"},
                     Field{"tau_high_pass", &Params::tau_high_pass, domain::positive,
                           "time constant of the high-pass before the feedback cells (phases: single)"}},
          FeedbackControlParams::fields());
    }
  };
  static std::vector<std::string> objections(const ForwardChip&, const Params&);
  static Circuit draw(const ForwardChip&, const Params&);
};

}  // namespace leadlag
