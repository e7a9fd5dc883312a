// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>

#include "oracles/layered_energy.hpp"

namespace leadlag::oracle {

/// A net of rates with feedback of gain gamma, at rest where
///
///   s_l = f_l(W_l s_{l-1} + b_l + gamma W_{l+1}^T s_{l+1}),     top:  - beta (s_L - y) inside f_L
///
/// which is where the derivative of
///
///   I = sum_l gamma^(l-L) [G_l(s_l) - s_l . (W_l s_{l-1} + b_l)],      G_l' = f_l^-1
///
/// vanishes. So dI/dW_l = -gamma^(l-L) s_l s_{l-1}^T: contrastive Hebbian learning's rule with the factors of
/// Xie and Seung (2003) is the contrast of this energy. With gamma = 1 and steep logistic units it is the
/// prototypical net of Laborieux et al. (2021), whose primitive function is Phi = sum G - I.
class ReciprocalNet final : public ReciprocalEnergy {
 public:
  enum class Units {
    of_net,         ///< the net's activations: tanh or linear, else std::invalid_argument
    steep_logistic  ///< 1 / (1 + exp(-4 (u - 1/2))) in every layer
  };
  ReciprocalNet(const LayeredNet& net, Eigen::VectorXd x, Eigen::VectorXd y, double gamma,
                Units units = Units::of_net);

  double gamma() const { return gamma_; }
  Eigen::VectorXd start() const override;  ///< the feed-forward pass
  double internal(const Eigen::VectorXd& x) const override;
  Eigen::VectorXd internal_dx(const Eigen::VectorXd& x) const override;
  Eigen::VectorXd internal_dtheta(const Eigen::VectorXd& x) const override;
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, double beta) const override;

  /// One synchronous step of the discrete dynamics: every layer becomes f_l of what its neighbours were.
  Eigen::VectorXd update(const Eigen::VectorXd& x, double beta) const;

 private:
  enum class Unit { linear, tanh, logistic };
  Unit unit(std::size_t layer) const;
  double weight(std::size_t layer) const;  ///< gamma^(l-L), `layer` counts from 0
  Vectors rates(const Eigen::VectorXd& x) const;
  Vectors drives(const Vectors& s, double beta) const;

  double gamma_;
  Units units_;
  Activation hidden_, output_;
};

}  // namespace leadlag::oracle
