// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <optional>
#include <vector>

#include "oracles/energy.hpp"

namespace leadlag::oracle {

/// A conductance between two nodes. Nodes 0 .. free - 1 float, the next ones are held at voltages, and no
/// node is ground.
struct Conductor {
  Eigen::Index from = 0;
  std::optional<Eigen::Index> to{};
};

/// Two diodes back to back from a node to ground: i(V) = 2 I_s sinh(V / V_t).
struct DiodePair {
  Eigen::Index node = 0;
};

/// Conductances that learn, diodes, held inputs (Kendall et al. 2020). States are the floating nodes'
/// voltages, theta the conductances, I the co-content, whose derivative is the current out of each node:
///
///   I = sum 1/2 g (V_from - V_to)^2 + sum 2 I_s V_t (cosh(V / V_t) - 1)      C = 1/2 |V_out - y|^2
///
/// A nudge beta is a conductance from each output to its target. Units uS, V, uA, uW, and with pF us.
class ResistiveNetwork final : public Energy {
 public:
  ResistiveNetwork(Eigen::Index free, Eigen::VectorXd held, std::vector<Conductor> conductors,
                   Eigen::VectorXd conductances, std::vector<DiodePair> diodes,
                   std::vector<Eigen::Index> outputs, Eigen::VectorXd y);

  double saturation_current = 1e-3;  ///< I_s
  double thermal_voltage = 0.05;     ///< V_t, with the ideality factor

  Eigen::Index states() const override { return free_; }
  std::vector<Eigen::Index> outputs() const override { return outputs_; }
  double internal(const Eigen::VectorXd& v) const override;
  Eigen::VectorXd internal_dx(const Eigen::VectorXd& v) const override;
  Eigen::VectorXd internal_dtheta(const Eigen::VectorXd& v) const override;
  double cost(const Eigen::VectorXd& v) const override;
  Eigen::VectorXd cost_dx(const Eigen::VectorXd& v) const override;
  Eigen::MatrixXd hessian(const Eigen::VectorXd& v, double beta) const override;

  /// Voltages by nodal analysis: stamps, each diode pair replaced by its tangent until the answer stays, as a
  /// circuit simulator does. Knows nothing of the co-content.
  Eigen::VectorXd nodal_analysis(double beta) const;
  double dissipated_power(const Eigen::VectorXd& v) const;
  /// Slowest and fastest time constant with a capacitance at every floating node.
  double slowest_tau(const Eigen::VectorXd& v, double capacitance) const;
  double fastest_tau(const Eigen::VectorXd& v, double capacitance) const;

 private:
  double drop(const Conductor& c, const Eigen::VectorXd& v) const;
  double at(Eigen::Index node, const Eigen::VectorXd& v) const;

  Eigen::Index free_;
  Eigen::VectorXd held_;
  std::vector<Conductor> conductors_;
  std::vector<DiodePair> diodes_;
  std::vector<Eigen::Index> outputs_;
};

}  // namespace leadlag::oracle
