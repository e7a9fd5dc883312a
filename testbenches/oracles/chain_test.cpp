// SPDX-License-Identifier: Apache-2.0
#include "oracles/chain.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "oracles/golden.hpp"

using namespace leadlag::oracle;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

using Complex = std::complex<double>;
constexpr double printed = 1e-9;  // relative: the golden files have ten digits, so 5e-10 and our own rounding

/// LagNet with the student's first layer off the teacher's.
Chain lag_net(double w0, double w1) {
  const std::vector<double> tau_m{1.0, 1.0}, tau_r{1.0, 0.1};
  return {{Matrix(2, 1, {w0, w1}), tau_m, tau_r, Activation::tanh},
          {Matrix(2, 2, {0.5, 0.0, 0.0, 1.0}), tau_m, tau_r, Activation::tanh},
          {Matrix(1, 2, {0.5, 1.0}), {1.0}, {1.0}, Activation::linear}};
}

Chain one_one_one(double w0, double w1, double tau0, double tau1, Activation activation) {
  return {{Matrix(1, 1, {w0}), {tau0}, {0.1}, activation}, {Matrix(1, 1, {w1}), {tau1}, {0.1}, activation}};
}

Signal tones(const std::vector<double>& omega, std::size_t ticks, double dt) {
  Signal x(ticks, 1);
  for (std::size_t n = 0; n < ticks; ++n) {
    for (double w : omega) x(n, 0) += std::sin(w * static_cast<double>(n) * dt);
  }
  return x;
}

Task learn_from(const Chain& teacher, Signal input, double dt, std::size_t first, Schedule schedule) {
  Signal target = forward(teacher, input, dt, schedule).back().rate;
  return {std::move(input), std::move(target), dt, first};
}

Task lag_net_task(double scale, double duration, double dt, std::size_t first) {
  const auto ticks = static_cast<std::size_t>(std::llround(duration / dt));
  Signal x = tones({0.49 * scale, 1.07 * scale, 1.98 * scale}, ticks, dt);
  return learn_from(lag_net(-0.5, 1.0), std::move(x), dt, first, Schedule::zero_delay);
}

/// Least-squares amplitude z of y[n] = Re(z exp(i omega n dt)) over the ticks from `first`: exact in steady
/// state.
Complex amplitude(const Signal& y, double omega, double dt, std::size_t first) {
  double cc = 0.0, ss = 0.0, cs = 0.0, yc = 0.0, ys = 0.0;
  for (std::size_t n = first; n < y.rows; ++n) {
    const double c = std::cos(omega * static_cast<double>(n) * dt),
                 s = std::sin(omega * static_cast<double>(n) * dt);
    cc += c * c, ss += s * s, cs += c * s, yc += y(n, 0) * c, ys += y(n, 0) * s;
  }
  const double det = cc * ss - cs * cs;
  return {(yc * ss - ys * cs) / det, -(ys * cc - yc * cs) / det};
}

double degrees(Complex z) { return std::arg(z) * 180.0 / std::numbers::pi; }

}  // namespace

TEST_CASE("golden reader: refuses damaged tables", "[oracle]") {
  const std::string path =
      (std::filesystem::temp_directory_path() / "leadlag_golden_reader_test.csv").string();
  const auto read = [&path](const char* text) {
    std::ofstream(path) << text;
    return read_csv(path);
  };
  const CsvTable good = read("a,b\r\n1,-2e-3\n");
  REQUIRE(good.rows.size() == 1);
  CHECK(good.rows[0] == std::vector<double>{1.0, -2e-3});
  CHECK(good.column("b") == 1);
  CHECK_THROWS_AS(good.column("c"), std::runtime_error);
  for (const char* text :
       {"", "a,b\n", "a,b\n1,2\n3\n", "a,b\n1,2,3\n", "a,b\n1,\n", "a,b\n1,2x\n", "a\n1\n\n"}) {
    INFO("text: " << text);
    CHECK_THROWS_AS(read(text), std::runtime_error);
  }
  std::remove(path.c_str());
  CHECK_THROWS_AS(read_csv(path), std::runtime_error);
}

TEST_CASE("T1 oracle: local error and adjoint share the phase, the golden Bode table agrees", "[oracle]") {
  const CsvTable bode = read_csv(golden_path("bode.csv"));
  REQUIRE(bode.header.size() == 10);
  REQUIRE(bode.rows.size() == 72);
  for (const auto& row : bode.rows) {
    const Complex lead_m(1.0, row[2] * row[0]), lead_r(1.0, row[2] * row[1]);
    const Complex h = lead_r / lead_m, g = lead_m / lead_r, a = std::conj(lead_r) / std::conj(lead_m);
    CHECK_THAT(degrees(g), WithinAbs(degrees(a), 1e-10));
    const std::vector<double> expected{
        std::abs(h), degrees(h), std::abs(g), degrees(g), std::abs(a), degrees(a), std::abs(g) / std::abs(a)};
    for (std::size_t k = 0; k < expected.size(); ++k) CHECK_THAT(row[3 + k], WithinRel(expected[k], printed));
  }
}

TEST_CASE("T2 oracle: gain and phase error of the simulated Euler neuron", "[oracle]") {
  const CsvTable golden = read_csv(golden_path("euler_bode.csv"));
  REQUIRE(golden.header.size() == 8);
  REQUIRE(golden.rows.size() == 72);
  std::size_t named = 0;  // rows the spec's table quotes
  for (const auto& row : golden.rows) {
    const double tau_m = row[0], tau_r = row[1], dt = row[2], omega = row[3];
    const auto settled = static_cast<std::size_t>(40.0 * tau_m / dt);  // exp(-40): below rounding
    const auto ticks =
        settled + static_cast<std::size_t>(std::max(2.0 * std::numbers::pi / omega, 10.0) / dt);
    const Chain neuron{{Matrix(1, 1, {1.0}), {tau_m}, {tau_r}, Activation::linear}};
    const Trace trace = forward(neuron, tones({omega}, ticks, dt), dt, Schedule::zero_delay);
    // sin is Re(-i exp(i omega t))
    const Complex simulated = amplitude(trace[0].lookahead, omega, dt, settled) / Complex(0.0, -1.0);
    const Complex ideal = Complex(1.0, omega * tau_r) / Complex(1.0, omega * tau_m);
    const double gain_db = 20.0 * std::log10(std::abs(simulated) / std::abs(ideal));
    const double phase = degrees(simulated / ideal);
    INFO("tau " << tau_m << "/" << tau_r << ", dt " << dt << ", omega " << omega);
    CHECK_THAT(std::abs(simulated), WithinRel(row[4], printed));
    CHECK_THAT(degrees(simulated), WithinAbs(row[5], 1e-7));
    CHECK_THAT(gain_db, WithinAbs(row[6], 1e-8));
    CHECK_THAT(phase, WithinAbs(row[7], 1e-7));
    for (const auto& [step, db, lag] :
         {std::tuple{0.1, 0.1813, -1.401}, {0.05, 0.0888, -0.701}, {0.01, 0.0175, -0.140}}) {
      if (tau_m != 1.0 || tau_r != 0.1 || omega != 1.0 || dt != step) continue;
      ++named;
      CHECK_THAT(gain_db, WithinAbs(db, 5e-5));
      CHECK_THAT(phase, WithinAbs(lag, 5e-4));
    }
  }
  CHECK(named == 3);
}

TEST_CASE("T3 oracle: unit steps of the neuron and of the error block", "[oracle]") {
  const CsvTable golden = read_csv(golden_path("step.csv"));
  REQUIRE(golden.header.size() == 8);
  REQUIRE(golden.rows.size() == 40);
  const double dt = 0.01;
  for (const auto& row : golden.rows) {
    const double tau_m = row[0], tau_r = row[1];
    const auto n = static_cast<std::size_t>(std::llround(row[2] / dt));
    Signal one(n + 1, 1);
    for (double& x : one.values) x = 1.0;
    const Chain neuron{{Matrix(1, 1, {1.0}), {tau_m}, {tau_r}, Activation::linear}};
    CHECK_THAT(forward(neuron, one, dt, Schedule::zero_delay)[0].lookahead(n, 0), WithinRel(row[5], printed));
    CHECK_THAT(1.0 - (1.0 - tau_r / tau_m) * std::exp(-row[2] / tau_m), WithinRel(row[4], printed));
    // A silent neuron (w = 0) under a target of 1 feeds its error block a unit step.
    const Chain silent{{Matrix(1, 1), {tau_m}, {tau_r}, Activation::linear}};
    const Task task{one, one, dt};
    const Gradient g = local_gradient(silent, task, Schedule::zero_delay, ErrorPath::prospective);
    CHECK_THAT(g.error[0](n, 0), WithinRel(row[7], printed));
    CHECK_THAT(1.0 - (1.0 - tau_m / tau_r) * std::exp(-row[2] / tau_r), WithinRel(row[6], printed));
  }
}

TEST_CASE("T6 oracle: one tone, the local gradient keeps the sign, instantaneous errors lose it",
          "[oracle]") {
  const CsvTable golden = read_csv(golden_path("single_tone_chain.csv"));
  REQUIRE(golden.header.size() == 13);
  REQUIRE(golden.rows.size() == 5);
  for (const auto& row : golden.rows) {
    const double omega = row[0], period = 2.0 * std::numbers::pi / omega;
    const double dt = std::min(0.002, period / 2000.0),
                 duration = std::max(40.0, 6.0 * period) + 8.0 * period;
    const auto ticks = static_cast<std::size_t>(duration / dt);
    const auto first = static_cast<std::size_t>((duration - 4.0 * period) / dt);
    const Chain teacher = one_one_one(1.0, 2.0, 1.0, 1.0, Activation::linear);
    const Chain student = one_one_one(0.4, 1.5, 1.0, 1.0, Activation::linear);
    const Task task = learn_from(teacher, tones({omega}, ticks, dt), dt, first, Schedule::zero_delay);
    const double measured = static_cast<double>(ticks - first) * dt;
    const Gradient exact = bptt_gradient(student, task);
    const Gradient gle = local_gradient(student, task, Schedule::zero_delay, ErrorPath::prospective);
    const Gradient bp = local_gradient(student, task, Schedule::zero_delay, ErrorPath::instantaneous);
    INFO("omega " << omega);
    for (std::size_t l = 0; l < 2; ++l) {
      const double e = exact.w[l](0, 0) / measured, g = gle.w[l](0, 0) / measured,
                   b = bp.w[l](0, 0) / measured;
      CHECK_THAT(g, WithinRel(row[5 + l], printed));  // same schedule, same dt
      // The other columns are closed forms in continuous time. Euler turns a hop by about omega dt / 2 and
      // the window misses whole periods by up to a tick: 1 % bounds both here.
      CHECK_THAT(e, WithinRel(row[1 + l], 0.01));
      CHECK_THAT(g / e, WithinRel(row[9 + l], 0.01));
      CHECK_THAT(b / e, WithinRel(row[11 + l], 0.01));
    }
    if (omega == 2.0) CHECK(bp.w[0](0, 0) * exact.w[0](0, 0) < 0.0);
  }
}

TEST_CASE("T7 oracle: local gradients meet exact BPTT in the quasi-static limit", "[oracle]") {
  const CsvTable golden = read_csv(golden_path("freq_scaling_lagnet.csv"));
  REQUIRE(golden.header.size() == 8);
  std::size_t seen = 0;
  for (const auto& row : golden.rows) {
    const double scale = row[0];
    if (scale != 0.003 && scale != 0.1 && scale != 0.3 && scale != 1.0) continue;
    ++seen;
    const double duration = 60.0 / scale, dt = std::min(0.01 / scale, 0.05);
    const auto ticks = static_cast<std::size_t>(std::llround(duration / dt));
    const Task task = lag_net_task(scale, duration, dt, ticks / 6);
    const Chain student = lag_net(0.3, 0.6);
    const Gradient exact = bptt_gradient(student, task);
    INFO("scale " << scale);
    std::size_t column = 2;
    for (ErrorPath path : {ErrorPath::prospective, ErrorPath::instantaneous}) {
      const Gradient local = local_gradient(student, task, Schedule::zero_delay, path);
      CHECK_THAT(cosine(local.w[0].values, exact.w[0].values), WithinAbs(row[column++], printed));
      CHECK_THAT(cosine(flatten(local.w), flatten(exact.w)), WithinAbs(row[column++], printed));
      CHECK_THAT(norm(flatten(local.w)) / norm(flatten(exact.w)), WithinRel(row[column++], printed));
    }
    REQUIRE(column == 8);
  }
  CHECK(seen == 4);
}

TEST_CASE("T8 oracle: adjoint, BPTT and finite differences agree on LagNet", "[oracle]") {
  const Task task = lag_net_task(1.0, 60.0, 0.01, 1000);
  const Chain student = lag_net(0.3, 0.6);
  const Gradient exact = bptt_gradient(student, task), adjoint = adjoint_gradient(student, task);
  CHECK_THAT(cost(student, task, Schedule::zero_delay), WithinRel(0.899675656253321, 1e-12));
  REQUIRE(exact.w[0].values.size() == 2);
  CHECK_THAT(exact.w[0](0, 0), WithinAbs(1.694049724697752, 1e-11));
  CHECK_THAT(exact.w[0](1, 0), WithinAbs(-0.6859461088046522, 1e-11));
  CHECK_THAT(adjoint.w[0](0, 0), WithinAbs(1.6940497246977544, 1e-11));
  CHECK_THAT(adjoint.w[0](1, 0), WithinAbs(-0.6678573313482877, 1e-11));
  const auto layer0 = [&](Schedule schedule, ErrorPath path) {
    return local_gradient(student, task, schedule, path).w[0].values;
  };
  const auto gle = layer0(Schedule::zero_delay, ErrorPath::prospective);
  CHECK_THAT(gle[0], WithinAbs(1.6940497246977544, 1e-11));
  CHECK_THAT(gle[1], WithinAbs(-7.744147702702192, 1e-11));
  const auto bp = layer0(Schedule::zero_delay, ErrorPath::instantaneous);
  CHECK_THAT(bp[0], WithinAbs(1.6940497246977544, 1e-11));
  CHECK_THAT(bp[1], WithinAbs(6.624060568462112, 1e-11));
  const auto registered = layer0(Schedule::registered, ErrorPath::prospective);
  CHECK_THAT(registered[0], WithinAbs(1.6395247933435917, 1e-11));
  CHECK_THAT(registered[1], WithinAbs(-6.737509434866274, 1e-11));

  // Every parameter. Central difference, step h = 3e-6: truncation h^2 C'''/6 = 5e-11 (C'''/6 is 5 at most
  // here), rounding of C over h = a few 3e-11.
  for (std::size_t l = 0; l < student.size(); ++l) {
    const auto difference = [&](auto select) {
      return finite_difference(student, task, Schedule::zero_delay,
                               [&](Chain& c) -> double& { return select(c[l]); });
    };
    for (std::size_t k = 0; k < student[l].w.values.size(); ++k) {
      const double fd = difference([k](ChainLayer& layer) -> double& { return layer.w.values[k]; });
      CHECK_THAT(exact.w[l].values[k], WithinAbs(fd, 2e-10));
    }
    for (std::size_t i = 0; i < student[l].tau_m.size(); ++i) {
      const double by_m = difference([i](ChainLayer& layer) -> double& { return layer.tau_m[i]; });
      const double by_r = difference([i](ChainLayer& layer) -> double& { return layer.tau_r[i]; });
      CHECK_THAT(exact.tau_m[l][i], WithinAbs(by_m, 2e-10));
      CHECK_THAT(exact.tau_r[l][i], WithinAbs(by_r, 2e-10));
    }
  }
}

TEST_CASE("T8 oracle: the adjoint closes on BPTT with the first power of dt", "[oracle]") {
  std::vector<double> gaps;
  for (double dt : {0.02, 0.01, 0.005}) {
    const Task task = lag_net_task(1.0, 60.0, dt, static_cast<std::size_t>(std::llround(10.0 / dt)));
    const Gradient exact = bptt_gradient(lag_net(0.3, 0.6), task),
                   adjoint = adjoint_gradient(lag_net(0.3, 0.6), task);
    std::vector<double> difference = flatten(exact.w);
    const std::vector<double> other = flatten(adjoint.w);
    REQUIRE(difference.size() == other.size());
    for (std::size_t k = 0; k < other.size(); ++k) difference[k] -= other[k];
    gaps.push_back(norm(difference));
  }
  REQUIRE(gaps.size() == 3);
  CHECK_THAT(gaps[0] / gaps[1], WithinAbs(2.0, 0.1));
  CHECK_THAT(gaps[1] / gaps[2], WithinAbs(2.0, 0.1));
}

TEST_CASE("T9 oracle: gradient of the membrane time constants on LagLine", "[oracle]") {
  const double dt = 0.01;
  const Chain teacher = one_one_one(1.0, 2.0, 1.0, 2.0, Activation::softplus);
  const Chain student = one_one_one(1.0, 2.0, 0.5, 1.2, Activation::softplus);
  const Task task = learn_from(teacher, tones({0.2}, 20000, dt), dt, 5000, Schedule::zero_delay);
  const Gradient exact = bptt_gradient(student, task), adjoint = adjoint_gradient(student, task);
  const Gradient gle = local_gradient(student, task, Schedule::zero_delay, ErrorPath::prospective);
  REQUIRE(exact.tau_m.size() == 2);
  // On top, adjoint and local rule see the same a.
  CHECK_THAT(gle.tau_r[1][0], WithinRel(adjoint.tau_r[1][0], 1e-12));
  const std::vector<double> golden{-2.292648240961427, -2.3024727602789796};
  const std::vector<double> golden_local{-2.450784295766965, -2.4350215499622707};
  for (std::size_t l = 0; l < 2; ++l) {
    const double by_m = finite_difference(student, task, Schedule::zero_delay,
                                          [l](Chain& c) -> double& { return c[l].tau_m[0]; });
    const double by_r = finite_difference(student, task, Schedule::zero_delay,
                                          [l](Chain& c) -> double& { return c[l].tau_r[0]; });
    CHECK_THAT(exact.tau_m[l][0], WithinAbs(golden[l], 1e-11));
    CHECK_THAT(exact.tau_m[l][0], WithinAbs(by_m, 2e-10));
    CHECK_THAT(exact.tau_r[l][0], WithinAbs(by_r, 2e-10));
    CHECK_THAT(adjoint.tau_m[l][0], WithinRel(golden[l], 0.01));  // O(dt)
    CHECK_THAT(adjoint.tau_r[l][0], WithinRel(exact.tau_r[l][0], 0.01));
    CHECK_THAT(gle.tau_m[l][0], WithinAbs(golden_local[l], 1e-11));
  }
}

TEST_CASE("activations: slopes are the derivatives away from the kinks", "[oracle]") {
  for (auto phi : {Activation::linear, Activation::tanh, Activation::softplus, Activation::relu,
                   Activation::hard_sigmoid}) {
    for (double x : {-3.0, -1.5, -0.2, 0.3, 1.9, 2.5, 40.0}) {
      const double h = 1e-5;
      CHECK_THAT(slope(phi, x), WithinAbs((value(phi, x + h) - value(phi, x - h)) / (2.0 * h), 2e-9));
    }
  }
  CHECK(value(Activation::hard_sigmoid, 1.0) == 0.75);
  CHECK(value(Activation::hard_sigmoid, -9.0) == 0.0);
  CHECK(value(Activation::relu, -1.0) == 0.0);
}
