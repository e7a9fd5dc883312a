// SPDX-License-Identifier: Apache-2.0
// BPTT beside the die: what the host gathers against BPTT of the same steps, its traffic and arithmetic by
// hand, and what converters and mismatch do to it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/simulate.hpp"
#include "arrays/socket.hpp"
#include "design/host_traffic.hpp"
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
blocks: {target_unit: {loss: mse, beta: 1}, host_link: {clock: 100 MHz}}
learning: {system: bptt, output: output, update: host, window: 2000, every: 2000 ticks, bptt: {loop: model, range: 2}}
task: {kind: lag_net, frequencies: [0.49, 1.07, 1.98]}
schedule: {cycles: 4000}
)";
constexpr double dt = 0.01;  // 100 ns of 10 us
constexpr std::size_t window = 2000;
const std::vector<std::string> crossbars{"w1", "w2", "w3"};

Chain lag_net(double w0, double w1) {
  const std::vector<double> tau_m{1.0, 1.0}, tau_r{1.0, 0.1};
  return {{Matrix(2, 1, {w0, w1}), tau_m, tau_r, Curve::tanh},
          {Matrix(2, 2, {0.5, 0.0, 0.0, 1.0}), tau_m, tau_r, Curve::tanh},
          {Matrix(1, 2, {0.5, 1.0}), {1.0}, {1.0}, Curve::linear}};
}
OracleTask taught(std::size_t ticks, Schedule schedule) {
  Signal input(ticks, 1);
  for (std::size_t n = 0; n < ticks; ++n) {
    for (const double w : {0.49, 1.07, 1.98}) input(n, 0) += std::sin(w * static_cast<double>(n) * dt);
  }
  Signal target = oracle::forward(lag_net(-0.5, 1.0), input, dt, schedule).back().rate;
  return {std::move(input), std::move(target), dt, 0};
}

/// What the host has gathered in the crossbars, one after the other, as a gradient.
std::vector<double> gathered(Socket& s) {
  std::vector<double> all;
  for (const std::string& name : crossbars) {
    for (const double g : s.take(name)) all.push_back(-dt * g);
  }
  return all;
}
std::vector<double> weights_of(const Gradient& g) {
  std::vector<double> all;
  for (const auto& w : g.w) all.insert(all.end(), w.values.begin(), w.values.end());
  return all;
}
/// Largest distance, of the largest element.
double off(const std::vector<double>& got, const std::vector<double>& wanted) {
  REQUIRE(got.size() == wanted.size());
  REQUIRE(got.size() == 8);
  double distance = 0.0, size = 0.0;
  for (std::size_t k = 0; k < got.size(); ++k)
    distance = std::max(distance, std::abs(got[k] - wanted[k])), size = std::max(size, std::abs(wanted[k]));
  return distance / size;
}
double angle(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double aa = 0.0, bb = 0.0, distance = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) aa += a[k] * a[k], bb += b[k] * b[k];
  for (std::size_t k = 0; k < a.size(); ++k) {  // small angles: from the chord, not from a cosine near 1
    const double d = a[k] / std::sqrt(aa) - b[k] / std::sqrt(bb);
    distance += d * d;
  }
  return 2.0 * std::asin(0.5 * std::sqrt(distance));
}
void teach(const std::vector<Socket*>& sockets, const OracleTask& task, std::size_t from, std::size_t to) {
  for (std::size_t n = from; n < to; ++n) {
    for (Socket* s : sockets) {
      s->x(0, task.input(n, 0)), s->target(0, task.target(n, 0));
      s->cycle();
    }
  }
}

}  // namespace

TEST_CASE("BPTT: the host's gradient is the adjoint of the chip's own steps to 1e-9, both schedules",
          "[learning]") {
  Socket ordered("ordered", lag_net_chip, {{"chip.schedule", "ordered"}}),
      registered("registered", lag_net_chip);
  const Chain student = lag_net(0.3, 0.6);
  ordered.learn = registered.learn = true;
  const OracleTask at_once = taught(window, Schedule::zero_delay);
  teach({&ordered}, at_once, 0, window);
  const auto exact = weights_of(oracle::bptt_gradient(student, at_once));
  CHECK(std::abs(exact[1]) > 0.1);
  CHECK(off(gathered(ordered), exact) <= 1e-9);
  // With registers the target of a cycle is compared with the rate of the cycle before: rates 0 to window
  // - 2.
  const OracleTask delayed = taught(window, Schedule::registered);
  for (std::size_t n = 0; n < window; ++n) {
    registered.x(0, delayed.input(n, 0)), registered.target(0, n == 0 ? 0.0 : delayed.target(n - 1, 0));
    registered.cycle();
  }
  OracleTask compared{Signal(window - 1, 1), Signal(window - 1, 1), dt, 0};
  for (std::size_t n = 0; n + 1 < window; ++n)
    compared.input(n, 0) = delayed.input(n, 0), compared.target(n, 0) = delayed.target(n, 0);
  CHECK(off(gathered(registered),
            weights_of(oracle::bptt_gradient(student, compared, Schedule::registered))) <= 1e-9);
  // The host computed in no time of the chip, which has neither memory nor error units.
  CHECK(ordered.edges == window);
  CHECK(registered.edges == window);
}

TEST_CASE("BPTT: through converters the gradient's angle halves with every bit of theirs", "[learning]") {
  const auto with_bits = [](const char* bits) {
    return Socket::Settings{
        {"chip.schedule", "ordered"}, {"learning.bptt.loop", "chip"}, {"blocks.readout.bits", bits}};
  };
  Socket exact("exact", lag_net_chip, {{"chip.schedule", "ordered"}}),
      six("six", lag_net_chip, with_bits("6")), nine("nine", lag_net_chip, with_bits("9")),
      twelve("twelve", lag_net_chip, with_bits("12")), sixteen("sixteen", lag_net_chip, with_bits("16"));
  const std::vector<Socket*> all{&exact, &six, &nine, &twelve, &sixteen};
  for (Socket* s : all) s->learn = true;
  teach(all, taught(window, Schedule::zero_delay), 0, window);
  const auto wanted = gathered(exact);
  // Errors of rounding: 2^-bits of the range at each of 2000 cycles, partly averaged out by the sum over
  // them.
  const std::vector<std::pair<int, Socket*>> coarse{{6, &six}, {9, &nine}, {12, &twelve}, {16, &sixteen}};
  for (const auto& [bits, s] : coarse) {
    const double radians = angle(gathered(*s), wanted);
    CAPTURE(bits, radians);
    CHECK(std::ldexp(radians, bits) > 0.2);
    CHECK(std::ldexp(radians, bits) < 2.0);
  }
}

TEST_CASE("BPTT: a window is given up when plasticity stops or the chip is reset", "[learning]") {
  Socket s("stopped", lag_net_chip, {{"learning.window", "10"}, {"learning.every", "10 ticks"}});
  const auto run = [&](int cycles, bool learn) {
    s.learn = learn;
    for (int n = 0; n < cycles; ++n) s.x(0, 1.0), s.target(0, 0.5), s.cycle();
  };
  run(9, true), run(1, false), run(9, true);
  CHECK(s.take("w3") == std::vector<double>{0.0, 0.0});  // never full
  s.reset();
  run(9, true);
  CHECK(s.take("w3") == std::vector<double>{0.0, 0.0});
  run(1, true);
  CHECK(s.take("w3")[0] != 0.0);
}

TEST_CASE("BPTT: dies in lockstep follow the mean gradient", "[learning]") {
  const Socket::Settings chip{
      {"learning.bptt.loop", "chip"}, {"learning.window", "200"}, {"learning.every", "200 ticks"}};
  auto both = chip;
  both.emplace_back("chip.replicas", "2");
  Socket one("one", lag_net_chip, chip), other("other", lag_net_chip, chip), two("two", lag_net_chip, both);
  const OracleTask task = taught(200, Schedule::registered);
  one.learn = other.learn = two.learn = true;
  for (std::size_t n = 0; n < 200; ++n) {
    const double x = task.input(n, 0), target = task.target(n, 0);
    one.x(0, x), one.target(0, target), other.x(0, 0.5 * x), other.target(0, -target);
    two.x(0, x, 0), two.target(0, target, 0), two.x(0, 0.5 * x, 1), two.target(0, -target, 1);
    one.cycle(), other.cycle(), two.cycle();
  }
  const auto a = one.take("w2"), b = other.take("w2"), mean = two.take("w2");
  REQUIRE(mean.size() == 4);
  for (std::size_t k = 0; k < 4; ++k) CHECK_THAT(mean[k], WithinRel(0.5 * (a[k] + b[k]), 1e-9));
}

TEST_CASE("BPTT: the host's traffic and arithmetic of a dense chip by hand", "[learning]") {
  const std::string dense = R"(
leadlag: 1
chip: {name: x, clock: 1 MHz, time_scale: 10 us}
arrays:
  in: {block: input_driver, size: 7}
  hidden: {block: prospective_neuron, size: 5, activation: tanh, tau_m: 10 us, tau_r: 5 us}
  out: {block: prospective_neuron, size: 3, activation: linear, tau_m: 10 us, tau_r: 5 us}
crossbars:
  w1: {from: in, to: hidden, bias: true}
  w2: {from: hidden, to: out}
blocks: {readout: {bits: 6}, weight_register: {bits: 10}, host_link: {width: 3, clock: 5 MHz}}
learning: {system: bptt, update: host, optimiser: adam, window: 4, every: 2 samples}
task: {kind: idx_images}
schedule: {cycles_per_sample: 8, plasticity: [4, 8]}
)";
  const auto traffic = [&](Socket::Settings settings) {
    return host_traffic(parse_design(
        "dense.yaml", dense,
        {.presets = {}, .settings = std::move(settings), .technology_folder = LEADLAG_TECHNOLOGY_DIR}));
  };
  const HostTraffic chip = traffic({}), model = traffic({{"learning.bptt.loop", "model"}});
  CHECK(chip.capacity == 3 * 5);
  CHECK(chip.bits_out == (5 + 3) * 6);
  CHECK(chip.bits_in == (5 * 8 + 3 * 5) * 10);
  CHECK(chip.forward == 0);
  // w2 back to the hidden neurons, products of both crossbars and of w1's bias, three for each of 8 neurons.
  CHECK(chip.backward == 3 * 5 + (5 * 8 + 3 * 5) + 3 * 8);
  CHECK(chip.step == 8 * (5 * 8 + 3 * 5));
  CHECK(model.bits_out == 0);
  CHECK(model.bits_in == chip.bits_in);
  CHECK(model.forward == (5 * 8 + 3 * 5) + 3 * 8);
  CHECK(model.backward == chip.backward);
  const HostTraffic last = traffic({{"learning.plastic", "[w2]"}, {"learning.optimiser", "sgd"}});
  CHECK(last.bits_in == 3 * 5 * 10);
  CHECK(last.backward == 3 * 5 + 3 * 5 + 3 * 8);
  CHECK(last.step == 3 * 5);
}

TEST_CASE("BPTT: cycles, bits, conversions and joules of a run by hand", "[learning]") {
  // 10 bits each way in a cycle; 5 neurons of 8 bits leave, 8 weights of 8 bits arrive.
  const Design design = parse_design("bill.yaml", lag_net_chip,
                                     {.presets = {},
                                      .settings = {{"learning.bptt.loop", "chip"},
                                                   {"learning.window", "100"},
                                                   {"learning.every", "100 ticks"},
                                                   {"blocks.host_link.width", "1"},
                                                   {"schedule.cycles", "2000"}},
                                      .technology_folder = LEADLAG_TECHNOLOGY_DIR});
  const Die die = fabricate(design);
  const std::unique_ptr<Task> task = make_task(design);
  const Observations seen = simulate(design, die, *task, {});
  CHECK(seen.host_steps == 20);
  CHECK(seen.learning_steps == 2000);
  // 40 bits: three cycles until the rest fits the next one, four at a window's end; 64 bits of weights:
  // seven.
  CHECK(seen.replay_cycles == 20 * (99 * 3 + 4 + 7));
  CHECK(seen.cycles == 2000 + seen.replay_cycles);
  const Measurements m = measure(design, die, seen);
  const double bit = 10e-12 * 1.8 * 1.8 / 4.0, mac = 25e-12;
  CHECK(m.values.at("link_bits_out") == 2000 * 40);
  CHECK(m.values.at("link_bits_in") == 20 * 64);
  CHECK_THAT(m.values.at("wait_share"), WithinRel(6160.0 / 8160.0, 1e-12));
  const double macs = 2000 * ((4 + 2) + (2 + 4 + 2) + 3 * 5) + 20 * 8;
  CHECK(m.values.at("host_operations") == macs);
  CHECK_THAT(m.values.at("host_energy"), WithinRel(macs * mac + 20 * 64 * bit, 1e-12));
  CHECK(m.values.at("ledger_error") < 1e-9);
  CHECK_FALSE(m.values.contains("memory_bits"));
  CHECK(m.host_reads == 0);
  CHECK(m.host_writes == 20 * 8);
  std::uint64_t conversions = 0, transfers = 0;
  for (const EnergyRow& row : m.energy) {
    INFO(row.array + "." + row.block);
    for (const char* absent : {"error_unit", "error_summing_node", "target_unit", "plasticity_cell",
                               "trajectory_memory", "gain_stage"})
      CHECK(row.block != absent);
    for (const auto& e : row.events) {
      if (e.event == Event::conversion) conversions += e.count;
      if (e.event != Event::transfer) continue;
      transfers += e.count;
      CHECK_THAT(e.each.si, WithinRel(bit, 1e-12));
    }
  }
  CHECK(conversions == 5 * 2000);
  CHECK(transfers == 2000 * 40);
}

TEST_CASE("BPTT: a host that never looks at the chip is not told and does not correct its mismatch",
          "[learning]") {
  // Time constants that came out 10 to 35 % off, which the host does not know.
  const auto made_badly = [](Die& die) {
    double factor = 1.35;
    for (auto& array : die.neurons) {
      for (auto& n : array) n.tau_m.si *= factor, n.tau_r.si *= 0.9, factor = factor > 1.0 ? 0.75 : 1.25;
    }
  };
  const Socket::Settings windows{{"learning.window", "500"}, {"blocks.readout.bits", "14"}};
  auto looking = windows;
  looking.emplace_back("learning.bptt.loop", "chip");
  Socket in_loop("in_loop", lag_net_chip, looking, made_badly),
      blind("blind", lag_net_chip, windows, made_badly), drawn("drawn", lag_net_chip, windows);
  const std::vector<Socket*> all{&in_loop, &blind, &drawn};
  const OracleTask task = taught(400 * 500, Schedule::registered);
  std::vector<double> first(3), last(3);
  for (Socket* s : all) s->learn = true;
  for (std::size_t w = 0; w < 400; ++w) {
    for (std::size_t n = 500 * w; n < 500 * (w + 1); ++n) {
      for (std::size_t k = 0; k < 3; ++k) {
        all[k]->x(0, task.input(n, 0)), all[k]->target(0, n == 0 ? 0.0 : task.target(n - 1, 0));
        all[k]->cycle();
        const double miss = n == 0 ? 0.0 : all[k]->value(0) - task.target(n - 1, 0);
        if (w >= 4 && w < 24) first[k] += miss * miss / 10000.0;
        if (w >= 380) last[k] += miss * miss / 10000.0;
      }
    }
    for (Socket* s : all) {
      for (const std::string& name : crossbars) {
        const auto g = s->take(name);
        auto value = s->read(name);
        for (std::size_t k = 0; k < value.size(); ++k) value[k] += 2.0 * g[k] / 500.0;
        s->write(name, value);
      }
    }
  }
  CAPTURE(first[0], first[1], first[2], last[0], last[1], last[2]);
  CHECK(last[2] < 1e-4);           // what both hosts could reach on the chip as drawn
  CHECK(last[1] > 4.0 * last[0]);  // the one that looks is better on the chip as made
  CHECK(last[0] < 0.2 * first[0]);
}
