// SPDX-License-Identifier: Apache-2.0
// Continuous coupling against closed forms: what an analog island computes between two clock edges.
#include <Eigen/Dense>
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>
#include <vector>

#include "arrays/socket.hpp"
#include "oracles/closed_forms.hpp"

using namespace leadlag;

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

}  // namespace

TEST_CASE("a chain of L ramp blocks: gain and phase, quartered by half the tick", "[island]") {
  const int depth = GENERATE(1, 5);
  Socket coarse("coarse", chain(depth, "10 kHz", "10 ms", "2 ms"));
  Socket fine("fine", chain(depth, "20 kHz", "10 ms", "2 ms"));
  const double w = 2.0 * pi * 100.0;
  const auto response = [&](Socket& s) {
    const double period = s.design.chip.period().si;
    std::vector<double> out;
    for (int n = 0; n < static_cast<int>(0.4 / period); ++n) {
      s.x(0, std::sin(w * period * n));
      s.cycle();
      out.push_back(s.value(0));
    }
    return amplitude(out, w, period) / std::pow(oracle::LeadLagForm{10e-3, 2e-3}.response(w), depth);
  };
  const auto a = response(coarse), b = response(fine);
  const double bound = depth * std::pow(w * 100e-6, 2) / 12.0;
  const double gain_a = std::abs(a) - 1.0, gain_b = std::abs(b) - 1.0;
  const double phase_a = std::arg(a) * 180.0 / pi, phase_b = std::arg(b) * 180.0 / pi;
  INFO(depth << " blocks: gain " << gain_a << " " << gain_b << " bound " << bound << " phase " << phase_a
             << " " << phase_b);
  CHECK(std::abs(gain_a) <= 1.1 * bound);
  CHECK(std::abs(phase_a) <= 0.002);
  CHECK(gain_a / gain_b == Approx(4.0).epsilon(0.02));
  CHECK(phase_a / phase_b == Approx(4.0).epsilon(0.02));
}
