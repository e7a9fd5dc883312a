// SPDX-License-Identifier: Apache-2.0
#include "oracles/phase_oscillators.hpp"

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <utility>

namespace leadlag::oracle {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

PhaseOscillators::PhaseOscillators(const MatrixXd& j, const VectorXd& h, const VectorXd& s, VectorXd y)
    : hidden_(j.rows()) {
  if (j.cols() != y.size() || h.size() != hidden_ + y.size() || s.size() != h.size()) {
    throw std::invalid_argument("J is hidden x output; h and S have an entry per oscillator");
  }
  target = std::move(y);
  theta.resize(j.size() + h.size() + s.size());
  for (Index i = 0; i < j.rows(); ++i) theta.segment(i * j.cols(), j.cols()) = j.row(i).transpose();
  theta.segment(j.size(), h.size()) = h;
  theta.tail(s.size()) = s;
}

VectorXd PhaseOscillators::start() const { return VectorXd::Constant(states(), std::numbers::pi / 2.0); }

double PhaseOscillators::internal(const VectorXd& phi) const {
  double sum = 0.0;
  for (Index i = 0; i < hidden_; ++i) {
    for (Index o = 0; o < target.size(); ++o) sum -= coupling(i, o) * std::cos(phi(i) - phi(hidden_ + o));
  }
  for (Index k = 0; k < states(); ++k) {
    sum -= field(k) * std::cos(phi(k)) + 0.5 * lock(k) * std::cos(2.0 * phi(k));
  }
  return sum;
}

VectorXd PhaseOscillators::internal_dx(const VectorXd& phi) const {
  VectorXd d(states());
  for (Index k = 0; k < states(); ++k) {
    d(k) = field(k) * std::sin(phi(k)) + lock(k) * std::sin(2.0 * phi(k));
  }
  for (Index i = 0; i < hidden_; ++i) {
    for (Index o = 0; o < target.size(); ++o) {
      const double torque = coupling(i, o) * std::sin(phi(i) - phi(hidden_ + o));
      d(i) += torque;
      d(hidden_ + o) -= torque;
    }
  }
  return d;
}

VectorXd PhaseOscillators::internal_dtheta(const VectorXd& phi) const {
  const Index couplings = hidden_ * target.size();
  VectorXd d(theta.size());
  for (Index i = 0; i < hidden_; ++i) {
    for (Index o = 0; o < target.size(); ++o) {
      d(i * target.size() + o) = -std::cos(phi(i) - phi(hidden_ + o));
    }
  }
  for (Index k = 0; k < states(); ++k) {
    d(couplings + k) = -std::cos(phi(k));
    d(couplings + states() + k) = -0.5 * std::cos(2.0 * phi(k));
  }
  return d;
}

double PhaseOscillators::cost(const VectorXd& phi) const {
  return 0.5 * (phi.tail(target.size()).array().cos().matrix() - target).squaredNorm();
}

VectorXd PhaseOscillators::cost_dx(const VectorXd& phi) const {
  VectorXd d = VectorXd::Zero(states());
  for (Index o = 0; o < target.size(); ++o) {
    const double angle = phi(hidden_ + o);
    d(hidden_ + o) = -std::sin(angle) * (std::cos(angle) - target(o));
  }
  return d;
}

MatrixXd PhaseOscillators::hessian(const VectorXd& phi, double beta) const {
  MatrixXd m = MatrixXd::Zero(states(), states());
  for (Index k = 0; k < states(); ++k) {
    m(k, k) = field(k) * std::cos(phi(k)) + 2.0 * lock(k) * std::cos(2.0 * phi(k));
  }
  for (Index i = 0; i < hidden_; ++i) {
    for (Index o = 0; o < target.size(); ++o) {
      const double stiffness = coupling(i, o) * std::cos(phi(i) - phi(hidden_ + o));
      m(i, i) += stiffness;
      m(hidden_ + o, hidden_ + o) += stiffness;
      m(i, hidden_ + o) -= stiffness;
      m(hidden_ + o, i) -= stiffness;
    }
  }
  for (Index o = 0; o < target.size(); ++o) {
    const double angle = phi(hidden_ + o);
    m(hidden_ + o, hidden_ + o) += beta * (target(o) * std::cos(angle) - std::cos(2.0 * angle));
  }
  return m;
}

PhaseOscillators PhaseOscillators::nudged(double beta, double second_harmonic) const {
  PhaseOscillators turned = *this;
  const Index outputs = target.size();
  turned.theta.segment(hidden_ * outputs + hidden_, outputs) += beta * target;
  turned.theta.tail(outputs).array() -= second_harmonic * beta;
  return turned;
}

VectorXd knob_contrast(const PhaseOscillators& net, const VectorXd& free, double beta,
                       double second_harmonic) {
  const auto settled = [&](double b) { return equilibrium(net.nudged(b, second_harmonic), 0.0, free); };
  return (net.internal_dtheta(settled(beta)) - net.internal_dtheta(settled(-beta))) / (2.0 * beta);
}

}  // namespace leadlag::oracle
