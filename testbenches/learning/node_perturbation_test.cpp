// SPDX-License-Identifier: Apache-2.0
// Node perturbation on N1: each update against two forward passes of the oracle, the mean of many against
// backpropagation. With tau of one cycle an Euler step settles a layer exactly.
#include "one_sample.hpp"

using namespace leadlag;
using namespace leadlag::testing;

namespace {

oracle::Sweep sweep(oracle::LayeredNet net, const Eigen::VectorXd& x, const oracle::Vectors& added) {
  for (std::size_t l = 0; l < net.layers(); ++l) net.b[l] += added[l];
  return oracle::forward(net, x);
}

double cost(const oracle::Sweep& s, const Eigen::VectorXd& y) { return 0.5 * (y - s.r.back()).squaredNorm(); }

oracle::Vectors nothing(const oracle::LayeredNet& net) {
  oracle::Vectors zero;
  for (const auto& b : net.b) zero.emplace_back(Eigen::VectorXd::Zero(b.size()));
  return zero;
}

}  // namespace

TEST_CASE("node perturbation on N1: perturbation times what it changed times rate, in every sample",
          "[node_perturbation]") {
  N1Chip chip("system: node_perturbation, node_perturbation: {settle: 5, sigma: .05}, " + held_weights, 1.0);
  const auto& net = chip.sample.net;
  const double free = cost(sweep(net, chip.sample.x, nothing(net)), chip.sample.y);
  oracle::Vectors last;
  for (int sample = 0; sample < 3; ++sample) {
    chip.run(chip.cycles_per_sample());
    const oracle::Vectors xi{chip.signal("first", "perturbation"), chip.signal("second", "perturbation"),
                             chip.signal("output", "perturbation")};
    const oracle::Sweep perturbed = sweep(net, chip.sample.x, xi);
    const double helped = (free - cost(perturbed, chip.sample.y)) / (0.05 * 0.05);
    const oracle::Matrices stored = chip.take();
    const oracle::Vectors biases = chip.take_biases();
    REQUIRE(stored.size() == 3);
    REQUIRE(biases.size() == 3);
    for (std::size_t l = 0; l < 3; ++l) {
      CHECK(xi[l].norm() > 1e-3);
      if (!last.empty()) CHECK((xi[l] - last[l]).norm() > 1e-3);
      const double scale = helped * xi[l].norm();
      CHECK((stored[l] - helped * xi[l] * perturbed.r[l].transpose()).norm() < 1e-9 * std::abs(scale));
      CHECK((biases[l] - helped * xi[l]).norm() < 1e-9 * std::abs(scale));
    }
    last = xi;
  }
}

TEST_CASE("node perturbation on N1: the mean of many updates is the gradient", "[node_perturbation]") {
  N1Chip chip("system: node_perturbation, node_perturbation: {settle: 5, sigma: 1e-3}, " + held_weights, 1.0);
  constexpr std::int64_t samples = 40000;
  chip.run(samples * chip.cycles_per_sample());
  const oracle::Matrices stored = chip.take();
  const oracle::LayeredGradient exact = oracle::backprop(chip.sample.net, chip.sample.x, chip.sample.y);
  Eigen::VectorXd mean = oracle::concatenate(stored) / static_cast<double>(samples);
  const Eigen::VectorXd descent = -oracle::concatenate(exact.dW);
  // Nine neurons: the variance of the mean is ten gradients squared over the samples, 1.6 % of the gradient.
  CHECK((mean - descent).norm() < 0.05 * descent.norm());
  CHECK((mean - descent).norm() > 1e-4 * descent.norm());
}

TEST_CASE("node perturbation on N1: the loss falls, slower than by a gradient", "[node_perturbation]") {
  N1Chip chip(
      "system: node_perturbation, node_perturbation: {settle: 5, sigma: 1e-3}, update: die, rate: .05", 1.0);
  const auto loss = [&] { return cost(oracle::forward(chip.net(), chip.sample.x), chip.sample.y); };
  const double before = loss();
  chip.run(100 * chip.cycles_per_sample());
  const double hundred = loss();
  chip.run(1900 * chip.cycles_per_sample());
  CHECK(hundred < before);
  CHECK(loss() < 1e-3 * before);
}
