// SPDX-License-Identifier: Apache-2.0
// Neurons whose lookahead is made by an adaptation current, as part of a die.
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

#include "arrays/socket.hpp"
#include "design/diagnostic.hpp"
#include "oracles/golden.hpp"
#include "oracles/ode_network.hpp"

using namespace leadlag;
using Catch::Matchers::Contains;

namespace {

using Complex = std::complex<double>;

/// One neuron behind one pin; tau = 1000 cycles, tau_a in units of tau.
std::string one_neuron(double tau_a, const std::string& detail) {
  return "leadlag: 1\n"
         "chip: {name: x, clock: 1 MHz, time_scale: 1 ms, coupling: continuous, detail: " +
         detail +
         "}\n"
         "arrays:\n"
         "  in: {block: input_driver, size: 1, reconstruction: ramp}\n"
         "  out: {block: prospective_neuron, size: 1, activation: linear, tau_m: 1 ms, tau_r: 1 ms, tau_a: " +
         std::to_string(tau_a) +
         " ms}\n"
         "crossbars: {w: {from: in, to: out, weights: [[1]], tile: 8x8}}\n"
         "learning: {system: none}\n"
         "task: {kind: tones, frequencies: [1]}\n"
         "schedule: {cycles: 1}\n";
}

/// Gain and phase at omega (1 / tau), after 15 tau of waiting.
Complex response(Socket& s, double omega) {
  const double step = 1e-3 * omega;
  const int period = static_cast<int>(std::lround(2.0 * std::numbers::pi / step));
  const double w = 2.0 * std::numbers::pi / period;  // whole cycles a period
  const int wait = 15000 / period * period + period;
  Complex in = 0.0, out = 0.0;
  for (int n = 0; n < wait + period; ++n) {
    const double x = std::sin(w * n);
    s.x(0, x);
    s.cycle();
    if (n < wait) continue;
    in += x * std::polar(1.0, -w * n), out += s.probe("out", 0) * std::polar(1.0, -w * n);
  }
  return out / in;
}

/// What the equations have at the frequency that whole cycles allow: within 1e-5 of the table's.
Complex closed_form(double tau_a, double omega) {
  const int period = static_cast<int>(std::lround(2.0 * std::numbers::pi / (1e-3 * omega)));
  const Complex s(0.0, 2000.0 * std::numbers::pi / period);
  return (1.0 + s * (1.0 + tau_a)) / ((1.0 + s) * (1.0 + s * tau_a));
}

}  // namespace

TEST_CASE("T13 die: a neuron whose lookahead is an adaptation current has the golden response", "[island]") {
  const auto golden = oracle::read_csv(oracle::golden_path("adaptive_lookahead.csv"));
  REQUIRE(golden.rows.size() == 20);
  struct Row {
    double tau_a, omega, gain, degrees;
  };
  std::vector<Row> rows;
  std::vector<std::unique_ptr<Socket>> chips;
  for (const auto& r : golden.rows) {
    if (r[1] < 0.5 || r[1] > 20.0) continue;  // cycles are too many, or too long
    rows.push_back({r[0], r[1], r[2], r[3]});
    chips.push_back(std::make_unique<Socket>("n" + std::to_string(chips.size()), one_neuron(r[0], "tile")));
  }
  REQUIRE(rows.size() == 12);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const Row& row = rows[k];
    CAPTURE(row.tau_a, row.omega);
    const Complex table = std::polar(row.gain, row.degrees * std::numbers::pi / 180.0);
    CHECK(std::abs(closed_form(row.tau_a, row.omega) / table - 1.0) <= 2e-3 * row.omega * row.tau_a + 2e-5);
    // The pole hears its input half a tick late: of first order in the tick, 1e-3 tau.
    const Complex seen = response(*chips[k], row.omega);
    CHECK(std::abs(seen / closed_form(row.tau_a, row.omega) - 1.0) <= 0.6e-3 * row.omega);
    CHECK(std::abs(seen / table - 1.0) <= 1e-3 * row.omega);
  }
}

TEST_CASE("adaptation: structural and tile detail agree", "[island]") {
  Socket tile("tile", one_neuron(0.05, "tile")), structural("structural", one_neuron(0.05, "structural"));
  double worst = 0.0, moved = 0.0;
  for (int n = 0; n < 500; ++n) {
    for (Socket* s : {&tile, &structural}) s->x(0, std::sin(0.03 * n) + (n > 100 ? 0.5 : 0.0)), s->cycle();
    const double off = std::abs(tile.probe("out", 0) - structural.probe("out", 0));
    if (!(off <= worst)) worst = std::isnan(off) ? 1e300 : off;
    moved = std::max(moved, std::abs(tile.probe("out", 0)));
  }
  CHECK(worst <= 1e-13);
  CHECK(moved > 0.5);
}

TEST_CASE("adaptation: a recurrent network follows its differential equations, in first order of the tick",
          "[island]") {
  const std::string network = R"(
leadlag: 1
chip: {name: x, clock: 10 MHz, time_scale: 10 us, coupling: continuous}
arrays:
  in: {block: input_driver, size: 1, reconstruction: ramp}
  a: {block: prospective_neuron, size: 2, activation: tanh, tau_m: [10 us, 6 us], tau_r: [10 us, 3 us], tau_a: [1 us, 2 us]}
crossbars:
  w_in: {from: in, to: a, weights: [[.9], [-.4]], tile: 8x8}
  w_aa: {from: a, to: a, weights: [[.1, -.8], [.7, .2]], tile: 8x8}
learning: {system: none}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";
  oracle::Network net;
  net.neurons = {{.tau_m = 1.0, .tau_r = 1.0, .activation = oracle::Activation::tanh, .tau_a = 0.1},
                 {.tau_m = 0.6, .tau_r = 0.3, .activation = oracle::Activation::tanh, .tau_a = 0.2}};
  net.w = Eigen::MatrixXd{{0.1, -0.8}, {0.7, 0.2}}, net.w_in = Eigen::MatrixXd{{0.9}, {-0.4}};
  net.errors = std::nullopt;
  const auto drive = [](double t) { return std::sin(1.3 * t) + 0.5 * std::sin(4.0 * t); };
  Socket coarse("coarse", network), fine("fine", network, {{"chip.ticks_per_clock", "10"}});
  std::vector<double> times;
  for (int n = 0; n < 1000; ++n) times.push_back(0.01 * (n + 1));
  const auto reference =
      oracle::integrate(net, [&](double t) { return Eigen::VectorXd::Constant(1, drive(t)); }, {}, times, {});
  double worst_coarse = 0.0, worst_fine = 0.0;
  for (int n = 0; n <= 1000; ++n) {
    for (Socket* s : {&coarse, &fine}) s->x(0, drive(0.01 * n)), s->cycle();
    for (Eigen::Index i = 0; n > 0 && i < 2; ++i) {
      const double r = reference.rate(n - 1, i);
      const auto off = [&](const Socket& s) {
        return std::abs(s.probe("a", static_cast<std::size_t>(i)) - r);
      };
      worst_coarse = std::max(worst_coarse, off(coarse)), worst_fine = std::max(worst_fine, off(fine));
    }
  }
  CAPTURE(worst_coarse, worst_fine);
  CHECK(reference.rate.cwiseAbs().maxCoeff() > 0.5);
  CHECK(worst_coarse < 0.03);
  CHECK(worst_fine < 0.15 * worst_coarse);
}

TEST_CASE("adaptation: what it cannot do is said with what to change", "[design]") {
  const auto said = [](const Socket::Settings& settings) -> std::string {
    try {
      parse_design("x.yaml", one_neuron(0.05, "tile"),
                   {.presets = {}, .settings = settings, .technology_folder = LEADLAG_TECHNOLOGY_DIR});
    } catch (const DesignError& e) {
      return e.what();
    }
    return {};
  };
  CHECK(said({}).empty());
  CHECK_THAT(said({{"chip.coupling", "sampled"}}), Contains("needs coupling: continuous"));
  CHECK_THAT(said({{"arrays.out.tau_a", "4 us"}}), Contains("use ticks_per_clock: 2 or more"));
  CHECK(said({{"arrays.out.tau_a", "4 us"}, {"chip.ticks_per_clock", "2"}}).empty());
  CHECK_THAT(said({{"arrays.out.size", "2"},
                   {"crossbars.w.weights", "[[1], [1]]"},
                   {"arrays.out.tau_a", "[50 us, 0 us]"}}),
             Contains("every neuron of 'out' has a tau_a or none"));
}
