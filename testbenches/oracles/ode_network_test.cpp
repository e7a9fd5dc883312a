// SPDX-License-Identifier: Apache-2.0
#include "oracles/ode_network.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "oracles/closed_forms.hpp"
#include "oracles/golden.hpp"

using namespace leadlag::oracle;
using Catch::Matchers::WithinAbs;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double pi = std::numbers::pi;

VectorXd one(double x) { return VectorXd::Constant(1, x); }
Signals constant(double x) {
  return [x](double) { return one(x); };
}

/// Neurons in a row, weights 1, input to the first; the last has a target.
Network chain(std::vector<Neuron> neurons) {
  const auto n = static_cast<Eigen::Index>(neurons.size());
  Network net{.neurons = std::move(neurons), .w = MatrixXd::Zero(n, n), .w_in = MatrixXd::Zero(n, 1)};
  net.w_in(0, 0) = 1.0;
  for (Eigen::Index i = 1; i < n; ++i) net.w(i, i - 1) = 1.0;
  net.neurons.back().output = true;
  return net;
}

/// Hidden and output neuron, linear; the hidden one is nudged with gain k = loop gain.
Network nudged(double k, double tau_r, double tau_p) {
  Network net = chain({{.tau_r = tau_r, .gamma = k}, {.tau_r = tau_r}});
  net.tau_p = tau_p;
  return net;
}

std::vector<double> grid(double step, int count) {
  std::vector<double> times;
  for (int k = 0; k < count; ++k) times.push_back(step * k);
  return times;
}

}  // namespace

TEST_CASE("T3 ODE oracle: unit steps of neuron and error unit", "[oracle]") {
  // The output's weight is 0: its error unit sees the target's step.
  Network net = chain({{.tau_m = 1.0, .tau_r = 0.1}, {.tau_m = 1.0, .tau_r = 0.1}});
  net.w.setZero();
  const auto times = grid(0.05, 60);
  const OdeResult r = integrate(net, constant(1.0), constant(1.0), times);
  const LeadLagForm neuron{.lag = 1.0, .lead = 0.1}, unit{.lag = 0.1, .lead = 1.0};
  REQUIRE(r.rate.rows() == 60);
  for (Eigen::Index k = 0; k < 60; ++k) {
    const double t = times[static_cast<std::size_t>(k)];
    CHECK_THAT(r.rate(k, 0), WithinAbs(neuron.step(t), 1e-9));
    CHECK_THAT(r.membrane(k, 0), WithinAbs(1.0 - std::exp(-t), 1e-9));
    CHECK_THAT(r.error(k, 1), WithinAbs(unit.step(t), 1e-8));  // its jump is 10
  }
}

TEST_CASE("T3 closed forms: the golden table", "[oracle]") {
  const CsvTable golden = read_csv(golden_path("step.csv"));
  REQUIRE(golden.rows.size() > 10);
  for (const auto& row : golden.rows) {
    const LeadLagForm neuron{.lag = row[0], .lead = row[1]}, unit{.lag = row[1], .lead = row[0]};
    CHECK_THAT(neuron.step(row[2]), WithinAbs(row[golden.column("u_hat(t)")], 1e-9));
    CHECK_THAT(unit.step(row[2]), WithinAbs(row[golden.column("e_hat(t)")], 1e-8));
  }
}

TEST_CASE("ODE oracle: a sine switched on, one pole, two poles, a ramp", "[oracle]") {
  // The neuron of peer comparisons: 5 ms low-pass, tau_m 10 ms, lead 15 ms, 0.5 V.
  Network net = chain({{.tau_m = 10e-3, .tau_r = 15e-3}, {.tau_m = 10e-3, .tau_r = 15e-3}});
  net.low_passes = {{.of = LowPass::Of::input, .source = 0, .tau_s = 5e-3}};
  net.w.setZero();
  net.w_y = MatrixXd{{0.0}, {1.0}};
  const TwoPoleNeuron two(5e-3, 10e-3, 15e-3);
  const LeadLagForm one_pole{.lag = 10e-3, .lead = 15e-3};
  const auto times = grid(0.37e-3, 200);
  for (const double f : {10.0, 100.0}) {
    const double w = 2.0 * pi * f;
    const OdeResult r = integrate(
        net, [&](double t) { return one(0.5 * std::sin(w * t)); }, {}, times);
    REQUIRE(r.rate.rows() == 200);
    for (std::size_t k = 0; k < times.size(); ++k) {
      const auto row = static_cast<Eigen::Index>(k);
      CHECK_THAT(r.rate(row, 0), WithinAbs(one_pole.sine(times[k], 0.5, w), 2e-9));
      CHECK_THAT(r.rate(row, 1), WithinAbs(two.sine(times[k], 0.5, w), 2e-9));
    }
  }
  const OdeResult step = integrate(net, constant(1.0), {}, times);
  const OdeResult ramp = integrate(
      net, [](double t) { return one(t); }, {}, times);
  for (std::size_t k = 0; k < times.size(); ++k) {
    const auto row = static_cast<Eigen::Index>(k);
    CHECK_THAT(step.rate(row, 1), WithinAbs(two.step(times[k]), 2e-9));
    CHECK_THAT(ramp.rate(row, 0), WithinAbs(one_pole.ramp(times[k]), 2e-9));
  }
}

TEST_CASE("T5 ODE oracle: an error unit undoes its neuron, for any signal", "[oracle]") {
  // Neuron 1 is memoryless and repeats neuron 0; beta = -1 and target 0 make eps its rate; its error unit has
  // neuron 0's time constants.
  Network net = chain(
      {{.tau_m = 1.3, .tau_r = 0.2}, {.tau_m = 0.7, .tau_r = 0.7, .error_lag = 0.2, .error_lead = 1.3}});
  net.beta = -1.0;
  const auto times = grid(0.11, 100);
  const auto x = [](double t) { return std::sin(t) + 0.3 * std::sin(5.0 * t) + 0.1 * t; };
  const OdeResult r = integrate(
      net, [&](double t) { return one(x(t)); }, constant(0.0), times);
  REQUIRE(r.error.rows() == 100);
  for (std::size_t k = 0; k < times.size(); ++k)
    CHECK_THAT(r.error(static_cast<Eigen::Index>(k), 1), WithinAbs(x(times[k]), 1e-8));
}

TEST_CASE("T10 ODE oracle: nudged output is 1 / (1 + K) where the loop is algebraic, for any K", "[oracle]") {
  for (const double k : {0.5, 0.99, 2.0, 8.0}) {
    for (const double tau_r : {1.0, 0.1}) {
      const std::vector<double> times{0.0, 40.0};
      const OdeResult r = integrate(nudged(k, tau_r, 0.0), constant(1.0), constant(0.0), times);
      CHECK_THAT(r.rate(1, 1), WithinAbs(1.0 / (1.0 + k), 1e-9));
      CHECK_THAT(rest(nudged(k, tau_r, 0.0), one(1.0), one(0.0)).rate(1), WithinAbs(1.0 / (1.0 + k), 1e-13));
    }
  }
}

TEST_CASE("ODE oracle: four parasitic poles in the nudging loop hold up to K = 4, not beyond", "[oracle]") {
  // Two neurons and two error units, one pole each, tau_r = tau_m: (1 + s tau_p)^4 + K = 0. The slowest
  // root's real part is ((K/4)^(1/4) - 1) / tau_p: it decays below K = sec(pi/4)^4 = 4 and grows above.
  const double tau_p = 0.01;
  for (const double k : {3.6, 4.4}) {
    const auto times = grid(0.002, 2000);
    const OdeResult r = integrate(nudged(k, 1.0, tau_p), constant(1.0), constant(0.0), times);
    const auto swing = [&](int first) {
      const auto part = r.rate.col(1).segment(first, 250);
      return part.maxCoeff() - part.minCoeff();
    };
    const double rate = std::log(swing(1500) / swing(500)) / 2.0;
    CHECK_THAT(rate, WithinAbs((std::pow(k / 4.0, 0.25) - 1.0) / tau_p, 0.02));
  }
}

TEST_CASE("ODE oracle: a breakpoint makes a jump exact, before and after it", "[oracle]") {
  const Network net = chain({{.tau_m = 1.0, .tau_r = 0.4}});
  const auto x = [](double t) { return one(t >= 1.0 ? 1.0 : 0.0); };
  const std::vector<double> times{0.5, 1.0, 2.0};
  const OdeResult r = integrate(net, x, {}, times, {.breakpoints = {1.0}});
  CHECK(r.rate(0, 0) == 0.0);
  CHECK_THAT(r.rate(1, 0), WithinAbs(0.4, 1e-15));
  CHECK_THAT(r.rate(2, 0), WithinAbs(1.0 - 0.6 * std::exp(-1.0), 1e-10));
}

TEST_CASE("ODE oracle: fifth order in the step, and the tolerance is kept", "[oracle]") {
  const Network net = chain({{.tau_m = 1.0, .tau_r = 0.1, .activation = Activation::tanh}, {.tau_r = 0.5}});
  const std::vector<double> times{1.0, 2.0, 3.0, 4.0};
  const auto input = [](double t) { return one(2.0 * std::sin(3.0 * t)); };
  const auto run = [&](const OdeOptions& options) {
    return integrate(net, input, {}, times, options).membrane;
  };
  const MatrixXd exact = run({.absolute = 1e-14, .relative = 1e-14});
  const auto error = [&](double step) {  // a tolerance so loose that every step has the largest size
    return (run({.absolute = 1e3, .relative = 1e3, .max_step = step}) - exact).norm();
  };
  const double coarse = error(0.1), fine = error(0.05);
  INFO("errors " << coarse << " " << fine);
  CHECK(fine > 1e-10);
  CHECK_THAT(std::log2(coarse / fine), WithinAbs(5.0, 0.5));
  for (const double tolerance : {1e-5, 1e-8, 1e-11})
    CHECK((run({.absolute = tolerance, .relative = tolerance}) - exact).norm() < 10.0 * tolerance);
}

TEST_CASE("ODE oracle: the registered chip tends to it, first order in the tick", "[oracle]") {
  // 2-3-2, tanh and softplus, lateral and recurrent weights, biases, nudging, cross-entropy: two programs
  // that share nothing but the curves.
  const Matrix w0(3, 2, {0.8, -0.4, 0.3, 0.9, -0.6, 0.5}), w1(2, 3, {0.7, -0.5, 0.2, -0.3, 0.6, 0.9});
  const Matrix lateral(3, 3, {0.0, 0.2, -0.1, 0.1, 0.0, 0.3, -0.2, 0.1, 0.0});
  const std::vector<double> tau_m{1.0, 0.6, 1.5}, tau_r{0.2, 0.6, 0.3}, bias{0.1, -0.2, 0.3};
  Network net{.neurons = {}, .w = MatrixXd::Zero(5, 5), .w_in = MatrixXd::Zero(5, 2)};
  for (std::size_t i = 0; i < 3; ++i) {
    net.neurons.push_back({.tau_m = tau_m[i],
                           .tau_r = tau_r[i],
                           .activation = Activation::tanh,
                           .bias = bias[i],
                           .gamma = 0.3});
    for (std::size_t j = 0; j < 2; ++j) net.w_in(Eigen::Index(i), Eigen::Index(j)) = w0(i, j);
    for (std::size_t j = 0; j < 3; ++j) net.w(Eigen::Index(i), Eigen::Index(j)) = lateral(i, j);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    net.neurons.push_back({.tau_m = 0.8, .tau_r = 0.4, .activation = Activation::softplus, .output = true});
    for (std::size_t j = 0; j < 3; ++j) net.w(Eigen::Index(3 + i), Eigen::Index(j)) = w1(i, j);
  }
  net.loss = OutputError::cross_entropy;
  const auto input = [](double t) { return VectorXd{{std::sin(t), std::cos(2.0 * t)}}; };
  const auto target = [](double) { return VectorXd{{0.0, 1.0}}; };
  const OdeResult exact = integrate(net, input, target, std::vector<double>{3.0});

  const auto chip_at_3 = [&](double dt) {
    GleNetwork chip(
        2,
        {{.tau_m = tau_m, .tau_r = tau_r, .bias = bias, .activation = Activation::tanh, .gamma = 0.3},
         {.tau_m = {0.8, 0.8}, .tau_r = {0.4, 0.4}, .bias = {}, .activation = Activation::softplus}},
        {{.from = from_input, .to = 0, .w = w0},
         {.from = 0, .to = 0, .w = lateral},
         {.from = 0, .to = 1, .w = w1}},
        {.dt = dt, .output_error = OutputError::cross_entropy});
    const int ticks = static_cast<int>(std::lround(3.0 / dt));
    for (int n = 0; n <= ticks; ++n) {
      const VectorXd x = input(n * dt);
      chip.tick({x(0), x(1)}, {0.0, 1.0}, true, false);
    }
    std::vector<double> seen;
    for (const auto& layer : chip.state) {
      seen.insert(seen.end(), layer.rate.begin(), layer.rate.end());
      seen.insert(seen.end(), layer.e.begin(), layer.e.end());
    }
    return seen;
  };
  const auto coarse = chip_at_3(1e-3), fine = chip_at_3(5e-4);
  std::vector<double> expected;
  for (const auto& [first, size] : {std::pair{0, 3}, std::pair{3, 2}}) {
    for (int i = 0; i < size; ++i) expected.push_back(exact.rate(0, first + i));
    for (int i = 0; i < size; ++i) expected.push_back(exact.error(0, first + i));
  }
  REQUIRE(coarse.size() == 10);
  REQUIRE(expected.size() == 10);
  for (std::size_t k = 0; k < 10; ++k) {
    INFO("quantity " << k);
    // Extrapolating the two first-order results leaves second order: 1e-6 times the curvature of the signals.
    CHECK_THAT(2.0 * fine[k] - coarse[k], WithinAbs(expected[k], 2e-5));
    CHECK(std::abs(coarse[k] - expected[k]) > 1e-5);
  }
}

TEST_CASE("ODE oracle: the algebraic system is solved to its last digits", "[oracle]") {
  // Strong recurrence and feedback around tanh neurons: F(z) = 0 is checked from the equations, by hand.
  Network net{.neurons = {{.tau_m = 1.0, .tau_r = 0.5, .activation = Activation::tanh, .gamma = 0.5},
                          {.tau_m = 0.4, .tau_r = 0.8, .activation = Activation::tanh, .output = true}},
              .w = MatrixXd{{-2.0, 1.5}, {3.0, -1.0}},
              .w_in = MatrixXd{{1.0}, {0.5}}};
  net = complete(net);
  const VectorXd u{{0.3, -0.2}}, v{{0.1, 0.4}}, zero = VectorXd::Zero(2);
  const Instant now = solve(net, zero, zero, u, v, VectorXd(0), one(0.7), one(1.0));
  const double r0 = std::tanh(now.lookahead(0)), r1 = std::tanh(now.lookahead(1));
  const double s0 = -2.0 * r0 + 1.5 * r1 + 0.7 + 0.5 * now.error(0), s1 = 3.0 * r0 - r1 + 0.35;
  CHECK_THAT(now.lookahead(0), WithinAbs(0.5 * s0 + 0.5 * u(0), 1e-12));
  CHECK_THAT(now.lookahead(1), WithinAbs(2.0 * s1 - u(1), 1e-12));
  const double e0 = now.error(0), e1 = now.error(1);
  const double a0 = (1.0 - r0 * r0) * (-2.0 * e0 + 3.0 * e1);
  const double a1 = (1.0 - r1 * r1) * (1.5 * e0 - e1 + (1.0 - r1));
  CHECK_THAT(e0, WithinAbs(2.0 * a0 - v(0), 1e-12));
  CHECK_THAT(e1, WithinAbs(0.5 * a1 + 0.5 * v(1), 1e-12));
}

TEST_CASE("ODE oracle: error paths", "[oracle]") {
  Network net = chain({{.tau_m = 1.0, .tau_r = 0.1}, {.tau_m = 1.0, .tau_r = 0.1}});
  const std::vector<double> times{1.0};
  net.errors = ErrorPath::instantaneous;
  const OdeResult wires = integrate(net, constant(1.0), constant(3.0), times);
  CHECK_THAT(wires.error(0, 1), WithinAbs(3.0 - wires.rate(0, 1), 1e-12));
  CHECK_THAT(wires.error(0, 0), WithinAbs(wires.error(0, 1), 1e-12));
  net.errors = std::nullopt;
  CHECK(integrate(net, constant(1.0), constant(3.0), times).error.isZero(0.0));
  net.errors = ErrorPath::prospective;
  CHECK(integrate(net, constant(1.0), {}, times).error.isZero(0.0));
}

TEST_CASE("ODE oracle: refuses what does not fit or has no solution", "[oracle]") {
  const std::vector<double> times{1.0};
  Network net = chain({{}});
  CHECK_THROWS_AS(integrate(net, {}, {}, times), std::invalid_argument);  // no input
  CHECK_THROWS_AS(integrate(net, constant(1.0), {}, std::vector<double>{1.0, 1.0}), std::invalid_argument);
  net.neurons[0].tau_m = 0.0;
  CHECK_THROWS_AS(integrate(net, constant(1.0), {}, times), std::invalid_argument);
  // x = softplus(x) + 1 has no solution: softplus(x) > x.
  Network loop = chain({{.activation = Activation::softplus, .bias = 1.0}});
  loop.w(0, 0) = 1.0;
  CHECK_THROWS_AS(rest(loop, one(0.0)), std::runtime_error);
}
