// SPDX-License-Identifier: Apache-2.0
#include "oracles/reciprocal_net.hpp"

#include <cmath>
#include <stdexcept>

namespace leadlag::oracle {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

ReciprocalNet::ReciprocalNet(const LayeredNet& net, VectorXd x, VectorXd y, double gamma, Units units)
    : ReciprocalEnergy(net, std::move(x), std::move(y)),
      gamma_(gamma),
      units_(units),
      hidden_(net.hidden),
      output_(net.output) {
  if (!(gamma > 0.0)) throw std::invalid_argument("the feedback gain must be positive");
  if (units == Units::steep_logistic) return;
  for (const Activation a : {net.hidden, net.output}) {
    if (a != Activation::tanh && a != Activation::linear) {
      throw std::invalid_argument("a reciprocal net knows tanh, linear and steep logistic units");
    }
  }
}

ReciprocalNet::Unit ReciprocalNet::unit(std::size_t layer) const {
  if (units_ == Units::steep_logistic) return Unit::logistic;
  const Activation a = layer + 1 == sizes().size() ? output_ : hidden_;
  return a == Activation::tanh ? Unit::tanh : Unit::linear;
}

double ReciprocalNet::weight(std::size_t layer) const {
  return std::pow(gamma_, static_cast<double>(layer + 1) - static_cast<double>(sizes().size()));
}

/// Index 0 is the input.
Vectors ReciprocalNet::rates(const VectorXd& x) const {
  Vectors s{input()};
  for (const VectorXd& layer : split(x, sizes())) s.push_back(layer);
  return s;
}

/// W_l s_{l-1} + b_l + gamma W_{l+1}^T s_{l+1}, minus the nudge at the top; index 0 is layer 1.
Vectors ReciprocalNet::drives(const Vectors& s, double beta) const {
  const LayeredNet n = net();
  Vectors u;
  for (std::size_t l = 0; l < n.layers(); ++l) {
    u.push_back(n.W[l] * s[l] + n.b[l]);
    if (l + 1 < n.layers()) {
      u.back() += gamma_ * n.W[l + 1].transpose() * s[l + 2];
    } else {
      u.back() -= beta * (s[l + 1] - target);
    }
  }
  return u;
}

VectorXd ReciprocalNet::update(const VectorXd& x, double beta) const {
  Vectors u = drives(rates(x), beta);
  for (std::size_t l = 0; l < u.size(); ++l) {
    for (double& v : u[l]) {
      if (unit(l) == Unit::tanh) v = std::tanh(v);
      if (unit(l) == Unit::logistic) v = 1.0 / (1.0 + std::exp(-4.0 * (v - 0.5)));
    }
  }
  return concatenate(u);
}

VectorXd ReciprocalNet::start() const {
  // As many updates without feedback as there are layers.
  ReciprocalNet upwards = *this;
  upwards.gamma_ = 0.0;
  VectorXd s = VectorXd::Constant(states(), 0.5);
  for (std::size_t l = 0; l < sizes().size(); ++l) s = upwards.update(s, 0.0);
  return s;
}

double ReciprocalNet::internal(const VectorXd& x) const {
  const LayeredNet n = net();
  const Vectors s = rates(x);
  double sum = 0.0;
  for (std::size_t l = 0; l < n.layers(); ++l) {
    double g = 0.0;
    for (const double v : s[l + 1]) {
      if (unit(l) == Unit::linear) g += 0.5 * v * v;
      if (unit(l) == Unit::tanh) g += v * std::atanh(v) + 0.5 * std::log(1.0 - v * v);
      if (unit(l) == Unit::logistic) {
        g += 0.5 * v + 0.25 * (v * std::log(v) + (1.0 - v) * std::log(1.0 - v));
      }
    }
    sum += weight(l) * (g - s[l + 1].dot(n.W[l] * s[l] + n.b[l]));
  }
  return sum;
}

VectorXd ReciprocalNet::internal_dx(const VectorXd& x) const {
  const Vectors s = rates(x);
  Vectors d = drives(s, 0.0);
  for (std::size_t l = 0; l < d.size(); ++l) {
    for (Index i = 0; i < d[l].size(); ++i) {
      const double v = s[l + 1](i);
      double inverse = v;
      if (unit(l) == Unit::tanh) inverse = std::atanh(v);
      if (unit(l) == Unit::logistic) inverse = 0.5 + 0.25 * std::log(v / (1.0 - v));
      d[l](i) = weight(l) * (inverse - d[l](i));
    }
  }
  return concatenate(d);
}

VectorXd ReciprocalNet::internal_dtheta(const VectorXd& x) const {
  const Vectors s = rates(x);
  Matrices dw;
  Vectors db;
  for (std::size_t l = 0; l + 1 < s.size(); ++l) {
    dw.push_back(-weight(l) * s[l + 1] * s[l].transpose());
    db.push_back(-weight(l) * s[l + 1]);
  }
  return parameters(dw, db);
}

MatrixXd ReciprocalNet::hessian(const VectorXd& x, double beta) const {
  const LayeredNet n = net();
  const Vectors s = rates(x);
  MatrixXd h = MatrixXd::Zero(states(), states());
  Index row = 0;
  for (std::size_t l = 0; l < n.layers(); ++l) {
    const Index size = s[l + 1].size(), below = s[l].size();
    for (Index i = 0; i < size; ++i) {
      const double v = s[l + 1](i);
      double slope = 1.0;
      if (unit(l) == Unit::tanh) slope = 1.0 / (1.0 - v * v);
      if (unit(l) == Unit::logistic) slope = 0.25 / (v * (1.0 - v));
      h(row + i, row + i) = weight(l) * slope;
    }
    if (l > 0) {
      h.block(row, row - below, size, below) = -weight(l) * n.W[l];
      h.block(row - below, row, below, size) = -weight(l) * n.W[l].transpose();
    }
    row += size;
  }
  h.diagonal().tail(target.size()).array() += beta;
  return h;
}

}  // namespace leadlag::oracle
