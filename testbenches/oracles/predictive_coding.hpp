// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>

#include "oracles/layered_energy.hpp"

namespace leadlag::oracle {

/// Predictive coding: value nodes x_1 .. x_{L-1} that their layer predicts, the top compared with the target.
///
///   I = sum_{l<L} 1/2 |x_l - f_l(W_l x_{l-1} + b_l)|^2      C = 1/2 |f_L(W_L x_{L-1} + b_L) - y|^2
///
/// Here beta is what the literature calls lambda; 1 clamps the output as usual. I is 0 at the feed-forward
/// pass, so the free phase needs no measurement: dF/dtheta / lambda is the one-sided contrast.
class PredictiveCoding final : public LayeredEnergy {
 public:
  PredictiveCoding(const LayeredNet& net, Eigen::VectorXd x, Eigen::VectorXd y)
      : LayeredEnergy(net, std::move(x), std::move(y)) {}

  Eigen::Index states() const override;
  Eigen::VectorXd start() const override;  ///< the feed-forward pass
  double internal(const Eigen::VectorXd& x) const override;
  Eigen::VectorXd internal_dx(const Eigen::VectorXd& x) const override;
  Eigen::VectorXd internal_dtheta(const Eigen::VectorXd& x) const override;
  double cost(const Eigen::VectorXd& x) const override;
  Eigen::VectorXd cost_dx(const Eigen::VectorXd& x) const override;
  Eigen::VectorXd cost_dtheta(const Eigen::VectorXd& x) const override;

  /// e_1 .. e_{L-1} = x_l - f_l(a_l), and e_L = beta (y - f_L(a_L)).
  Vectors errors(const Eigen::VectorXd& x, double beta) const;

  /// Fixed predictions (Torch2PC "FixedPred"): slopes and predictions stay at the feed-forward pass, errors
  /// relax from the top for n sweeps with step eta. dC/dW per layer; n = L and eta = 1 are backpropagation.
  Matrices fixed_prediction_gradient(int sweeps, double eta) const;

  /// Z-IL: from the feed-forward pass simultaneous Euler steps of 1, output clamped, W_l read at step L - l.
  Matrices z_il_gradient() const;

 private:
  struct Layer {
    Eigen::VectorXd below, a, f, slope;  ///< x_{l-1}, W_l x_{l-1} + b_l, f_l(a), f_l'(a)
  };
  std::vector<Layer> layers(const LayeredNet& n, const Eigen::VectorXd& x) const;
};

/// Least F of a linear net without biases in closed form:
///   1/2 d^T S^-1 d,  d = y - W_L .. W_1 x,  S = 1/lambda + sum_{l<L} P_l P_l^T,  P_l = W_L .. W_{l+1}
double linear_pc_minimum(const Matrices& w, const Eigen::VectorXd& x, const Eigen::VectorXd& y,
                         double lambda);

/// dC/dW in the limit of lambda to 0 when the errors come down through other weights: `back`[l] in the place
/// of W_{l+1}^T (layers from 0; the first is not used). Values are at the feed-forward pass there, errors in
/// proportion to lambda.
Matrices weak_nudge_gradient(const LayeredNet& net, const Eigen::VectorXd& x, const Eigen::VectorXd& y,
                             const Matrices& back);

/// 2 over the largest eigenvalue of d2F/dx2: Euler steps longer than this do not come to rest.
double euler_limit(const Energy& energy, const Eigen::VectorXd& x, double beta);

}  // namespace leadlag::oracle
