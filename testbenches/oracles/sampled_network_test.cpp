// SPDX-License-Identifier: Apache-2.0
#include "oracles/sampled_network.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <vector>

#include "oracles/frequency_response.hpp"

using namespace leadlag::oracle;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

Network layers(Activation activation) {
  Network net{.neurons = {{.tau_m = 1.0, .tau_r = 0.3, .activation = activation, .bias = 0.1, .gamma = 0.2},
                          {.tau_m = 0.5, .tau_r = 0.7, .activation = activation, .gamma = 0.2},
                          {.tau_m = 0.8, .tau_r = 0.2, .gamma = 0.1, .output = true}},
              .w = MatrixXd{{0.0, 0.3, 0.0}, {-0.2, 0.0, 0.0}, {0.7, -0.4, 0.0}},
              .w_in = MatrixXd{{0.6, 0.1}, {-0.5, 0.8}, {0.0, 0.0}}};
  net.beta = 0.6;
  return net;
}

}  // namespace

TEST_CASE("sampled oracle: the network of layers, tick by tick", "[oracle]") {
  const Network net = layers(Activation::tanh);
  for (const Decay decay : {Decay::euler, Decay::held}) {
    for (const ErrorPath path : {ErrorPath::prospective, ErrorPath::instantaneous}) {
      Network own = net;
      own.errors = path;
      SampledNetwork chip(own, 0.1, decay);
      GleNetwork other(
          2,
          {{.tau_m = {1.0, 0.5},
            .tau_r = {0.3, 0.7},
            .bias = {0.1, 0.0},
            .activation = Activation::tanh,
            .gamma = 0.2},
           {.tau_m = {0.8}, .tau_r = {0.2}, .bias = {}, .activation = Activation::linear, .gamma = 0.1}},
          {{.from = from_input, .to = 0, .w = Matrix(2, 2, {0.6, 0.1, -0.5, 0.8})},
           {.from = 0, .to = 0, .w = Matrix(2, 2, {0.0, 0.3, -0.2, 0.0})},
           {.from = 0, .to = 1, .w = Matrix(1, 2, {0.7, -0.4})}},
          {.dt = 0.1, .beta = 0.6, .decay = decay, .update = Update::accumulate, .error_path = path});
      for (int n = 0; n < 300; ++n) {
        const double a = std::sin(0.13 * n), b = std::cos(0.07 * n), goal = 0.4 * std::sin(0.09 * n);
        const bool taught = n % 50 < 40;
        chip.tick(Eigen::Vector2d(a, b), taught ? VectorXd(VectorXd::Constant(1, goal)) : VectorXd());
        other.tick({a, b}, {goal}, taught, false);
        const std::vector<double> rates{other.state[0].rate[0], other.state[0].rate[1],
                                        other.state[1].rate[0]};
        const std::vector<double> errors{other.state[0].e[0], other.state[0].e[1], other.state[1].e[0]};
        for (Eigen::Index i = 0; i < 3; ++i) {
          REQUIRE(std::abs(chip.rate()(i) - rates[static_cast<std::size_t>(i)]) < 1e-12);
          REQUIRE(std::abs(chip.error()(i) - errors[static_cast<std::size_t>(i)]) < 1e-12);
        }
      }
    }
  }
}

TEST_CASE("sampled oracle: low-passes on a neuron and on an input have the response of the clocked network",
          "[oracle]") {
  Network net = layers(Activation::linear);
  for (Neuron& n : net.neurons) n.bias = 0.0;
  net.low_passes = {{LowPass::Of::neuron, 0, 0.7}, {LowPass::Of::input, 1, 0.4}};
  net.w_y = MatrixXd{{0.0, 0.5}, {0.3, 0.0}, {0.4, -0.6}};
  const double tick = 0.1;
  const int period = 60;  // ticks
  const double w = 2.0 * std::acos(-1.0) / (period * tick);
  const Instant point = rest(net, VectorXd::Zero(2), VectorXd::Zero(1));
  for (const std::size_t k : {0U, 1U}) {
    const Response wanted = respond_sampled(net, point, w, {.index = k}, tick, Decay::held);
    SampledNetwork chip(net, tick, Decay::held);
    std::complex<double> rate = 0.0, error = 0.0;
    for (int n = 0; n < 41 * period; ++n) {
      VectorXd x = VectorXd::Zero(2);
      x(static_cast<Eigen::Index>(k)) = std::cos(w * tick * n);
      chip.tick(x, VectorXd::Zero(1));
      if (n < 40 * period) continue;
      const auto turn = std::polar(2.0 / period, -w * tick * n);
      rate += chip.rate()(2) * turn, error += chip.error()(0) * turn;
    }
    CHECK(std::abs(rate / wanted.rate[2].value - 1.0) < 1e-9);
    CHECK(std::abs(error / wanted.error[0].value - 1.0) < 1e-9);
  }
}
