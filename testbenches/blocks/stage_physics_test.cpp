// SPDX-License-Identifier: Apache-2.0
// A lead-lag stage at circuit fidelity: large signals against an ODE solver and closed forms, noise against
// kT/C, spreads against sums done by hand.
#include "blocks/stage_physics.hpp"

#include <array>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/numeric/odeint.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <set>
#include <vector>

using namespace leadlag;

namespace {

constexpr double range = 2.95, rail = 36.0;

LeadLag::Coefficients<double> filter(double rho, double ticks_per_tau) {
  return LeadLag::coefficients({ticks_per_tau * 1e-6}, {rho * ticks_per_tau * 1e-6}, 1_us, Input::held);
}
CircuitStage::Coefficients<double> saturating(double v_l = range) {
  return CircuitStage::coefficients<double>({.range = v_l, .rail = rail}, 0.0);
}
double adder(double rho, double u, double drive) { return CircuitStage::adder(saturating(), rho, u, drive); }

/// tau du/dt = V_L tanh((drive - u) / V_L), integrated in small steps.
double integrated(double u, double drive, double t_over_tau, double v_l) {
  using State = std::array<double, 1>;
  namespace odeint = boost::numeric::odeint;
  State x{u};
  const auto slope = [&](const State& s, State& d, double) { d[0] = v_l * std::tanh((drive - s[0]) / v_l); };
  odeint::integrate_adaptive(odeint::make_controlled<odeint::runge_kutta_fehlberg78<State>>(1e-15, 1e-15),
                             slope, x, 0.0, t_over_tau, t_over_tau / 100.0);
  return x[0];
}

}  // namespace

TEST_CASE("stage physics: a tick of a saturating transconductor is the solution of its equation") {
  std::size_t points = 0;
  for (const double v_l : {0.5, range, 20.0}) {
    for (const double t : {0.01, 0.3, 1.0, 4.0}) {
      for (const double drive : {-15.0, -3.0, -0.1, 0.0, 0.02, 1.0, 2.7, 9.0}) {
        for (const double u : {-4.0, 0.0, 0.5}) {
          if (std::abs(drive - u) / v_l > CircuitStage::saturated) continue;
          INFO(v_l << " " << t << " " << drive << " " << u);
          const double got = CircuitStage::next(saturating(v_l), std::exp(-t), u, drive);
          CHECK(std::abs(got - integrated(u, drive, t, v_l)) < 1e-9);
          ++points;
        }
      }
    }
  }
  CHECK(points > 200);
}

TEST_CASE("stage physics: far beyond its range a transconductor slews, drive by drive") {
  // I_b / C = V_L / tau whatever the drive, also where sinh would overflow.
  for (const double drive : {30.0, 100.0, 1e4, -1e4}) {
    const double got = CircuitStage::next(saturating(1.0), std::exp(-0.5), 0.0, drive);
    CHECK(got == Approx(drive > 0 ? 0.5 : -0.5).epsilon(1e-9));
    const float single =
        CircuitStage::next<float>(CircuitStage::coefficients<float>({.range = 1.0, .rail = 9.0}, 0.0),
                                  std::exp(-0.5f), 0.0f, static_cast<float>(drive));
    CHECK(static_cast<double>(single) == Approx(drive > 0 ? 0.5 : -0.5).epsilon(1e-5));
  }
}

TEST_CASE("stage physics: compression of a transconductor is that of tanh, 5 % at 29 mV") {
  // The first instant of a step: tau du/dt over drive. At 300 K and kappa 0.7, V_L = 73.9 mV.
  const Technology t;
  const StagePhysics p = stage_physics({.params = {}, .stated = {}, .on = {{false, false, false, true}}}, t,
                                       {.voltage = 1_mV, .current = 1_nA}, 1_pF, 10_us);
  CHECK(p.range == Approx(73.86).epsilon(1e-4));
  CHECK(p.rail == Approx(900.0));
  const auto c = CircuitStage::coefficients<double>(p, 0.0);
  const double dt = 1e-6;
  const auto slope = [&](double mv) { return CircuitStage::next(c, std::exp(-dt), 0.0, mv) / (dt * mv); };
  for (const double mv : {1.0, 13.0, 37.0, 74.0}) {
    CHECK(slope(mv) == Approx(p.range / mv * std::tanh(mv / p.range)).epsilon(1e-5));
  }
  // Textbook: 1, 8 and 24 % at 13, 37 and 74 mV; 5 % at 29 mV.
  CHECK(1.0 - slope(13.0) == Approx(0.01).margin(0.001));
  CHECK(1.0 - slope(37.0) == Approx(0.08).margin(0.005));
  CHECK(1.0 - slope(74.0) == Approx(0.24).margin(0.005));
  CHECK(1.0 - slope(29.5) == Approx(0.05).margin(0.001));
}

TEST_CASE("stage physics: the adder balances its currents, and for rho = 1 passes the drive") {
  std::size_t points = 0;
  for (const double rho : {0.1, 0.2, 0.9, 0.999, 1.001, 1.5, 5.0}) {
    for (const double x : {-2.0, -0.3, -1e-4, 0.0, 1e-6, 0.1, 0.4, 3.0}) {
      const double u = 0.7, current = rho * std::tanh(x / range);
      if (std::abs(current) > 0.999) continue;
      const double out = adder(rho, u, u + x);
      CHECK(std::tanh((out - u) / range) == Approx(current).epsilon(1e-10).margin(1e-15));
      ++points;
    }
  }
  CHECK(points > 40);
  for (const double drive : {-7.3, 0.1, 2.0, 30.0}) CHECK(adder(1.0, -1.1, drive) == drive);
  CHECK(adder(0.0, 0.7, 2.0) == 0.7);
  // Small signals: the linear stage, with an error of third order.
  for (const double rho : {0.2, 2.0}) {
    const auto error = [&](double x) { return adder(rho, 0.0, x) - rho * x; };
    CHECK(std::abs(error(0.02) / error(0.01)) == Approx(8.0).epsilon(0.01));
    CHECK(error(0.01) == Approx((rho * rho * rho - rho) * 1e-6 / (3.0 * range * range)).epsilon(0.01));
  }
}

TEST_CASE("stage physics: beyond rho tanh = 1 the output is at the rail") {
  // rho = 5: where tanh(x / V_L) = 1/5, 15 mV of 73.9; seen at 12 mV in simulation with kappa and C_gs.
  const double edge = range * std::atanh(0.2);
  CHECK(edge / range * 73.9 == Approx(15.0).epsilon(0.01));
  CHECK(adder(5.0, 0.0, 0.99 * edge) < 10.0);
  CHECK(adder(5.0, 0.0, 1.0001 * edge) == rail);
  CHECK(adder(5.0, 0.0, -1.0001 * edge) == -rail);
  CHECK(adder(5.0, 1.0, 1e5) == rail);
  const auto single = CircuitStage::coefficients<float>({.range = range, .rail = rail}, 0.0);
  CHECK(CircuitStage::adder(single, 5.0f, 0.0f, 1e5f) == static_cast<float>(rail));
  CHECK(CircuitStage::adder(single, 5.0f, 0.0f, -2.0f) == static_cast<float>(-rail));
  CHECK(CircuitStage::adder(single, 0.2f, 0.0f, 1e5f) ==
        Approx(range * std::atanh(0.2)).epsilon(1e-6));  // rho < 1: limited by the pair at the input
}

TEST_CASE("stage physics: third harmonic of a lag's transconductor is the Fourier integral of its curve") {
  // A membrane far slower than the sine (tau = 1e5 periods) stays at 0, so that out - u is the curve of the
  // two pairs. rho = 0.05: nearly plain tanh, HD3 = A^2 / (12 V_L^2) for small A.
  const double rho = 0.05;
  constexpr int n = 4096;
  const auto f = filter(rho, 1e5 * n);
  for (const double amplitude : {0.3, 1.2, 3.0}) {
    LeadLag::State<double> s{};
    double first = 0.0, third = 0.0;
    for (int k = 0; k < n; ++k) {
      const double phase = 2.0 * std::numbers::pi * k / n;
      const double out =
          CircuitStage::tick<true>(f, saturating(), s, amplitude * std::sin(phase), 0.0, 0.0, 1.0) - s.carry;
      first += out * std::sin(phase), third += out * std::sin(3.0 * phase);
    }
    const auto harmonic = [&](int k) {
      return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
          [&](double phase) {
            return range * std::atanh(rho * std::tanh(amplitude * std::sin(phase) / range)) *
                   std::sin(k * phase);
          },
          0.0, 2.0 * std::numbers::pi, 10, 1e-12);
    };
    CHECK(third / first == Approx(harmonic(3) / harmonic(1)).epsilon(1e-3));
    if (amplitude < 0.5) {
      CHECK(third / first == Approx(amplitude * amplitude / (12.0 * range * range)).epsilon(0.02));
    }
  }
}

TEST_CASE("stage physics: variance and autocorrelation of the capacitor's noise do not depend on the tick") {
  const double rms = 0.3;
  for (const double ticks_per_tau : {1.0, 5.0, 40.0}) {
    const auto f = filter(2.0, ticks_per_tau);
    const auto c = CircuitStage::coefficients<double>({.capacitor_noise = rms}, f.decay);
    LeadLag::State<double> s{};
    double square = 0.0, later = 0.0, early = 0.0;
    const int n = static_cast<int>(20000 * ticks_per_tau);
    const int lag = static_cast<int>(ticks_per_tau);
    std::vector<double> u;
    for (int k = 0; k < n; ++k) {
      CircuitStage::tick<false>(f, c, s, 0.0, 0.0,
                                static_cast<double>(noise::normal(5, static_cast<std::uint64_t>(k), 0)), 1.0);
      u.push_back(s.carry);
    }
    for (int k = lag; k < n; ++k) {
      const double x = u[static_cast<std::size_t>(k)], y = u[static_cast<std::size_t>(k - lag)];
      square += x * x, later += x * y, early += y * y;
    }
    INFO(ticks_per_tau << " ticks per tau");
    CHECK(square / (n - lag) == Approx(rms * rms).epsilon(0.05));
    CHECK(later / std::sqrt(square * early) == Approx(std::exp(-1.0)).margin(0.03));
  }
}

TEST_CASE("stage physics: kT/C of membrane and adder by hand") {
  const Technology t;  // 300 K, gamma 2.6, C_p 10 fF
  const StagePhysics p = stage_physics({.params = {}, .stated = {}, .on = {{false, false, true}}}, t,
                                       {.voltage = 25_mV, .current = 1_nA}, 1_pF, 10_us);
  CHECK(p.capacitor_noise * 25e-3 == Approx(std::sqrt(2.6 * 1.380649e-23 * 300.0 / 1e-12)).epsilon(1e-9));
  CHECK(p.output_noise * 25e-3 == Approx(std::sqrt(2.6 * 1.380649e-23 * 300.0 / 1e-14)).epsilon(1e-9));
  CHECK(p.capacitor_noise * 25e-3 == Approx(0.104e-3).epsilon(0.01));
  CHECK(p.range == 0.0);
  CHECK(p.offset == 0.0);
}

TEST_CASE("stage physics: spreads by hand, near the simulated ones") {
  Technology t;
  t.transistors["stage"] = {
      {"pair", {{4e-6}, {1e-6}, 2, ""}},        {"mirror", {{2e-6}, {2e-6}, 2, ""}},
      {"adder_pairs", {{4e-6}, {1e-6}, 4, ""}}, {"adder_mirrors", {{2e-6}, {2e-6}, 4, ""}},
      {"tails", {{2e-6}, {2e-6}, 5, ""}},       {"curve", {{4e-6}, {1e-6}, 6, ""}}};
  const auto at = [&](double rho, std::string_view beside = {}) {
    return StageSpread::of({"stage", "pair", "mirror", beside}, t, 1_pF, rho);
  };
  // 5 mV um over 2 um: 2.5 mV per pair, 3.54 mV per transconductor; 0.7 x 2.5 / 25.85 = 6.77 % per mirror.
  const double pair = 2.5e-3, ota = std::sqrt(2.0) * pair, mirror = 0.7 * 2.5 / 25.852;
  CHECK(at(1.0).tau == Approx(std::hypot(mirror, 0.01 / std::sqrt(1000.0))).epsilon(1e-4));
  CHECK(at(1.0).rho == Approx(mirror * std::sqrt(2.0)).epsilon(1e-4));
  CHECK(at(5.0).rho == Approx(mirror * std::sqrt(1.2)).epsilon(1e-4));
  CHECK(at(0.2).rho == Approx(mirror * std::sqrt(1.2)).epsilon(1e-4));
  CHECK(at(0.0).rho == 0.0);
  CHECK(at(1.0).offset.si == Approx(ota * std::sqrt(2.0)).epsilon(1e-9));
  CHECK(at(5.0).offset.si == Approx(ota * std::sqrt(16.0 + 5.0 + 1.0)).epsilon(1e-9));
  CHECK(at(0.2).offset.si == Approx(ota * std::sqrt(0.64 + 0.04 + 0.2)).epsilon(1e-9));
  CHECK(at(1.0, "curve").offset.si == Approx(std::sqrt(2.0 * ota * ota + 3.0 * pair * pair)).epsilon(1e-9));
  // Transistor-level Monte Carlo of 100 draws: 18.6 mV at rho = 5 (16.4 in another), 2.8 mV at 0.2, 4.7 mV of
  // the tanh cell.
  CHECK(at(5.0).offset.si == Approx(17.5e-3).epsilon(0.15));
  CHECK(at(0.2).offset.si == Approx(2.8e-3).epsilon(0.25));
  CHECK(std::sqrt(3.0) * pair == Approx(4.7e-3).epsilon(0.1));
}

TEST_CASE("stage physics: rows of 1/f noise add up to 1/f over four decades") {
  // A row of variance v held for M cycles: 2 v T / M (sin(pi f M T) / sin(pi f T))^2.
  const auto density = [](double turns) {
    double sum = 0.0;
    for (std::size_t k = 0; k < FlickerRows::rows; ++k) {
      const double held = std::ldexp(1.0, static_cast<int>(k));
      const double rms = FlickerRows::rms * (k == 0 ? FlickerRows::fastest : 1.0);
      sum += 2.0 * rms * rms / held *
             std::pow(std::sin(std::numbers::pi * turns * held) / std::sin(std::numbers::pi * turns), 2);
    }
    return sum;
  };
  double mean = 0.0;
  const int points = 4000;
  for (int k = 0; k <= points; ++k) {
    const double turns = std::ldexp(1.0, -18) * std::pow(2.0, 15.0 * k / points);
    CHECK(density(turns) * turns == Approx(1.0).epsilon(0.11));
    mean += density(turns) * turns / (points + 1);
  }
  CHECK(mean == Approx(1.0).epsilon(0.02));
}

TEST_CASE("stage physics: a row of 1/f noise changes every 2^k cycles, and rows share no number") {
  const auto number = [](std::uint64_t draw) { return static_cast<double>(noise::normal(7, draw, 3)); };
  std::set<std::uint64_t> seen;
  for (std::uint64_t cycle = 0; cycle < 4096; ++cycle) {
    std::size_t fresh = 0;
    double sum = 0.0;
    for (std::size_t row = FlickerRows::rows; row-- > 0;) {
      const std::uint64_t draw = FlickerRows::draw(cycle, row);
      fresh += seen.insert(draw).second ? 1U : 0U;
      sum += (row == 0 ? FlickerRows::fastest : 1.0) * number(draw);
    }
    CHECK(fresh == FlickerRows::changed(cycle));
    CHECK(FlickerRows::sum(number, cycle) == Approx(sum).epsilon(1e-12));
  }
  CHECK(seen.size() == 4096 + 4094 + 8);  // 4096, 2048, ... 2 of twelve rows, one each of the other eight
}

TEST_CASE("stage physics: 1/f noise of a stage by hand from its gates") {
  Technology t;  // 3.4 uV um
  t.transistors["stage"] = {
      {"pair", {{4e-6}, {1e-6}, 2, ""}},        {"mirror", {{2e-6}, {2e-6}, 2, ""}},
      {"adder_pairs", {{4e-6}, {1e-6}, 4, ""}}, {"adder_mirrors", {{2e-6}, {2e-6}, 4, ""}},
      {"tails", {{2e-6}, {2e-6}, 5, ""}},       {"curve", {{2e-6}, {1e-6}, 6, ""}}};
  const auto square = [&](double rho, std::string_view beside = {}) {
    const Voltage v = stage_flicker(t, StageSpread::of({"stage", "pair", "mirror", beside}, t, 1_pF, rho));
    return v.si * v.si;
  };
  const double one = 3.4e-12 * 3.4e-12 / 4e-12;  // S f of a transistor of 4 um2; an OTA has four at its input
  CHECK(square(1.0) == Approx((4.0 + 4.0) * one).epsilon(1e-9));
  CHECK(square(5.0) == Approx((16.0 * 4.0 + 5.0 * 4.0 + 4.0) * one).epsilon(1e-9));
  CHECK(square(1.0, "curve") == Approx((8.0 + 6.0 * 2.0) * one).epsilon(1e-9));  // six of 2 um2
  CHECK(Technology{}.flicker.si == 3.4e-12);
}

TEST_CASE("stage physics: an opening switch leaves half of its channel's charge and that of its overlap") {
  Technology t;  // 8.6 fF/um2, 0.3 fF/um, 1.8 V, a fifth is left
  t.transistors["hold"] = {{"switch", {{0.5e-6}, {0.4e-6}, 2, ""}}};
  const double channel = 0.5 * 8.6e-15 * 0.5 * 0.4 * 0.9, overlap = 0.3e-15 * 0.5 * 1.8;
  CHECK(injected_charge(t, "hold", "switch").si == Approx(0.2 * (channel + overlap)).epsilon(1e-9));
  CHECK(injected_charge(t, "hold", "other").si == 0.0);
  CHECK(injected_charge(t, "other", "switch").si == 0.0);
}
