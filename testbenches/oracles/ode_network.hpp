// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "oracles/network.hpp"

namespace leadlag::oracle {

/// A signal; an empty vector from the target's function is "no target now".
using Signals = std::function<Eigen::VectorXd(double)>;

struct OdeOptions {
  double absolute = 1e-10, relative = 1e-10;  ///< error allowed per step, of each state
  double max_step = std::numeric_limits<double>::infinity();
  double start = 0.0;
  /// Where input or target jump or kink: the integrator ends a step there. The value at the instant itself is
  /// the one after the jump.
  std::vector<double> breakpoints{};
  Eigen::VectorXd membrane{};  ///< u at the start; empty: 0. All other states start at 0
};

/// A row per requested time, a column per neuron.
struct OdeResult {
  std::vector<double> time;
  Eigen::MatrixXd membrane, lookahead, rate, error, drive, apical;  ///< apical: a
};

/// Integrates the network of network.hpp by Dormand and Prince's 5(4) pair with error control (Boost.Odeint).
/// Every right-hand side solves the algebraic system, starting from the last solution. Each requested time
/// ends a step; nothing is interpolated.
/// Throws std::invalid_argument for times that do not ascend from start, std::runtime_error when states
/// diverge or the step size vanishes.
OdeResult integrate(const Network& network, const Signals& input, const Signals& target,
                    std::span<const double> times, const OdeOptions& options = {});

}  // namespace leadlag::oracle
