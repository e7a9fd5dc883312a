// SPDX-License-Identifier: Apache-2.0
// Noise and saturation of stages in analog islands, seen on chips: kT/C of a membrane and density of an adder
// whatever the ticks, and loops whose stages leave their linear range.
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "arrays/socket.hpp"

using namespace leadlag;

namespace {

constexpr std::size_t units = 64;

/// 64 neurons `a` of which each drives one of `b`. Of `a` only the adders are noisy, of `b` only the
/// membranes, or nothing.
std::string pairs(const std::string& tau_b) {
  return R"(
leadlag: 1
chip: {name: x, clock: 10 MHz, time_scale: 1 us, coupling: continuous, fidelity: circuit,
       full_scale: {voltage: 25 mV, current: 500 nA}}
physics: {effects: [noise]}
arrays:
  in: {block: input_driver, size: 1, reconstruction: ramp}
  a: {block: prospective_neuron, size: 64, activation: linear, tau_m: 10 us, tau_r: 10 us}
  b: {block: prospective_neuron, size: 64, activation: linear, tau_m: )" +
         tau_b + R"(, tau_r: 0 us}
crossbars:
  w0: {from: in, to: a, weights: zero, tile: 64x64}
  w1: {from: a, to: b, weights: zero, tile: 64x64}
learning: {system: none}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";
}
void only_adders_of_a(Die& die) {
  for (auto& p : die.neuron_physics[2]) p.capacitor_noise = p.adder_noise = 0.0;
  for (std::size_t i = 0; i < units; ++i) die.weights[1][i * units + i] = 1.0;
}

/// Mean square of what the membranes of `b` pass on, at rest, every `every` cycles.
double variance(Socket& s, int cycles, int every) {
  double square = 0.0;
  int samples = 0;
  for (int n = 0; n < cycles; ++n) {
    s.cycle();
    if (n < 5 * every || n % every != 0) continue;
    for (std::size_t i = 0; i < units; ++i) {
      const double v = s.probe("b", i, "membrane");
      square += v * v, ++samples;
    }
  }
  REQUIRE(samples > 10000);
  return square / samples;
}

const double energy = 2.6 * 1.380649e-23 * 300.0;  // gamma k T of cmos180, J

}  // namespace

TEST_CASE("island physics: a neuron's noise is gamma k T / C whatever the ticks of a clock", "[island]") {
  // 250 samples a time constant apart from each of 64 neurons: variance to 1.3 %.
  const std::string chip = pairs("1 us");
  Socket once("once", chip), often("often", chip, {{"chip.ticks_per_clock", "4"}}),
      bent("bent", chip, {{"physics.effects", "[noise, saturation]"}, {"chip.ticks_per_clock", "2"}});
  for (Socket* s : {&once, &often, &bent}) {
    CHECK(variance(*s, 2500, 10) == Approx(energy / 1e-12 / (25e-3 * 25e-3)).epsilon(0.05));
  }
}

TEST_CASE("island physics: an adder's noise has one density at low frequency, whatever the ticks",
          "[island]") {
  // White noise of density 4 v tau_p through a low-pass of tau has the variance v tau_p / tau. tau_p = C_p 2
  // U_T / (kappa I) by hand, 10 fF at 100 nA and kappa 0.7: 7.4 ns. 600 cycles between samples: 6 tau.
  const double tau_p = 10e-15 * 2.0 * (1.380649e-23 * 300.0 / 1.602176634e-19) / (0.7 * 100e-9);
  const double expected = energy / 10e-15 / (25e-3 * 25e-3) * tau_p / 2e-6;
  const std::string chip = pairs("2 us");
  Socket once("once", chip, {}, only_adders_of_a),
      often("often", chip, {{"chip.ticks_per_clock", "5"}}, only_adders_of_a),
      poled("poled", chip, {{"chip.ticks_per_clock", "70"}, {"chip.loops", "parasitic_pole"}},
            only_adders_of_a);
  CHECK(variance(once, 10000, 50) == Approx(expected).epsilon(0.06));
  CHECK(variance(often, 10000, 50) == Approx(expected).epsilon(0.06));
  CHECK(variance(poled, 10000, 50) == Approx(expected).epsilon(0.06));
}

namespace {

/// A nudged loop whose stages lead by five: beyond 15 mV of 25 mV per unit they run to their rails.
const std::string leading = R"(
leadlag: 1
chip: {name: x, clock: 1 MHz, time_scale: 10 us, coupling: continuous, fidelity: circuit}
physics: {effects: [saturation]}
arrays:
  in: {block: input_driver, size: 1, reconstruction: ramp}
  a: {block: prospective_neuron, size: 2, activation: tanh, tau_m: 10 us, tau_r: 50 us, nudging: 0.1}
  out: {block: prospective_neuron, size: 1, activation: tanh, tau_m: 10 us, tau_r: 10 us, nudging: 0.1}
crossbars:
  w0: {from: in, to: a, weights: [[1], [-0.7]], tile: 8x8}
  w1: {from: a, to: out, weights: [[1, -1]], tile: 8x8}
blocks: {target_unit: {reconstruction: ramp}}
learning: {system: gle, output: out, plastic: []}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";

}  // namespace

TEST_CASE("island physics: loops close while stages stand at their rails and come back", "[island]") {
  Socket s("s", leading), linear("linear", leading, {{"physics.effects", "[leakage]"}});
  double largest = 0.0, apart = 0.0, ended = 1.0;
  for (int n = 0; n < 2000; ++n) {
    const double x = n < 1000 ? 3.0 * std::sin(0.05 * n) : 0.0;
    for (Socket* c : {&s, &linear}) c->x(0, x), c->target(0, 0.5 * x), c->cycle();
    largest = std::max(largest, std::abs(s.probe("a", 0, "membrane")));
    apart = std::max(apart, std::abs(s.value(0) - linear.value(0)));
    ended = std::abs(s.value(0) - linear.value(0));
    REQUIRE(std::isfinite(s.value(0)));
  }
  CHECK(largest > 1.0);
  CHECK(apart > 0.1);   // the rails were reached
  CHECK(ended < 1e-9);  // 100 tau later both rest
  const auto islands = s.chip->islands();
  REQUIRE(islands.size() == 1);
  CHECK(islands[0].counts.residual <= 1e-12);
}

TEST_CASE("island physics: a plasticity cell's multiplier follows a rate with its own pole", "[island]") {
  // A constant error, and a rate that rises from 0 to 1 within a clock period: behind the pole it is
  // 1 - tau_c / T (1 - e^(-T / tau_c)) e^(-k T / tau_c) k periods later, and so grows the weight.
  const std::string chip = R"(
leadlag: 1
chip: {name: x, clock: 1 MHz, time_scale: 10 us, coupling: continuous,
       fidelity: {default: ideal, plasticity_cell: circuit}}
physics: {effects: [settling]}
arrays:
  in: {block: input_driver, size: 1, reconstruction: ramp}
  out: {block: prospective_neuron, size: 1, activation: linear, tau_m: 2 us, tau_r: 2 us}
crossbars:
  w: {from: in, to: out, weights: zero, tile: 8x8}
blocks: {target_unit: {reconstruction: ramp}, plasticity_cell: {bias: 1 nA}}
learning: {system: gle, plastic: [w]}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";
  Socket s("s", chip), ideal("ideal", chip, {{"physics.effects", "[leakage]"}});
  const double eta = 1e-6, error = 0.5;  // the weight stays so small that the error does not notice
  const Technology& t = s.design.technology;
  const double u_t = 1.380649e-23 * t.temperature.si / 1.602176634e-19;
  const double inversion = 0.5 * (1.0 + std::sqrt(1.0 + 4e-9 / t.multiplier_specific_current.si));
  const double tau = t.multiplier_capacitance.si * 2.0 * u_t / (t.kappa * 1e-9) * inversion, period = 1e-6;
  REQUIRE(tau > 0.2 * period);
  std::vector<double> weights, ideal_weights;
  for (int n = 0; n < 120; ++n) {
    for (Socket* c : {&s, &ideal}) {
      c->x(0, n < 100 ? 0.0 : 1.0), c->target(0, error), c->learn = true, c->eta = eta;
      c->cycle();
    }
    weights.push_back(s.read("w")[0]), ideal_weights.push_back(ideal.read("w")[0]);
  }
  CHECK(weights[99] == 0.0);
  for (int k = 0; k < 20; ++k) {
    const auto n = static_cast<std::size_t>(100 + k);
    const double seen = 1.0 - tau / period * (1.0 - std::exp(-period / tau)) * std::exp(-k * period / tau);
    CAPTURE(k);
    CHECK((weights[n] - weights[n - 1]) / (eta * error) == Approx(seen).epsilon(1e-4));
    CHECK((ideal_weights[n] - ideal_weights[n - 1]) / (eta * error) == Approx(1.0).epsilon(1e-4));
  }
}
