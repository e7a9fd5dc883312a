// SPDX-License-Identifier: Apache-2.0
#include "oracles/sampled_network.hpp"

#include <cmath>
#include <stdexcept>

namespace leadlag::oracle {

using Eigen::Index;
using Eigen::VectorXd;

SampledNetwork::SampledNetwork(const Network& network, double tick, Decay decay) : net_(complete(network)) {
  if (net_.tau_p != 0.0) throw std::invalid_argument("the clocked network has no parasitic pole");
  const Index n = static_cast<Index>(net_.neurons.size()), filters = net_.w_y.cols();
  const auto keep = [&](double tau) {
    return decay == Decay::euler ? 1.0 - tick / tau : std::exp(-tick / tau);
  };
  d_m_.resize(n), d_v_.resize(n), d_s_.resize(filters);
  for (Index i = 0; i < n; ++i) {
    const Neuron& p = net_.neurons[static_cast<std::size_t>(i)];
    d_m_(i) = keep(p.tau_m);
    d_v_(i) = net_.errors == ErrorPath::prospective ? keep(*p.error_lag) : 0.0;
  }
  for (Index f = 0; f < filters; ++f) d_s_(f) = keep(net_.low_passes[static_cast<std::size_t>(f)].tau_s);
  for (VectorXd* state : {&u_, &v_, &rate_, &slope_, &error_}) state->setZero(n);
  y_.setZero(filters);
}

void SampledNetwork::tick(const VectorXd& x, const VectorXd& target) {
  const Index n = u_.size();
  VectorXd back = net_.feedback * error_;
  if (target.size() != 0) {
    std::vector<Index> rows;
    std::vector<double> guess;
    for (Index i = 0; i < n; ++i) {
      if (!net_.neurons[static_cast<std::size_t>(i)].output) continue;
      rows.push_back(i), guess.push_back(rate_(i));
    }
    if (net_.loss == OutputError::cross_entropy) guess = softmax(guess);
    for (std::size_t k = 0; k < rows.size(); ++k)
      back(rows[k]) += net_.beta * (target(static_cast<Index>(k)) - guess[k]);
  }
  const VectorXd a = slope_.cwiseProduct(back);
  VectorXd drive = net_.w * rate_ + net_.w_in * x + net_.w_y * y_;
  for (Index f = 0; f < y_.size(); ++f) {
    const LowPass& filter = net_.low_passes[static_cast<std::size_t>(f)];
    const auto k = static_cast<Index>(filter.source);
    y_(f) = d_s_(f) * y_(f) + (1.0 - d_s_(f)) * (filter.of == LowPass::Of::neuron ? rate_(k) : x(k));
  }
  for (Index i = 0; i < n; ++i) {
    const Neuron& p = net_.neurons[static_cast<std::size_t>(i)];
    if (net_.errors == ErrorPath::prospective) {
      const double gain = *p.error_lead / *p.error_lag;
      error_(i) = gain * a(i) + (1.0 - gain) * v_(i);
      v_(i) = d_v_(i) * v_(i) + (1.0 - d_v_(i)) * a(i);
    } else {
      error_(i) = net_.errors ? a(i) : 0.0;
    }
    const double s = drive(i) + p.bias + p.gamma * error_(i), rho = p.tau_r / p.tau_m;
    const double lookahead = rho * s + (1.0 - rho) * u_(i);
    u_(i) = d_m_(i) * u_(i) + (1.0 - d_m_(i)) * s;
    rate_(i) = value(p.activation, lookahead), slope_(i) = slope(p.activation, lookahead);
  }
}

}  // namespace leadlag::oracle
