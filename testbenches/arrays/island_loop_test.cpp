// SPDX-License-Identifier: Apache-2.0
// Loops of analog islands: fixed points, stability, and whole networks against an adaptive integrator.
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "arrays/loop_solver.hpp"
#include "arrays/socket.hpp"
#include "oracles/ode_network.hpp"

using namespace leadlag;
using Catch::Matchers::WithinAbs;

namespace {

/// in -> hidden -> out, both nudged by their errors. Loop gain K = gamma beta (1 + w^2) of the linear chip.
std::string nudged(double gain) {
  return R"(
leadlag: 1
chip: {name: x, clock: 1 MHz, time_scale: 10 us, coupling: continuous}
arrays:
  in: {block: input_driver, size: 1, reconstruction: ramp}
  hidden: {block: prospective_neuron, size: 1, activation: linear, tau_m: 10 us, tau_r: 1 us, nudging: 1}
  out: {block: prospective_neuron, size: 1, activation: linear, tau_m: 5 us, tau_r: 5 us}
crossbars:
  w0: {from: in, to: hidden, weights: [[1]], tile: 8x8}
  w1: {from: hidden, to: out, weights: [[2]], tile: 8x8}
blocks: {target_unit: {reconstruction: ramp, beta: )" +
         std::to_string(gain / 4.0) + R"(}}
learning: {system: gle, plastic: []}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";
}

/// Two recurrent layers and an output, every loop there is: lateral, nudged, and through the errors.
const std::string network = R"(
leadlag: 1
chip: {name: x, clock: 10 MHz, time_scale: 10 us, coupling: continuous}
arrays:
  in: {block: input_driver, size: 2, reconstruction: ramp}
  a: {block: prospective_neuron, size: 3, activation: tanh, tau_m: [10 us, 5 us, 8 us], tau_r: [6 us, 5 us, 12 us],
      nudging: 0.2}
  out: {block: prospective_neuron, size: 2, activation: softplus, tau_m: 4 us, tau_r: [1 us, 2 us], nudging: 0.1}
crossbars:
  w_in: {from: in, to: a, weights: [[.5, -.3], [.1, .9], [-.7, .6]], tile: 8x8}
  w_aa: {from: a, to: a, weights: [[.1, -.3, .2], [.2, 0, -.3], [-.2, .1, .1]], tile: 8x8}
  w_out: {from: a, to: out, weights: [[.5, -.6, .4], [.3, .7, -.9]], tile: 8x8}
blocks: {target_unit: {loss: mse, beta: 0.5, reconstruction: ramp}}
learning: {system: gle, output: out, plastic: []}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";

oracle::Network reference(const Design& design) {
  oracle::Network n;
  const double unit = design.chip.time_scale.si;
  n.w = Eigen::MatrixXd::Zero(5, 5), n.w_in = Eigen::MatrixXd::Zero(5, 2);
  const Die die = fabricate(design);
  for (const std::size_t a : {1U, 2U}) {
    for (const auto& p : design.arrays[a].neurons()) {
      n.neurons.push_back({.tau_m = p.tau_m.si / unit,
                           .tau_r = p.tau_r.si / unit,
                           .activation = a == 1 ? oracle::Activation::tanh : oracle::Activation::softplus,
                           .gamma = p.nudging,
                           .output = a == 2});
    }
  }
  for (Eigen::Index i = 0; i < 3; ++i) {
    for (Eigen::Index j = 0; j < 2; ++j) {
      n.w_in(i, j) = die.weights[0][static_cast<std::size_t>(2 * i + j)];
      n.w(3 + j, i) = die.weights[2][static_cast<std::size_t>(3 * j + i)];
    }
    for (Eigen::Index j = 0; j < 3; ++j) n.w(i, j) = die.weights[1][static_cast<std::size_t>(3 * i + j)];
  }
  n.beta = design.blocks.target_unit.beta;
  return n;
}

Eigen::VectorXd input_at(double t) {
  return Eigen::Vector2d(std::sin(1.3 * t), 0.7 * std::sin(0.6 * t + 1.0));
}
Eigen::VectorXd target_at(double t) {
  return Eigen::Vector2d(0.5 + 0.4 * std::cos(t), 0.6 + 0.3 * std::sin(0.8 * t));
}

/// Largest difference of any rate or error of the chip from the reference over 12 time units, at common times
/// 0.1 units apart.
double difference(Socket& s, double tau_p = 0.0) {
  const auto& errors_a = s.errors("a");
  const auto& errors_out = s.errors("out");
  const double tick = s.design.chip.period() / s.design.chip.time_scale;
  const auto every = static_cast<int>(std::lround(0.1 / tick));
  oracle::Network n = reference(s.design);
  n.tau_p = tau_p;
  std::vector<double> times;
  for (int k = 0; k <= 120; ++k) times.push_back(0.1 * k);
  const oracle::OdeResult exact =
      oracle::integrate(n, input_at, target_at, times, {.absolute = 1e-11, .relative = 1e-11});
  double worst = 0.0;
  for (int k = 0; k <= 120 * every; ++k) {
    const Eigen::VectorXd x = input_at(tick * k), target = target_at(tick * k);
    for (std::size_t i = 0; i < 2; ++i) {
      s.x(i, x[static_cast<Eigen::Index>(i)]), s.target(i, target[static_cast<Eigen::Index>(i)]);
    }
    s.cycle();
    if (k % every != 0) continue;
    const Eigen::Index row = k / every;
    for (Eigen::Index i = 0; i < 5; ++i) {
      const auto unit = static_cast<std::size_t>(i < 3 ? i : i - 3);
      const double rate = s.probe(i < 3 ? "a" : "out", unit), error = (i < 3 ? errors_a : errors_out)[unit];
      worst = std::max({worst, std::abs(rate - exact.rate(row, i)), std::abs(error - exact.error(row, i))});
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("the fixed point of nudged islands with K = 0.5, 0.99, 2 and 8", "[island]") {
  Socket a("a", nudged(0.5)), b("b", nudged(0.99)), c("c", nudged(2.0)), d("d", nudged(8.0));
  for (auto& [s, k] : std::vector<std::pair<Socket*, double>>{{&a, .5}, {&b, .99}, {&c, 2.}, {&d, 8.}}) {
    s->x(0, 0.25), s->target(0, 0.0);
    for (int n = 0; n < 2000; ++n) s->cycle();
    CAPTURE(k);
    CHECK_THAT(s->value(0), WithinAbs(0.5 / (1.0 + k), 1e-11));
    const auto islands = s->chip->islands();
    REQUIRE(islands.size() == 1);
    CHECK(islands[0].loop == "hidden.rate -> out.rate -> out.error -> hidden.error");
    CHECK(islands[0].counts.solves == 2000);
    CHECK(islands[0].counts.most <= 8);
    CHECK(islands[0].counts.iterations <= 3 * islands[0].counts.solves);
    CHECK(islands[0].counts.residual <= 1e-12);
  }
}

TEST_CASE("parasitic poles: a nudged island of four poles settles at K = 2 and swings up at K = 8",
          "[island]") {
  // n equal poles: stable below sec(pi/n)^n = 4 for the four adders of this loop.
  const Socket::Settings poles{{"chip.loops", "parasitic_pole"}, {"chip.ticks_per_clock", "700"}};
  Socket low("low", nudged(2.0), poles), high("high", nudged(8.0), poles);
  for (Socket* s : {&low, &high}) s->x(0, 0.25), s->target(0, 0.0);
  for (int n = 0; n < 300; ++n) low.cycle();
  CHECK_THAT(low.value(0), WithinAbs(0.5 / 3.0, 1e-9));
  CHECK(low.chip->islands().at(0).loop.empty());  // no loop is left to close
  double swing = 0.0;
  bool ended = false;
  for (int n = 0; n < 300 && !ended; ++n) {
    try {
      high.cycle();
      swing = std::max(swing, std::abs(high.value(0)));
    } catch (const sc_core::sc_report& report) {
      ended = std::string(report.get_msg_type()) == "leadlag/non-finite";
    }
  }
  CHECK((ended || swing > 1e3));
}

TEST_CASE("a recurrent nudged network follows the adaptive integrator to 1e-6, in second order", "[island]") {
  Socket coarse("coarse", network, {{"chip.clock", "50 MHz"}}),
      fine("fine", network, {{"chip.clock", "100 MHz"}});
  const double a = difference(coarse), b = difference(fine);
  CAPTURE(a, b);
  CHECK(a <= 1e-6);  // tick 0.002 time units
  CHECK(a / b == Approx(4.0).epsilon(0.1));
}

TEST_CASE("more ticks per clock stand for a faster clock", "[island]") {
  Socket clocked("clocked", network, {{"chip.clock", "10 MHz"}});
  Socket ticked("ticked", network, {{"chip.clock", "10 MHz"}, {"chip.ticks_per_clock", "10"}});
  const double a = difference(clocked), b = difference(ticked);
  CAPTURE(a, b);
  // The input is a ramp over the clock period for both; the network's own signals gain.
  CHECK(b < 0.7 * a);
}

TEST_CASE("parasitic poles follow the integrator with the same poles, in first order", "[island]") {
  // A bias that makes the poles of all adders 0.02 time units.
  const Socket::Settings slow{{"chip.clock", "10 MHz"}, {"chip.loops", "parasitic_pole"}};
  const auto with_ticks = [&](const char* ticks) {
    Socket::Settings settings = slow;
    settings.emplace_back("chip.ticks_per_clock", ticks);
    return settings;
  };
  Socket coarse("coarse", network, with_ticks("100")), fine("fine", network, with_ticks("200"));
  const double tau_p =
      parasitic_pole(coarse.design.technology, coarse.design.blocks.prospective_neuron.adder_bias) /
      coarse.design.chip.time_scale;
  const double a = difference(coarse, tau_p), b = difference(fine, tau_p);
  CAPTURE(tau_p, a, b);
  CHECK(a <= 1e-3);
  CHECK(a / b == Approx(2.0).epsilon(0.3));
}

TEST_CASE("the loop solver: a contraction, a stiff gain, several replicas, and loops without solution",
          "[island]") {
  using Values = LoopSolver::Values;
  LoopSolver cosine;
  Values z = Values::Zero(1, 2);
  z(0, 1) = 3.0;
  const auto result = cosine.solve(z, [](const Values& in, Values& out) { out = in.array().cos(); });
  CHECK(result.converged);
  CHECK_THAT(z(0, 0), WithinAbs(0.7390851332151607, 1e-12));  // the Dottie number
  CHECK_THAT(z(0, 1), WithinAbs(0.7390851332151607, 1e-12));

  LoopSolver stiff;
  Values y = Values::Zero(2, 1);
  const auto linear = stiff.solve(y, [](const Values& in, Values& out) {
    out(0, 0) = 1.0 - 800.0 * in(1, 0);
    out(1, 0) = 0.5 * in(0, 0);
  });
  CHECK(linear.converged);
  CHECK(linear.iterations <= 3);
  CHECK_THAT(y(0, 0), WithinAbs(1.0 / 401.0, 1e-12));

  LoopSolver none;
  Values w = Values::Zero(1, 1);
  CHECK_FALSE(none.solve(w, [](const Values& in, Values& out) { out = in.array() + 1.0; }).converged);
  LoopSolver parabola;
  Values v = Values::Zero(1, 1);
  CHECK_FALSE(
      parabola.solve(v, [](const Values& in, Values& out) { out = in.array() + in.array().square() + 1.0; })
          .converged);
}
