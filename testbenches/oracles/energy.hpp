// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <vector>

namespace leadlag::oracle {

/// A system whose states settle where a scalar is smallest, and which learns from what a small pull at its
/// outputs changes there. States x, parameters theta, target y, strength of the pull ("nudge") beta:
///
///   F(x) = I(x, theta) + beta C(x, theta, y)          dx/dt = -dF/dx
///
/// I is the internal energy, C the cost. Predictive coding, equilibrium propagation in its physical forms
/// and contrastive Hebbian learning differ in I alone, so an energy is what a subclass writes down.
/// Inputs are constants of the subclass. Units are the subclass's.
class Energy {
 public:
  Eigen::VectorXd theta;
  Eigen::VectorXd target;
  double dt = 0.1;  ///< step in which equilibrium() follows the descent, small against the slowest state

  virtual ~Energy() = default;

  virtual Eigen::Index states() const = 0;
  virtual Eigen::VectorXd start() const { return Eigen::VectorXd::Zero(states()); }  ///< where to settle from
  /// States that a clamp may hold at the target; none where the cost reads the states otherwise.
  virtual std::vector<Eigen::Index> outputs() const { return {}; }

  virtual double internal(const Eigen::VectorXd& x) const = 0;
  virtual Eigen::VectorXd internal_dx(const Eigen::VectorXd& x) const = 0;
  virtual Eigen::VectorXd internal_dtheta(const Eigen::VectorXd& x) const = 0;
  virtual double cost(const Eigen::VectorXd& x) const = 0;
  virtual Eigen::VectorXd cost_dx(const Eigen::VectorXd& x) const = 0;
  virtual Eigen::VectorXd cost_dtheta(const Eigen::VectorXd&) const {
    return Eigen::VectorXd::Zero(theta.size());
  }
  /// Second derivatives of F by the states; by finite differences of dx() unless a subclass knows better.
  virtual Eigen::MatrixXd hessian(const Eigen::VectorXd& x, double beta) const;

  double value(const Eigen::VectorXd& x, double beta) const;
  Eigen::VectorXd dx(const Eigen::VectorXd& x, double beta) const;
  Eigen::VectorXd dtheta(const Eigen::VectorXd& x, double beta) const;

 protected:
  Energy() = default;
  Energy(const Energy&) = default;
  Energy& operator=(const Energy&) = default;
};

/// d2F/dx2 from central differences of dF/dx of fourth order.
Eigen::MatrixXd numeric_hessian(const Energy& energy, const Eigen::VectorXd& x, double beta);

/// The minimum of F that the descent from x reaches: linearly implicit Euler steps, then a polish by Newton.
/// (Newton alone lands on saddles.) States in `clamped` stay where x has them. Throws std::runtime_error
/// when the descent runs away, does not come to rest, or rests on what is no minimum.
Eigen::VectorXd equilibrium(const Energy& energy, double beta, Eigen::VectorXd x,
                            const std::vector<Eigen::Index>& clamped = {});

/// The free equilibrium (beta = 0) from the energy's own start.
Eigen::VectorXd free_equilibrium(const Energy& energy);

/// `steps` of x <- x - dt dF/dx; all states of a step move at once. Entry n is the state after n steps.
std::vector<Eigen::VectorXd> euler_trace(const Energy& energy, double beta, Eigen::VectorXd x, double dt,
                                         int steps);

/// Which two equilibria are compared, with G(beta) = dF/dtheta there:
/// one_sided (G(b) - G(0)) / b, negative (G(0) - G(-b)) / b, symmetric (G(b) - G(-b)) / 2b.
enum class Contrast { one_sided, negative, symmetric };

/// Estimate of dC/dtheta at the free equilibrium: descend by it. beta > 0. Nudged phases start at `free`.
Eigen::VectorXd contrast(const Energy& energy, const Eigen::VectorXd& free, double beta, Contrast form);
/// The same from any two states, held for instance in imperfect memories.
Eigen::VectorXd contrast_of(const Energy& energy, const Eigen::VectorXd& x1, double beta1,
                            const Eigen::VectorXd& x0, double beta0);

/// The exact dC/dtheta at the free equilibrium by implicit differentiation (recurrent backpropagation):
///   H a = dC/dx,   dC/dtheta = partial C/partial theta - (d2I/dtheta dx) a
Eigen::VectorXd fixed_point_gradient(const Energy& energy, const Eigen::VectorXd& free);
/// -H^-1 dC/dx: how the free equilibrium answers a weak nudge.
Eigen::VectorXd first_order_answer(const Energy& energy, const Eigen::VectorXd& free);

/// dC/dtheta by central differences of C at the equilibria of theta +- h.
Eigen::VectorXd difference_gradient(Energy& energy, const Eigen::VectorXd& free, double h);

}  // namespace leadlag::oracle
