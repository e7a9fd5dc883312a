// SPDX-License-Identifier: Apache-2.0
#include "oracles/resistive_network.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace leadlag::oracle {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

ResistiveNetwork::ResistiveNetwork(Index free, VectorXd held, std::vector<Conductor> conductors,
                                   VectorXd conductances, std::vector<DiodePair> diodes,
                                   std::vector<Index> outputs, VectorXd y)
    : free_(free),
      held_(std::move(held)),
      conductors_(std::move(conductors)),
      diodes_(std::move(diodes)),
      outputs_(std::move(outputs)) {
  if (static_cast<Index>(conductors_.size()) != conductances.size() ||
      static_cast<Index>(outputs_.size()) != y.size()) {
    throw std::invalid_argument("a conductance per conductor, a target per output");
  }
  theta = std::move(conductances);
  target = std::move(y);
  dt = 0.005;  // us with 1 pF a node: short against the time constants of tens of uS
}

double ResistiveNetwork::at(Index node, const VectorXd& v) const {
  return node < free_ ? v(node) : held_(node - free_);
}

double ResistiveNetwork::drop(const Conductor& c, const VectorXd& v) const {
  return at(c.from, v) - (c.to ? at(*c.to, v) : 0.0);
}

double ResistiveNetwork::internal(const VectorXd& v) const {
  double sum = 0.0;
  for (Index k = 0; k < theta.size(); ++k) {
    sum += 0.5 * theta(k) * std::pow(drop(conductors_[static_cast<std::size_t>(k)], v), 2);
  }
  for (const DiodePair& d : diodes_) {
    sum += 2.0 * saturation_current * thermal_voltage * (std::cosh(v(d.node) / thermal_voltage) - 1.0);
  }
  return sum;
}

VectorXd ResistiveNetwork::internal_dx(const VectorXd& v) const {
  VectorXd out = VectorXd::Zero(free_);
  for (Index k = 0; k < theta.size(); ++k) {
    const Conductor& c = conductors_[static_cast<std::size_t>(k)];
    const double current = theta(k) * drop(c, v);
    if (c.from < free_) out(c.from) += current;
    if (c.to && *c.to < free_) out(*c.to) -= current;
  }
  for (const DiodePair& d : diodes_) {
    out(d.node) += 2.0 * saturation_current * std::sinh(v(d.node) / thermal_voltage);
  }
  return out;
}

VectorXd ResistiveNetwork::internal_dtheta(const VectorXd& v) const {
  VectorXd d(theta.size());
  for (Index k = 0; k < theta.size(); ++k) {
    d(k) = 0.5 * std::pow(drop(conductors_[static_cast<std::size_t>(k)], v), 2);
  }
  return d;
}

double ResistiveNetwork::cost(const VectorXd& v) const { return 0.5 * (v(outputs_) - target).squaredNorm(); }

VectorXd ResistiveNetwork::cost_dx(const VectorXd& v) const {
  VectorXd d = VectorXd::Zero(free_);
  d(outputs_) = v(outputs_) - target;
  return d;
}

MatrixXd ResistiveNetwork::hessian(const VectorXd& v, double beta) const {
  MatrixXd h = MatrixXd::Zero(free_, free_);
  for (Index k = 0; k < theta.size(); ++k) {
    const Conductor& c = conductors_[static_cast<std::size_t>(k)];
    const bool from = c.from < free_, to = c.to && *c.to < free_;
    if (from) h(c.from, c.from) += theta(k);
    if (to) h(*c.to, *c.to) += theta(k);
    if (from && to) {
      h(c.from, *c.to) -= theta(k);
      h(*c.to, c.from) -= theta(k);
    }
  }
  for (const DiodePair& d : diodes_) {
    h(d.node, d.node) += 2.0 * saturation_current / thermal_voltage * std::cosh(v(d.node) / thermal_voltage);
  }
  for (const Index o : outputs_) h(o, o) += beta;
  return h;
}

VectorXd ResistiveNetwork::nodal_analysis(double beta) const {
  VectorXd v = VectorXd::Zero(free_);
  for (int iteration = 0; iteration < 1000; ++iteration) {
    // All nodes, held ones too; a held node's row says V = its voltage.
    const Index nodes = free_ + held_.size();
    MatrixXd g = MatrixXd::Zero(nodes, nodes);
    VectorXd source = VectorXd::Zero(nodes);
    for (Index k = 0; k < theta.size(); ++k) {
      const Conductor& c = conductors_[static_cast<std::size_t>(k)];
      g(c.from, c.from) += theta(k);
      if (!c.to) continue;
      g(*c.to, *c.to) += theta(k);
      g(c.from, *c.to) -= theta(k);
      g(*c.to, c.from) -= theta(k);
    }
    for (const DiodePair& d : diodes_) {
      const double here = v(d.node);
      const double slope = 2.0 * saturation_current / thermal_voltage * std::cosh(here / thermal_voltage);
      const double current = 2.0 * saturation_current * std::sinh(here / thermal_voltage);
      g(d.node, d.node) += slope;
      source(d.node) -= current - slope * here;
    }
    for (std::size_t k = 0; k < outputs_.size(); ++k) {
      g(outputs_[k], outputs_[k]) += beta;
      source(outputs_[k]) += beta * target(static_cast<Index>(k));
    }
    for (Index k = free_; k < nodes; ++k) {
      g.row(k).setZero();
      g(k, k) = 1.0;
      source(k) = held_(k - free_);
    }
    VectorXd by = g.partialPivLu().solve(source).head(free_) - v;
    const double largest = by.lpNorm<Eigen::Infinity>();
    if (largest < 1e-15) return v;
    v += std::min(1.0, thermal_voltage / largest) * by;  // a diode is no further than V_t from its tangent
    if (iteration > 100 && largest < 1e-14) return v;
  }
  throw std::runtime_error("nodal analysis does not converge");
}

double ResistiveNetwork::dissipated_power(const VectorXd& v) const {
  double sum = 0.0;
  for (Index k = 0; k < theta.size(); ++k) {
    sum += theta(k) * std::pow(drop(conductors_[static_cast<std::size_t>(k)], v), 2);
  }
  for (const DiodePair& d : diodes_) {
    sum += 2.0 * saturation_current * std::sinh(v(d.node) / thermal_voltage) * v(d.node);
  }
  return sum;
}

double ResistiveNetwork::slowest_tau(const VectorXd& v, double capacitance) const {
  return capacitance / Eigen::SelfAdjointEigenSolver<MatrixXd>(hessian(v, 0.0)).eigenvalues().minCoeff();
}

double ResistiveNetwork::fastest_tau(const VectorXd& v, double capacitance) const {
  return capacitance / Eigen::SelfAdjointEigenSolver<MatrixXd>(hessian(v, 0.0)).eigenvalues().maxCoeff();
}

}  // namespace leadlag::oracle
