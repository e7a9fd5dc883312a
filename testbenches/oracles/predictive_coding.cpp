// SPDX-License-Identifier: Apache-2.0
#include "oracles/predictive_coding.hpp"

namespace leadlag::oracle {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// dF/dx_1 .. dF/dx_{L-1} of errors e_1 .. e_L:  e_l - W_{l+1}^T (f'_{l+1} e_{l+1}).
VectorXd derivative(const LayeredNet& n, const Vectors& slopes, const Vectors& e) {
  Vectors d;
  for (std::size_t l = 0; l + 1 < n.layers(); ++l) {
    d.push_back(e[l] - n.W[l + 1].transpose() * slopes[l + 1].cwiseProduct(e[l + 1]));
  }
  return concatenate(d);
}

}  // namespace

Index PredictiveCoding::states() const {
  Index sum = 0;
  for (const Index n : sizes()) sum += n;
  return sum - sizes().back();
}

VectorXd PredictiveCoding::start() const {
  const Sweep sweep = forward(net(), input());
  return concatenate(Vectors(sweep.r.begin() + 1, sweep.r.end() - 1));
}

std::vector<PredictiveCoding::Layer> PredictiveCoding::layers(const LayeredNet& n, const VectorXd& x) const {
  std::vector<Layer> result;
  VectorXd below = input();
  Index at = 0;
  for (std::size_t l = 0; l < n.layers(); ++l) {
    const VectorXd a = n.W[l] * below + n.b[l];
    result.push_back({below, a, n.phi(l, a), n.dphi(l, a)});
    if (l + 1 == n.layers()) break;
    below = x.segment(at, a.size());
    at += a.size();
  }
  return result;
}

Vectors PredictiveCoding::errors(const VectorXd& x, double beta) const {
  const std::vector<Layer> at = layers(net(), x);
  Vectors e;
  for (std::size_t l = 0; l + 1 < at.size(); ++l) e.push_back(at[l + 1].below - at[l].f);
  e.push_back(beta * (target - at.back().f));
  return e;
}

double PredictiveCoding::internal(const VectorXd& x) const {
  double sum = 0.0;
  for (const VectorXd& e : errors(x, 0.0)) sum += 0.5 * e.squaredNorm();
  return sum;
}

double PredictiveCoding::cost(const VectorXd& x) const { return 0.5 * errors(x, 1.0).back().squaredNorm(); }

VectorXd PredictiveCoding::internal_dx(const VectorXd& x) const {
  const LayeredNet n = net();
  Vectors slopes;
  for (const Layer& layer : layers(n, x)) slopes.push_back(layer.slope);
  return derivative(n, slopes, errors(x, 0.0));
}

VectorXd PredictiveCoding::cost_dx(const VectorXd& x) const {
  const LayeredNet n = net();
  const Layer top = layers(n, x).back();
  VectorXd d = VectorXd::Zero(states());
  d.tail(top.below.size()) = n.W.back().transpose() * top.slope.cwiseProduct(top.f - target);
  return d;
}

VectorXd PredictiveCoding::internal_dtheta(const VectorXd& x) const {
  const std::vector<Layer> at = layers(net(), x);
  const Vectors e = errors(x, 0.0);
  Matrices dw;
  Vectors db;
  for (std::size_t l = 0; l < at.size(); ++l) {
    db.push_back(-at[l].slope.cwiseProduct(e[l]));
    dw.push_back(db.back() * at[l].below.transpose());
  }
  return parameters(dw, db);
}

VectorXd PredictiveCoding::cost_dtheta(const VectorXd& x) const {
  const std::vector<Layer> at = layers(net(), x);
  Matrices dw;
  Vectors db;
  for (const Layer& layer : at) {
    db.push_back(VectorXd::Zero(layer.a.size()));
    dw.push_back(MatrixXd::Zero(layer.a.size(), layer.below.size()));
  }
  db.back() = at.back().slope.cwiseProduct(at.back().f - target);
  dw.back() = db.back() * at.back().below.transpose();
  return parameters(dw, db);
}

Matrices PredictiveCoding::fixed_prediction_gradient(int sweeps, double eta) const {
  const LayeredNet n = net();
  const Sweep at = forward(n, input());
  const std::size_t top = n.layers();
  Vectors belief = at.r, e = at.r;  // e[l] is of r_l; e[0] is not used
  for (VectorXd& v : e) v.setZero();
  e[top] = at.r[top] - target;
  const auto back = [&](std::size_t l) -> VectorXd {  // what layer l + 1 sends to r_l
    return n.W[l].transpose() * n.dphi(l, at.v[l]).cwiseProduct(e[l + 1]);
  };
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    for (std::size_t l = top - 1; l > 0; --l) {
      e[l] = at.r[l] - belief[l];
      belief[l] += eta * (e[l] - back(l));
    }
  }
  Matrices dw;
  for (std::size_t l = 0; l < top; ++l) {
    dw.push_back(n.dphi(l, at.v[l]).cwiseProduct(e[l + 1]) * at.r[l].transpose());
  }
  return dw;
}

Matrices PredictiveCoding::z_il_gradient() const {
  const LayeredNet n = net();
  Matrices dw(n.layers());
  VectorXd x = start();
  for (std::size_t t = 0; t < n.layers(); ++t) {
    const std::size_t l = n.layers() - 1 - t;
    const Layer at = layers(n, x)[l];
    dw[l] = -at.slope.cwiseProduct(errors(x, 1.0)[l]) * at.below.transpose();
    x -= dx(x, 1.0);
  }
  return dw;
}

double linear_pc_minimum(const Matrices& w, const VectorXd& x, const VectorXd& y, double lambda) {
  const Index outputs = y.size();
  MatrixXd product = MatrixXd::Identity(outputs, outputs), s = product / lambda;
  for (std::size_t l = w.size() - 1; l > 0; --l) {
    product = (product * w[l]).eval();
    s += product * product.transpose();
  }
  const VectorXd d = y - product * w[0] * x;
  return 0.5 * d.dot(s.ldlt().solve(d));
}

Matrices weak_nudge_gradient(const LayeredNet& net, const VectorXd& x, const VectorXd& y,
                             const Matrices& back) {
  const Sweep at = forward(net, x);
  Matrices dw(net.layers());
  VectorXd e = at.r.back() - y;  // of r_{l+1}
  for (std::size_t l = net.layers(); l-- > 0;) {
    const VectorXd delta = net.dphi(l, at.v[l]).cwiseProduct(e);
    dw[l] = delta * at.r[l].transpose();
    e = back.at(l) * delta;
  }
  return dw;
}

double euler_limit(const Energy& energy, const VectorXd& x, double beta) {
  return 2.0 / Eigen::SelfAdjointEigenSolver<MatrixXd>(energy.hessian(x, beta)).eigenvalues().maxCoeff();
}

}  // namespace leadlag::oracle
