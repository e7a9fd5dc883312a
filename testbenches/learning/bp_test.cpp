// SPDX-License-Identifier: Apache-2.0
// The baselines on N1: what the error circuits store is backpropagation, or the same recursion with other
// feedback weights.
#include "one_sample.hpp"

using namespace leadlag;
using namespace leadlag::testing;

namespace {

/// Updates of the oracle with feedback matrices B_1, B_2 in place of W_2^T, W_3^T; descent-signed.
oracle::Matrices updates(const oracle::Sample& sample, const std::vector<Eigen::MatrixXd>& feedback,
                         bool direct) {
  const oracle::Sweep sweep = oracle::forward(sample.net, sample.x);
  const std::size_t layers = sample.net.layers();
  oracle::Vectors d(layers);
  d[layers - 1] = sample.y - sweep.r[layers];
  for (std::size_t l = layers - 1; l-- > 0;) {
    d[l] = (feedback[l] * d[direct ? layers - 1 : l + 1]).cwiseProduct(sample.net.dphi(l, sweep.v[l]));
  }
  oracle::Matrices all;
  for (std::size_t l = 0; l < layers; ++l) all.push_back(d[l] * sweep.r[l].transpose());
  return all;
}

void check(N1Chip& chip, const oracle::Matrices& expected) {
  chip.run(chip.cycles_per_sample());
  const oracle::Matrices stored = chip.take();
  REQUIRE(stored.size() == expected.size());
  for (std::size_t l = 0; l < stored.size(); ++l) {
    INFO("layer " << l + 1);
    CHECK((stored[l] - expected[l]).norm() <= 1e-9 * expected[l].norm());
    CHECK(expected[l].norm() > 1e-3);
  }
}

}  // namespace

TEST_CASE("bp on N1: the settled update is that of backpropagation", "[bp]") {
  N1Chip chip("system: bp, bp: {settle: 300}, update: host, every: 1000000 samples", 4.0);
  const auto gradient = oracle::backprop(chip.sample.net, chip.sample.x, chip.sample.y);
  oracle::Matrices descent;
  for (const auto& g : gradient.dW) descent.push_back(-g);
  check(chip, descent);
}

TEST_CASE("bp on N1: feedback alignment is the same recursion with its own weights", "[bp]") {
  N1Chip chip("system: bp, bp: {settle: 300, feedback: random}, update: host, every: 1000000 samples", 4.0);
  const auto& net = chip.sample.net;
  check(chip, updates(chip.sample,
                      {chip.get("w2_back", net.W[1].cols(), net.W[1].rows()),
                       chip.get("w3_back", net.W[2].cols(), net.W[2].rows())},
                      false));
}

TEST_CASE("bp on N1: direct feedback alignment takes every error from the output", "[bp]") {
  N1Chip chip("system: bp, bp: {settle: 300, feedback: direct}, update: host, every: 1000000 samples", 4.0);
  const auto& net = chip.sample.net;
  const Eigen::Index outputs = net.W[2].rows();
  check(chip, updates(chip.sample,
                      {chip.get("first_direct", net.W[0].rows(), outputs),
                       chip.get("second_direct", net.W[1].rows(), outputs)},
                      true));
}
