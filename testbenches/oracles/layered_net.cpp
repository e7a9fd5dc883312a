// SPDX-License-Identifier: Apache-2.0
#include "oracles/layered_net.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace leadlag::oracle {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::vector<Index> LayeredNet::sizes() const {
  std::vector<Index> n;
  for (const MatrixXd& w : W) n.push_back(w.rows());
  return n;
}

VectorXd LayeredNet::phi(std::size_t layer, const VectorXd& v) const {
  const Activation activation = layer + 1 == layers() ? output : hidden;
  return v.unaryExpr([activation](double x) { return value(activation, x); });
}

VectorXd LayeredNet::dphi(std::size_t layer, const VectorXd& v) const {
  const Activation activation = layer + 1 == layers() ? output : hidden;
  return v.unaryExpr([activation](double x) { return slope(activation, x); });
}

void check_shapes(const LayeredNet& net, Index inputs) {
  if (net.W.empty() || net.W.size() != net.b.size())
    throw std::invalid_argument("a layered net has as many biases as weights, and at least one");
  for (std::size_t i = 0; i < net.layers(); ++i) {
    if (net.W[i].cols() != inputs || net.b[i].size() != net.W[i].rows())
      throw std::invalid_argument("layers of a net do not chain");
    inputs = net.W[i].rows();
  }
}

Sweep forward(const LayeredNet& net, const VectorXd& x) {
  check_shapes(net, x.size());
  Sweep s{{}, {x}};
  for (std::size_t i = 0; i < net.layers(); ++i) {
    s.v.push_back(net.W[i] * s.r[i] + net.b[i]);
    s.r.push_back(net.phi(i, s.v[i]));
  }
  return s;
}

VectorXd softmax(const VectorXd& v) {
  const VectorXd e = (v.array() - v.maxCoeff()).exp();
  return e / e.sum();
}

double loss(const VectorXd& output, const VectorXd& target, OutputError kind) {
  if (kind == OutputError::mse) return 0.5 * (output - target).squaredNorm();
  return -target.dot(softmax(output).array().log().matrix());
}

VectorXd loss_gradient(const VectorXd& output, const VectorXd& target, OutputError kind) {
  return (kind == OutputError::mse ? output : softmax(output)) - target;
}

LayeredGradient backprop(const LayeredNet& net, const VectorXd& x, const VectorXd& target, OutputError kind) {
  const Sweep s = forward(net, x);
  const std::size_t n = net.layers();
  LayeredGradient g{loss(s.r[n], target, kind), Matrices(n), Vectors(n), Vectors(n)};
  VectorXd above = loss_gradient(s.r[n], target, kind);  // dL/dr_i
  for (std::size_t i = n; i-- > 0;) {
    g.delta[i] = above.cwiseProduct(net.dphi(i, s.v[i]));
    g.dW[i] = g.delta[i] * s.r[i].transpose();
    g.db[i] = g.delta[i];
    above = net.W[i].transpose() * g.delta[i];
  }
  return g;
}

MatrixXd jacobian(const LayeredNet& net, const Vectors& v) {
  const std::vector<Index> sizes = net.sizes();
  Index end = 0;
  for (const Index n : sizes) end += n;
  MatrixXd j(sizes.back(), end);
  MatrixXd above = MatrixXd::Identity(sizes.back(), sizes.back());  // d r_L / d r_i
  for (std::size_t i = net.layers(); i-- > 0;) {
    const MatrixXd block = above * net.dphi(i, v[i]).asDiagonal();
    end -= sizes[i];
    j.middleCols(end, sizes[i]) = block;
    above = block * net.W[i];
  }
  return j;
}

VectorXd concatenate(const Vectors& parts) {
  Index n = 0;
  for (const VectorXd& p : parts) n += p.size();
  VectorXd whole(n);
  n = 0;
  for (const VectorXd& p : parts) {
    whole.segment(n, p.size()) = p;
    n += p.size();
  }
  return whole;
}

VectorXd concatenate(const Matrices& parts) {
  Vectors rows;
  for (const MatrixXd& p : parts) rows.emplace_back(p.transpose().reshaped());
  return concatenate(rows);
}

Matrices split_rows(const MatrixXd& whole, const std::vector<Index>& sizes) {
  Matrices parts;
  Index begin = 0;
  for (const Index n : sizes) {
    if (begin + n > whole.rows()) throw std::invalid_argument("pieces are longer than the whole");
    parts.emplace_back(whole.middleRows(begin, n));
    begin += n;
  }
  if (begin != whole.rows()) throw std::invalid_argument("pieces are shorter than the whole");
  return parts;
}

Vectors split(const VectorXd& whole, const std::vector<Index>& sizes) {
  Vectors parts;
  for (const MatrixXd& p : split_rows(whole, sizes)) parts.emplace_back(p.col(0));
  return parts;
}

double relative_error(const VectorXd& a, const VectorXd& b) { return (a - b).norm() / b.norm(); }
double cosine(const VectorXd& a, const VectorXd& b) { return a.dot(b) / (a.norm() * b.norm()); }
double angle_degrees(const VectorXd& a, const VectorXd& b) {
  return std::acos(std::clamp(cosine(a, b), -1.0, 1.0)) * 180.0 / std::numbers::pi;
}
double relative_error(const Matrices& a, const Matrices& b) {
  return relative_error(concatenate(a), concatenate(b));
}
double cosine(const Matrices& a, const Matrices& b) { return cosine(concatenate(a), concatenate(b)); }
double angle_degrees(const Matrices& a, const Matrices& b) {
  return angle_degrees(concatenate(a), concatenate(b));
}

Matrices scaled(const Matrices& parts, double factor) {
  Matrices result;
  for (const MatrixXd& p : parts) result.emplace_back(factor * p);
  return result;
}

Sample net_n1() {
  LayeredNet net;
  net.W = {MatrixXd{{0.40, -0.30, 0.20}, {0.10, 0.50, -0.40}, {-0.20, 0.30, 0.60}, {0.70, -0.10, 0.05}},
           MatrixXd{{0.30, -0.50, 0.20, 0.40}, {-0.60, 0.10, 0.35, -0.20}, {0.25, 0.45, -0.15, 0.30}},
           MatrixXd{{0.50, -0.40, 0.30}, {-0.20, 0.60, 0.55}}};
  net.b = {VectorXd{{0.05, -0.10, 0.00, 0.10}}, VectorXd{{0.02, -0.03, 0.04}}, VectorXd{{0.01, -0.02}}};
  return {net, VectorXd{{0.8, -0.5, 0.3}}, VectorXd{{0.5, -0.4}}};
}

}  // namespace leadlag::oracle
