// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <vector>

#include "oracles/deep_feedback_control.hpp"

namespace leadlag::oracle {

/// Strong-DFC (Meulemans et al., arXiv 2204.07249): deep feedback control whose target is the label itself.
/// Under control the loss is nearly 0, so learning minimises the control that this takes,
///   H = 1/2 |Q u|^2 at the root u of steady_state(), target y, a the effective leak.
/// There is no linear shortcut: the target is far away.
double control_cost(const Eigen::MatrixXd& Q, const Eigen::VectorXd& u);

/// dH/dW_i = -(u^T Q^T Q (E J Q + a I)^-1 E J)_i^T r_{i-1}^T, J and r under control, E = error_slope(). Equal
/// to minus the local update (v - v_ff) r^T when the columns of Q are in the row space of E J and a tends to
/// 0.
Matrices control_gradient(const LayeredNet& net, const Eigen::MatrixXd& Q, const ControlledState& state,
                          double a, OutputError kind = OutputError::mse);
/// The same by central differences of H, each from its own root.
Matrices control_gradient_by_differences(LayeredNet net, const Eigen::VectorXd& x, const Eigen::MatrixXd& Q,
                                         const Eigen::VectorXd& target, double a,
                                         OutputError kind = OutputError::mse, double step = 1e-5);

/// Coloured noise of the single-phase variant, n <- (1 - dt / tau) n + (dt / tau) xi / sqrt(dt), xi standard
/// normal.
class CorrelatedNoise {
 public:
  CorrelatedNoise(Eigen::Index size, double dt, double tau);
  const Eigen::VectorXd& next(const Eigen::VectorXd& standard_normal);
  /// Of every component, after a while: 1 / (2 tau - dt).
  double variance() const;

 private:
  double dt_, a_;
  Eigen::VectorXd n_;
};

/// u_hp = u - u_lp, u_lp <- a u + (1 - a) u_lp, a = dt / tau_f; u_lp starts at the first u.
std::vector<Eigen::VectorXd> high_pass(const std::vector<Eigen::VectorXd>& u, double dt, double tau_f);

/// Single-phase feedback learning, from the same run that the forward weights learn from:
///   dQ_i = -(1 + tau_v / tau_noise)^{L-i} / (K sigma^2) sum_k v_fb_i[k] u_hp[k+1]^T,  K pairs
struct SinglePhase {
  double sigma = 4.28e-3, tau_noise = 0.07, tau_high_pass = 0.5;
};
Eigen::MatrixXd single_phase_feedback_update(const std::vector<ControlState>& trace, const ControlLoop& loop,
                                             const SinglePhase& settings);
/// Mean of u over the last quarter of a run: its steady state in noise.
Eigen::VectorXd settled_control(const std::vector<ControlState>& trace);

}  // namespace leadlag::oracle
