// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <functional>
#include <vector>

namespace leadlag {

/// Solves z = g(z) for the values on the wires that close an island's loops, one system per replica.
///
/// Newton on f(z) = g(z) - z with a Jacobian from forward differences, kept from tick to tick (a chord
/// iteration) and formed anew when the residual falls by less than a factor of ten. Converged when |f| <=
/// 1e-12 of full scale, or of the largest |z| where that is more. Sizes: `wires` values per replica, dense.
class LoopSolver {
 public:
  static constexpr double tolerance = 1e-12;
  static constexpr int most_iterations = 50;

  /// Columns: replicas. g fills its second argument with what the loop returns for the first.
  using Values = Eigen::MatrixXd;
  using Loop = std::function<void(const Values& z, Values& g)>;

  struct Result {
    int iterations;   ///< Newton steps
    double residual;  ///< largest |g(z) - z|, of full scale or of the largest |z| where that is more
    bool converged;
  };
  /// `z`: first guess in, solution out; g has been evaluated last at the solution.
  Result solve(Values& z, const Loop& loop);

 private:
  void form_jacobian(const Values& z, const Values& g, const Loop& loop);

  std::vector<Eigen::PartialPivLU<Eigen::MatrixXd>> jacobian_;  // of f, by replica
};

}  // namespace leadlag
