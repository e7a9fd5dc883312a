// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>

#include "oracles/energy.hpp"

namespace leadlag::oracle {

/// Oscillators coupled between a hidden and an output layer, told by their phases; s = cos phi is read.
///
///   dphi_i/dt = - sum_j J_ij sin(phi_i - phi_j) - h_i sin phi_i - S_i sin 2 phi_i = -dI/dphi_i
///   I = - sum_pairs J cos(phi_i - phi_j) - sum h cos phi - sum S/2 cos 2 phi      C = 1/2 |cos phi_o - y|^2
///
/// theta: J (hidden x output) row by row, then h and S, hidden oscillators first.
class PhaseOscillators final : public Energy {
 public:
  PhaseOscillators(const Eigen::MatrixXd& j, const Eigen::VectorXd& h, const Eigen::VectorXd& s,
                   Eigen::VectorXd y);

  Eigen::Index states() const override { return hidden_ + target.size(); }
  Eigen::VectorXd start() const override;  ///< all pi / 2
  double internal(const Eigen::VectorXd& phi) const override;
  Eigen::VectorXd internal_dx(const Eigen::VectorXd& phi) const override;
  Eigen::VectorXd internal_dtheta(const Eigen::VectorXd& phi) const override;
  double cost(const Eigen::VectorXd& phi) const override;
  Eigen::VectorXd cost_dx(const Eigen::VectorXd& phi) const override;
  Eigen::MatrixXd hessian(const Eigen::VectorXd& phi, double beta) const override;

  /// The same chip with its knobs turned as a nudge turns them: h_o + beta y, S_o - second_harmonic beta.
  /// I + beta C, but for a constant, when second_harmonic is 1/2, since cos^2 = 1/2 + 1/2 cos 2 phi. A
  /// published code uses 1/4, which nudges towards another cost.
  PhaseOscillators nudged(double beta, double second_harmonic) const;

 private:
  double coupling(Eigen::Index i, Eigen::Index o) const { return theta(i * target.size() + o); }
  double field(Eigen::Index k) const { return theta(hidden_ * target.size() + k); }
  double lock(Eigen::Index k) const { return theta(hidden_ * target.size() + states() + k); }

  Eigen::Index hidden_;
};

/// Symmetric contrast by turned knobs, (dI/dtheta|+ - dI/dtheta|-) / 2 beta.
Eigen::VectorXd knob_contrast(const PhaseOscillators& net, const Eigen::VectorXd& free, double beta,
                              double second_harmonic);

}  // namespace leadlag::oracle
