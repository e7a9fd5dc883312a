// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <vector>

#include "oracles/energy.hpp"
#include "oracles/layered_net.hpp"

namespace leadlag::oracle {

/// The equilibrium with the outputs held at o + eta (y - o), o their free values. Throws
/// std::invalid_argument for energies whose outputs are no states.
Eigen::VectorXd clamped_equilibrium(const Energy& energy, const Eigen::VectorXd& free, double eta);

/// Coupled learning (Stern et al. 2021): (dI/dtheta|clamped - dI/dtheta|free) / eta. With eta = 1 it is
/// contrastive Hebbian learning; neither is the gradient of C.
Eigen::VectorXd clamped_contrast(const Energy& energy, const Eigen::VectorXd& free, double eta);

/// The net of Scellier and Bengio (2017) with one hidden layer: states in [0, 1], rho clips to it,
///   E = 1/2 |rho(s)|^2 - rho(h) . (W_1 rho(x) + b_1) - rho(o) . (W_2 rho(h) + b_2),   C = |o - y|^2
/// (no 1/2), s <- clip(s - epsilon dF/ds), every state of a step at once, rho' = 1 on [0, 1] with its ends.
struct ClippedNet {
  Eigen::MatrixXd w1, w2;
  Eigen::VectorXd b1, b2, x, y;
  double epsilon = 0.5;
};
struct ClippedState {
  Eigen::VectorXd h, o;
};
/// Entry n is the state after n steps.
std::vector<ClippedState> clipped_trace(const ClippedNet& net, ClippedState from, double beta, int steps);
/// (dE/dW|nudged - dE/dW|free) / beta: descend by it.
struct ClippedContrast {
  Eigen::MatrixXd w1, w2;
};
ClippedContrast clipped_contrast(const ClippedNet& net, const ClippedState& nudged, const ClippedState& free,
                                 double beta);

}  // namespace leadlag::oracle
