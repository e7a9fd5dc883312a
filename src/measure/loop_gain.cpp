// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Dense>

#include "measure/measurements.hpp"

namespace leadlag {

std::optional<double> loop_gain(const Design& design, const Die& die) {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Wiring wiring = wire(design.learning.params.system, design.topology());
  if (!wiring.has_target) return std::nullopt;
  bool nudged = false;
  for (const auto& neurons : die.neurons) {
    for (const auto& n : neurons) nudged = nudged || n.nudging != 0.0;
  }
  if (!nudged) return std::nullopt;

  // J_out starts as the output's slope; every pass adds one more crossbar. A chain is done after its depth; a
  // contracting recurrence converges geometrically.
  const auto outputs = static_cast<Eigen::Index>(design.outputs());
  const auto slope = [&](std::size_t a) { return max_slope(die.neurons[a][0].activation); };
  std::vector<Matrix> jacobian(design.arrays.size());
  for (std::size_t a = 0; a < jacobian.size(); ++a) {
    jacobian[a] = Matrix::Zero(outputs, static_cast<Eigen::Index>(design.arrays[a].size));
  }
  const std::size_t output = design.learning.output;
  const Matrix direct = slope(output) * Matrix::Identity(outputs, outputs);
  jacobian[output] = direct;
  for (int pass = 0; pass < 200; ++pass) {
    auto next = jacobian;
    for (auto& j : next) j.setZero();
    next[output] = direct;
    for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
      const std::size_t below = wiring.back_to[c], to = design.crossbars[c].to;
      if (below == Wiring::nowhere) continue;
      const Eigen::Map<const Matrix> w(die.weights[c].data(),
                                       static_cast<Eigen::Index>(design.arrays[to].size),
                                       static_cast<Eigen::Index>(design.arrays[below].size));
      next[below] += slope(below) * (jacobian[to] * w);
    }
    double change = 0.0, size = 0.0;
    for (std::size_t a = 0; a < next.size(); ++a) {
      change += (next[a] - jacobian[a]).squaredNorm(), size += next[a].squaredNorm();
    }
    jacobian = std::move(next);
    if (change <= 1e-24 * size) break;
  }
  Matrix loop = Matrix::Zero(outputs, outputs);
  for (std::size_t a = 0; a < jacobian.size(); ++a) {
    for (std::size_t i = 0; i < die.neurons[a].size(); ++i) {
      const auto column = jacobian[a].col(static_cast<Eigen::Index>(i));
      loop += die.neurons[a][i].nudging * (column * column.transpose());
    }
  }
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(loop);
  return design.blocks.target_unit.beta * solver.eigenvalues().maxCoeff();
}

}  // namespace leadlag
