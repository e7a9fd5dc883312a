// SPDX-License-Identifier: Apache-2.0
// Continuous coupling against closed forms: what an analog island computes between two clock edges.
#include <Eigen/Dense>
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>
#include <vector>

#include "arrays/loop_solver.hpp"
#include "arrays/socket.hpp"
#include "oracles/closed_forms.hpp"
#include "oracles/ode_network.hpp"

using namespace leadlag;
using Catch::Matchers::WithinAbs;

namespace {

constexpr double pi = std::numbers::pi;

/// Complex amplitude of a signal at angular frequency w, by least squares on the second half of its samples.
std::complex<double> amplitude(const std::vector<double>& signal, double w, double period) {
  const auto n = static_cast<Eigen::Index>(signal.size()), from = n / 2;
  Eigen::MatrixX2d basis(n - from, 2);
  Eigen::VectorXd values(n - from);
  for (Eigen::Index k = from; k < n; ++k) {
    basis(k - from, 0) = std::sin(w * period * static_cast<double>(k));
    basis(k - from, 1) = std::cos(w * period * static_cast<double>(k));
    values[k - from] = signal[static_cast<std::size_t>(k)];
  }
  const Eigen::Vector2d x = basis.colPivHouseholderQr().solve(values);
  return {x[0], x[1]};
}

constexpr const char* tail = "task: {kind: tones, frequencies: [1]}\nschedule: {cycles: 1}\n";

/// A chain of `depth` linear neurons behind one analog pin, all in one island.
std::string chain(int depth, const std::string& clock, const std::string& tau_m, const std::string& tau_r) {
  std::string arrays = "  in: {block: input_driver, size: 1, reconstruction: ramp}\n", crossbars, from = "in";
  for (int l = 0; l < depth; ++l) {
    const std::string name = "n" + std::to_string(l);
    arrays += "  " + name + ": {block: prospective_neuron, size: 1, activation: linear, tau_m: " + tau_m +
              ", tau_r: " + tau_r + "}\n";
    crossbars +=
        "  w" + std::to_string(l) + ": {from: " + from + ", to: " + name + ", weights: [[1]], tile: 16x16}\n";
    from = name;
  }
  return "leadlag: 1\nchip: {name: x, clock: " + clock + ", coupling: continuous}\narrays:\n" + arrays +
         "crossbars:\n" + crossbars +
         "learning: {system: none, plastic: []}\ntask: {kind: tones, frequencies: [1]}\nschedule: {cycles: "
         "1}\n";
}

/// Response of the chip's output to a sine on its input, relative to the closed form of the chain.
std::complex<double> chain_error(Socket& s, int depth, const oracle::LeadLagForm& block, double w) {
  const double period = s.design.chip.period().si;
  std::vector<double> out;
  for (int n = 0; n < static_cast<int>(1.0 / period); ++n) {
    s.x(0, std::sin(w * period * n));
    s.cycle();
    out.push_back(s.value(0));
  }
  return amplitude(out, w, period) / std::pow(block.response(w), depth);
}

struct ChainCase {
  int depth;
  const char *tau_m, *tau_r;
  oracle::LeadLagForm form;
};
struct ChainErrors {
  double gain, phase;  // relative; degrees
};

/// The same chain with ticks of 100 us and of 50 us at 100 Hz; checks the gain.
std::pair<ChainErrors, ChainErrors> check_chain(const ChainCase& c) {
  Socket coarse("coarse", chain(c.depth, "10 kHz", c.tau_m, c.tau_r));
  Socket fine("fine", chain(c.depth, "20 kHz", c.tau_m, c.tau_r));
  const double w = 2.0 * pi * 100.0;
  const auto errors = [&](Socket& s) {
    const auto ratio = chain_error(s, c.depth, c.form, w);
    return ChainErrors{std::abs(ratio) - 1.0, std::arg(ratio) * 180.0 / pi};
  };
  const ChainErrors a = errors(coarse), b = errors(fine);
  INFO(c.depth << " blocks, gain error " << a.gain << " and " << b.gain << ", phase " << a.phase << " and "
               << b.phase);
  CHECK(std::abs(a.gain) <= 1.1 * c.depth * std::pow(w * 100e-6, 2) / 12.0);
  CHECK(std::abs(a.gain) > 1e-6);
  CHECK(a.gain / b.gain == Approx(4.0).epsilon(0.02));
  return {a, b};
}

}  // namespace

TEST_CASE("a cascade of leaky ramp blocks: gain error (w tick)^2 / 12 per block, no phase", "[island]") {
  const auto [a, b] = check_chain({5, "10 ms", "0 s", {10e-3, 0.0}});
  CHECK(a.gain == Approx(-5.0 * std::pow(2.0 * pi * 100.0 * 100e-6, 2) / 12.0).epsilon(0.01));
  CHECK_THAT(a.phase, WithinAbs(0.0, 1e-5));
}

TEST_CASE("a cascade of two leading ramp blocks: phase within 0.002 degrees, quartered", "[island]") {
  const auto [a, b] = check_chain({2, "10 ms", "15 ms", {10e-3, 15e-3}});
  CHECK(std::abs(a.phase) <= 0.002);
  CHECK(a.phase / b.phase == Approx(4.0).epsilon(0.02));
}

TEST_CASE("a cascade of three lagging ramp blocks: phase as the residue of the ramp predicts", "[island]") {
  const auto [a, b] = check_chain({3, "10 ms", "2 ms", {10e-3, 2e-3}});
  // Only the capacitor's part of the output sees the ramp in place of the sine.
  const double w = 2.0 * pi * 100.0, rho = 0.2;
  const std::complex<double> part = (1.0 - rho) / std::complex<double>(1.0, w * 2e-3);
  CHECK(a.phase == Approx(-3.0 * std::pow(w * 100e-6, 2) / 12.0 * part.imag() * 180.0 / pi).epsilon(0.01));
  CHECK(a.phase / b.phase == Approx(4.0).epsilon(0.02));
}

TEST_CASE("the two-pole neuron follows its closed form within 1e-4 V", "[island]") {
  Socket s("s", R"(
leadlag: 1
chip: {name: x, clock: 10 kHz, coupling: continuous}
arrays:
  in: {block: input_driver, size: 1, reconstruction: ramp}
  smooth: {block: synaptic_low_pass, from: in, tau_s: 5 ms}
  n: {block: prospective_neuron, size: 1, activation: linear, tau_m: 10 ms, tau_r: 15 ms}
crossbars:
  w: {from: smooth, to: n, weights: [[1]], tile: 8x8}
learning: {system: none, plastic: []}
)" + std::string(tail));
  const oracle::TwoPoleNeuron form(5e-3, 10e-3, 15e-3);
  for (const double frequency : {10.0, 100.0}) {
    s.reset();
    const double w = 2.0 * pi * frequency;
    double worst = 0.0, largest = 0.0;
    for (int n = 0; n < 10000; ++n) {
      const double t = 100e-6 * n;
      s.x(0, 0.5 * std::sin(w * t));
      s.cycle();
      worst = std::max(worst, std::abs(s.value(0) - form.sine(t, 0.5, w)));
      largest = std::max(largest, std::abs(s.value(0)));
    }
    CAPTURE(frequency, worst);
    CHECK(worst <= (frequency < 50.0 ? 2e-6 : 1e-4));
    CHECK(largest > 0.05);
  }
}

TEST_CASE("T3 in continuous coupling: a held step is answered exactly, whatever the tick", "[island]") {
  const std::string text = R"(
leadlag: 1
chip: {name: x, clock: 1 MHz, time_scale: 10 us, coupling: continuous}
arrays:
  in: {block: input_driver, size: 1}
  n: {block: prospective_neuron, size: 1, activation: linear, tau_m: 10 us, tau_r: 1 us}
crossbars:
  w: {from: in, to: n, weights: [[1]], tile: 8x8}
learning: {system: gle, plastic: []}
)" + std::string(tail);
  Socket one("one", text), three("three", text, {{"chip.ticks_per_clock", "3"}});
  const oracle::LeadLagForm neuron{1.0, 0.1}, error{0.1, 1.0};
  for (Socket* s : {&one, &three}) {
    const auto& e = s->errors("n");
    s->target_on = false;
    s->cycle();  // time 0: at rest
    s->x(0, 1.0);
    for (int n = 1; n <= 40; ++n) {  // steps right after time 0
      s->cycle();
      CHECK_THAT(s->value(0), WithinAbs(neuron.step(0.1 * n), 1e-13));
    }
    s->reset();
    s->x(0, 0.0), s->target(0, 0.0), s->target_on = true;
    s->cycle();
    s->target(0, 1.0);
    for (int n = 1; n <= 40; ++n) {
      s->cycle();
      CHECK_THAT(e[0], WithinAbs(error.step(0.1 * n), 1e-12));
    }
  }
}

TEST_CASE("T1 and T5 in continuous coupling: Bode table of neuron and error unit, H G = 1", "[island]") {
  // The tick is 0.002 time units: (w tick)^2 / 12 <= 3.4e-5 up to w = 10.
  const std::string text = R"(
leadlag: 1
chip: {name: x, clock: 50 MHz, time_scale: 10 us, coupling: continuous}
arrays:
  in: {block: input_driver, size: 1, reconstruction: ramp}
  n: {block: prospective_neuron, size: 1, activation: linear, tau_m: 10 us, tau_r: 1 us}
crossbars:
  w: {from: in, to: n, weights: [[1]], tile: 8x8}
blocks: {target_unit: {reconstruction: ramp}}
learning: {system: gle, plastic: []}
)" + std::string(tail);
  Socket fast("fast", text), slow("slow", text, {{"arrays.n.tau_m", "24 us"}});
  struct Row {
    Socket& socket;
    double w, gain, phase;
  };
  const std::vector<Row> table{{fast, 1.0, .710634, -39.2894},
                               {fast, 0.1, .995087, -5.1377},
                               {fast, 3.1623, .316226, -54.9032},
                               {fast, 10.0, .140720, -39.2894},
                               {slow, 1.0, .386534, -61.6695}};
  const auto& fast_error = fast.errors("n");
  const auto& slow_error = slow.errors("n");
  for (const auto& [s, w, gain, phase] : table) {
    const auto measure = [&](bool target) {
      s.reset();
      s.target_on = target;
      std::vector<double> out;
      const int cycles = static_cast<int>((40.0 + 4.0 * pi / w) / 0.002);
      for (int n = 0; n < cycles; ++n) {
        const double wave = std::sin(w * 0.002 * n);
        s.x(0, target ? 0.0 : wave), s.target(0, target ? wave : 0.0);
        s.cycle();
        out.push_back(target ? (&s == &fast ? fast_error : slow_error)[0] : s.value(0));
      }
      return amplitude(out, w, 0.002);
    };
    const std::complex<double> h = measure(false), g = measure(true);
    CAPTURE(w, gain, phase, h, g);
    const std::complex<double> exact = std::polar(gain, phase * pi / 180.0);
    CHECK(std::abs(h / exact - 1.0) <= 1e-4);
    CHECK(std::abs(g * exact - 1.0) <= 1e-4);
    CHECK(std::abs(h * g - 1.0) <= 1e-4);
    const std::complex<double> ratio = g / std::conj(h);
    CHECK(ratio.real() > 0.0);
    CHECK_THAT(std::arg(ratio), WithinAbs(0.0, 1e-4));
  }
}

TEST_CASE("T6 in continuous coupling: gradients of one tone against the exact ones", "[island]") {
  Socket s("s", R"(
leadlag: 1
chip: {name: x, clock: 10 MHz, time_scale: 10 us, coupling: continuous}
arrays:
  in: {block: input_driver, size: 1, reconstruction: ramp}
  a: {block: prospective_neuron, size: 1, activation: linear, tau_m: 10 us, tau_r: 1 us}
  b: {block: prospective_neuron, size: 1, activation: linear, tau_m: 10 us, tau_r: 1 us}
crossbars:
  w0: {from: in, to: a, weights: [[.4]], tile: 8x8}
  w1: {from: a, to: b, weights: [[1.5]], tile: 8x8}
blocks: {target_unit: {reconstruction: ramp}}
learning: {system: gle, update: host, every: 1 tick}
)" + std::string(tail));
  struct Row {
    double w, ratio0, ratio1;
  };
  for (const auto& [w, ratio0, ratio1] :
       std::vector<Row>{{0.1, 1.0199, 1.0099}, {1.0, 3.9212, 1.9802}, {2.0, 23.114, 4.8077}}) {
    s.reset();
    const double dt = 0.01;
    const auto period = static_cast<int>(std::lround(2.0 * pi / (w * dt)));  // whole periods of whole ticks
    const double near = 2.0 * pi / (period * dt);
    const std::complex<double> h = oracle::LeadLagForm{1.0, 0.1}.response(near);
    // -dC/dw of C = mean of (target - output)^2 / 2, exactly: phasors of the sensitivities.
    const std::complex<double> output = 0.4 * 1.5 * h * h, target = 1.0 * 2.0 * h * h,
                               error = target - output;
    const double exact0 = 0.5 * std::real(error * std::conj(1.5 * h * h)),
                 exact1 = 0.5 * std::real(error * std::conj(0.4 * h * h));
    const int settle = 4000 / period * period + period, measured = 10 * period;
    for (int n = 0; n < settle + measured; ++n) {
      const double t = 2.0 * pi * n / period;
      s.x(0, std::sin(t));
      s.target(0, std::abs(target) * std::sin(t + std::arg(target)));
      s.learn = n >= settle;
      if (n == settle) s.take("w0"), s.take("w1");
      s.cycle();
    }
    const double g0 = s.take("w0")[0] / measured, g1 = s.take("w1")[0] / measured;
    const double one = (1.0 + near * near) / (1.0 + 0.01 * near * near);
    CAPTURE(w, g0 / exact0, g1 / exact1, one);
    CHECK(g0 / exact0 == Approx(one * one).epsilon(1e-3));
    CHECK(g1 / exact1 == Approx(one).epsilon(1e-3));
    CHECK(g0 / exact0 == Approx(ratio0).epsilon(2e-3));  // rounded to whole ticks
    CHECK(g1 / exact1 == Approx(ratio1).epsilon(2e-3));
  }
}
