// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <cstddef>
#include <vector>

#include "oracles/chain.hpp"
#include "oracles/gle_network.hpp"

namespace leadlag::oracle {

using Vectors = std::vector<Eigen::VectorXd>;   ///< one per layer
using Matrices = std::vector<Eigen::MatrixXd>;  ///< one per layer

/// Feed-forward network without dynamics, the reference that learning systems on it are measured against:
///   v_i = W_i r_{i-1} + b_i,  r_i = phi_i(v_i),  i = 1..L,  r_0 = x
/// Index 0 of every list is layer 1, but for rates, which begin with the input.
struct LayeredNet {
  Matrices W;  ///< n_i x n_{i-1}
  Vectors b;
  Activation hidden = Activation::tanh, output = Activation::linear;

  std::size_t layers() const { return W.size(); }
  std::vector<Eigen::Index> sizes() const;  ///< n_1 .. n_L
  /// phi and its slope in a layer, element by element. `layer` counts from 0.
  Eigen::VectorXd phi(std::size_t layer, const Eigen::VectorXd& v) const;
  Eigen::VectorXd dphi(std::size_t layer, const Eigen::VectorXd& v) const;
};

/// Throws std::invalid_argument unless weights and biases chain from an input of n_0 channels.
void check_shapes(const LayeredNet& net, Eigen::Index inputs);

struct Sweep {
  Vectors v;  ///< v_1 .. v_L
  Vectors r;  ///< r_0 = x, r_1 .. r_L
};
Sweep forward(const LayeredNet& net, const Eigen::VectorXd& x);

/// mse: 1/2 |r - y|^2. cross_entropy: -sum_k y_k log softmax(r)_k. Gradients by r: r - y, and softmax(r) - y
/// for targets that sum to 1.
double loss(const Eigen::VectorXd& output, const Eigen::VectorXd& target,
            OutputError kind = OutputError::mse);
Eigen::VectorXd loss_gradient(const Eigen::VectorXd& output, const Eigen::VectorXd& target,
                              OutputError kind = OutputError::mse);
Eigen::VectorXd softmax(const Eigen::VectorXd& v);

struct LayeredGradient {
  double loss = 0.0;
  Matrices dW;    ///< dL/dW_i = delta_i r_{i-1}^T
  Vectors db;     ///< dL/db_i = delta_i
  Vectors delta;  ///< dL/dv_i
};
LayeredGradient backprop(const LayeredNet& net, const Eigen::VectorXd& x, const Eigen::VectorXd& target,
                         OutputError kind = OutputError::mse);

/// J = d r_L / d[v_1; ..; v_L], n_L x (n_1 + .. + n_L): block i is phi'_L W_L phi'_{L-1} .. W_{i+1} phi'_i,
/// slopes at the given v.
Eigen::MatrixXd jacobian(const LayeredNet& net, const Vectors& v);

/// All entries one after the other; those of a matrix row by row.
Eigen::VectorXd concatenate(const Vectors& parts);
Eigen::VectorXd concatenate(const Matrices& parts);
/// Consecutive pieces (of rows) of the given lengths. Throws std::invalid_argument when they do not fill it.
Vectors split(const Eigen::VectorXd& whole, const std::vector<Eigen::Index>& sizes);
Matrices split_rows(const Eigen::MatrixXd& whole, const std::vector<Eigen::Index>& sizes);

/// |a - b| / |b|, a.b / (|a| |b|), and its angle. Over all layers at once.
double relative_error(const Eigen::VectorXd& a, const Eigen::VectorXd& b);
double cosine(const Eigen::VectorXd& a, const Eigen::VectorXd& b);
double angle_degrees(const Eigen::VectorXd& a, const Eigen::VectorXd& b);
double relative_error(const Matrices& a, const Matrices& b);
double cosine(const Matrices& a, const Matrices& b);
double angle_degrees(const Matrices& a, const Matrices& b);

/// factor times every layer.
Matrices scaled(const Matrices& parts, double factor);

/// The net N1 on which learning systems are checked: 3-4-3-2, tanh below a linear top, with one sample.
struct Sample {
  LayeredNet net;
  Eigen::VectorXd x, y;
};
Sample net_n1();

}  // namespace leadlag::oracle
