// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "learning/feedback_control.hpp"

namespace leadlag {

/// Deep feedback control (Meulemans et al. 2021, arXiv 2106.07887): the controller moves the output a little
/// from where it stood without control towards the target, and every neuron learns what that took.
///
///   r* = r^- - lambda dC/dr at r^-,   e = r* - r,   dW as in FeedbackControlParams, over lambda
///
/// As lambda, alpha -> 0 the settled update is a Gauss-Newton step if Q spans the rows of the Jacobian and
/// layers have equal norm (Theorem 2).
struct Dfc {
  static constexpr const char* keyword = "dfc";
  struct Params : FeedbackControlParams {
    double lambda = 0.1;

    static constexpr auto fields() {
      return std::tuple_cat(std::tuple{Field{"lambda", &Params::lambda, domain::positive,
                                             "step of the output towards the target, as a rate of descent"}},
                            FeedbackControlParams::fields());
    }
  };
  static std::vector<std::string> objections(const ForwardChip&, const Params&);
  static Circuit draw(const ForwardChip&, const Params&);
};

}  // namespace leadlag
