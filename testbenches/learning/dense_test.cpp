// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "arrays/socket.hpp"
#include "oracles/gle_network.hpp"

using namespace leadlag;
namespace oracle = leadlag::oracle;

namespace {

const std::string dense = R"(
leadlag: 1
chip: {name: x, clock: 1 MHz, time_scale: 1 us, full_scale: {voltage: 25 mV, current: 10 nA}}
arrays:
  image: {block: input_driver, size: 784}
  hidden: {block: prospective_neuron, size: 512, activation: tanh, tau_m: 4 us, tau_r: 2 us, nudging: 0.05}
  output: {block: prospective_neuron, size: 10, activation: linear, tau_m: 2 us, tau_r: 3 us}
crossbars:
  w1: {from: image, to: hidden, weights: glorot, bias: true, tile: 256x256}
  w2: {from: hidden, to: output, weights: glorot, bias: true, tile: 256x256}
blocks: {target_unit: {loss: cross_entropy, beta: 0.5}}
learning: {system: gle, output: output}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";

}  // namespace

TEST_CASE("dense: every weight and bias of a 784-512-10 chip after 1000 online cycles", "[learning]") {
  Socket chip("dense", dense);
  const double eta = 2e-2;
  const auto layer = [](std::size_t n, double tau_m, double tau_r, oracle::Activation activation,
                        double gamma) {
    return oracle::GleLayer{.tau_m = std::vector<double>(n, tau_m),
                            .tau_r = std::vector<double>(n, tau_r),
                            .bias = {},
                            .activation = activation,
                            .gamma = gamma,
                            .learn_bias = true};
  };
  oracle::GleNetwork reference(
      784,
      {layer(512, 4.0, 2.0, oracle::Activation::tanh, 0.05),
       layer(10, 2.0, 3.0, oracle::Activation::linear, 0.0)},
      {{.from = oracle::from_input, .to = 0, .w = oracle::Matrix(512, 784, chip.die.weights[0])},
       {.from = 0, .to = 1, .w = oracle::Matrix(10, 512, chip.die.weights[1])}},
      {.dt = 1.0,
       .beta = 0.5,
       .eta = eta,
       .output_error = oracle::OutputError::cross_entropy,
       .decay = oracle::Decay::held});
  std::mt19937_64 random(1);
  std::vector<double> x(784), target(10);
  double outputs = 0.0;
  for (int n = 0; n < 1000; ++n) {
    if (n % 5 == 0) {  // a new picture: half of the pixels dark
      for (double& v : x) v = std::max(0.0, static_cast<double>(random() >> 11) * 0x1p-52 - 1.0);
      std::fill(target.begin(), target.end(), 0.0);
      target[random() % 10] = 1.0;
    }
    const bool taught = n % 5 != 0, learns = n % 5 >= 2;
    for (std::size_t i = 0; i < 784; ++i) chip.x(i, x[i]);
    for (std::size_t i = 0; i < 10; ++i) chip.target(i, target[i]);
    chip.target_on = taught, chip.learn = learns, chip.eta = eta;
    chip.cycle();
    const auto y = reference.tick(x, target, taught, learns);
    for (std::size_t i = 0; i < 10; ++i) outputs = std::max(outputs, std::abs(y[i] - chip.value(i)));
  }
  double worst = 0.0, moved = 0.0;
  const auto see = [&](const std::vector<double>& die, const std::vector<double>& wanted,
                       const std::vector<double>& start) {
    REQUIRE(die.size() == wanted.size());
    REQUIRE(die.size() == start.size());
    for (std::size_t k = 0; k < die.size(); ++k) {
      const double d = std::abs(die[k] - wanted[k]);
      if (!(d <= worst)) worst = d;
      moved = std::max(moved, std::abs(die[k] - start[k]));
    }
  };
  for (std::size_t c = 0; c < 2; ++c) {
    const std::string name = c == 0 ? "w1" : "w2";
    see(chip.read(name), reference.projections[c].w.values, chip.die.weights[c]);
    see(chip.read(name + ".bias"), reference.layers[c].bias, chip.die.biases[c]);
  }
  CAPTURE(worst, outputs, moved);
  // Sums of 784 in another order are off by about 1e-15; a thousand cycles of learning feed differences back.
  CHECK(worst < 1e-9);
  CHECK(outputs < 1e-9);
  CHECK(moved > 0.05);
}
