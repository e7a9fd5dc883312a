// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>

#include "oracles/layered_energy.hpp"

namespace leadlag::oracle {

/// Layered Hopfield net, wires that conduct both ways, rho_0(x) = x, rho_l the net's activations:
///
///   I = sum_l 1/2 |s_l|^2 - rho_l(s_l) . (W_l rho_{l-1}(s_{l-1}) + b_l)
///
/// Activations tanh and linear; others throw std::invalid_argument.
class HopfieldEnergy final : public ReciprocalEnergy {
 public:
  HopfieldEnergy(const LayeredNet& net, Eigen::VectorXd x, Eigen::VectorXd y);

  double internal(const Eigen::VectorXd& x) const override;
  Eigen::VectorXd internal_dx(const Eigen::VectorXd& x) const override;
  Eigen::VectorXd internal_dtheta(const Eigen::VectorXd& x) const override;
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, double beta) const override;

  /// -dF/ds with other weights downwards, `back`[l] in the place of W_{l+1}^T: no energy unless they agree.
  Eigen::VectorXd asymmetric_flow(const Eigen::VectorXd& x, double beta, const Matrices& back) const;
  /// Where that flow comes to rest from x: Euler steps of 0.1, then Newton on a Jacobian by differences.
  Eigen::VectorXd asymmetric_rest(Eigen::VectorXd x, double beta, const Matrices& back) const;
  /// W_2^T, W_3^T, ..: the `back` of the symmetric net.
  Matrices transposes() const;
};

}  // namespace leadlag::oracle
