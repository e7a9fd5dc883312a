// SPDX-License-Identifier: Apache-2.0
#include "oracles/hopfield_energy.hpp"

#include <stdexcept>

namespace leadlag::oracle {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// What each layer contributes: index 0 is the input, whose rho is the identity.
struct Layers {
  Vectors s, rho, slope, curvature;
};

Layers layers_of(const LayeredNet& net, const VectorXd& input, const VectorXd& x) {
  Layers all{{input}, {input}, {VectorXd::Ones(input.size())}, {VectorXd::Zero(input.size())}};
  Index at = 0;
  for (std::size_t l = 0; l < net.layers(); ++l) {
    const VectorXd s = x.segment(at, net.b[l].size());
    at += s.size();
    const VectorXd rho = net.phi(l, s), slope = net.dphi(l, s);
    const bool top = l + 1 == net.layers();
    const bool linear = (top ? net.output : net.hidden) == Activation::linear;
    all.s.push_back(s);
    all.rho.push_back(rho);
    all.slope.push_back(slope);
    // (tanh)'' = -2 tanh (tanh)'
    all.curvature.push_back(linear ? VectorXd(VectorXd::Zero(s.size()))
                                   : VectorXd(-2.0 * rho.cwiseProduct(slope)));
  }
  return all;
}

/// What arrives at layer l = 1..L from below, and from above by `back`.
VectorXd current(const LayeredNet& net, const Layers& at, std::size_t l, const Matrices& back) {
  VectorXd sum = net.W[l - 1] * at.rho[l - 1] + net.b[l - 1];
  if (l < net.layers()) sum += back.at(l - 1) * at.rho[l + 1];
  return sum;
}

}  // namespace

HopfieldEnergy::HopfieldEnergy(const LayeredNet& net, VectorXd x, VectorXd y)
    : ReciprocalEnergy(net, std::move(x), std::move(y)) {
  for (const Activation a : {net.hidden, net.output}) {
    if (a != Activation::tanh && a != Activation::linear) {
      throw std::invalid_argument("a Hopfield energy knows tanh and linear");
    }
  }
}

double HopfieldEnergy::internal(const VectorXd& x) const {
  const LayeredNet n = net();
  const Layers at = layers_of(n, input(), x);
  double sum = 0.5 * x.squaredNorm();
  for (std::size_t l = 1; l <= n.layers(); ++l) {
    sum -= at.rho[l].dot(n.W[l - 1] * at.rho[l - 1] + n.b[l - 1]);
  }
  return sum;
}

VectorXd HopfieldEnergy::internal_dx(const VectorXd& x) const {
  return -asymmetric_flow(x, 0.0, transposes());
}

VectorXd HopfieldEnergy::internal_dtheta(const VectorXd& x) const {
  const LayeredNet n = net();
  const Layers at = layers_of(n, input(), x);
  Matrices dw;
  Vectors db;
  for (std::size_t l = 1; l <= n.layers(); ++l) {
    dw.push_back(-at.rho[l] * at.rho[l - 1].transpose());
    db.push_back(-at.rho[l]);
  }
  return parameters(dw, db);
}

MatrixXd HopfieldEnergy::hessian(const VectorXd& x, double beta) const {
  const LayeredNet n = net();
  const Layers at = layers_of(n, input(), x);
  MatrixXd h = MatrixXd::Identity(states(), states());
  Index row = 0;
  for (std::size_t l = 1; l <= n.layers(); ++l) {
    const Index size = at.s[l].size();
    h.diagonal().segment(row, size) -= at.curvature[l].cwiseProduct(current(n, at, l, transposes()));
    if (l > 1) {
      const Index below = at.s[l - 1].size();
      const MatrixXd coupling = at.slope[l].asDiagonal() * n.W[l - 1] * at.slope[l - 1].asDiagonal();
      h.block(row, row - below, size, below) = -coupling;
      h.block(row - below, row, below, size) = -coupling.transpose();
    }
    row += size;
  }
  h.diagonal().tail(target.size()).array() += beta;
  return h;
}

VectorXd HopfieldEnergy::asymmetric_flow(const VectorXd& x, double beta, const Matrices& back) const {
  const LayeredNet n = net();
  const Layers at = layers_of(n, input(), x);
  Vectors parts;
  for (std::size_t l = 1; l <= n.layers(); ++l) {
    parts.push_back(-at.s[l] + at.slope[l].cwiseProduct(current(n, at, l, back)));
  }
  return concatenate(parts) - beta * cost_dx(x);
}

VectorXd HopfieldEnergy::asymmetric_rest(VectorXd x, double beta, const Matrices& back) const {
  int left = 100000;
  for (VectorXd f = asymmetric_flow(x, beta, back); f.lpNorm<Eigen::Infinity>() > 1e-6;
       f = asymmetric_flow(x, beta, back)) {
    if (--left == 0 || !x.allFinite()) throw std::runtime_error("an asymmetric net does not come to rest");
    x += 0.1 * f;
  }
  const double h = 1e-6;
  for (int step = 0; step < 4; ++step) {
    MatrixXd jacobian(x.size(), x.size());
    for (Index k = 0; k < x.size(); ++k) {
      VectorXd up = x, down = x;
      up(k) += h, down(k) -= h;
      jacobian.col(k) = (asymmetric_flow(up, beta, back) - asymmetric_flow(down, beta, back)) / (2.0 * h);
    }
    x -= jacobian.partialPivLu().solve(asymmetric_flow(x, beta, back)).eval();
  }
  return x;
}

Matrices HopfieldEnergy::transposes() const {
  const LayeredNet n = net();
  Matrices back;
  for (std::size_t l = 1; l < n.layers(); ++l) back.push_back(n.W[l].transpose());
  return back;
}

}  // namespace leadlag::oracle
