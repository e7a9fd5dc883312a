// SPDX-License-Identifier: Apache-2.0
#include "oracles/energy.hpp"

#include <algorithm>
#include <stdexcept>

namespace leadlag::oracle {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// Slope at 0 of a vector function of one number, fourth order: error h^4 / 30 times its fifth derivative.
template <typename Function>
VectorXd slope_at_zero(const Function& f, double h) {
  return (8.0 * (f(h) - f(-h)) - (f(2.0 * h) - f(-2.0 * h))) / (12.0 * h);
}

constexpr double difference_step = 1e-3;

}  // namespace

double Energy::value(const VectorXd& x, double beta) const { return internal(x) + beta * cost(x); }

VectorXd Energy::dx(const VectorXd& x, double beta) const { return internal_dx(x) + beta * cost_dx(x); }

VectorXd Energy::dtheta(const VectorXd& x, double beta) const {
  return internal_dtheta(x) + beta * cost_dtheta(x);
}

MatrixXd Energy::hessian(const VectorXd& x, double beta) const { return numeric_hessian(*this, x, beta); }

MatrixXd numeric_hessian(const Energy& energy, const VectorXd& x, double beta) {
  MatrixXd h(x.size(), x.size());
  for (Index k = 0; k < x.size(); ++k) {
    const auto along = [&](double by) {
      VectorXd moved = x;
      moved(k) += by;
      return energy.dx(moved, beta);
    };
    h.col(k) = slope_at_zero(along, difference_step);
  }
  return 0.5 * (h + h.transpose());
}

VectorXd equilibrium(const Energy& energy, double beta, VectorXd x, const std::vector<Index>& clamped) {
  std::vector<Index> moving;
  for (Index k = 0; k < x.size(); ++k) {
    if (std::find(clamped.begin(), clamped.end(), k) == clamped.end()) moving.push_back(k);
  }
  const auto curvature = [&]() -> MatrixXd { return energy.hessian(x, beta)(moving, moving); };
  const auto step = [&](double rate) {
    MatrixXd m = curvature();
    m.diagonal().array() += rate;
    const VectorXd by = -m.partialPivLu().solve(energy.dx(x, beta)(moving));
    x(moving) += by;
    if (!x.allFinite() || x.lpNorm<Eigen::Infinity>() > 1e3) {
      throw std::runtime_error("no equilibrium: the states run away");
    }
    return by.lpNorm<Eigen::Infinity>();
  };
  int left = 100000;
  while (step(1.0 / energy.dt) > 1e-9) {
    if (--left == 0) throw std::runtime_error("no equilibrium: the states do not come to rest");
  }
  for (int n = 0; n < 4; ++n) {
    if (step(0.0) > 1e-6) throw std::runtime_error("no equilibrium: Newton leaves the place of rest");
  }
  if (Eigen::SelfAdjointEigenSolver<MatrixXd>(curvature()).eigenvalues()(0) <= 0.0) {
    throw std::runtime_error("no equilibrium: the place of rest is a saddle");
  }
  return x;
}

VectorXd free_equilibrium(const Energy& energy) { return equilibrium(energy, 0.0, energy.start()); }

std::vector<VectorXd> euler_trace(const Energy& energy, double beta, VectorXd x, double dt, int steps) {
  std::vector<VectorXd> trace{x};
  for (int n = 0; n < steps; ++n) {
    x = (x - dt * energy.dx(x, beta)).eval();
    trace.push_back(x);
  }
  return trace;
}

VectorXd contrast_of(const Energy& energy, const VectorXd& x1, double beta1, const VectorXd& x0,
                     double beta0) {
  return (energy.dtheta(x1, beta1) - energy.dtheta(x0, beta0)) / (beta1 - beta0);
}

VectorXd contrast(const Energy& energy, const VectorXd& free, double beta, Contrast form) {
  if (!(beta > 0.0)) throw std::invalid_argument("beta must be positive");
  const double beta1 = form == Contrast::negative ? 0.0 : beta;
  const double beta0 = form == Contrast::one_sided ? 0.0 : -beta;
  const auto settled = [&](double b) { return b == 0.0 ? free : equilibrium(energy, b, free); };
  return contrast_of(energy, settled(beta1), beta1, settled(beta0), beta0);
}

VectorXd first_order_answer(const Energy& energy, const VectorXd& free) {
  return -energy.hessian(free, 0.0).partialPivLu().solve(energy.cost_dx(free));
}

VectorXd fixed_point_gradient(const Energy& energy, const VectorXd& free) {
  const VectorXd answer = first_order_answer(energy, free);
  const double length = answer.norm();
  if (length == 0.0) return energy.cost_dtheta(free);
  const VectorXd direction = answer / length;
  const auto along = [&](double by) { return energy.internal_dtheta(free + by * direction); };
  return energy.cost_dtheta(free) + length * slope_at_zero(along, difference_step);
}

VectorXd difference_gradient(Energy& energy, const VectorXd& free, double h) {
  VectorXd gradient(energy.theta.size());
  for (Index k = 0; k < gradient.size(); ++k) {
    const double kept = energy.theta(k);
    const auto cost_at = [&](double value) {
      energy.theta(k) = value;
      return energy.cost(equilibrium(energy, 0.0, free));
    };
    const double up = cost_at(kept + h), down = cost_at(kept - h);
    energy.theta(k) = kept;
    gradient(k) = (up - down) / (2.0 * h);
  }
  return gradient;
}

}  // namespace leadlag::oracle
