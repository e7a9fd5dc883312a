// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oracles/chain.hpp"

namespace leadlag::oracle {

/// Variational Latent Equilibrium as it stands (after arXiv 2603.09600): the trajectory that makes the action
///
///   S = 1/2 dt sum |e|^2 + beta C,   e = u + tau_m du - s   (what pushes each neuron beside its drive)
///
/// stationary. Its Euler-Lagrange equations are e = beta lambda, lambda the exact error of the pushed
/// trajectory with lambda at rest after its end: a boundary condition at either end of time. Solved by
/// sweeping forwards and backwards until e stands still, zero-delay Euler.
struct TwoPoint {
  Gradient gradient;  ///< of S / beta in the parameters: tends to dC as beta goes to 0
  double action = 0.0;
  int sweeps = 0;
};

/// Throws std::runtime_error where the sweeps do not contract (beta too large).
TwoPoint solve_two_point(const Chain& chain, const Task& task, double beta);

}  // namespace leadlag::oracle
