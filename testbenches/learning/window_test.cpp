// SPDX-License-Identifier: Apache-2.0
// VLE exact: what a die gathers by replaying a recorded window against BPTT of the same steps and finite
// differences.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "app/simulate.hpp"
#include "arrays/socket.hpp"
#include "instruments/task.hpp"
#include "measure/measurements.hpp"
#include "oracles/chain.hpp"

using namespace leadlag;
using Catch::Matchers::WithinRel;
using oracle::Chain, oracle::Gradient, oracle::Matrix, oracle::Schedule, oracle::Signal;
using OracleTask = oracle::Task;
using Curve = oracle::Activation;

namespace {

const std::string lag_net_chip = R"(
leadlag: 1
chip: {name: x, clock: 10 MHz, time_scale: 10 us, full_scale: {voltage: 25 mV, current: 10 nA}, integration: euler}
arrays:
  in: {block: input_driver, size: 1}
  first: {block: prospective_neuron, size: 2, activation: tanh, tau_m: 10 us, tau_r: [10 us, 1 us]}
  second: {block: prospective_neuron, size: 2, activation: tanh, tau_m: 10 us, tau_r: [10 us, 1 us]}
  output: {block: prospective_neuron, size: 1, activation: linear, tau_m: 10 us, tau_r: 10 us}
crossbars:
  w1: {from: in, to: first, weights: [[.3], [.6]], tile: 2x1}
  w2: {from: first, to: second, weights: [[.5, 0], [0, 1]], tile: 2x2}
  w3: {from: second, to: output, weights: [[.5, 1]], tile: 1x2}
blocks: {target_unit: {loss: mse, beta: 1}}
learning: {system: vle_exact, output: output, update: host, window: 2000, every: 2000 ticks,
           plastic: [w1, w2, w3, first.tau_m, second.tau_m, output.tau_m, first.tau_r, second.tau_r, output.tau_r]}
task: {kind: lag_net, frequencies: [0.49, 1.07, 1.98]}
schedule: {cycles: 4000}
)";
const std::vector<std::string> arrays{"first", "second", "output"};
constexpr double dt = 0.01;  // 100 ns of 10 us
constexpr std::size_t window = 2000;

Chain lag_net(double w0, double w1) {
  const std::vector<double> tau_m{1.0, 1.0}, tau_r{1.0, 0.1};
  return {{Matrix(2, 1, {w0, w1}), tau_m, tau_r, Curve::tanh},
          {Matrix(2, 2, {0.5, 0.0, 0.0, 1.0}), tau_m, tau_r, Curve::tanh},
          {Matrix(1, 2, {0.5, 1.0}), {1.0}, {1.0}, Curve::linear}};
}
Signal tones(std::size_t ticks) {
  Signal x(ticks, 1);
  for (std::size_t n = 0; n < ticks; ++n) {
    for (const double w : {0.49, 1.07, 1.98}) x(n, 0) += std::sin(w * static_cast<double>(n) * dt);
  }
  return x;
}
OracleTask taught(std::size_t ticks, Schedule schedule) {
  Signal input = tones(ticks);
  Signal target = oracle::forward(lag_net(-0.5, 1.0), input, dt, schedule).back().rate;
  return {std::move(input), std::move(target), dt, 0};
}

/// Largest distance of -dt times what the die gathered from dC, of the largest element.
double off(Socket& s, const Gradient& exact, const std::vector<std::string>& crossbars) {
  double distance = 0.0, size = 0.0;
  const auto compare = [&](const std::vector<double>& got, const std::vector<double>& wanted) {
    REQUIRE(got.size() == wanted.size());
    for (std::size_t k = 0; k < got.size(); ++k) {
      distance = std::max(distance, std::abs(-dt * got[k] - wanted[k])),
      size = std::max(size, std::abs(wanted[k]));
    }
  };
  for (std::size_t l = 0; l < crossbars.size(); ++l) compare(s.take(crossbars[l]), exact.w[l].values);
  for (std::size_t l = 0; l < arrays.size(); ++l) {
    compare(s.take(arrays[l] + ".tau_m"), exact.tau_m[l]);
    compare(s.take(arrays[l] + ".tau_r"), exact.tau_r[l]);
  }
  return distance / size;
}
const std::vector<std::string> crossbars{"w1", "w2", "w3"};

}  // namespace

TEST_CASE("VLE exact: one window on LagNet is the adjoint to 1e-9 and finite differences to 1e-7, ordered",
          "[learning]") {
  Socket s("ordered", lag_net_chip, {{"chip.schedule", "ordered"}});
  const OracleTask task = taught(window, Schedule::zero_delay);
  s.learn = true;
  for (std::size_t n = 0; n < window; ++n) {
    CHECK(s.edges == n);  // nothing is replayed before the window is full
    s.x(0, task.input(n, 0)), s.target(0, task.target(n, 0));
    s.cycle();
  }
  CHECK(s.edges == 2 * window);
  const Chain student = lag_net(0.3, 0.6);
  const Gradient exact = oracle::bptt_gradient(student, task);
  Gradient differences = exact;
  for (std::size_t l = 0; l < student.size(); ++l) {
    const auto differ = [&](double& into, auto&& parameter) {
      into = oracle::finite_difference(student, task, Schedule::zero_delay, parameter);
    };
    for (std::size_t k = 0; k < student[l].w.values.size(); ++k)
      differ(differences.w[l].values[k], [&](Chain& c) -> double& { return c[l].w.values[k]; });
    for (std::size_t i = 0; i < student[l].tau_m.size(); ++i) {
      differ(differences.tau_m[l][i], [&](Chain& c) -> double& { return c[l].tau_m[i]; });
      differ(differences.tau_r[l][i], [&](Chain& c) -> double& { return c[l].tau_r[i]; });
    }
  }
  std::array<std::vector<double>, 3> held;
  for (std::size_t l = 0; l < 3; ++l) held[l] = s.take(crossbars[l]);
  double distance = 0.0, size = 0.0, from_differences = 0.0;
  for (std::size_t l = 0; l < 3; ++l) {
    REQUIRE(held[l].size() == exact.w[l].values.size());
    for (std::size_t k = 0; k < held[l].size(); ++k) {
      distance = std::max(distance, std::abs(-dt * held[l][k] - exact.w[l].values[k]));
      from_differences = std::max(from_differences, std::abs(-dt * held[l][k] - differences.w[l].values[k]));
      size = std::max(size, std::abs(exact.w[l].values[k]));
    }
    for (const auto& [name, wanted, numeric] : {std::tuple{".tau_m", &exact.tau_m[l], &differences.tau_m[l]},
                                                {".tau_r", &exact.tau_r[l], &differences.tau_r[l]}}) {
      const auto got = s.take(arrays[l] + name);
      REQUIRE(got.size() == wanted->size());
      for (std::size_t i = 0; i < got.size(); ++i) {
        distance = std::max(distance, std::abs(-dt * got[i] - (*wanted)[i]));
        from_differences = std::max(from_differences, std::abs(-dt * got[i] - (*numeric)[i]));
      }
    }
  }
  CAPTURE(distance, from_differences, size);
  CHECK(size > 0.1);
  CHECK(distance <= 1e-9 * size);
  CHECK(from_differences <= 1e-7 * size);
}

TEST_CASE("VLE exact: with registers, windows one after the other, each the adjoint of its own cycles",
          "[learning]") {
  Socket s("registered", lag_net_chip, {});
  // The die compares the target of a cycle with the rate of the cycle before.
  const OracleTask whole = taught(2 * window, Schedule::registered);
  const auto run = [&](std::size_t first) {
    for (std::size_t n = first; n < first + window; ++n) {
      s.x(0, whole.input(n, 0)), s.target(0, n == 0 ? 0.0 : whole.target(n - 1, 0));
      s.cycle();
    }
  };
  s.learn = true;
  run(0);
  CHECK(s.edges == 2 * window);
  // Compared in cycles 1 to window - 1: rates 0 to window - 2.
  OracleTask first{Signal(window - 1, 1), Signal(window - 1, 1), dt, 0};
  for (std::size_t n = 0; n + 1 < window; ++n)
    first.input(n, 0) = whole.input(n, 0), first.target(n, 0) = whole.target(n, 0);
  const Chain student = lag_net(0.3, 0.6);
  CHECK(off(s, oracle::bptt_gradient(student, first, Schedule::registered), crossbars) <= 1e-9);
  // The second window sees rates from its own first cycle on; what came before is given.
  run(window);
  CHECK(s.edges == 4 * window);
  OracleTask second{Signal(2 * window - 1, 1), Signal(2 * window - 1, 1), dt, window};
  for (std::size_t n = 0; n + 1 < 2 * window; ++n)
    second.input(n, 0) = whole.input(n, 0), second.target(n, 0) = whole.target(n, 0);
  const Gradient all = oracle::bptt_gradient(student, second, Schedule::registered);
  const auto trace = oracle::forward(student, second.input, dt, Schedule::registered);
  double wanted = 0.0, reaching_back = 0.0;  // dC/dw1 of neuron 1
  for (std::size_t n = 0; n < second.input.rows; ++n)
    (n < window ? reaching_back : wanted) -= dt * all.error[0](n, 1) * second.input(n, 0);
  CAPTURE(wanted, reaching_back);
  CHECK(std::abs(reaching_back) > 1e-3 * std::abs(wanted));  // the truncation shows
  CHECK_THAT(-dt * s.take("w1")[1], WithinRel(wanted, 1e-9));
}

TEST_CASE("VLE exact: a window is given up when plasticity stops or the chip is reset", "[learning]") {
  Socket s("stopped", lag_net_chip, {{"learning.window", "10"}, {"learning.every", "10 ticks"}});
  const auto run = [&](int cycles, bool learn) {
    s.learn = learn;
    for (int n = 0; n < cycles; ++n) s.x(0, 1.0), s.target(0, 0.5), s.cycle();
  };
  run(9, true), run(1, false), run(9, true);
  CHECK(s.edges == 19);  // never full
  CHECK(s.take("w3") == std::vector<double>{0.0, 0.0});
  s.reset();
  run(9, true);
  CHECK(s.edges == 28);
  run(1, true);
  CHECK(s.edges == 39);  // the tenth, and ten back
  CHECK(s.take("w3")[0] != 0.0);
}

TEST_CASE("VLE exact: dies that write their own weights and dies in lockstep follow the same gradient",
          "[learning]") {
  const std::string weights = "[w1, w2, w3]";
  const Socket::Settings some{{"learning.plastic", weights}};
  Socket host("host", lag_net_chip, some);
  Socket online(
      "online", lag_net_chip,
      {{"learning", "{system: vle_exact, output: output, window: 2000, plastic: " + weights + "}"}});
  Socket two("two", lag_net_chip, {{"learning.plastic", weights}, {"chip.replicas", "2"}});
  Socket other("other", lag_net_chip, some);
  const OracleTask task = taught(window, Schedule::registered);
  const auto before = online.read("w2");
  online.eta = 1e-7;
  for (Socket* s : {&host, &online, &two, &other}) s->learn = true;
  for (std::size_t n = 0; n < window; ++n) {
    const double x = task.input(n, 0), target = task.target(n, 0);
    for (Socket* s : {&host, &online}) s->x(0, x), s->target(0, target);
    other.x(0, 0.5 * x), other.target(0, -target);
    two.x(0, x, 0), two.target(0, target, 0), two.x(0, 0.5 * x, 1), two.target(0, -target, 1);
    for (Socket* s : {&host, &online, &two, &other}) s->cycle();
  }
  const auto gathered = host.take("w2"), elsewhere = other.take("w2"), mean = two.take("w2"),
             after = online.read("w2");
  REQUIRE(gathered.size() == 4);
  for (std::size_t k = 0; k < 4; ++k) {
    CAPTURE(k, gathered[k], elsewhere[k]);
    CHECK_THAT(mean[k], WithinRel(0.5 * (gathered[k] + elsewhere[k]), 1e-9));
    // Weights move while they are replayed: by eta times a gradient of about 100, so by 1e-5 of it.
    CHECK_THAT((after[k] - before[k]) / online.eta, WithinRel(gathered[k], 1e-3));
  }
}

TEST_CASE("VLE exact: LagNet learns from windows, and cycles, bits and joules of the memory are reported",
          "[learning]") {
  const Design design = parse_design("window.yaml", lag_net_chip,
                                     {.presets = {},
                                      .settings = {{"learning.plastic", "[w1]"},
                                                   {"learning.window", "500"},
                                                   {"learning.every", "500 ticks"},
                                                   {"learning.rate", "4"},
                                                   {"learning.start", "2000"},
                                                   {"schedule.cycles", "102000"}},
                                      .technology_folder = LEADLAG_TECHNOLOGY_DIR});
  const Die die = fabricate(design);
  const std::unique_ptr<Task> task = make_task(design);
  const Observations seen = simulate(design, die, *task, {});
  CAPTURE(*seen.final_mse, seen.curve.back().parameters);
  CHECK(*seen.final_mse < 1e-9);
  CHECK(seen.curve.front().value > 1e-2);
  CHECK(seen.replay_cycles == 100000);  // as many as were recorded
  CHECK(seen.cycles == 202000);
  CHECK(seen.host_steps == 200);
  const Measurements m = measure(design, die, seen);
  // 1 input; 2 + 2 neurons with rate and slope; 1 output with slope and target error. 8 bits.
  CHECK(m.values.at("memory_bits") == (1 + 4 + 4 + 2) * 500 * 8);
  CHECK_THAT(m.values.at("replay_share"), WithinRel(100000.0 / 202000.0, 1e-12));
  CHECK(m.values.at("ledger_error") < 1e-9);
  std::uint64_t recorded = 0, replayed = 0;
  for (const EnergyRow& row : m.energy) {
    for (const auto& e : row.events) {
      recorded += e.event == Event::record ? e.count : 0, replayed += e.event == Event::replay ? e.count : 0;
    }
  }
  CHECK(recorded == 11 * 100000);
  CHECK(replayed == 11 * 100000);
}
