// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "learning/forward_chip.hpp"
#include "units/field.hpp"

namespace leadlag {

/// A rule with three factors: a perturbation of the neuron, the rate of the synapse's source, and one number
/// for the whole chip that says whether the perturbation helped.
///
///   free:       v = W r + b               C_0 = 1/2 sum epsilon^2
///   perturbed:  v = W r + b + sigma xi    C_xi,   xi standard normal, a new one for each neuron and sample
///   dW = (C_0 - C_xi) / sigma  xi r^T
///
/// Its mean is the gradient of C up to O(sigma^2), for any network, without any path back. Source: node
/// perturbation, Williams 1992 (REINFORCE), Fiete and Seung, Physical Review Letters 97 (2006).
struct NodePerturbation {
  static constexpr const char* keyword = "node_perturbation";
  struct Params {
    std::int64_t settle = 20;
    double sigma = 0.01;

    static constexpr auto fields() {
      return std::tuple{
          Field{"settle", &Params::settle, domain::between(1, 1e6),
                "cycles that neurons have to settle, free and perturbed"},
          Field{"sigma", &Params::sigma, domain::positive, "standard deviation of what is added to a drive"}};
    }
  };
  static std::vector<std::string> objections(const ForwardChip&, const Params&);
  static Circuit draw(const ForwardChip&, const Params&);
};

}  // namespace leadlag
