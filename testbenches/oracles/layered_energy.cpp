// SPDX-License-Identifier: Apache-2.0
#include "oracles/layered_energy.hpp"

#include <utility>

namespace leadlag::oracle {

using Eigen::Index;
using Eigen::VectorXd;

VectorXd parameters(const Matrices& w, const Vectors& b) {
  Vectors parts;
  for (std::size_t l = 0; l < w.size(); ++l) {
    parts.push_back(concatenate(Matrices{w[l]}));
    parts.push_back(b.at(l));
  }
  return concatenate(parts);
}

VectorXd parameters(const LayeredNet& net) { return parameters(net.W, net.b); }

LayeredNet with_parameters(LayeredNet net, const VectorXd& theta) {
  Index at = 0;
  for (std::size_t l = 0; l < net.layers(); ++l) {
    for (Index i = 0; i < net.W[l].rows(); ++i) {
      for (Index j = 0; j < net.W[l].cols(); ++j) net.W[l](i, j) = theta(at++);
    }
    for (Index i = 0; i < net.b[l].size(); ++i) net.b[l](i) = theta(at++);
  }
  return net;
}

LayeredEnergy::LayeredEnergy(const LayeredNet& net, VectorXd x, VectorXd y)
    : shape_(net), input_(std::move(x)) {
  check_shapes(net, input_.size());
  theta = parameters(net);
  target = std::move(y);
}

Index ReciprocalEnergy::states() const {
  Index sum = 0;
  for (const Index n : sizes()) sum += n;
  return sum;
}

std::vector<Index> ReciprocalEnergy::outputs() const {
  std::vector<Index> top;
  for (Index k = states() - sizes().back(); k < states(); ++k) top.push_back(k);
  return top;
}

double ReciprocalEnergy::cost(const VectorXd& x) const {
  return 0.5 * (x.tail(target.size()) - target).squaredNorm();
}

VectorXd ReciprocalEnergy::cost_dx(const VectorXd& x) const {
  VectorXd d = VectorXd::Zero(states());
  d.tail(target.size()) = x.tail(target.size()) - target;
  return d;
}

}  // namespace leadlag::oracle
