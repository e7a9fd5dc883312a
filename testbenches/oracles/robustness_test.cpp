// SPDX-License-Identifier: Apache-2.0
// T13: what wrong time constants do to LE and GLE.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "oracles/chain.hpp"
#include "oracles/closed_forms.hpp"
#include "oracles/golden.hpp"

using namespace leadlag::oracle;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

double degrees(double radians) { return radians * 180.0 / std::numbers::pi; }

Chain lag_net(double w0, double w1) {
  const std::vector<double> tau_m{1.0, 1.0}, tau_r{1.0, 0.1};
  return {{Matrix(2, 1, {w0, w1}), tau_m, tau_r, Activation::tanh},
          {Matrix(2, 2, {0.5, 0.0, 0.0, 1.0}), tau_m, tau_r, Activation::tanh},
          {Matrix(1, 2, {0.5, 1.0}), {1.0}, {1.0}, Activation::linear}};
}

/// Every time constant times 1 + sigma N(0, 1), at least 0.02; normal numbers by Box and Muller.
Chain mistuned(Chain chain, double sigma, std::mt19937_64& random) {
  const auto uniform = [&] { return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53; };
  for (ChainLayer& layer : chain) {
    for (auto* taus : {&layer.tau_m, &layer.tau_r}) {
      for (double& tau : *taus) {
        const double normal =
            std::sqrt(-2.0 * std::log(uniform())) * std::cos(2.0 * std::numbers::pi * uniform());
        tau = std::max(0.02, tau * (1.0 + sigma * normal));
      }
    }
  }
  return chain;
}

struct Spread {
  std::vector<double> values;
  double mean() const {
    double sum = 0.0;
    for (const double x : values) sum += x;
    return sum / static_cast<double>(values.size());
  }
  double deviation() const {
    double squares = 0.0;
    for (const double x : values) squares += (x - mean()) * (x - mean());
    return std::sqrt(squares / static_cast<double>(values.size() - 1));
  }
};

}  // namespace

TEST_CASE("T13 oracle: LE with tau_r = tau_m (1 + delta), one neuron and ten in a row", "[oracle]") {
  const auto golden = read_csv(golden_path("le_mismatch.csv"));
  REQUIRE(golden.rows.size() == 15);
  for (const auto& row : golden.rows) {
    REQUIRE(row.size() == 7);
    const double delta = row[0], omega = row[1];
    const std::complex<double> h = LeadLagForm{.lag = 1.0, .lead = 1.0 + delta}.response(omega);
    CAPTURE(delta, omega);
    CHECK_THAT(std::abs(h) - 1.0, WithinAbs(row[2], 1e-9));
    CHECK_THAT(degrees(std::arg(h)), WithinAbs(row[3], 1e-8));
    CHECK_THAT(std::pow(std::abs(h), 10.0) - 1.0, WithinAbs(row[4], 2e-8));
    CHECK_THAT(10.0 * degrees(std::arg(h)), WithinAbs(row[5], 1e-7));
    CHECK_THAT(std::pow(1.0 + delta, 10.0), WithinRel(row[6], 1e-9));
    CHECK(std::abs(h - 1.0) <= delta);
  }
}

TEST_CASE("T13 oracle: cosine of GLE's gradient under random time constants", "[oracle]") {
  const auto golden = read_csv(golden_path("mc_tau_mismatch.csv"));
  REQUIRE(golden.rows.size() == 10);
  const double dt = 0.01;
  Signal x(6000, 1);
  for (std::size_t n = 0; n < x.rows; ++n) {
    for (const double w : {0.49, 1.07, 1.98}) x(n, 0) += std::sin(w * dt * static_cast<double>(n));
  }
  Signal target = forward(lag_net(-0.5, 1.0), x, dt, Schedule::zero_delay).back().rate;
  const Task task{std::move(x), std::move(target), dt, 1000};
  const Chain drawn = lag_net(0.3, 0.6);
  std::mt19937_64 random(13);
  for (const auto& row : golden.rows) {
    REQUIRE(row.size() == 7);
    const bool whole = row[0] == 1.0;
    const double sigma = row[1];
    const int draws = sigma == 0.0 ? 1 : 100;
    Spread first, all;
    for (int k = 0; k < draws; ++k) {
      const Chain wrong = mistuned(drawn, sigma, random);
      const Chain& neurons = whole ? wrong : drawn;
      const Gradient exact = bptt_gradient(neurons, task);
      const Gradient local =
          local_gradient(neurons, task, Schedule::zero_delay, ErrorPath::prospective, {}, wrong);
      first.values.push_back(cosine(local.w[0].values, exact.w[0].values));
      all.values.push_back(cosine(flatten(local.w), flatten(exact.w)));
    }
    CAPTURE(whole, sigma, first.mean(), all.mean());
    if (sigma == 0.0) {
      CHECK_THAT(first.mean(), WithinAbs(row[2], 1e-9));
      CHECK_THAT(all.mean(), WithinAbs(row[4], 1e-9));
      continue;
    }
    // The table's means are of 12 other draws: within four standard errors of both samples together.
    const double share = 4.0 * std::sqrt(1.0 / row[6] + 1.0 / draws);
    CAPTURE(first.deviation(), all.deviation());
    CHECK_THAT(first.mean(), WithinAbs(row[2], share * first.deviation()));
    CHECK_THAT(all.mean(), WithinAbs(row[4], share * all.deviation()));
    // Its worst of 12 is no rarer than our worst of 100 by much.
    CHECK(row[3] > first.mean() - 5.0 * first.deviation());
    CHECK(first.deviation() > 0.1 * sigma);
  }
}

TEST_CASE("T13 oracle: lookahead by an adaptive current, integrated in time, has the table's response",
          "[oracle]") {
  const auto golden = read_csv(golden_path("adaptive_lookahead.csv"));
  REQUIRE(golden.rows.size() == 20);
  for (const auto& row : golden.rows) {
    REQUIRE(row.size() == 4);
    const double tau_a = row[0], omega = row[1], tau = 1.0;
    // tau_a a' = f - a,  tau u' = (1 + tau / tau_a) f - (tau / tau_a) a - u, driven by exp(j omega t): both
    // states turn with it once settled, and Runge and Kutta's fourth order finds that within (omega dt)^4.
    using Complex = std::complex<double>;
    const double dt = std::min(0.02 / omega, 0.02 * tau_a);
    Complex a = 0.0, u = 0.0;
    const auto drive = [&](double t) { return std::polar(1.0, omega * t); };
    const auto slope = [&](double t, Complex a0, Complex u0) {
      const Complex f = drive(t);
      return std::pair{(f - a0) / tau_a, ((1.0 + tau / tau_a) * f - tau / tau_a * a0 - u0) / tau};
    };
    const auto ticks = static_cast<int>(std::ceil(25.0 / dt));  // 25 tau: e^-25 of the start is left
    for (int n = 0; n < ticks; ++n) {
      const double t = dt * n;
      const auto [a1, u1] = slope(t, a, u);
      const auto [a2, u2] = slope(t + 0.5 * dt, a + 0.5 * dt * a1, u + 0.5 * dt * u1);
      const auto [a3, u3] = slope(t + 0.5 * dt, a + 0.5 * dt * a2, u + 0.5 * dt * u2);
      const auto [a4, u4] = slope(t + dt, a + dt * a3, u + dt * u3);
      a += dt / 6.0 * (a1 + 2.0 * a2 + 2.0 * a3 + a4), u += dt / 6.0 * (u1 + 2.0 * u2 + 2.0 * u3 + u4);
    }
    const Complex response = u / drive(dt * ticks);
    CAPTURE(tau_a, omega);
    CHECK_THAT(std::abs(response), WithinRel(row[2], 1e-7));
    CHECK_THAT(degrees(std::arg(response)), WithinAbs(row[3], 1e-5));
  }
}
