// SPDX-License-Identifier: Apache-2.0
// A stage of an analog island at circuit fidelity: order of accuracy against an ODE solver on the same ramps,
// its linear limit, and variances against kT/C.
#include <array>
#include <boost/numeric/odeint.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "blocks/analog_filter.hpp"

using namespace leadlag;

namespace {

constexpr double rail = 36.0;
constexpr Time tau = 10_us;
constexpr int knots = 40;
constexpr double knot = 0.25;  // of tau

/// Height of the drive's k-th knot, between which it is a straight line: several V_L.
double height(int k) { return 3.0 * std::sin(0.9 * k) + 1.5 * std::sin(0.31 * k); }
double drive_at(double t) {
  const int k = std::min(static_cast<int>(t / knot), knots - 1);
  const double x = t / knot - k;
  return (1.0 - x) * height(k) + x * height(k + 1);
}

AnalogFilter stage(double rho, double ticks_per_knot, const StagePhysics& p, std::optional<double> pole = {},
                   std::size_t unit = 0) {
  const auto f = LeadLag::coefficients(tau, rho * tau, knot / ticks_per_knot * tau, Input::ramp);
  return {f, pole, AnalogCircuit(p, f, NoiseKeys::of(7, "column", "stage"), unit)};
}

/// The membrane at the knots: tau du/dt = V_L tanh((s - u) / V_L) on the same straight lines, by a solver.
std::vector<double> integrated(double v_l) {
  using State = std::array<double, 1>;
  namespace odeint = boost::numeric::odeint;
  State u{0.0};
  std::vector<double> at_knots;
  for (int k = 0; k < knots; ++k) {
    const auto slope = [&](const State& s, State& d, double t) {
      const double x = t / knot - k;
      d[0] = v_l * std::tanh(((1.0 - x) * height(k) + x * height(k + 1) - s[0]) / v_l);
    };
    odeint::integrate_adaptive(odeint::make_controlled<odeint::runge_kutta_fehlberg78<State>>(1e-14, 1e-14),
                               slope, u, k * knot, (k + 1) * knot, knot / 200.0);
    at_knots.push_back(u[0]);
  }
  return at_knots;
}

std::vector<double> stepped(AnalogFilter f, int ticks_per_knot) {
  std::vector<double> at_knots;
  f.settle(height(0), Instant::after_jump);
  for (int tick = 1; tick <= knots * ticks_per_knot; ++tick) {
    f.advance();
    f.settle(0.3 * tick, Instant::tick_end);  // an iterate that Newton throws away
    f.settle(drive_at(tick * knot / ticks_per_knot), Instant::tick_end);
    f.keep();
    if (tick % ticks_per_knot == 0) at_knots.push_back(f.capacitor());
  }
  return at_knots;
}

double difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == knots);
  REQUIRE(b.size() == knots);
  double worst = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) worst = std::max(worst, std::abs(a[k] - b[k]));
  return worst;
}

}  // namespace

TEST_CASE("analog stage: a saturating lag follows ramps with an error of second order in the tick") {
  for (const double v_l : {0.5, 1.0, 2.95}) {
    const auto exact = integrated(v_l);
    std::vector<double> errors;
    for (const int ticks : {4, 8, 16, 32}) {
      const StagePhysics p{.range = v_l, .rail = rail};
      errors.push_back(difference(stepped(stage(0.4, ticks, p), ticks), exact));
    }
    CAPTURE(v_l, errors[0], errors[1], errors[2], errors[3]);
    CHECK(errors[0] < 0.02 * v_l);
    for (std::size_t k = 1; k < errors.size(); ++k) {
      CHECK(errors[k - 1] / errors[k] == Approx(4.0).epsilon(0.15));
    }
  }
}

TEST_CASE("analog stage: with a wide range it is the linear filter, one tick per knot or many") {
  for (const int ticks : {1, 3}) {
    const auto f = LeadLag::coefficients(tau, 4_us, knot / ticks * tau, Input::ramp);
    const auto linear = stepped(AnalogFilter(f, {}), ticks);
    // tanh x = x (1 - x^2 / 3): off by (5 / 1e5)^2 / 3 of 5 at most.
    CHECK(difference(stepped(stage(0.4, ticks, {.range = 1e5, .rail = 1e9}), ticks), linear) < 1e-8);
    CHECK(difference(stepped(stage(0.4, ticks, {.range = 1e2, .rail = 1e9}), ticks), linear) > 1e-5);
  }
}

TEST_CASE("analog stage: the output balances the adder's currents at the present drive") {
  AnalogFilter f = stage(2.0, 4, {.range = 2.95, .rail = rail});
  f.settle(0.2, Instant::after_jump);
  f.advance();
  const double out = f.settle(0.5, Instant::tick_end);
  f.keep();
  const double u = f.capacitor();
  CHECK(u > 0.0);
  CHECK(std::tanh((out - u) / 2.95) == Approx(2.0 * std::tanh((0.5 - u) / 2.95)).epsilon(1e-10));
  CHECK(f.settle(5.0, Instant::after_jump) == rail);  // 2 tanh(5 / 2.95) > 1: nothing balances
  CHECK(f.settle(-5.0, Instant::after_jump) == -rail);
}

TEST_CASE("analog stage: the capacitor's noise has its variance whatever the tick, saturating or not") {
  // Far below V_L a saturating lag is the linear one. 400 stages for 40 tau: 8000 samples tau apart, of
  // which 8000 (1 - e^-2) / (1 + e^-2) count: variance to sqrt(2 / 6100) = 1.8 %.
  const double rms = 0.02;
  for (const double range : {0.0, 1.0}) {
    for (const int ticks : {1, 5}) {  // per quarter of tau
      double square = 0.0;
      int samples = 0;
      bool same = true;
      for (std::size_t unit = 0; unit < 400; ++unit) {
        AnalogFilter f = stage(0.4, ticks, {.capacitor_noise = rms, .range = range, .rail = rail}, {}, unit);
        for (int tick = 1; tick <= 100 * ticks; ++tick) {
          f.advance();
          const double first = f.settle(0.0, Instant::tick_end);
          f.settle(0.1, Instant::tick_end);
          same = same && f.settle(0.0, Instant::tick_end) == first;  // Newton sees one number per tick
          f.keep();
          if (tick > 20 * ticks && tick % (4 * ticks) == 0)
            square += f.capacitor() * f.capacitor(), ++samples;
        }
      }
      CAPTURE(range, ticks);
      REQUIRE(samples == 8000);
      CHECK(same);
      CHECK(square / samples == Approx(rms * rms).epsilon(0.06));
    }
  }
}

TEST_CASE("analog stage: a pole takes the adder's noise, an output without one has it at once") {
  const double decay = 0.7;
  double square = 0.0, mixed = 0.0, plain = 0.0;
  AnalogFilter pole = stage(1.0, 1, {.adder_noise = 0.3}, decay), none = stage(1.0, 1, {.adder_noise = 0.3});
  double before = 0.0;
  const int n = 40000;
  for (int tick = 0; tick < n; ++tick) {
    pole.advance(), none.advance();
    const double first = none.settle(0.0, Instant::tick_end);
    REQUIRE(none.settle(0.0, Instant::tick_end) == first);  // Newton sees one number
    pole.settle(0.0, Instant::tick_end), pole.keep(), none.keep();
    square += pole.pole() * pole.pole(), mixed += pole.pole() * before, plain += first * first;
    before = pole.pole();
  }
  CHECK(plain / n == Approx(0.09).epsilon(0.03));
  CHECK(square / n == Approx(0.09 / (1.0 - decay * decay)).epsilon(0.05));
  CHECK(mixed / square == Approx(decay).margin(0.02));
}

TEST_CASE("analog stage: offsets move with the clock period, not with the tick") {
  AnalogFilter f = stage(1.0, 1, {.offset = 0.5, .output_noise = 0.1, .flicker = 0.05});
  CHECK(f.offset() == 0.5);
  double mean = 0.0, square = 0.0;
  const int n = 20000;
  for (int cycle = 0; cycle < n; ++cycle) {
    f.begin_cycle();
    const double moved = f.offset() - 0.5;
    f.advance(), f.settle(0.0, Instant::tick_end), f.keep();
    REQUIRE(f.offset() - 0.5 == moved);
    mean += moved, square += moved * moved;
  }
  // 20 rows of variance F^2 ln 2, the fastest of twice that; the slowest hardly move in this time.
  const double rows = 0.05 * 0.05 * std::log(2.0);
  CHECK(square / n > 0.01 + 2.0 * rows);
  CHECK(square / n < 0.01 + 2.0 * 21.0 * rows);
  CHECK(square / n - mean * mean / n / n > 0.01 + 10.0 * rows);
}
