// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>

#include "oracles/energy.hpp"
#include "oracles/layered_net.hpp"

namespace leadlag::oracle {

/// All weights and biases as one vector: W_1 row by row, b_1, W_2, b_2, ...
Eigen::VectorXd parameters(const Matrices& w, const Vectors& b);
Eigen::VectorXd parameters(const LayeredNet& net);
/// The net of the same shape and activations with these parameters.
LayeredNet with_parameters(LayeredNet net, const Eigen::VectorXd& theta);

/// Energies of nets of layers with one clamped input.
class LayeredEnergy : public Energy {
 protected:
  LayeredEnergy(const LayeredNet& net, Eigen::VectorXd x, Eigen::VectorXd y);
  LayeredNet net() const { return with_parameters(shape_, theta); }
  const Eigen::VectorXd& input() const { return input_; }
  std::vector<Eigen::Index> sizes() const { return shape_.sizes(); }

 private:
  LayeredNet shape_;
  Eigen::VectorXd input_;
};

/// Nets whose every layer 1..L is a state, the top one compared with the target: C = 1/2 |s_L - y|^2.
class ReciprocalEnergy : public LayeredEnergy {
 public:
  Eigen::Index states() const override;
  std::vector<Eigen::Index> outputs() const override;
  double cost(const Eigen::VectorXd& x) const override;
  Eigen::VectorXd cost_dx(const Eigen::VectorXd& x) const override;

 protected:
  using LayeredEnergy::LayeredEnergy;
};

}  // namespace leadlag::oracle
