// SPDX-License-Identifier: Apache-2.0
// T6 to T9: what the die accumulates against exact gradients, `schedule: ordered` with the papers' Euler
// steps.
#include "oracles/chain.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <cstddef>
#include <memory>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "arrays/socket.hpp"
#include "oracles/golden.hpp"

using namespace leadlag;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using oracle::Chain, oracle::ChainLayer, oracle::Gradient, oracle::Matrix, oracle::Schedule, oracle::Signal;
using OracleTask = oracle::Task;
using OraclePath = oracle::ErrorPath;
using Curve = oracle::Activation;

namespace {

// One unit of model time is 10 us on these chips.
const std::string head = R"(
leadlag: 1
chip: {name: x, time_scale: 10 us, full_scale: {voltage: 25 mV, current: 10 nA}, integration: euler, schedule: ordered}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
blocks: {target_unit: {loss: mse, beta: 1}}
)";

const std::string linear_chain = head + R"(
arrays:
  in: {block: input_driver, size: 1}
  hidden: {block: prospective_neuron, size: 1, activation: linear, tau_m: 10 us, tau_r: 1 us}
  output: {block: prospective_neuron, size: 1, activation: linear, tau_m: 10 us, tau_r: 1 us}
crossbars:
  w1: {from: in, to: hidden, weights: [[.4]], tile: 1x1}
  w2: {from: hidden, to: output, weights: [[1.5]], tile: 1x1}
learning: {system: gle, output: output, update: host}
)";

const std::string lag_net_chip = head + R"(
arrays:
  in: {block: input_driver, size: 1}
  first: {block: prospective_neuron, size: 2, activation: tanh, tau_m: 10 us, tau_r: [10 us, 1 us]}
  second: {block: prospective_neuron, size: 2, activation: tanh, tau_m: 10 us, tau_r: [10 us, 1 us]}
  output: {block: prospective_neuron, size: 1, activation: linear, tau_m: 10 us, tau_r: 10 us}
crossbars:
  w1: {from: in, to: first, weights: [[.3], [.6]], tile: 2x1}
  w2: {from: first, to: second, weights: [[.5, 0], [0, 1]], tile: 2x2}
  w3: {from: second, to: output, weights: [[.5, 1]], tile: 1x2}
learning: {system: gle, output: output, update: host}
)";

const std::string lag_line_chip = head + R"(
arrays:
  in: {block: input_driver, size: 1}
  hidden: {block: prospective_neuron, size: 1, activation: softplus, tau_m: 5 us, tau_r: 1 us}
  output: {block: prospective_neuron, size: 1, activation: softplus, tau_m: 12 us, tau_r: 1 us}
crossbars:
  w1: {from: in, to: hidden, weights: [[1]], tile: 1x1}
  w2: {from: hidden, to: output, weights: [[2]], tile: 1x1}
learning: {system: gle, output: output, update: host,
           plastic: [w1, w2, hidden.tau_m, output.tau_m, hidden.tau_r, output.tau_r]}
)";

Chain pair_of(double w0, double w1, double tau0, double tau1, Curve curve) {
  return {{Matrix(1, 1, {w0}), {tau0}, {0.1}, curve}, {Matrix(1, 1, {w1}), {tau1}, {0.1}, curve}};
}
Chain lag_net(double w0, double w1) {
  const std::vector<double> tau_m{1.0, 1.0}, tau_r{1.0, 0.1};
  return {{Matrix(2, 1, {w0, w1}), tau_m, tau_r, Curve::tanh},
          {Matrix(2, 2, {0.5, 0.0, 0.0, 1.0}), tau_m, tau_r, Curve::tanh},
          {Matrix(1, 2, {0.5, 1.0}), {1.0}, {1.0}, Curve::linear}};
}

Signal tones(const std::vector<double>& omega, std::size_t ticks, double dt) {
  Signal x(ticks, 1);
  for (std::size_t n = 0; n < ticks; ++n) {
    for (const double w : omega) x(n, 0) += std::sin(w * static_cast<double>(n) * dt);
  }
  return x;
}
OracleTask taught_by(const Chain& teacher, Signal input, double dt, std::size_t first, Schedule schedule) {
  Signal target = oracle::forward(teacher, input, dt, schedule).back().rate;
  return {std::move(input), std::move(target), dt, first};
}

Socket::Settings settings(double dt, const char* errors, const char* schedule = "ordered") {
  return {{"chip.clock", std::to_string(std::llround(0.1 / dt * 1e6)) + " Hz"},  // 1 / (dt 10 us)
          {"learning.errors", errors},
          {"chip.schedule", schedule}};
}

/// The die through the task: -dt times what each named group has accumulated, an estimate of dC/d(parameter).
std::vector<std::vector<double>> gradient_on_die(Socket& s, const OracleTask& task,
                                                 const std::vector<std::string>& groups) {
  CHECK_THAT(s.design.chip.period() / s.design.chip.time_scale, WithinRel(task.dt, 1e-12));
  for (std::size_t n = 0; n < task.input.rows; ++n) {
    s.x(0, task.input(n, 0)), s.target(0, task.target(n, 0));
    s.learn = n >= task.first;
    s.cycle();
  }
  std::vector<std::vector<double>> all;
  for (const std::string& group : groups) {
    auto& g = all.emplace_back(s.take(group));
    for (double& x : g) x *= -task.dt;
  }
  return all;
}
std::vector<double> joined(const std::vector<std::vector<double>>& parts) {
  std::vector<double> all;
  for (const auto& p : parts) all.insert(all.end(), p.begin(), p.end());
  return all;
}
/// Relative to the largest element.
double disagreement(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  REQUIRE(!a.empty());
  double d = 0.0, size = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k)
    d = std::max(d, std::abs(a[k] - b[k])), size = std::max(size, std::abs(b[k]));
  return d / size;
}

// The die and the oracle's local rule are the same arithmetic in another order: rounding of up to 1e5 sums.
constexpr double same_rule = 1e-10;

void lag_net_gradients(double scale, Socket& gle, Socket& bp, double dt) {
  const double duration = 60.0 / scale;
  const auto ticks = static_cast<std::size_t>(std::llround(duration / dt));
  const OracleTask task =
      taught_by(lag_net(-0.5, 1.0), tones({0.49 * scale, 1.07 * scale, 1.98 * scale}, ticks, dt), dt,
                ticks / 6, Schedule::zero_delay);
  const Gradient exact = oracle::bptt_gradient(lag_net(0.3, 0.6), task);
  const auto golden = oracle::read_csv(oracle::golden_path("freq_scaling_lagnet.csv"));
  const auto row =
      std::find_if(golden.rows.begin(), golden.rows.end(), [&](const auto& r) { return r[0] == scale; });
  REQUIRE(row != golden.rows.end());
  REQUIRE(row->size() == 8);
  std::size_t column = 2;
  for (const auto& [socket, path] :
       {std::pair{&gle, OraclePath::prospective}, {&bp, OraclePath::instantaneous}}) {
    const auto parts = gradient_on_die(*socket, task, {"w1", "w2", "w3"});
    const auto die = joined(parts), wanted = oracle::flatten(exact.w);
    INFO("T7, scale " << scale << ", " << name_of(socket->design.learning.params.errors));
    CHECK(disagreement(die,
                       oracle::flatten(
                           oracle::local_gradient(lag_net(0.3, 0.6), task, Schedule::zero_delay, path).w)) <
          same_rule);
    // Ten digits in the table.
    CHECK_THAT(oracle::cosine(parts[0], exact.w[0].values), WithinAbs((*row)[column++], 1e-9));
    CHECK_THAT(oracle::cosine(die, wanted), WithinAbs((*row)[column++], 1e-9));
    CHECK_THAT(oracle::norm(die) / oracle::norm(wanted), WithinRel((*row)[column++], 1e-9));
    if (scale != 1.0) continue;
    // T8: the first layer's gradient, exact (1.694050, -.685946).
    CHECK_THAT(exact.w[0].values[0], WithinAbs(1.694050, 5e-7));
    CHECK_THAT(exact.w[0].values[1], WithinAbs(-0.685946, 5e-7));
    CHECK_THAT(parts[0][0], WithinAbs(1.694, 5e-4));
    CHECK_THAT(parts[0][1], WithinAbs(path == OraclePath::prospective ? -7.744 : 6.624, 5e-4));
  }
}

}  // namespace

TEST_CASE("T6: one tone, products on the die keep the gradient's sign, instantaneous errors lose it",
          "[learning]") {
  const auto golden = oracle::read_csv(oracle::golden_path("single_tone_chain.csv"));
  struct Case {
    double omega, dt;
    std::unique_ptr<Socket> gle, bp;
  };
  std::vector<Case> cases;
  for (const auto& [omega, dt] : {std::pair{0.1, 0.005}, {1.0, 0.001}, {2.0, 0.001}}) {
    const std::string name = "w" + std::to_string(std::llround(omega * 10.0));
    cases.push_back({omega, dt,
                     std::make_unique<Socket>(name + "_gle", linear_chain, settings(dt, "prospective")),
                     std::make_unique<Socket>(name + "_bp", linear_chain, settings(dt, "instantaneous"))});
  }
  for (Case& c : cases) {
    const auto row =
        std::find_if(golden.rows.begin(), golden.rows.end(), [&](const auto& r) { return r[0] == c.omega; });
    REQUIRE(row != golden.rows.end());
    const double period = 2.0 * std::numbers::pi / c.omega;
    const auto first = static_cast<std::size_t>(std::max(40.0, 4.0 * period) / c.dt);  // 40 tau_m: settled
    const auto ticks = first + static_cast<std::size_t>(std::llround(2.0 * period / c.dt));
    const Chain student = pair_of(0.4, 1.5, 1.0, 1.0, Curve::linear);
    const OracleTask task = taught_by(pair_of(1.0, 2.0, 1.0, 1.0, Curve::linear),
                                      tones({c.omega}, ticks, c.dt), c.dt, first, Schedule::zero_delay);
    const Gradient exact = oracle::bptt_gradient(student, task);
    const auto gle = gradient_on_die(*c.gle, task, {"w1", "w2"}),
               bp = gradient_on_die(*c.bp, task, {"w1", "w2"});
    INFO("omega " << c.omega);
    CHECK(disagreement(
              joined(gle),
              oracle::flatten(
                  oracle::local_gradient(student, task, Schedule::zero_delay, OraclePath::prospective).w)) <
          same_rule);
    for (std::size_t l = 0; l < 2; ++l) {
      const double e = exact.w[l](0, 0);
      CAPTURE(l, gle[l][0] / e, bp[l][0] / e);
      // The table is continuous in time. Euler turns a hop by omega dt / 2 and the window cuts the periods to
      // a tick: both below omega dt <= 0.2 % here; BPTT's trajectory ends with the window, which takes up to
      // 2 tau_m of the two periods' error off at its edge, at most 0.5 % of the sum for these tones. 1 %
      // bounds them together.
      CHECK_THAT(gle[l][0] / e, WithinRel((*row)[9 + l], 0.01));
      CHECK_THAT(bp[l][0] / e, WithinRel((*row)[11 + l], 0.01));
    }
    CHECK(gle[0][0] * exact.w[0](0, 0) > 0.0);
    CHECK((bp[0][0] * exact.w[0](0, 0) < 0.0) == (c.omega == 2.0));  // the sign flip
  }
}

TEST_CASE("T7, T8: LagNet gradients on the die against exact BPTT", "[learning]") {
  struct Case {
    double scale, dt;
    std::unique_ptr<Socket> gle, bp;
  };
  std::vector<Case> cases;
  for (const auto& [scale, dt] : {std::pair{0.1, 0.05}, {0.3, 0.1 / 3.0}, {1.0, 0.01}}) {
    const std::string name = "s" + std::to_string(std::llround(scale * 10.0));
    cases.push_back({scale, dt,
                     std::make_unique<Socket>(name + "_gle", lag_net_chip, settings(dt, "prospective")),
                     std::make_unique<Socket>(name + "_bp", lag_net_chip, settings(dt, "instantaneous"))});
  }
  for (Case& c : cases) lag_net_gradients(c.scale, *c.gle, *c.bp, c.dt);
}

TEST_CASE("VLE local: gain stages turn LagNet's gradient towards the exact one", "[learning]") {
  const double dt = 0.01, scale = 10.0;  // microseconds per unit of model time
  const auto vle = [&](const char* schedule, const Socket::Settings& more) {
    auto all = settings(dt, "prospective", schedule);
    all.insert(all.end(), {{"learning.system", "vle_local"},
                           {"blocks.gain_stage.averaging", std::to_string(20.0 * scale) + " us"}});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  Socket measured("measured", lag_net_chip, vle("ordered", {})),
      registered("registered", lag_net_chip, vle("registered", {})),
      set("set", lag_net_chip,
          vle("ordered", {{"blocks.gain_stage.gain", "set"}, {"blocks.gain_stage.band", "17 kHz"}})),
      gle("gle", lag_net_chip, settings(dt, "prospective"));
  const OracleTask task =
      taught_by(lag_net(-0.5, 1.0), tones({0.49, 1.07, 1.98}, 6000, dt), dt, 1000, Schedule::zero_delay);
  const Chain student = lag_net(0.3, 0.6);
  const Gradient exact = oracle::bptt_gradient(student, task);
  const oracle::GainRule rule{20.0, 1e-6, 10.0};
  const auto cosines = [&](Socket& s) {
    const auto parts = gradient_on_die(s, task, {"w1", "w2", "w3"});
    return std::pair{parts, std::pair{oracle::cosine(parts[0], exact.w[0].values),
                                      oracle::cosine(joined(parts), oracle::flatten(exact.w))}};
  };
  const auto [parts, with_gain] = cosines(measured);
  const auto [gle_parts, without] = cosines(gle);
  const auto [set_parts, with_set] = cosines(set);
  CAPTURE(with_gain.first, with_gain.second, without.first, without.second, with_set.first, with_set.second);
  CHECK(with_gain.first >= 0.80);
  CHECK(with_gain.second >= 0.85);
  CHECK_THAT(without.first, WithinAbs(0.565, 5e-4));
  CHECK_THAT(without.second, WithinAbs(0.589, 5e-4));
  CHECK(with_set.first >= 0.80);
  // The same rule in other words, with both schedules.
  CHECK(
      disagreement(
          joined(parts),
          oracle::flatten(
              oracle::local_gradient(student, task, Schedule::zero_delay, OraclePath::prospective, rule).w)) <
      same_rule);
  const OracleTask late =
      taught_by(lag_net(-0.5, 1.0), tones({0.49, 1.07, 1.98}, 6000, dt), dt, 1000, Schedule::registered);
  CHECK(
      disagreement(
          joined(gradient_on_die(registered, late, {"w1", "w2", "w3"})),
          oracle::flatten(
              oracle::local_gradient(student, late, Schedule::registered, OraclePath::prospective, rule).w)) <
      same_rule);
  // What the stages measure: the neurons' own power gains, second neuron of each array (the others have no
  // memory), over the same time.
  const auto trace = oracle::forward(student, task.input, dt, Schedule::zero_delay);
  for (const auto& [layer, gain] : {std::pair{0, 0.514}, {1, 0.639}}) {
    double in = 0.0, out = 0.0;
    for (std::size_t n = task.first; n < task.input.rows; ++n) {
      const auto& t = trace[static_cast<std::size_t>(layer)];
      in += t.s(n, 1) * t.s(n, 1), out += t.lookahead(n, 1) * t.lookahead(n, 1);
    }
    CHECK_THAT(out / in, WithinAbs(gain, 5e-4));
  }
}

TEST_CASE("VLE local: one tone, set gains give the exact gradient's size and sign", "[learning]") {
  // T6 without its gain ratios: the stages are set for the tone. Chip time unit 10 us, so omega = 1 is
  // 1e5 / 2 pi Hz.
  const double dt = 0.001, omega = 1.0, period = 2.0 * std::numbers::pi;
  auto set = settings(dt, "prospective");
  set.insert(set.end(), {{"learning.system", "vle_local"},
                         {"blocks.gain_stage.gain", "set"},
                         {"blocks.gain_stage.band", "15.915494309189533 kHz"}});
  Socket s("set", linear_chain, set);
  const auto first = static_cast<std::size_t>(40.0 / dt);
  const auto ticks = first + static_cast<std::size_t>(std::llround(2.0 * period / dt));
  const Chain student = pair_of(0.4, 1.5, 1.0, 1.0, Curve::linear);
  const OracleTask task = taught_by(pair_of(1.0, 2.0, 1.0, 1.0, Curve::linear), tones({omega}, ticks, dt), dt,
                                    first, Schedule::zero_delay);
  const auto g = gradient_on_die(s, task, {"w1", "w2"});
  // Exact in steady state, from complex amplitudes: one tone of amplitude 1, over two periods.
  const std::complex<double> h = std::complex<double>(1.0, 0.1) / std::complex<double>(1.0, 1.0),
                             a = std::conj(h);
  const auto r0 = 0.4 * h, eps = 2.0 * h * h - 1.5 * h * r0;
  const double time = static_cast<double>(ticks - first) * dt;
  CHECK_THAT(g[1][0], WithinRel(-0.5 * time * std::real(a * eps * std::conj(r0)), 0.01));  // Euler: omega dt
  CHECK_THAT(g[0][0], WithinRel(-0.5 * time * std::real(a * 1.5 * a * eps), 0.01));
}

TEST_CASE("T9: gradient of both time constants at the host port", "[learning]") {
  const double dt = 0.01;
  Socket ordered("line", lag_line_chip, settings(dt, "prospective"));
  Socket registered("registered_line", lag_line_chip, settings(dt, "prospective", "registered"));
  const Chain teacher = pair_of(1.0, 2.0, 1.0, 2.0, Curve::softplus),
              student = pair_of(1.0, 2.0, 0.5, 1.2, Curve::softplus);
  const OracleTask task = taught_by(teacher, tones({0.2}, 20000, dt), dt, 5000, Schedule::zero_delay);
  const auto g = gradient_on_die(ordered, task, {"w1", "w2", "hidden.tau_m", "output.tau_m"});
  const Gradient exact = oracle::bptt_gradient(student, task);
  const Gradient local = oracle::local_gradient(student, task, Schedule::zero_delay, OraclePath::prospective);
  // Sign: what the cells hold points downhill, so -dt times it estimates +dC/dtau.
  CHECK_THAT(g[2][0], WithinAbs(-2.45078, 5e-6));
  CHECK_THAT(g[3][0], WithinAbs(-2.43502, 5e-6));
  for (std::size_t l = 0; l < 2; ++l) {
    CHECK_THAT(g[2 + l][0], WithinRel(local.tau_m[l][0], same_rule));
    CHECK_THAT(g[l][0], WithinRel(local.w[l](0, 0), same_rule));
    CHECK(g[2 + l][0] * exact.tau_m[l][0] > 0.0);
  }
  CHECK_THAT(exact.tau_m[0][0], WithinAbs(-2.29265, 5e-6));
  CHECK_THAT(exact.tau_m[1][0], WithinAbs(-2.30247, 5e-6));
  CHECK(ordered.take("hidden.tau_m")[0] == 0.0);  // taking clears
  const auto tau_r = [](Socket& s) {
    return std::array{s.take("hidden.tau_r")[0], s.take("output.tau_r")[0]};
  };
  const auto r_ordered = tau_r(ordered);
  for (std::size_t l = 0; l < 2; ++l) {
    CHECK_THAT(-dt * r_ordered[l], WithinRel(local.tau_r[l][0], same_rule));
    CHECK(-r_ordered[l] * exact.tau_r[l][0] > 0.0);
  }

  const OracleTask late = taught_by(teacher, tones({0.2}, 20000, dt), dt, 5000, Schedule::registered);
  const auto r = gradient_on_die(registered, late, {"w1", "w2", "hidden.tau_m", "output.tau_m"});
  const Gradient rule = oracle::local_gradient(student, late, Schedule::registered, OraclePath::prospective);
  for (std::size_t l = 0; l < 2; ++l) {
    CHECK_THAT(r[l][0], WithinRel(rule.w[l](0, 0), same_rule));
    CHECK_THAT(r[2 + l][0], WithinRel(rule.tau_m[l][0], same_rule));
  }
  const auto r_late = tau_r(registered);
  for (std::size_t l = 0; l < 2; ++l) CHECK_THAT(-dt * r_late[l], WithinRel(rule.tau_r[l][0], same_rule));
}

TEST_CASE("T9: a membrane time constant written by the host is the neuron's and its error unit's",
          "[learning]") {
  // One chip wakes up with the new values, the other has them written before the first cycle.
  Socket drawn("drawn", lag_line_chip,
               {{"chip.clock", "10 MHz"}, {"arrays.hidden.tau_m", "7 us"}, {"arrays.output.tau_m", "30 us"}});
  Socket written("written", lag_line_chip, {{"chip.clock", "10 MHz"}});
  CHECK_THAT(written.read("hidden.tau_m")[0], WithinRel(0.5, 1e-14));
  CHECK_THAT(written.read("output.tau_m")[0], WithinRel(1.2, 1e-14));
  written.write("hidden.tau_m", {0.7}), written.write("output.tau_m", {3.0});
  CHECK_THAT(written.read("hidden.tau_m")[0], WithinRel(drawn.read("hidden.tau_m")[0], 1e-14));
  for (Socket* s : {&drawn, &written}) s->errors("hidden"), s->errors("output");
  for (int n = 0; n < 1000; ++n) {
    for (Socket* s : {&drawn, &written}) s->x(0, std::sin(0.02 * n)), s->target(0, 0.5), s->cycle();
    // 7 us from the file and 0.7 x 10 us differ by an ulp; gains of 30.
    CHECK_THAT(written.value(0), WithinAbs(drawn.value(0), 1e-12));
    CHECK_THAT(written.errors("hidden")[0], WithinAbs(drawn.errors("hidden")[0], 1e-11));
    CHECK_THAT(written.errors("output")[0], WithinAbs(drawn.errors("output")[0], 1e-11));
  }
}
