// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oracles/network.hpp"

namespace leadlag::oracle {

/// The clocked network with one register per hop in time, for any graph and with low-passes: the equations
/// that respond_sampled() linearises. All quantities are 0 before the first tick; [old] = left by the tick
/// before.
///
///   a = phi'[old] (B e [old] + beta (target - r[old]))     e = (lead/lag) a + (1 - lead/lag) v[old]
///   v = d_v v[old] + (1 - d_v) a
///   s = W r[old] + W_in x + W_y y[old] + b + gamma e       u_hat = rho s + (1 - rho) u[old]
///   u = d_m u[old] + (1 - d_m) s                           r = phi(u_hat)
///   y = d_s y[old] + (1 - d_s) source (a neuron's r[old], or x)
class SampledNetwork {
 public:
  /// Throws std::invalid_argument for a network with tau_p.
  SampledNetwork(const Network& network, double tick, Decay decay);
  /// An empty target is no target: its term is 0.
  void tick(const Eigen::VectorXd& x, const Eigen::VectorXd& target);
  const Eigen::VectorXd& rate() const { return rate_; }
  const Eigen::VectorXd& error() const { return error_; }

 private:
  Network net_;
  Eigen::VectorXd d_m_, d_v_, d_s_;
  Eigen::VectorXd u_, v_, y_, rate_, slope_, error_;
};

}  // namespace leadlag::oracle
