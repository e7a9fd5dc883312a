// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "oracles/chain.hpp"

namespace leadlag::oracle {

/// euler: decay = 1 - dt / tau. held: decay = exp(-dt / tau), exact for an input held over the tick.
enum class Decay { euler, held };
/// mse: target - r. cross_entropy: target - softmax(r), the target a distribution.
enum class OutputError { mse, cross_entropy };
/// online: W += eta e r^T in every learning tick. accumulate: G += e r^T, weights and biases stay.
enum class Update { online, accumulate };

struct GleLayer {
  std::vector<double> tau_m, tau_r;
  std::vector<double> bias;  // empty: zeros
  Activation activation = Activation::tanh;
  double gamma = 0.0;  // somatic nudging
  bool learn_bias = false;
};

inline constexpr std::size_t from_input = static_cast<std::size_t>(-1);

/// Synapses from a layer, or from the input, to a layer: any pair, so lateral, recurrent and skipping ones
/// too.
struct GleProjection {
  std::size_t from = from_input, to = 0;
  Matrix w;  // neurons of `to` x neurons of `from`
  bool learn = true;
  Matrix g{};  // accumulated e r^T; sized by the constructor
};

struct GleSettings {
  double dt = 0.01;
  double beta = 1.0;  // output nudging
  double eta = 0.0;
  OutputError output_error = OutputError::mse;
  Decay decay = Decay::euler;
  Update update = Update::online;
  ErrorPath error_path = ErrorPath::prospective;
};

/// A GLE chip in which every read across layers is the value of the previous tick. The last layer is the
/// output. One tick, rho = tau_r / tau_m, [old] = left by the tick before, all 0 before the first:
///
///   a = r'[old] (sum of W^T e [old] over the projections leaving the layer + beta eps, outputs only)
///   e = a / rho + (1 - 1/rho) v[old]               v = decay(tau_r) v[old] + (1 - decay(tau_r)) a
///   s = sum of W r[old] over the projections entering (the input: x now) + b
///   lookahead = rho (s + gamma e) + (1 - rho) u[old]
///   u = decay(tau_m) u[old] + (1 - decay(tau_m)) (s + gamma e)
///   r = phi(lookahead), r' = phi'(lookahead);  W += eta e r[old]^T, b += eta e
///
/// eps = target now - r[old] (or softmax). W^T e is taken with the weights before their update, then
/// registered.
class GleNetwork {
 public:
  struct State {  // of one layer, after the last tick
    std::vector<double> a, e, v, s, lookahead, u, rate, slope;
    std::vector<double> apical;  // sum of W^T e for the next tick
    std::vector<double> g_bias;  // accumulated e
  };

  /// Throws std::invalid_argument when shapes do not fit or a tau or dt is not positive.
  GleNetwork(std::size_t inputs, std::vector<GleLayer> layers_, std::vector<GleProjection> projections_,
             GleSettings settings_);

  /// One tick; returns the output the bench reads, the rates of the last layer before the tick.
  /// Without target_on eps is 0; without learn_on neither weights nor accumulators change.
  std::vector<double> tick(const std::vector<double>& x, const std::vector<double>& target, bool target_on,
                           bool learn_on);
  void clear_accumulated();

  std::vector<GleLayer> layers;  // biases are read and learnt here
  std::vector<GleProjection> projections;
  GleSettings settings;
  std::vector<State> state;  // one per layer

 private:
  std::size_t inputs_;
};

std::vector<double> softmax(const std::vector<double>& logits);

}  // namespace leadlag::oracle
