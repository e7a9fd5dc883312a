// SPDX-License-Identifier: Apache-2.0
// Structural and tile detail are two writings of one chip: every cycle must agree, and every event must be
// counted alike.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "arrays/socket.hpp"

using namespace leadlag;

namespace {

using Settings = Socket::Settings;

/// Two hidden arrays, the first with lateral synapses. Both of its loops contract at every frequency: rates
/// gain at most tau_r / tau_m = 2 times a row sum of |W| of 0.35, errors tau_m / tau_r = 5/3 times a column
/// sum of 0.45, so a difference is forgotten faster than rounding feeds it. Every crossbar learns; nearly
/// every time constant differs.
const std::string recurrent = R"(
leadlag: 1
chip: {name: x, clock: 10 MHz, time_scale: 10 us, full_scale: {voltage: 25 mV, current: 10 nA}}
arrays:
  in: {block: input_driver, size: 3}
  a: {block: prospective_neuron, size: 4, activation: tanh, tau_m: [10 us, 5 us, 8 us, 2 us],
      tau_r: [6 us, 5 us, 5 us, 4 us], nudging: 0.05}
  b: {block: prospective_neuron, size: 3, activation: tanh, tau_m: 4 us, tau_r: [1 us, 2 us, 6 us], nudging: 0.02}
  out: {block: prospective_neuron, size: 2, activation: tanh, tau_m: 3 us, tau_r: 2 us}
crossbars:
  w_in: {from: in, to: a, weights: [[.5, -.3, .2], [.1, .4, -.6], [-.7, .2, .3], [.3, .3, .3]], bias: true, tile: 3x2}
  w_aa: {from: a, to: a, weights: [[.05, -.15, .1, .05], [.1, 0, -.15, .1], [-.1, .1, .05, .15], [.05, -.05, .1, -.15]],
         tile: 2x3}
  w_ab: {from: a, to: b, weights: [[.4, -.5, .3, .2], [-.3, .6, .1, .4], [.2, .2, -.8, .5]], bias: true, tile: 8x8}
  w_out: {from: b, to: out, weights: [[.5, -.6, .4], [.3, .7, -.2]], bias: true, tile: 1x2}
blocks: {target_unit: {loss: mse, beta: 0.3}}
learning: {system: gle, output: out}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";

/// A low-pass on the hidden rates and one on the inputs.
const std::string filtered = R"(
leadlag: 1
chip: {name: x, clock: 10 MHz, time_scale: 10 us, full_scale: {voltage: 25 mV, current: 10 nA}}
arrays:
  in: {block: input_driver, size: 2}
  smooth_in: {block: synaptic_low_pass, from: in, tau_s: 3 us}
  a: {block: prospective_neuron, size: 3, activation: softplus, tau_m: [10 us, 5 us, 8 us], tau_r: 2 us}
  smooth_a: {block: synaptic_low_pass, from: a, tau_s: [1 us, 2 us, 4 us]}
  out: {block: prospective_neuron, size: 2, activation: linear, tau_m: 3 us, tau_r: 2 us}
crossbars:
  w_in: {from: smooth_in, to: a, weights: [[.5, -.3], [.1, .4], [-.7, .2]], bias: true, tile: 8x8}
  w_skip: {from: in, to: out, weights: [[.2, .1], [-.3, .2]], tile: 8x8}
  w_out: {from: smooth_a, to: out, weights: [[.5, -.6, .4], [.3, .7, -.2]], bias: true, tile: 8x8}
blocks: {target_unit: {loss: cross_entropy, beta: 0.3}}
learning: {system: gle, output: out}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";

/// No loops and no low-pass: what `schedule: ordered` allows without a register.
const std::string layered = R"(
leadlag: 1
chip: {name: x, clock: 10 MHz, time_scale: 10 us, full_scale: {voltage: 25 mV, current: 10 nA}}
arrays:
  in: {block: input_driver, size: 2}
  a: {block: prospective_neuron, size: 3, activation: softplus, tau_m: [10 us, 5 us, 8 us], tau_r: 2 us}
  b: {block: prospective_neuron, size: 3, activation: relu, tau_m: [1 us, 5 us, 8 us], tau_r: [2 us, 1 us, 8 us]}
  out: {block: prospective_neuron, size: 2, activation: hard_sigmoid, tau_m: 3 us, tau_r: 2 us}
crossbars:
  w_in: {from: in, to: a, weights: [[.5, -.3], [.1, .4], [-.7, .2]], bias: true, tile: 8x8}
  w_ab: {from: a, to: b, weights: [[.4, -.5, .3], [-.3, .6, .1], [.2, .2, -.8]], bias: true, tile: 8x8}
  w_skip: {from: in, to: out, weights: [[.2, .1], [-.3, .2]], tile: 8x8}
  w_out: {from: b, to: out, weights: [[.5, -.6, .4], [.3, .7, -.2]], bias: true, tile: 8x8}
blocks: {target_unit: {loss: mse, beta: 0.3}}
learning: {system: gle, output: out}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";

struct Run {
  std::size_t cycles;
  double eta;
  bool resets = false;
};

/// Drives both details with tones and targets, with learning, windows and targets that come and go; returns
/// the largest difference of any rate, slope, error, output and weight over the run, and over its first 1000
/// cycles.
struct Differences {
  double early = 0.0, all = 0.0, moved = 0.0;
};
Differences compare(Socket& structural, Socket& tile, const Run& run) {
  Differences worst;
  std::vector<std::string> neurons;
  std::vector<std::vector<double>> first;
  for (const ArrayDesign& a : tile.design.arrays) {
    if (a.is_neuron()) neurons.push_back(a.name);
  }
  REQUIRE(neurons.size() >= 2);
  for (const std::string& array : neurons) structural.errors(array), tile.errors(array);
  for (const auto& group : structural.chip->groups()) first.push_back(tile.read(group.name));
  const auto see = [&](double a, double b, std::size_t n) {
    const double d = std::abs(a - b);
    if (!(d <= worst.all)) worst.all = std::isnan(d) ? std::numeric_limits<double>::infinity() : d;
    if (n < 1000 && !(d <= worst.early))
      worst.early = std::isnan(d) ? std::numeric_limits<double>::infinity() : d;
  };
  for (std::size_t n = 0; n < run.cycles; ++n) {
    if (run.resets && n % 700 == 350) structural.reset(), tile.reset();
    const double t = 0.01 * static_cast<double>(n);
    for (Socket* s : {&structural, &tile}) {
      for (std::size_t i = 0; i < s->design.inputs(); ++i) {
        s->x(i, std::sin((0.7 + 0.45 * static_cast<double>(i)) * t) + 0.3 * std::sin(2.3 * t));
      }
      for (std::size_t i = 0; i < s->design.outputs(); ++i)
        s->target(i, 0.5 * std::cos((0.9 + static_cast<double>(i)) * t));
      s->target_on = n % 500 < 400, s->learn = n % 90 < 70, s->window = n % 20 > 10, s->eta = run.eta;
      s->cycle();
    }
    for (const std::string& array : neurons) {
      for (std::size_t i = 0; i < tile.errors(array).size(); ++i) {
        see(structural.errors(array)[i], tile.errors(array)[i], n);
        if (tile.design.chip.schedule == Ordering::ordered)
          continue;  // wires follow the new membranes already
        see(structural.probe(array, i), tile.probe(array, i), n);
        see(structural.probe(array, i, "slope"), tile.probe(array, i, "slope"), n);
      }
    }
    for (std::size_t i = 0; i < tile.design.outputs(); ++i) {
      see(structural.value(i), tile.value(i), n);
      see(structural.sum(i), tile.sum(i), n);
    }
    if (n % 100 != 99 && n + 1 != run.cycles) continue;
    const bool host = tile.design.learning.params.update == UpdateBy::host;
    for (const auto& group : structural.chip->groups()) {
      auto a = structural.read(group.name), b = tile.read(group.name);
      if (host) {  // the host's step, each chip from its own products
        const auto ga = structural.take(group.name), gb = tile.take(group.name);
        for (std::size_t k = 0; k < a.size(); ++k) {
          see(0.01 * ga[k], 0.01 * gb[k], n);
          a[k] += run.eta * ga[k], b[k] += run.eta * gb[k];
        }
        structural.write(group.name, a), tile.write(group.name, b);
      }
      for (std::size_t k = 0; k < a.size(); ++k) see(a[k], b[k], n);
    }
  }
  REQUIRE(first.size() == structural.chip->groups().size());
  for (std::size_t g = 0; g < first.size(); ++g) {
    const auto last = tile.read(structural.chip->groups()[g].name);
    double moved = 0.0;
    for (std::size_t k = 0; k < last.size(); ++k) moved = std::max(moved, std::abs(last[k] - first[g][k]));
    // Every crossbar and bias learns, unless the error path is cut: then those that drive the output, or
    // none.
    const ErrorPath path = tile.design.learning.params.errors;
    const std::string crossbar = structural.chip->groups()[g].name;
    bool learns = path == ErrorPath::prospective || path == ErrorPath::instantaneous;
    for (const CrossbarDesign& c : tile.design.crossbars) {
      const bool drives_output = c.to == tile.design.learning.output && crossbar.rfind(c.name, 0) == 0;
      learns = learns || (path == ErrorPath::output_only && drives_output);
    }
    CAPTURE(crossbar);
    CHECK((learns ? moved > 1e-4 : moved == 0.0));
    worst.moved = std::max(worst.moved, moved);
  }
  return worst;
}

/// `kinds`: at least so many counters must have counted.
void compare_activities(const Socket& structural, const Socket& tile, std::size_t kinds) {
  const auto& a = structural.chip->activities();
  const auto& b = tile.chip->activities();
  REQUIRE(a.size() == b.size());
  std::size_t busy = 0;
  for (const auto& [key, activity] : a) {
    INFO(key.first << " " << key.second);
    REQUIRE(b.count(key) == 1);
    const Activity& other = *b.at(key);
    CHECK(activity->operations == other.operations);
    for (std::size_t e = 0; e < event_kinds; ++e) {
      INFO(Names<Event>::value[e]);
      CHECK(activity->events[e] == other.events[e]);
      busy += activity->events[e] > 0 ? 1U : 0U;
    }
  }
  CHECK(busy >= kinds);
}

const Settings structural_detail{{"chip.detail", "structural"}};
Settings with(Settings settings, const Settings& more) {
  settings.insert(settings.end(), more.begin(), more.end());
  return settings;
}

/// What Newton leaves open of a loop, 1e-12 of full scale on either side, comes on top of rounding.
struct Bounds {
  double early = 1e-12, all = 1e-9;
};
constexpr Bounds closed_by_newton{1e-10, 1e-8};

void check_agreement(const std::string& blueprint, const Settings& settings, const Run& run,
                     const Bounds& bounds = {}) {
  Socket structural("structural", blueprint, with(structural_detail, settings)),
      tile("tile", blueprint, settings);
  const Differences worst = compare(structural, tile, run);
  CAPTURE(worst.early, worst.all, worst.moved);
  // Per cycle a few roundings of numbers below 1, multiplied by the error gains (up to 10) and forgotten by
  // contraction; weights integrate them with eta.
  CHECK(worst.early <= bounds.early);
  CHECK(worst.all <= bounds.all);
  compare_activities(structural, tile, 5);
  REQUIRE(structural.chip->islands().size() == tile.chip->islands().size());
}

Settings one_tile_each(std::initializer_list<const char*> crossbars) {
  Settings settings;
  for (const char* c : crossbars) settings.emplace_back("crossbars." + std::string(c) + ".tile", "8x8");
  return settings;
}
const Settings recurrent_island =
    with({{"chip.coupling", "continuous"}}, one_tile_each({"w_in", "w_aa", "w_out"}));

}  // namespace

TEST_CASE("structural and tile agree: recurrent chip learns online over 1e5 cycles", "[array]") {
  check_agreement(recurrent, {}, {.cycles = 100000, .eta = 1e-4});
}

TEST_CASE("structural and tile agree: recurrent chip under a host, with resets", "[array]") {
  check_agreement(recurrent, {{"learning.update", "host"}}, {.cycles = 5000, .eta = 1e-4, .resets = true});
}

TEST_CASE("structural and tile agree: Euler steps, online, with resets", "[array]") {
  check_agreement(recurrent, {{"chip.integration", "euler"}}, {.cycles = 5000, .eta = 1e-3, .resets = true});
}

TEST_CASE("structural and tile agree: instantaneous errors", "[array]") {
  check_agreement(recurrent, {{"learning.errors", "instantaneous"}},
                  {.cycles = 3000, .eta = 1e-3, .resets = true});
}

TEST_CASE("structural and tile agree: errors at the output only", "[array]") {
  check_agreement(recurrent, {{"learning.errors", "output_only"}},
                  {.cycles = 3000, .eta = 1e-3, .resets = true});
}

TEST_CASE("structural and tile agree: an open error path", "[array]") {
  check_agreement(recurrent, {{"learning.errors", "open"}}, {.cycles = 3000, .eta = 1e-3, .resets = true});
}

namespace {

const Settings physical = {{"chip.fidelity", "circuit"},
                           {"physics.effects", "[mismatch, offset, noise, saturation, flicker]"},
                           {"blocks.summing_node.offset_removal", "auto_zero"},
                           {"blocks.summing_node.zero_gain", "20"}};

}  // namespace

TEST_CASE("structural and tile agree: stages at circuit fidelity, online, with resets", "[array]") {
  check_agreement(recurrent, physical, {.cycles = 5000, .eta = 1e-4, .resets = true});
}

TEST_CASE("structural and tile agree: stages at circuit fidelity with stated figures, a host, a filter",
          "[array]") {
  check_agreement(filtered,
                  with(physical, {{"learning.update", "host"},
                                  {"physics.tau_mismatch", "0.1"},
                                  {"physics.error_noise", "0.05"},
                                  {"blocks.error_unit.offset_removal", "chopped"}}),
                  {.cycles = 3000, .eta = 1e-3, .resets = true});
}

TEST_CASE("structural and tile agree: mismatch and offsets of an analog island", "[array]") {
  check_agreement(
      recurrent,
      with(recurrent_island, {{"chip.fidelity", "circuit"}, {"physics.effects", "[mismatch, offset]"}}),
      {.cycles = 2000, .eta = 1e-4, .resets = true}, closed_by_newton);
}

TEST_CASE("structural and tile agree: stages of an analog island at circuit fidelity, with resets",
          "[array]") {
  check_agreement(recurrent, with(recurrent_island, physical), {.cycles = 2000, .eta = 1e-4, .resets = true},
                  closed_by_newton);
}

TEST_CASE("structural and tile agree: stages of an island of ramps, ticks and stated noise under a host",
          "[array]") {
  check_agreement(recurrent,
                  with(with(recurrent_island, physical), {{"chip.ticks_per_clock", "3"},
                                                          {"learning.update", "host"},
                                                          {"physics.error_noise", "0.05"},
                                                          {"blocks.error_unit.offset_removal", "auto_zero"},
                                                          {"blocks.input_driver.reconstruction", "ramp"},
                                                          {"blocks.target_unit.reconstruction", "ramp"}}),
                  {.cycles = 1000, .eta = 1e-3}, closed_by_newton);
}

TEST_CASE("structural and tile agree: stages of an island whose loops pass noisy parasitic poles",
          "[array]") {
  check_agreement(recurrent,
                  with(with(recurrent_island, physical),
                       {{"chip.loops", "parasitic_pole"}, {"chip.ticks_per_clock", "100"}}),
                  {.cycles = 300, .eta = 1e-3, .resets = true});
}

TEST_CASE("structural and tile agree: plasticity cells of an island that settle", "[array]") {
  const Settings settling{{"chip.fidelity", "{default: ideal, plasticity_cell: circuit}"},
                          {"physics.effects", "[settling, saturation]"}};
  check_agreement(recurrent, with(recurrent_island, settling), {.cycles = 2000, .eta = 1e-3, .resets = true},
                  closed_by_newton);
}

TEST_CASE("structural and tile agree: noise alone in an island", "[array]") {
  check_agreement(recurrent,
                  with(recurrent_island, {{"chip.fidelity", "circuit"}, {"physics.effects", "[noise]"}}),
                  {.cycles = 1000, .eta = 1e-4, .resets = true}, closed_by_newton);
}

TEST_CASE("structural and tile agree: low-pass filters", "[array]") {
  check_agreement(filtered, {}, {.cycles = 5000, .eta = 1e-3, .resets = true});
}

TEST_CASE("structural and tile agree: low-pass filters under a host", "[array]") {
  check_agreement(filtered, {{"learning.update", "host"}}, {.cycles = 5000, .eta = 1e-3});
}

TEST_CASE("structural and tile agree: ordered schedule, online", "[array]") {
  check_agreement(layered, {{"chip.integration", "euler"}, {"chip.schedule", "ordered"}},
                  {.cycles = 5000, .eta = 1e-3, .resets = true});
}

TEST_CASE("structural and tile agree: ordered schedule under a host", "[array]") {
  check_agreement(layered,
                  {{"chip.integration", "euler"}, {"chip.schedule", "ordered"}, {"learning.update", "host"}},
                  {.cycles = 5000, .eta = 1e-3});
}

TEST_CASE("structural and tile agree: gain stages behind the error units, online, with resets", "[array]") {
  check_agreement(recurrent, {{"learning.system", "vle_local"}, {"blocks.gain_stage.averaging", "50 us"}},
                  {.cycles = 5000, .eta = 1e-3, .resets = true});
}

TEST_CASE("structural and tile agree: set gain stages under a host", "[array]") {
  check_agreement(
      recurrent,
      {{"learning.system", "vle_local"}, {"blocks.gain_stage.gain", "set"}, {"learning.update", "host"}},
      {.cycles = 3000, .eta = 1e-4, .resets = true});
}

TEST_CASE("structural and tile agree: gain stages, ordered schedule", "[array]") {
  check_agreement(layered,
                  {{"learning.system", "vle_local"},
                   {"blocks.gain_stage.averaging", "50 us"},
                   {"chip.integration", "euler"},
                   {"chip.schedule", "ordered"}},
                  {.cycles = 5000, .eta = 1e-3, .resets = true});
}

TEST_CASE("structural and tile agree: gain stages in an analog island, loops closed by Newton", "[array]") {
  check_agreement(
      recurrent,
      with(recurrent_island, {{"learning.system", "vle_local"}, {"blocks.gain_stage.averaging", "50 us"}}),
      {.cycles = 3000, .eta = 1e-3, .resets = true}, closed_by_newton);
}

TEST_CASE("structural and tile agree: gain stages in an island whose loops pass parasitic poles", "[array]") {
  check_agreement(recurrent,
                  with(recurrent_island, {{"learning.system", "vle_local"},
                                          {"blocks.gain_stage.averaging", "50 us"},
                                          {"chip.loops", "parasitic_pole"},
                                          {"chip.ticks_per_clock", "100"}}),
                  {.cycles = 300, .eta = 1e-3});
}

namespace {

/// Weight and plasticity cells, converters; all else ideal. 14 bits and a stated range: steps that learning
/// can make in few cycles.
Settings cells(const Settings& more) {
  Settings all{{"chip.fidelity",
                "{default: ideal, plasticity_cell: circuit, weight_register: circuit, "
                "readout: circuit, input_driver: circuit}"},
               {"physics.effects", "[plasticity, saturation, leakage, resolution, converters, offset]"},
               {"blocks.weight_register.bits", "14"},
               {"blocks.plasticity_cell.offset_removal", "auto_zero"}};
  for (const char* c : {"w_in", "w_aa", "w_ab", "w_out"}) {
    all.emplace_back("crossbars." + std::string(c) + ".range", "{min: -2, max: 2}");
  }
  return with(all, more);
}

}  // namespace

TEST_CASE("structural and tile agree: registers with steps, bent products, converters, online", "[array]") {
  check_agreement(recurrent, cells({}), {.cycles = 3000, .eta = 1e-2, .resets = true});
}

TEST_CASE("structural and tile agree: stochastic rounding, chopped offsets, online", "[array]") {
  check_agreement(recurrent,
                  cells({{"blocks.weight_register.rounding", "stochastic"},
                         {"blocks.plasticity_cell.offset_removal", "chopped"}}),
                  {.cycles = 3000, .eta = 1e-3, .resets = true});
}

TEST_CASE("structural and tile agree: leaking capacitors with noisy writes under a host", "[array]") {
  check_agreement(recurrent,
                  cells({{"learning.update", "host"},
                         {"physics.effects", "[plasticity, leakage, resolution, noise]"},
                         {"blocks.weight_register", "{storage: capacitor, leakage: 100 pA, bits: 14}"}}),
                  {.cycles = 3000, .eta = 1e-4, .resets = true});
}

TEST_CASE("structural and tile agree: cells of a die in an analog island", "[array]") {
  check_agreement(recurrent,
                  with(recurrent_island, cells({{"blocks.plasticity_cell.offset_removal", "chopped"},
                                                {"blocks.weight_register.storage", "capacitor"},
                                                {"blocks.weight_register.leakage", "100 pA"}})),
                  {.cycles = 1000, .eta = 1e-3, .resets = true}, closed_by_newton);
}

TEST_CASE("structural and tile agree: system none, inference only", "[array]") {
  const Settings settings{{"learning.system", "none"}};
  Socket structural("structural", recurrent, with(structural_detail, settings)),
      tile("tile", recurrent, settings);
  double worst = 0.0, largest = 0.0;
  for (int n = 0; n < 2000; ++n) {
    for (Socket* s : {&structural, &tile}) {
      for (std::size_t i = 0; i < 3; ++i) s->x(i, std::sin((0.7 + static_cast<double>(i)) * 0.01 * n));
      s->cycle();
    }
    for (std::size_t i = 0; i < 2; ++i) {
      worst = std::max(worst, std::abs(structural.value(i) - tile.value(i)));
      largest = std::max(largest, std::abs(tile.value(i)));
    }
  }
  CHECK(worst <= 1e-12);
  CHECK(largest > 0.1);
  compare_activities(structural, tile, 5);
}

TEST_CASE("structural and tile agree: one analog island, loops closed by Newton, with resets", "[array]") {
  check_agreement(recurrent, recurrent_island, {.cycles = 3000, .eta = 1e-3, .resets = true},
                  closed_by_newton);
}

TEST_CASE("structural and tile agree: an island of ramps and three ticks per clock under a host", "[array]") {
  check_agreement(recurrent,
                  with(recurrent_island, {{"chip.ticks_per_clock", "3"},
                                          {"learning.update", "host"},
                                          {"blocks.input_driver.reconstruction", "ramp"},
                                          {"blocks.target_unit.reconstruction", "ramp"}}),
                  {.cycles = 2000, .eta = 1e-3}, closed_by_newton);
}

TEST_CASE("structural and tile agree: an island whose loops pass parasitic poles", "[array]") {
  check_agreement(recurrent,
                  with(recurrent_island, {{"chip.loops", "parasitic_pole"}, {"chip.ticks_per_clock", "100"}}),
                  {.cycles = 300, .eta = 1e-3});
}

TEST_CASE("structural and tile agree: an island with low-pass filters", "[array]") {
  check_agreement(filtered, {{"chip.coupling", "continuous"}}, {.cycles = 3000, .eta = 1e-3, .resets = true});
}

TEST_CASE("structural and tile agree: an island with instantaneous errors", "[array]") {
  check_agreement(filtered, {{"chip.coupling", "continuous"}, {"learning.errors", "instantaneous"}},
                  {.cycles = 1000, .eta = 1e-3});
}

TEST_CASE("structural and tile agree: a sampled array between two analog islands", "[array]") {
  check_agreement(recurrent, with(recurrent_island, {{"arrays.b.coupling", "sampled"}}),
                  {.cycles = 3000, .eta = 1e-3, .resets = true}, closed_by_newton);
}

TEST_CASE("structural and tile agree: an analog island between two sampled arrays, under a host", "[array]") {
  check_agreement(recurrent,
                  with(one_tile_each({"w_in", "w_out"}),
                       {{"arrays.b.coupling", "continuous"}, {"learning.update", "host"}}),
                  {.cycles = 3000, .eta = 1e-3, .resets = true}, closed_by_newton);
}

TEST_CASE("structural and tile agree: sampled filters feed an island", "[array]") {
  check_agreement(filtered, {{"chip.coupling", "continuous"}, {"arrays.smooth_in.coupling", "sampled"}},
                  {.cycles = 1000, .eta = 1e-3, .resets = true});
}

namespace {

/// Three chips: the first two with a range on w_ab that the third one's weights leave.
void check_range(const Settings& chip) {
  const Settings settings =
      with(chip, {{"crossbars.w_ab.weights", "[[.3, -.3, .3, .2], [-.3, .3, .1, .3], [.2, .2, -.3, .3]]"}});
  const Settings bounded = with(settings, {{"crossbars.w_ab.range", "{min: -0.3001, max: 0.3001}"}});
  Socket structural("structural", recurrent, with(structural_detail, bounded)),
      tile("tile", recurrent, bounded), other("other", recurrent, with(structural_detail, settings)),
      unbounded("unbounded", recurrent, settings);
  const Differences worst = compare(structural, tile, {.cycles = 5000, .eta = 1e-3});
  CHECK(worst.all <= closed_by_newton.all);
  compare(other, unbounded, {.cycles = 5000, .eta = 1e-3});
  const std::vector<double> w = tile.read("w_ab"), beyond = unbounded.read("w_ab");
  REQUIRE(w.size() == 12);
  const WeightRange range{-0.3001, 0.3001};
  CHECK(std::all_of(w.begin(), w.end(), [&](double x) { return range.holds(x); }));
  double kept = 0.0;  // what an end has once held back, later steps cannot make up for
  for (std::size_t k = 0; k < w.size(); ++k) kept = std::max(kept, std::abs(w[k] - beyond[k]));
  CHECK(kept > 1e-4);
  CHECK_FALSE(std::all_of(beyond.begin(), beyond.end(), [&](double x) { return range.holds(x); }));
  tile.write("w_ab", std::vector<double>(12, 7.0)), structural.write("w_ab", std::vector<double>(12, 7.0));
  CHECK(tile.read("w_ab") == std::vector<double>(12, 0.3001));
  CHECK(structural.read("w_ab") == tile.read("w_ab"));
}

}  // namespace

TEST_CASE("structural and tile agree: weights that learn online stop at the ends of their range", "[array]") {
  check_range({});
}

TEST_CASE("structural and tile agree: weights of an analog island stop at the ends of their range",
          "[array]") {
  check_range(recurrent_island);
}
