// SPDX-License-Identifier: Apache-2.0
#include "oracles/frequency_response.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <random>

#include "oracles/closed_forms.hpp"
#include "oracles/golden.hpp"
#include "oracles/ode_network.hpp"

using namespace leadlag::oracle;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double degrees = 180.0 / std::numbers::pi;
constexpr Excitation input{}, target{.at = Excitation::At::target};
using Complex = std::complex<double>;

VectorXd one(double x) { return VectorXd::Constant(1, x); }

/// Neuron 0 hears the input; neuron 1 hears nothing, so its error unit sees the target alone.
Network pair(double tau_m, double tau_r) {
  return {.neurons = {{.tau_m = tau_m, .tau_r = tau_r}, {.tau_m = tau_m, .tau_r = tau_r, .output = true}},
          .w = MatrixXd::Zero(2, 2),
          .w_in = MatrixXd{{1.0}, {0.0}}};
}

/// Four neurons, everything connected, one target, filters on a neuron and on an input.
Network tangle(Activation activation) {
  std::mt19937_64 random(3);
  const auto draw = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(random() >> 11) * 0x1p-53;
  };
  Network net{.neurons = {}, .w = MatrixXd(4, 4), .w_in = MatrixXd(4, 2)};
  for (int i = 0; i < 4; ++i) {
    net.neurons.push_back({.tau_m = draw(0.5, 1.5),
                           .tau_r = draw(0.2, 1.0),
                           .activation = activation,
                           .bias = draw(-0.5, 0.5),
                           .gamma = 0.2,
                           .output = i == 3});
  }
  net.low_passes = {{LowPass::Of::neuron, 1, 0.7}, {LowPass::Of::input, 1, 0.4}};
  net.w_y.resize(4, 2);
  for (auto* m : {&net.w, &net.w_in, &net.w_y}) {
    for (double& w : m->reshaped()) w = draw(-0.35, 0.35);
  }
  return net;
}

/// Amplitude and phase of column k of a signal against exp(j w t), by correlation over whole periods.
Complex tone(const auto& signal, const std::vector<double>& times, double w) {
  Complex sum = 0.0;
  for (std::size_t k = 0; k < times.size(); ++k)
    sum += signal(static_cast<Eigen::Index>(k)) * std::polar(1.0, -w * times[k]);
  return 2.0 * Complex(0.0, 1.0) * sum / static_cast<double>(times.size());  // against a sine
}

std::vector<double> one_period(double after, double w, int points) {
  std::vector<double> times;
  for (int k = 0; k < points; ++k) times.push_back(after + 2.0 * std::numbers::pi / w * k / points);
  return times;
}

}  // namespace

TEST_CASE("T1 frequency oracle: Bode table of neuron and error unit", "[oracle]") {
  const CsvTable golden = read_csv(golden_path("bode.csv"));
  REQUIRE(golden.rows.size() > 10);
  for (const auto& row : golden.rows) {
    const double w = row[golden.column("omega")];
    const Network net = pair(row[0], row[1]);
    const Instant point = rest(net, one(0.0));
    const Phasor h = respond(net, point, w, input).rate[0], g = respond(net, point, w, target).error[1];
    CHECK_THAT(h.gain(), WithinRel(row[golden.column("|H|")], 1e-9));
    CHECK_THAT(h.phase() * degrees, WithinAbs(row[golden.column("argH_deg")], 1e-7));
    CHECK_THAT(g.gain(), WithinRel(row[golden.column("|G_gle|")], 1e-9));
    CHECK_THAT(g.phase() * degrees, WithinAbs(row[golden.column("argG_deg")], 1e-7));
    CHECK_THAT(h.group_delay(), WithinAbs(LeadLagForm{row[0], row[1]}.group_delay(w), 1e-12));
  }
}

TEST_CASE("T2 frequency oracle: Euler neuron in z, and the exact one", "[oracle]") {
  const CsvTable golden = read_csv(golden_path("euler_bode.csv"));
  REQUIRE(golden.rows.size() > 10);
  for (const auto& row : golden.rows) {
    const double dt = row[golden.column("dt")], w = row[golden.column("omega")], rho = row[1] / row[0];
    const Network net = pair(row[0], row[1]);
    const Instant point = rest(net, one(0.0));
    const Phasor euler = respond_sampled(net, point, w, input, dt, Decay::euler).rate[0];
    CHECK_THAT(euler.gain(), WithinRel(row[golden.column("|Hd|")], 1e-9));
    CHECK_THAT(euler.phase() * degrees, WithinAbs(row[golden.column("argHd_deg")], 1e-7));
    // Held input, exact: rho + (1 - rho) k / (z - 1 + k) with k = 1 - exp(-T / tau_m).
    const double k = -std::expm1(-dt / row[0]);
    const Complex held = rho + (1.0 - rho) * k / (std::polar(1.0, w * dt) - 1.0 + k);
    CHECK(std::abs(respond_sampled(net, point, w, input, dt, Decay::held).rate[0].value - held) < 1e-13);
  }
}

TEST_CASE("frequency oracle: a network integrated in time has the response, linear, tau_p or none",
          "[oracle]") {
  for (const double tau_p : {0.0, 0.05}) {
    Network net = tangle(Activation::linear);
    net.tau_p = tau_p;
    for (const double w : {0.3, 2.0}) {
      const Response from_input = respond(net, rest(net, VectorXd::Zero(2)), w, {.index = 1});
      const Response from_target = respond(net, rest(net, VectorXd::Zero(2)), w, target);
      const auto times = one_period(60.0, w, 16);  // transients of the slowest mode are below 1e-10 by then
      for (const bool by_input : {true, false}) {
        const auto sine = [&](bool on, double t) { return on ? std::sin(w * t) : 0.0; };
        // Biases make an offset, which a whole period of 16 points does not see.
        const OdeResult r = integrate(
            net,
            [&](double t) {
              return VectorXd{{0.0, sine(by_input, t)}};
            },
            [&](double t) { return one(sine(!by_input, t)); }, times);
        REQUIRE(r.rate.rows() == 16);
        const Response& expected = by_input ? from_input : from_target;
        for (Eigen::Index i = 0; i < 4; ++i) {
          INFO("tau_p " << tau_p << " w " << w << " neuron " << i);
          const auto k = static_cast<std::size_t>(i);
          CHECK(std::abs(tone(r.rate.col(i), times, w) - expected.rate[k].value) < 1e-8);
          CHECK(std::abs(tone(r.error.col(i), times, w) - expected.error[k].value) < 1e-8);
          CHECK(std::abs(tone(r.membrane.col(i), times, w) - expected.membrane[k].value) < 1e-8);
        }
      }
    }
  }
}

TEST_CASE("frequency oracle: small signals around a driven operating point of a nonlinear network",
          "[oracle]") {
  // Errors are not 0 at this point, so the gate's own slope (phi'') matters. Amplitude A leaves A^2 of third
  // harmonics and compression: 1e-3^2, times coefficients of order one.
  const double w = 1.1, amplitude = 1e-3;
  struct Case {
    Activation activation;
    OutputError loss;
    VectorXd target;
  };
  const std::vector<Case> cases{{Activation::tanh, OutputError::mse, VectorXd{{0.4, 1.5}}},
                                {Activation::softplus, OutputError::cross_entropy, VectorXd{{0.0, 1.0}}}};
  REQUIRE(cases.size() == 2);
  for (const Case& c : cases) {
    Network net = tangle(c.activation);
    net.neurons[2].output = true;
    net.loss = c.loss;
    const VectorXd x{{0.8, -0.6}};
    const Instant point = rest(net, x, c.target);
    REQUIRE(std::abs(point.back(3)) > 0.3);
    const Response expected = respond(net, point, w, {.index = 0});
    const auto times = one_period(60.0, w, 16);
    const OdeResult r = integrate(
        net,
        [&](double t) {
          return VectorXd{{x(0) + amplitude * std::sin(w * t), x(1)}};
        },
        [&](double) { return c.target; }, times, {.absolute = 1e-13, .relative = 1e-13});
    for (Eigen::Index i = 0; i < 4; ++i) {
      const auto k = static_cast<std::size_t>(i);
      CHECK(std::abs(tone(r.rate.col(i), times, w) / amplitude - expected.rate[k].value) < 5e-6);
      CHECK(std::abs(tone(r.error.col(i), times, w) / amplitude - expected.error[k].value) < 5e-6);
    }
  }
}

TEST_CASE("frequency oracle: the clocked network's response is that of its simulation", "[oracle]") {
  for (const Decay decay : {Decay::euler, Decay::held}) {
    // 1 -> 2 -> 1, linear, nudged: 64 ticks a period, so that whole periods correlate exactly.
    const double dt = 0.05, w = 2.0 * std::numbers::pi / (64.0 * dt);
    const std::vector<double> tau_m{0.9, 0.5}, tau_r{0.3, 0.7};
    const Matrix w0(2, 1, {0.8, -0.5}), w1(1, 2, {0.6, 0.9});
    Network net{.neurons = {{.tau_m = 0.9, .tau_r = 0.3, .gamma = 0.3},
                            {.tau_m = 0.5, .tau_r = 0.7, .gamma = 0.3},
                            {.tau_m = 0.6, .tau_r = 0.2, .output = true}},
                .w = MatrixXd{{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}, {0.6, 0.9, 0.0}},
                .w_in = MatrixXd{{0.8}, {-0.5}, {0.0}}};
    const Instant point = rest(net, one(0.0), one(0.0));
    const auto simulate = [&](double x_on, double target_on) {
      GleNetwork chip(
          1,
          {{.tau_m = tau_m, .tau_r = tau_r, .bias = {}, .activation = Activation::linear, .gamma = 0.3},
           {.tau_m = {0.6}, .tau_r = {0.2}, .bias = {}, .activation = Activation::linear}},
          {{.from = from_input, .to = 0, .w = w0}, {.from = 0, .to = 1, .w = w1}},
          {.dt = dt, .decay = decay});
      std::vector<Complex> sums(6);
      for (int n = 0; n < 64 * 20; ++n) {
        const double s = std::sin(w * dt * n);
        chip.tick({x_on * s}, {target_on * s}, true, false);
        if (n < 64 * 19) continue;
        std::size_t k = 0;
        for (const auto& layer : chip.state) {
          for (std::size_t i = 0; i < layer.rate.size(); ++i, ++k) {
            const Complex turn = Complex(0.0, 2.0 / 64.0) * std::polar(1.0, -w * dt * n);
            sums[k] += layer.rate[i] * turn, sums[3 + k] += layer.e[i] * turn;
          }
        }
      }
      return sums;
    };
    for (const bool by_input : {true, false}) {
      const auto seen = simulate(by_input ? 1.0 : 0.0, by_input ? 0.0 : 1.0);
      const Response expected = respond_sampled(net, point, w, by_input ? input : target, dt, decay);
      for (std::size_t i = 0; i < 3; ++i) {
        CHECK(std::abs(seen[i] - expected.rate[i].value) < 1e-10);
        CHECK(std::abs(seen[3 + i] - expected.error[i].value) < 1e-10);
      }
    }
  }
}

TEST_CASE("frequency oracle: a low-pass in the clocked network costs its lag and one tick", "[oracle]") {
  Network net = pair(1.0, 1.0);
  net.w_in.setZero();
  net.low_passes = {{LowPass::Of::input, 0, 0.4}};
  net.w_y = MatrixXd{{1.0}, {0.0}};
  const double dt = 0.1, w = 2.0, k = -std::expm1(-dt / 0.4);
  const Complex q = std::polar(1.0, -w * dt);
  const Phasor seen = respond_sampled(net, rest(net, one(0.0)), w, input, dt, Decay::held).rate[0];
  CHECK(std::abs(seen.value - q * k / (1.0 - (1.0 - k) * q)) < 1e-13);
}

TEST_CASE("frequency oracle: group delay is the slope of the phase", "[oracle]") {
  Network net = tangle(Activation::tanh);
  const Instant point = rest(net, VectorXd{{0.8, -0.6}}, one(1.5));
  const double w = 1.3, h = 1e-4;
  const auto check = [&](const auto& at) {
    const Response low = at(w - h), high = at(w + h), mid = at(w);
    for (std::size_t i = 0; i < 4; ++i) {
      // Central difference: error h^2 / 6 times the third derivative, a few units here.
      const double slope = std::arg(high.rate[i].value / low.rate[i].value) / (2.0 * h);
      CHECK_THAT(mid.rate[i].group_delay(), WithinAbs(-slope, 1e-6));
      const double error_slope = std::arg(high.error[i].value / low.error[i].value) / (2.0 * h);
      CHECK_THAT(mid.error[i].group_delay(), WithinAbs(-error_slope, 1e-6));
    }
  };
  check([&](double omega) { return respond_sampled(net, point, omega, input, 0.07, Decay::held); });
  net.tau_p = 0.03;
  check([&](double omega) { return respond(net, point, omega, input); });
}

TEST_CASE("T10 frequency oracle: the nudging loop is real at every frequency: H^2 / (1 + K)", "[oracle]") {
  const double k = 8.0;
  Network net{
      .neurons = {{.tau_m = 1.0, .tau_r = 0.1, .gamma = k}, {.tau_m = 1.0, .tau_r = 0.1, .output = true}},
      .w = MatrixXd{{0.0, 0.0}, {1.0, 0.0}},
      .w_in = MatrixXd{{1.0}, {0.0}}};
  const LeadLagForm h{.lag = 1.0, .lead = 0.1};
  for (const double w : {0.0, 0.1, 1.0, 30.0}) {
    const Response r = respond(net, rest(net, one(0.0), one(0.0)), w, input);
    CHECK(std::abs(r.rate[1].value - h.response(w) * h.response(w) / (1.0 + k)) < 1e-13);
    CHECK(std::abs(respond(net, rest(net, one(0.0)), w, input, false).rate[1].value -
                   h.response(w) * h.response(w)) < 1e-13);
  }
}

TEST_CASE("frequency oracle: two-pole neuron", "[oracle]") {
  Network net = pair(10e-3, 15e-3);
  net.w_in.setZero();
  net.low_passes = {{LowPass::Of::input, 0, 5e-3}};
  net.w_y = MatrixXd{{1.0}, {0.0}};
  const TwoPoleNeuron closed(5e-3, 10e-3, 15e-3);
  for (const double f : {1.0, 10.0, 100.0}) {
    const double w = 2.0 * std::numbers::pi * f;
    CHECK(std::abs(respond(net, rest(net, one(0.0)), w, input).rate[0].value - closed.response(w)) < 1e-13);
  }
}
