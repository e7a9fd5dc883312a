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

/// What carries errors to the layers below.
enum class ErrorFeedback {
  transpose,  ///< the forward weights read backwards: backpropagation
  random,     ///< fixed random weights from layer to layer: feedback alignment (Lillicrap et al. 2016)
  direct,     ///< fixed random weights from the output to every layer: direct feedback alignment (Nokland 2016)
};
template <>
struct Names<ErrorFeedback> {
  static constexpr std::array<std::string_view, 3> value{"transpose", "random", "direct"};
};

/// The baselines: memoryless error circuits beside leaky neurons that have settled.
///
///   d_L = phi'(v_L) epsilon        d_l = phi'(v_l) (B_l d_above)        dW_l = d_l r_(l-1)^T
///
/// B_l = W_(l+1)^T, a fixed random matrix from the layer above, or one from the output.
struct Backpropagation {
  static constexpr const char* keyword = "bp";
  struct Params {
    ErrorFeedback feedback = ErrorFeedback::transpose;
    std::int64_t settle = 20;
    double scale = 1.0;

    static constexpr auto fields() {
      return std::tuple{
          Field{"feedback", &Params::feedback, Domain{}, "what carries errors down"},
          Field{"settle", &Params::settle, domain::between(1, 1e6), "cycles that neurons have to settle"},
          Field{"scale", &Params::scale, domain::positive,
                "of random feedback weights: their variance is scale^2 / (errors that meet in a unit)"}};
    }
  };
  static std::vector<std::string> objections(const ForwardChip&, const Params&);
  static Circuit draw(const ForwardChip&, const Params&);
};

}  // namespace leadlag
