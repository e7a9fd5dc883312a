// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <string_view>

#include "blocks/die_math.hpp"
#include "units/field.hpp"

namespace leadlag {

/// The neuron's output curve phi, applied after the lookahead: r = phi(u_hat).
enum class Activation {
  linear,        ///< x
  tanh,          ///< differential pair
  softplus,      ///< log(1 + e^x): one transistor in weak inversion
  relu,          ///< max(x, 0): current mirror
  hard_sigmoid,  ///< x/4 + 1/2 clipped to [0, 1]
};
template <>
struct Names<Activation> {
  static constexpr std::array<std::string_view, 5> value{"linear", "tanh", "softplus", "relu",
                                                         "hard_sigmoid"};
};

/// phi(x) and its slope phi'(x); one instantiation per curve so that a column's loop has no branch.
template <Activation A, class V>
[[gnu::always_inline]] inline void activate(V x, V& rate, V& slope) {
  if constexpr (A == Activation::linear) {
    rate = x, slope = V(1);
  } else if constexpr (A == Activation::tanh) {
    rate = die_tanh(x), slope = V(1) - rate * rate;
  } else if constexpr (A == Activation::softplus) {
    rate = die_softplus(x), slope = die_sigmoid(x);
  } else if constexpr (A == Activation::relu) {
    rate = x > V(0) ? x : V(0), slope = x > V(0) ? V(1) : V(0);
  } else {
    const V y = V(0.25) * x + V(0.5);
    const V low = y > V(0) ? y : V(0);
    rate = low < V(1) ? low : V(1);
    slope = y > V(0) && y < V(1) ? V(0.25) : V(0);
  }
}

/// phi'(x) of a neuron of which only the rate phi(x) is known.
template <class V>
V slope_at_rate(Activation a, V rate) {
  switch (a) {
    case Activation::tanh:
      return V(1) - rate * rate;
    case Activation::softplus:
      return V(1) - std::exp(-rate);
    case Activation::relu:
      return rate > V(0) ? V(1) : V(0);
    case Activation::hard_sigmoid:
      return rate > V(0) && rate < V(1) ? V(0.25) : V(0);
    case Activation::linear:
      break;
  }
  return V(1);
}

/// Calls f with the activation as a compile-time constant.
template <class F>
decltype(auto) with_activation(Activation a, F&& f) {
  switch (a) {
    case Activation::tanh:
      return f.template operator()<Activation::tanh>();
    case Activation::softplus:
      return f.template operator()<Activation::softplus>();
    case Activation::relu:
      return f.template operator()<Activation::relu>();
    case Activation::hard_sigmoid:
      return f.template operator()<Activation::hard_sigmoid>();
    case Activation::linear:
      break;
  }
  return f.template operator()<Activation::linear>();
}

/// Largest slope of the curve: what loop-gain bounds use.
constexpr double max_slope(Activation a) { return a == Activation::hard_sigmoid ? 0.25 : 1.0; }

}  // namespace leadlag
