// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "learning/forward_chip.hpp"
#include "units/field.hpp"

namespace leadlag {

/// When the plasticity cells of predictive coding look.
enum class PcSchedule {
  relaxed,  ///< once, after the value nodes have settled
  z_il,  ///< layer by layer while errors travel down (Song et al. 2020): backpropagation exactly, if tick =
         ///< tau
  fixed_prediction,  ///< once, predictions and slopes held from init: backpropagation exactly, once settled
};
template <>
struct Names<PcSchedule> {
  static constexpr std::array<std::string_view, 3> value{"relaxed", "z_il", "fixed_prediction"};
};

/// Predictive coding (Rao and Ballard 1999; Whittington and Bogacz 2017): every neuron is a value node and an
/// error node, and both relax on one energy.
///
///   F = 1/2 sum_l |x_l - f(a_l)|^2 + lambda C(output, target),    a_l = W_l x_(l-1) + b_l
///   tau dx_l/dt = -e_l + W_(l+1)^T (f'(a_(l+1)) e_(l+1)),         e_l = x_l - f(a_l)
///   dW_l = (f'(a_l) e_l) x_(l-1)^T / lambda
///
/// One phase of relaxation is enough: at the feed-forward point all hidden errors are 0, so there is nothing
/// to subtract. As lambda -> 0 the settled update is that of backpropagation. One of the energy-based systems
/// (energy_based.hpp): lambda is the nudge, and the free state needs no products.
struct PredictiveCoding {
  static constexpr const char* keyword = "pc";
  struct Params {
    double lambda = 0.1;
    PcSchedule schedule = PcSchedule::relaxed;
    std::int64_t relax = 20;

    static constexpr auto fields() {
      return std::tuple{
          Field{"lambda", &Params::lambda, domain::positive, "how hard the target pulls at the output"},
          Field{"schedule", &Params::schedule, Domain{}, "when plasticity cells look"},
          Field{"relax", &Params::relax, domain::between(1, 1e6),
                "cycles that value nodes have to settle (not with schedule: z_il)"}};
    }
  };
  /// What stands against drawing this system on this chip, for the designer; empty: nothing.
  static std::vector<std::string> objections(const ForwardChip&, const Params&);
  static Circuit draw(const ForwardChip&, const Params&);
};

}  // namespace leadlag
