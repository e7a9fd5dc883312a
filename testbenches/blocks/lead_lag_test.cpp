// SPDX-License-Identifier: Apache-2.0
#include "blocks/lead_lag.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <cstddef>
#include <functional>
#include <limits>
#include <numbers>
#include <random>
#include <tuple>
#include <vector>

#include "blocks/error_unit.hpp"
#include "blocks/prospective_neuron.hpp"
#include "blocks/synaptic_low_pass.hpp"
#include "oracles/golden.hpp"

using namespace leadlag;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using Complex = std::complex<double>;
using oracle::golden_path, oracle::read_csv;

namespace {

constexpr double printed = 1e-9;  // relative: golden files have ten digits, so 5e-10 and our own rounding
constexpr double ulp = std::numeric_limits<double>::epsilon();

LeadLag::Coefficients<double> neuron(double tau_m, double tau_r, double tick, Input input) {
  return ProspectiveNeuron::coefficients({.tau_m = {tau_m}, .tau_r = {tau_r}}, {tick}, input);
}
LeadLag::Coefficients<double> error_unit(double tau_m, double tau_r, double tick, Input input) {
  return ErrorUnit::coefficients({.tau_m = {tau_m}, .tau_r = {tau_r}}, {tick}, input);
}

struct Filter {
  LeadLag::Coefficients<double> c;
  LeadLag::State<double> state{};
  double operator()(double drive) {
    const double out = LeadLag::output(c, state, drive);
    LeadLag::advance(c, state, drive);
    return out;
  }
};

std::vector<double> response(Filter f, std::size_t ticks, const std::function<double(std::size_t)>& input) {
  std::vector<double> out;
  for (std::size_t n = 0; n < ticks; ++n) out.push_back(f(input(n)));
  return out;
}

/// Transfer function at omega from a simulated sine: least squares over the ticks from `first`, exact in
/// steady state.
Complex transfer(const std::vector<double>& y, double omega, double tick, std::size_t first) {
  double cc = 0.0, ss = 0.0, cs = 0.0, yc = 0.0, ys = 0.0;
  for (std::size_t n = first; n < y.size(); ++n) {
    const double at = omega * tick * static_cast<double>(n), c = std::cos(at), s = std::sin(at);
    cc += c * c, ss += s * s, cs += c * s, yc += y[n] * c, ys += y[n] * s;
  }
  const double det = cc * ss - cs * cs;
  return Complex((yc * ss - ys * cs) / det, -(ys * cc - yc * cs) / det) / Complex(0.0, -1.0);
}
Complex simulate_tone(const LeadLag::Coefficients<double>& c, double lag, double omega, double tick) {
  const auto settled = static_cast<std::size_t>(40.0 * lag / tick) + 1;  // exp(-40): below rounding
  const auto period = static_cast<std::size_t>(2.0 * std::numbers::pi / omega / tick) + 16;
  const auto y = response({c}, settled + period,
                          [&](std::size_t n) { return std::sin(omega * tick * static_cast<double>(n)); });
  return transfer(y, omega, tick, settled);
}
double degrees(Complex z) { return std::arg(z) * 180.0 / std::numbers::pi; }

}  // namespace

TEST_CASE("T3 core: unit steps of neuron and error unit, held input, whatever the tick", "[core]") {
  // Rounding of one tick is a few ulp of the largest term (1/rho = 10), and the state forgets: 1e-13 for any
  // length.
  for (const double tick : {0.001, 0.01, 0.1, 0.5}) {
    const auto ticks = static_cast<std::size_t>(std::llround(2.0 / tick)) + 1;
    const auto u_hat =
        response({neuron(1.0, 0.1, tick, Input::held)}, ticks, [](std::size_t) { return 1.0; });
    const auto e =
        response({error_unit(1.0, 0.1, tick, Input::held)}, ticks, [](std::size_t) { return 1.0; });
    REQUIRE(u_hat.size() == ticks);
    REQUIRE(e.size() == ticks);
    for (std::size_t n = 0; n < ticks; ++n) {
      const double t = tick * static_cast<double>(n);
      CHECK_THAT(u_hat[n], WithinAbs(1.0 - 0.9 * std::exp(-t), 1e-13));
      CHECK_THAT(e[n], WithinAbs(1.0 + 9.0 * std::exp(-t / 0.1), 1e-13));
    }
  }
  // The figures of the catalogue, six decimals.
  const auto u_hat = response({neuron(1.0, 0.1, 0.1, Input::held)}, 11, [](std::size_t) { return 1.0; });
  const auto e = response({error_unit(1.0, 0.1, 0.1, Input::held)}, 6, [](std::size_t) { return 1.0; });
  CHECK_THAT(u_hat[0], WithinAbs(0.1, 1e-15));
  CHECK_THAT(u_hat[1], WithinAbs(0.185646, 5e-7));
  CHECK_THAT(u_hat[10], WithinAbs(0.668909, 5e-7));
  CHECK_THAT(e[0], WithinAbs(10.0, 1e-14));
  CHECK_THAT(e[1], WithinAbs(4.310915, 5e-7));
  CHECK_THAT(e[5], WithinAbs(1.060642, 5e-7));
}

TEST_CASE("T3 core: steps of the golden table, exact and Euler columns", "[core]") {
  const auto golden = read_csv(golden_path("step.csv"));
  REQUIRE(golden.header.size() == 8);
  REQUIRE(golden.rows.size() == 40);
  const double tick = 0.01;
  const auto one = [](std::size_t) { return 1.0; };
  for (const auto& row : golden.rows) {
    const auto n = static_cast<std::size_t>(std::llround(row[2] / tick));
    INFO("tau " << row[0] << "/" << row[1] << ", t " << row[2]);
    CHECK_THAT(response({neuron(row[0], row[1], tick, Input::held)}, n + 1, one)[n],
               WithinRel(row[4], printed));
    CHECK_THAT(response({neuron(row[0], row[1], tick, Input::euler)}, n + 1, one)[n],
               WithinRel(row[5], printed));
    CHECK_THAT(response({error_unit(row[0], row[1], tick, Input::held)}, n + 1, one)[n],
               WithinRel(row[6], printed));
    CHECK_THAT(response({error_unit(row[0], row[1], tick, Input::euler)}, n + 1, one)[n],
               WithinRel(row[7], printed));
  }
}

TEST_CASE("T3 core: a held input may be cut into any ticks", "[core]") {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  for (const auto& [tau_m, tau_r] : {std::pair{1.0, 0.1}, {0.3, 2.0}, {20.0, 0.05}}) {
    Filter coarse{neuron(tau_m, tau_r, 0.12, Input::held)}, fine{neuron(tau_m, tau_r, 0.01, Input::held)};
    for (int n = 0; n < 200; ++n) {
      const double drive = uniform(random);
      const double at_start = coarse(drive);
      for (int k = 0; k < 12; ++k) {
        const double out = fine(drive);
        // Twelve roundings of |u| <= 1, weighted by |1 - rho| <= 6, forgotten with tau: 1e-13 holds for all
        // n.
        if (k == 0) CHECK_THAT(out, WithinAbs(at_start, 1e-13));
      }
      CHECK_THAT(fine.state.carry, WithinAbs(coarse.state.carry, 1e-13));
    }
  }
}

TEST_CASE("lead-lag core: a ramp is exact at every tick and comes out tau_r - tau_m early", "[core]") {
  for (const auto& [tau_m, tau_r] : {std::pair{1.0, 0.1}, {0.2, 0.5}, {2.0, 2.0}}) {
    for (const double tick : {0.01, 0.3}) {
      const auto ticks = static_cast<std::size_t>(35.0 * tau_m / tick);
      const auto out = response({neuron(tau_m, tau_r, tick, Input::ramp)}, ticks,
                                [&](std::size_t n) { return tick * static_cast<double>(n); });
      REQUIRE(out.size() == ticks);
      for (std::size_t n = 0; n < ticks; ++n) {
        const double t = tick * static_cast<double>(n);
        const double u = t - tau_m + tau_m * std::exp(-t / tau_m);
        // Numbers up to t = 70 with weights up to 1.5: a few ulp of 100.
        CHECK_THAT(out[n], WithinAbs(u + tau_r * (1.0 - std::exp(-t / tau_m)), 1e-12));
      }
      const double t = tick * static_cast<double>(ticks - 1);
      CHECK_THAT(out.back() - t, WithinAbs(tau_r - tau_m, 1e-12));  // settled to exp(-35)
    }
  }
}

TEST_CASE("T1 core: Bode table of neuron and error unit in continuous coupling", "[core]") {
  const auto bode = read_csv(golden_path("bode.csv"));
  REQUIRE(bode.header.size() == 10);
  REQUIRE(bode.rows.size() == 72);
  for (const auto& row : bode.rows) {
    const double tau_m = row[0], tau_r = row[1], omega = row[2], rho = tau_r / tau_m;
    const double tick = 0.03 / omega / std::sqrt(1.0 + std::max(rho, 1.0 / rho));
    const Complex h = simulate_tone(neuron(tau_m, tau_r, tick, Input::ramp), tau_m, omega, tick);
    const Complex g = simulate_tone(error_unit(tau_m, tau_r, tick, Input::ramp), tau_r, omega, tick);
    INFO("tau " << tau_m << "/" << tau_r << ", omega " << omega);
    // Chords under a sine are off by (omega tick)^2 / 12; they reach the output weighted by |1 - rho|, or |1
    // - 1/rho|, relative to |1 + j omega lead| >= 1: below 7.5e-5 at this tick.
    CHECK(std::abs(h / std::polar(row[3], row[4] * std::numbers::pi / 180.0) - 1.0) <= 1e-4);
    CHECK(std::abs(g / std::polar(row[5], row[6] * std::numbers::pi / 180.0) - 1.0) <= 1e-4);
    const Complex ratio = g / std::conj(h);  // T5: GLE's local error and the adjoint have the same phase
    CHECK(std::abs(std::arg(ratio)) < 2e-4);
    CHECK_THAT(ratio.real(), WithinRel(row[9], 3e-4));
  }
}

TEST_CASE("T2 core: gain and phase of the Euler neuron", "[core]") {
  const auto golden = read_csv(golden_path("euler_bode.csv"));
  REQUIRE(golden.header.size() == 8);
  REQUIRE(golden.rows.size() == 72);
  std::size_t named = 0;
  for (const auto& row : golden.rows) {
    const double tau_m = row[0], tau_r = row[1], tick = row[2], omega = row[3];
    const Complex h = simulate_tone(neuron(tau_m, tau_r, tick, Input::euler), tau_m, omega, tick);
    const Complex ideal = Complex(1.0, omega * tau_r) / Complex(1.0, omega * tau_m);
    const double gain_db = 20.0 * std::log10(std::abs(h / ideal)), phase = degrees(h / ideal);
    INFO("tau " << tau_m << "/" << tau_r << ", tick " << tick << ", omega " << omega);
    CHECK_THAT(std::abs(h), WithinRel(row[4], printed));
    CHECK_THAT(degrees(h), WithinAbs(row[5], 1e-7));  // table: ten digits of up to 90 degrees
    CHECK_THAT(gain_db, WithinAbs(row[6], 1e-8));
    CHECK_THAT(phase, WithinAbs(row[7], 1e-7));
    for (const auto& [step, db, lag] :
         {std::tuple{0.1, 0.1813, -1.401}, {0.05, 0.0888, -0.701}, {0.01, 0.0175, -0.140}}) {
      if (tau_m != 1.0 || tau_r != 0.1 || omega != 1.0 || tick != step) continue;
      ++named;
      CHECK_THAT(gain_db, WithinAbs(db, 5e-5));
      CHECK_THAT(phase, WithinAbs(lag, 5e-4));
    }
  }
  CHECK(named == 3);
}

TEST_CASE("lead-lag core: order of accuracy in the tick: held 1, Euler 1, ramp 2", "[core]") {
  const double tau_m = 1.0, tau_r = 0.1, omega = 1.0;
  const Complex ideal = Complex(1.0, omega * tau_r) / Complex(1.0, omega * tau_m);
  for (const auto& [input, order] : {std::pair{Input::held, 2.0}, {Input::euler, 2.0}, {Input::ramp, 4.0}}) {
    std::vector<double> errors;
    for (const double tick : {0.04, 0.02, 0.01}) {
      errors.push_back(
          std::abs(simulate_tone(neuron(tau_m, tau_r, tick, input), tau_m, omega, tick) - ideal));
    }
    REQUIRE(errors.size() == 3);
    // The next order changes a ratio by a share of about the tick: 4 %.
    CHECK_THAT(errors[0] / errors[1], WithinRel(order, 0.04));
    CHECK_THAT(errors[1] / errors[2], WithinRel(order, 0.02));
  }
}

TEST_CASE("T4 core: tau_r = tau_m makes the neuron memoryless to 1 ulp", "[core]") {
  std::mt19937_64 random(4);
  std::normal_distribution<double> noise;
  for (const Input input : {Input::held, Input::ramp, Input::euler}) {
    for (const double tau : {1e-6, 3e-5, 0.02, 1.0, 7.3}) {
      for (const double share : {0.001, 0.07, 1.0}) {  // tick / tau
        Filter u_hat{neuron(tau, tau, share * tau, input)}, e{error_unit(tau, tau, share * tau, input)};
        std::size_t off = 0;
        for (int n = 0; n < 2000; ++n) {
          const double s = noise(random);
          off += std::abs(u_hat(s) - s) <= ulp * std::abs(s) ? 0U : 1U;
          off += std::abs(e(s) - s) <= ulp * std::abs(s) ? 0U : 1U;
        }
        CHECK(off == 0);
        CHECK(u_hat.state.carry != 0.0);  // the membrane did move
      }
    }
  }
}

TEST_CASE("T5 core: an error unit undoes its neuron, H G = 1", "[core]") {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  for (const auto& [tau_m, tau_r] : {std::pair{1.0, 0.1}, {0.1, 1.0}, {2.4, 0.1}, {0.7, 0.5}}) {
    // Euler: zeros and poles of the two cancel in z, so white noise comes back. Gains up to 24, filters
    // forget.
    Filter h{neuron(tau_m, tau_r, 0.01, Input::euler)}, g{error_unit(tau_m, tau_r, 0.01, Input::euler)};
    for (int n = 0; n < 3000; ++n) {
      const double s = uniform(random);
      CHECK_THAT(g(h(s)), WithinAbs(s, 1e-12));
    }
    // Continuous coupling: what the neuron hands on is not a ramp within the tick; second order remains.
    std::vector<double> worst;
    for (const double tick : {0.002, 0.001}) {
      Filter ramp_h{neuron(tau_m, tau_r, tick, Input::ramp)},
          ramp_g{error_unit(tau_m, tau_r, tick, Input::ramp)};
      double largest = 0.0;
      for (int n = 0; n < static_cast<int>(20.0 / tick); ++n) {
        const double t = tick * n, s = 1.0 - std::cos(t);  // starts flat: no step at t = 0
        largest = std::max(largest, std::abs(ramp_g(ramp_h(s)) - s));
      }
      worst.push_back(largest);
    }
    REQUIRE(worst.size() == 2);
    CHECK(worst[1] < 1e-4);
    CHECK_THAT(worst[0] / worst[1], WithinRel(4.0, 0.1));
  }
}

TEST_CASE("low-pass core: a step is exact, nothing leads, a constant passes unchanged", "[core]") {
  for (const double tick : {0.01, 0.4, 5.0}) {
    const auto c = SynapticLowPass::coefficients({.tau_s = {0.7}}, {tick}, Input::held);
    LeadLag::State<double> state;
    for (int n = 1; n < 60; ++n) {
      CHECK_THAT(SynapticLowPass::advance(c, state, 1.0), WithinAbs(1.0 - std::exp(-n * tick / 0.7), 1e-14));
    }
  }
  const auto euler = SynapticLowPass::coefficients({.tau_s = {0.5}}, {0.1}, Input::euler);
  LeadLag::State<double> state;
  CHECK_THAT(SynapticLowPass::advance(euler, state, 1.0), WithinAbs(0.2, 1e-15));
  CHECK_THAT(SynapticLowPass::advance(euler, state, 1.0), WithinAbs(0.36, 1e-15));
}
