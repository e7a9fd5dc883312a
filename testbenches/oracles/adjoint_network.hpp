// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <cstddef>

#include "oracles/network.hpp"

namespace leadlag::oracle {

/// Input and target at instants `dt` apart, a row each; between them the input is a straight line.
struct NetworkTask {
  Eigen::MatrixXd input, target;
  double dt = 0.01;
  std::size_t first = 0;  ///< cost and local rules count from this instant on
};

/// Descent directions, per `dt`: minus the derivative of C / dt, or what a local rule sums up.
struct NetworkGradient {
  Eigen::MatrixXd w, w_in, w_y;
  Eigen::VectorXd bias, tau_m, tau_r;
};

/// C = dt sum over instants >= first of 1/2 |target - r|^2 (or of the cross entropy) of the network with its
/// errors cut off: no nudging. States start at 0; filters are exact for drives that are straight lines
/// between two instants, so C tends to its integral with the second power of dt.
double network_cost(const Network& network, const NetworkTask& task);

/// The exact derivative of that C by a backward sweep (backpropagation through time). With dt to 0 its error
/// signal is the adjoint of the continuous network,
///   D-_{tau_m} lambda = D-_{tau_r} {phi' (W^T lambda + eps)},   dC/dW = - int lambda r^T.
NetworkGradient exact_gradient(const Network& network, const NetworkTask& task);

/// The same sums with errors that have no memory, e = phi' (B e + eps) at each instant: instantaneous
/// backpropagation, the control.
NetworkGradient instantaneous_gradient(const Network& network, const NetworkTask& task);

}  // namespace leadlag::oracle
