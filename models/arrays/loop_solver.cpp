// SPDX-License-Identifier: Apache-2.0
#include "arrays/loop_solver.hpp"

#include <cmath>
#include <limits>

namespace leadlag {

void LoopSolver::form_jacobian(const Values& z, const Values& g, const Loop& loop) {
  const Eigen::Index n = z.rows(), replicas = z.cols();
  std::vector<Eigen::MatrixXd> f(static_cast<std::size_t>(replicas), -Eigen::MatrixXd::Identity(n, n));
  Values moved = z, answer(n, replicas);
  for (Eigen::Index j = 0; j < n; ++j) {
    Eigen::RowVectorXd step(replicas);
    for (Eigen::Index b = 0; b < replicas; ++b) {
      step[b] = std::sqrt(std::numeric_limits<double>::epsilon()) * std::max(1.0, std::abs(z(j, b)));
      moved(j, b) = z(j, b) + step[b];
      step[b] = moved(j, b) - z(j, b);  // what the addition has really done
    }
    loop(moved, answer);
    for (Eigen::Index b = 0; b < replicas; ++b) {
      f[static_cast<std::size_t>(b)].col(j) += (answer.col(b) - g.col(b)) / step[b];
      moved(j, b) = z(j, b);
    }
  }
  jacobian_.clear();
  for (const auto& matrix : f) jacobian_.emplace_back(matrix);
}

LoopSolver::Result LoopSolver::solve(Values& z, const Loop& loop) {
  Values g(z.rows(), z.cols()), trial(z.rows(), z.cols()), step(z.rows(), z.cols());
  const auto largest = [](const Values& v) { return v.cwiseAbs().maxCoeff(); };
  loop(z, g);
  double residual = largest(g - z);
  bool fresh = false;  // the Jacobian was formed at this iterate
  for (int iteration = 0;; ++iteration) {
    const double relative = residual / std::max(1.0, largest(z));
    if (relative <= tolerance) return {iteration, relative, true};
    if (iteration == most_iterations || !std::isfinite(residual)) return {iteration, relative, false};
    if (jacobian_.empty()) form_jacobian(z, g, loop), fresh = true;
    for (Eigen::Index b = 0; b < z.cols(); ++b) {
      step.col(b) = jacobian_[static_cast<std::size_t>(b)].solve(g.col(b) - z.col(b));
    }
    Values answer(z.rows(), z.cols());
    const auto attempt = [&](double damping) {
      trial = z - damping * step;
      loop(trial, answer);
      return largest(answer - trial);
    };
    double next = attempt(1.0);
    if (!fresh && !(next < 0.1 * residual)) {  // too old: the same step with a new one
      form_jacobian(z, g, loop), fresh = true;
      continue;
    }
    for (double damping = 0.5; !(next < residual) && damping > 1e-3; damping /= 2.0) next = attempt(damping);
    z = trial, g = answer, residual = next, fresh = false;
  }
}

}  // namespace leadlag
