// SPDX-License-Identifier: Apache-2.0
#include "oracles/contrastive.hpp"

#include <algorithm>
#include <stdexcept>

namespace leadlag::oracle {

using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

VectorXd clip(const VectorXd& s) { return s.cwiseMax(0.0).cwiseMin(1.0); }

/// rho' times what drives the state.
VectorXd gated(const VectorXd& s, const VectorXd& drive) {
  return ((s.array() >= 0.0) && (s.array() <= 1.0)).select(drive, 0.0);
}

}  // namespace

VectorXd clamped_equilibrium(const Energy& energy, const VectorXd& free, double eta) {
  const std::vector<Eigen::Index> outputs = energy.outputs();
  if (outputs.empty()) throw std::invalid_argument("no states to clamp");
  VectorXd x = free;
  x(outputs) += eta * (energy.target - free(outputs));
  return equilibrium(energy, 0.0, x, outputs);
}

VectorXd clamped_contrast(const Energy& energy, const VectorXd& free, double eta) {
  const VectorXd clamped = clamped_equilibrium(energy, free, eta);
  return (energy.internal_dtheta(clamped) - energy.internal_dtheta(free)) / eta;
}

std::vector<ClippedState> clipped_trace(const ClippedNet& net, ClippedState from, double beta, int steps) {
  std::vector<ClippedState> trace{from};
  for (int n = 0; n < steps; ++n) {
    const VectorXd h = clip(from.h), o = clip(from.o);
    const VectorXd drive_h = net.w1 * clip(net.x) + net.b1 + net.w2.transpose() * o - h;
    const VectorXd drive_o = net.w2 * h + net.b2 - o;
    const VectorXd nudge = -2.0 * beta * (from.o - net.y);
    from = {clip(from.h + net.epsilon * gated(from.h, drive_h)),
            clip(from.o + net.epsilon * (gated(from.o, drive_o) + nudge))};
    trace.push_back(from);
  }
  return trace;
}

ClippedContrast clipped_contrast(const ClippedNet& net, const ClippedState& nudged, const ClippedState& free,
                                 double beta) {
  const auto dw1 = [&](const ClippedState& s) -> MatrixXd { return -clip(s.h) * clip(net.x).transpose(); };
  const auto dw2 = [&](const ClippedState& s) -> MatrixXd { return -clip(s.o) * clip(s.h).transpose(); };
  return {(dw1(nudged) - dw1(free)) / beta, (dw2(nudged) - dw2(free)) / beta};
}

}  // namespace leadlag::oracle
