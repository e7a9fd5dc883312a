// SPDX-License-Identifier: Apache-2.0
#include "oracles/adjoint_network.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <functional>
#include <numbers>
#include <random>
#include <vector>

#include "oracles/closed_forms.hpp"
#include "oracles/ode_network.hpp"

using namespace leadlag::oracle;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double pi = std::numbers::pi;

/// Four recurrent neurons, two of them outputs, two inputs, a filter on a neuron and one on an input.
Network tangle(Activation activation, OutputError loss) {
  std::mt19937_64 random(5);
  const auto draw = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(random() >> 11) * 0x1p-53;
  };
  Network net{.neurons = {}, .w = MatrixXd(4, 4), .w_in = MatrixXd(4, 2), .loss = loss};
  for (int i = 0; i < 4; ++i) {
    net.neurons.push_back({.tau_m = draw(0.5, 1.5),
                           .tau_r = draw(0.0, 1.2),
                           .activation = activation,
                           .bias = draw(-0.5, 0.5),
                           .gamma = 0.7,  // cut off with the errors
                           .output = i >= 2});
  }
  net.low_passes = {{LowPass::Of::neuron, 1, 0.7}, {LowPass::Of::input, 1, 0.4}};
  net.w_y.resize(4, 2);
  for (auto* m : {&net.w, &net.w_in, &net.w_y}) {
    for (double& w : m->reshaped()) w = draw(-0.5, 0.5);
  }
  return net;
}

VectorXd input_at(double t) {
  return Eigen::Vector2d(std::sin(1.3 * t), 0.7 * std::sin(0.6 * t + 1.0) - 0.2);
}
VectorXd target_at(double t) { return Eigen::Vector2d(0.5 + 0.4 * std::cos(t), 0.5 - 0.4 * std::cos(t)); }

NetworkTask task(double dt, double duration, double from) {
  const auto n = static_cast<Index>(std::lround(duration / dt)) + 1;
  NetworkTask t{MatrixXd(n, 2), MatrixXd(n, 2), dt, static_cast<std::size_t>(std::lround(from / dt))};
  for (Index k = 0; k < n; ++k) {
    t.input.row(k) = input_at(dt * static_cast<double>(k)).transpose();
    t.target.row(k) = target_at(dt * static_cast<double>(k)).transpose();
  }
  return t;
}

/// The same loss with an adaptive integrator in place of the ramps, summed over the same instants.
double ode_cost(Network net, const NetworkTask& t) {
  net.errors = std::nullopt;
  std::vector<double> times;
  for (Index k = 0; k < t.input.rows(); ++k) times.push_back(t.dt * static_cast<double>(k));
  const OdeResult r = integrate(net, input_at, nullptr, times, {.absolute = 1e-12, .relative = 1e-12});
  double sum = 0.0;
  for (Index k = static_cast<Index>(t.first); k < t.input.rows(); ++k)
    sum += 0.5 * (r.rate.row(k).tail(2) - t.target.row(k)).squaredNorm();
  return t.dt * sum;
}

/// One parameter of each kind, and where its derivative is.
struct Parameter {
  const char* name;
  std::function<double&(Network&)> of;
  std::function<double(const NetworkGradient&)> gradient;
};
const std::vector<Parameter> parameters{{"w(3,1)", [](Network& n) -> double& { return n.w(3, 1); },
                                         [](const NetworkGradient& g) { return g.w(3, 1); }},
                                        {"w(0,0)", [](Network& n) -> double& { return n.w(0, 0); },
                                         [](const NetworkGradient& g) { return g.w(0, 0); }},
                                        {"w_in(0,1)", [](Network& n) -> double& { return n.w_in(0, 1); },
                                         [](const NetworkGradient& g) { return g.w_in(0, 1); }},
                                        {"w_y(2,0)", [](Network& n) -> double& { return n.w_y(2, 0); },
                                         [](const NetworkGradient& g) { return g.w_y(2, 0); }},
                                        {"w_y(1,1)", [](Network& n) -> double& { return n.w_y(1, 1); },
                                         [](const NetworkGradient& g) { return g.w_y(1, 1); }},
                                        {"bias(0)", [](Network& n) -> double& { return n.neurons[0].bias; },
                                         [](const NetworkGradient& g) { return g.bias(0); }},
                                        {"tau_m(1)", [](Network& n) -> double& { return n.neurons[1].tau_m; },
                                         [](const NetworkGradient& g) { return g.tau_m(1); }},
                                        {"tau_m(3)", [](Network& n) -> double& { return n.neurons[3].tau_m; },
                                         [](const NetworkGradient& g) { return g.tau_m(3); }},
                                        {"tau_r(1)", [](Network& n) -> double& { return n.neurons[1].tau_r; },
                                         [](const NetworkGradient& g) { return g.tau_r(1); }},
                                        {"tau_r(3)", [](Network& n) -> double& { return n.neurons[3].tau_r; },
                                         [](const NetworkGradient& g) { return g.tau_r(3); }}};

template <class Cost>
double finite_difference(Network net, const Parameter& p, double step, Cost&& cost) {
  const double centre = p.of(net);
  p.of(net) = centre + step;
  const double above = cost(net);
  p.of(net) = centre - step;
  return (above - cost(net)) / (2.0 * step);
}

}  // namespace

TEST_CASE("adjoint oracle: the derivative of its own cost, every kind of parameter", "[oracle]") {
  const NetworkTask t = task(0.05, 8.0, 2.0);
  for (const OutputError loss : {OutputError::mse, OutputError::cross_entropy}) {
    const Network net = tangle(Activation::tanh, loss);
    const NetworkGradient g = exact_gradient(net, t);
    for (const Parameter& p : parameters) {
      const double wanted =
          finite_difference(net, p, 1e-5, [&](const Network& n) { return network_cost(n, t); });
      CAPTURE(p.name, wanted);
      CHECK(std::abs(wanted) > 1e-4);
      CHECK(-t.dt * p.gradient(g) == Approx(wanted).epsilon(1e-7));
    }
  }
}

TEST_CASE("adjoint oracle: its cost closes on the integrated network with dt^2, and so does its gradient",
          "[oracle]") {
  const Network net = tangle(Activation::softplus, OutputError::mse);
  const auto error = [&](double dt) {
    const NetworkTask t = task(dt, 6.0, 0.0);
    return network_cost(net, t) - ode_cost(net, t);
  };
  const double a = error(0.0125), b = error(0.00625);
  CAPTURE(a, b);
  CHECK(std::abs(b) > 1e-8);
  CHECK(a / b == Approx(4.0).epsilon(0.03));
  const NetworkTask t = task(0.02, 6.0, 0.0);
  const NetworkGradient g = exact_gradient(net, t);
  for (const Parameter& p : parameters) {
    const double wanted = finite_difference(net, p, 1e-4, [&](const Network& n) { return ode_cost(n, t); });
    CAPTURE(p.name, wanted);
    CHECK(-t.dt * p.gradient(g) == Approx(wanted).epsilon(3e-4));
  }
}

TEST_CASE("T6 adjoint oracle: one tone through a linear chain, exact and instantaneous", "[oracle]") {
  // input -> neuron 0 (0.4) -> neuron 1 (1.5), teacher 1 and 2, tau 1 / 0.1.
  Network net{.neurons = {{.tau_m = 1.0, .tau_r = 0.1}, {.tau_m = 1.0, .tau_r = 0.1, .output = true}},
              .w = MatrixXd{{0.0, 0.0}, {1.5, 0.0}},
              .w_in = MatrixXd{{0.4}, {0.0}}};
  struct Row {
    double w, bp;
  };
  for (const auto& [w, bp] : std::vector<Row>{{0.1, 0.9937}, {1.0, 0.3921}, {2.0, -1.1834}}) {
    const double dt = 2.0 * pi / w / std::ceil(2.0 * pi / w / 0.005);
    const std::complex<double> h = LeadLagForm{1.0, 0.1}.response(w), wanted = 2.0 * h * h;
    const auto period = static_cast<Index>(std::lround(2.0 * pi / (w * dt)));
    const Index settle = static_cast<Index>(std::ceil(30.0 / (dt * static_cast<double>(period)))) * period;
    NetworkTask t{MatrixXd(settle + period, 1), MatrixXd(settle + period, 1), dt,
                  static_cast<std::size_t>(settle)};
    for (Index k = 0; k < t.input.rows(); ++k) {
      const double angle = w * dt * static_cast<double>(k);
      t.input(k, 0) = std::sin(angle);
      t.target(k, 0) = std::imag(wanted * std::polar(1.0, angle));
    }
    const std::complex<double> error = wanted - 0.6 * h * h;
    const double exact0 = 0.5 * std::real(error * std::conj(1.5 * h * h)),
                 exact1 = 0.5 * std::real(error * std::conj(0.4 * h * h));
    const double count = static_cast<double>(period);
    const NetworkGradient g = exact_gradient(net, t), wires = instantaneous_gradient(net, t);
    CAPTURE(w);
    CHECK(g.w_in(0, 0) / count == Approx(exact0).epsilon(1e-4));
    CHECK(g.w(1, 0) / count == Approx(exact1).epsilon(1e-4));
    CHECK(wires.w_in(0, 0) / count / exact0 == Approx(bp).epsilon(2e-3));
  }
}

TEST_CASE("adjoint oracle: refuses a task of another shape", "[oracle]") {
  NetworkTask t = task(0.1, 1.0, 0.0);
  t.target.conservativeResize(t.target.rows() - 1, 2);
  CHECK_THROWS_AS(exact_gradient(tangle(Activation::tanh, OutputError::mse), t), std::invalid_argument);
}
