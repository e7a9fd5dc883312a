// SPDX-License-Identifier: Apache-2.0
// Every learning system that is drawn as a netlist, written twice: one loop per column, and one module per
// block.
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "arrays/socket.hpp"

using namespace leadlag;

namespace {

const std::string blueprint = R"(
leadlag: 1
chip: {name: x, clock: 1 MHz, time_scale: 1 us, full_scale: {voltage: 25 mV, current: 10 nA}}
arrays:
  in: {block: input_driver, size: 3}
  hidden: {block: leaky_neuron, size: 4, activation: tanh, tau: [4 us, 3 us, 5 us, 4 us]}
  out: {block: leaky_neuron, size: 2, activation: linear, tau: 4 us}
crossbars:
  w1: {from: in, to: hidden, weights: [[.4, -.3, .2], [.1, .5, -.4], [-.2, .3, .6], [.7, -.1, .05]], bias: true, tile: 3x2}
  w2: {from: hidden, to: out, weights: [[.3, -.5, .2, .4], [-.6, .1, .35, -.2]], bias: true, tile: 8x8}
learning: {system: pc, update: die, rate: 0.05}
task: {kind: idx_images}
)";

/// Largest difference of any probe, output and weight, and how far weights moved.
struct Differences {
  double worst = 0.0, moved = 0.0;
};

Differences compare(Socket& structural, Socket& tile, int samples) {
  Differences d;
  const auto see = [&](double a, double b) {
    const double difference = std::abs(a - b);
    if (!(difference <= d.worst)) d.worst = std::isnan(difference) ? 1e300 : difference;
  };
  const Circuit circuit = tile.design.circuit();
  std::vector<std::vector<double>> first;
  for (const auto& group : tile.chip->groups()) first.push_back(tile.read(group.name));
  for (int sample = 0; sample < samples; ++sample) {
    const bool learn = sample % 3 != 2;
    const std::int64_t cycles = circuit.cycles(!learn);
    for (std::int64_t n = 0; n < cycles; ++n) {
      for (Socket* s : {&structural, &tile}) {
        for (std::size_t i = 0; i < 3; ++i)
          s->x(i, 0.8 * std::sin(1.7 * static_cast<double>(i) + 0.9 * sample));
        for (std::size_t i = 0; i < 2; ++i)
          s->target(i, i == static_cast<std::size_t>(sample) % 2 ? 0.7 : -0.2);
        s->learn = learn, s->window = n == 0, s->eta = 0.05;
        s->cycle();
      }
      for (std::size_t i = 0; i < 2; ++i) see(structural.value(i), tile.value(i));
    }
    for (const auto& group : tile.chip->groups()) {
      const auto a = structural.read(group.name), b = tile.read(group.name);
      REQUIRE(a.size() == b.size());
      for (std::size_t k = 0; k < a.size(); ++k) see(a[k], b[k]);
    }
  }
  for (std::size_t g = 0; g < first.size(); ++g) {
    const auto last = tile.read(tile.chip->groups()[g].name);
    for (std::size_t k = 0; k < last.size(); ++k)
      d.moved = std::max(d.moved, std::abs(last[k] - first[g][k]));
  }
  return d;
}

/// Every effect that a netlist's cells know.
Socket::Settings circuit_fidelity(const std::string& learning) {
  return {{"chip.fidelity", "circuit"}, {"learning", learning}};
}

/// The same chip of conductances, each within a range that some of them reach.
Socket::Settings conductances(const std::string& learning) {
  return {{"crossbars.w1",
           "{from: in, to: hidden, tile: 3x2, range: {max: 0.6}, weights: "
           "[[.4, .3, .2], [.1, .5, .4], [.2, .3, .6], [.6, .1, .05]]}"},
          {"crossbars.w2",
           "{from: hidden, to: out, tile: 8x8, weights: [[.3, .5, .001, .4], [.6, .1, .35, .002]]}"},
          {"learning", learning}};
}

void check_agreement(const Socket::Settings& settings) {
  Socket::Settings structural_settings = settings;
  structural_settings.emplace_back("chip.detail", "structural");
  Socket structural("structural", blueprint, structural_settings), tile("tile", blueprint, settings);
  const Differences d = compare(structural, tile, 12);
  CAPTURE(d.worst, d.moved);
  // Numbers below 1, a few roundings per cycle and conversion between volts and model units; products are
  // divided by beta, so weights see up to ten times that. All loops contract.
  CHECK(d.worst <= 1e-11);
  CHECK(d.moved > 1e-3);
  const auto& a = structural.chip->activities();
  const auto& b = tile.chip->activities();
  REQUIRE(a.size() == b.size());
  std::size_t busy = 0;
  for (const auto& [key, activity] : a) {
    INFO(key.first << " " << key.second);
    REQUIRE(b.count(key) == 1);
    CHECK(activity->operations == b.at(key)->operations);
    CHECK(std::abs(activity->heat - b.at(key)->heat) <= 1e-11 * (1.0 + activity->heat));
    for (std::size_t e = 0; e < event_kinds; ++e) {
      INFO(Names<Event>::value[e]);
      CHECK(activity->events[e] == b.at(key)->events[e]);
      busy += activity->events[e] > 0 ? 1U : 0U;
    }
  }
  CHECK(busy >= 5);
}

}  // namespace

TEST_CASE("netlist, structural and tile agree: predictive coding, relaxed", "[circuit]") {
  check_agreement({{"learning.pc", "{lambda: 0.5, relax: 12}"}});
}
TEST_CASE("netlist, structural and tile agree: predictive coding, layer by layer", "[circuit]") {
  check_agreement(
      {{"learning.pc", "{lambda: 0.5, schedule: z_il}"}, {"blocks.target_unit.loss", "cross_entropy"}});
}
TEST_CASE("netlist, structural and tile agree: equilibrium propagation, symmetric", "[circuit]") {
  check_agreement(
      {{"learning", "{system: ep, update: die, ep: {form: symmetric, beta: 0.2, free: 15, nudged: 8}}"}});
}
TEST_CASE("netlist, structural and tile agree: equilibrium propagation, a coin per sample", "[circuit]") {
  check_agreement(
      {{"learning", "{system: ep, update: die, ep: {form: random_sign, beta: 0.2, free: 15, nudged: 8}}"}});
}
TEST_CASE("netlist, structural and tile agree: contrastive Hebbian learning", "[circuit]") {
  check_agreement({{"learning", "{system: chl, update: die, chl: {feedback: 0.2, free: 15, clamped: 8}}"}});
}
TEST_CASE("netlist, structural and tile agree: phase oscillators", "[circuit]") {
  check_agreement({{"arrays.hidden.activation", "linear"},
                   {"learning", "{system: oim, update: die, oim: {beta: 0.2, free: 20, nudged: 8}}"}});
}
TEST_CASE("netlist, structural and tile agree: deep feedback control", "[circuit]") {
  check_agreement(
      {{"chip.integration", "euler"},
       {"learning", "{system: dfc, update: die, dfc: {lambda: 0.2, tau_u: 20 us, control: 30}}"}});
}
TEST_CASE("netlist, structural and tile agree: Strong-DFC", "[circuit]") {
  check_agreement(
      {{"chip.integration", "euler"},
       {"learning", "{system: strong_dfc, update: die, strong_dfc: {tau_u: 20 us, control: 30}}"}});
}
TEST_CASE("netlist, structural and tile agree: equilibrium propagation of conductances", "[circuit]") {
  check_agreement(conductances(
      "{system: ep, update: die, ep: {energy: resistive, form: symmetric, beta: 0.2, free: 15, nudged: 8}}"));
}
TEST_CASE("netlist, structural and tile agree: coupled learning of conductances", "[circuit]") {
  check_agreement(
      conductances("{system: coupled_learning, update: die, coupled_learning: {energy: resistive, eta: 0.3, "
                   "free: 15, clamped: 8}}"));
}
TEST_CASE("netlist, structural and tile agree: contrastive Hebbian learning within a range", "[circuit]") {
  check_agreement({{"crossbars.w2.range", "{min: -0.601, max: 0.4005}"},
                   {"learning", "{system: chl, update: die, chl: {feedback: 0.2, free: 15, clamped: 8}}"}});
}
TEST_CASE("netlist, structural and tile agree: dendritic microcircuit", "[circuit]") {
  check_agreement(
      {{"learning", "{system: dendritic, update: die, dendritic: {settle: 6, nudged: 5, apical_rate: 1}}"}});
}
TEST_CASE("netlist at circuit fidelity, structural and tile agree: predictive coding", "[circuit][physics]") {
  check_agreement(circuit_fidelity("{system: pc, update: die, pc: {lambda: 0.5, relax: 12}}"));
}
TEST_CASE("netlist at circuit fidelity, structural and tile agree: equilibrium propagation",
          "[circuit][physics]") {
  check_agreement(
      circuit_fidelity("{system: ep, update: die, ep: {form: symmetric, beta: 0.2, free: 15, nudged: 8}}"));
}
TEST_CASE("netlist at circuit fidelity, structural and tile agree: Strong-DFC", "[circuit][physics]") {
  check_agreement(
      circuit_fidelity("{system: strong_dfc, update: die, strong_dfc: {tau_u: 20 us, control: 30}}"));
}
