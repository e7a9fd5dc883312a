// SPDX-License-Identifier: Apache-2.0
// Blocks of energy-based chips by themselves: dynamics by hand, datasheets by hand.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <vector>

#include "blocks/clamp.hpp"
#include "blocks/conductor.hpp"
#include "blocks/contrast_cell.hpp"
#include "blocks/phase_oscillator.hpp"
#include "blocks/resistive_node.hpp"
#include "blocks/state_node.hpp"

using namespace leadlag;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

CellContext context(double tick, Input input = Input::euler) { return {{tick}, {1.0}, input, 1, "column"}; }

/// A node of one time constant of 1 s with a constant drive; its state after n ticks.
double node_after(int n, double tick, Input input, StateNode::Pull pull, double drive) {
  const auto c = StateNode::coefficients({.tau = {1.0}, .activation = Activation::tanh, .pull = pull},
                                         context(tick, input), 0);
  StateNode::State s;
  const std::array<double, 4> in{drive, 7.0, 0.0, 0.0};
  for (int k = 0; k < n; ++k) StateNode::advance(c, s, in.data());
  return s.v;
}

Technology process() {
  Technology t;
  t.v_dd = {1.3}, t.kappa = 0.64, t.temperature = {320.0}, t.parasitic_capacitance = {7e-15};
  t.capacitor_density = {2e-3}, t.layout_overhead = 2.5;
  t.transistors["state_node"]["pair"] = {{2e-6}, {1e-6}, 3, ""};
  t.transistors["clamp"]["pair"] = {{3e-6}, {1e-6}, 3, ""};
  t.transistors["contrast_cell"]["pair"] = {{4e-6}, {1e-6}, 3, ""};
  t.transistors["conductor"]["pair"] = {{7e-6}, {1e-6}, 3, ""};
  t.transistors["resistive_node"]["pair"] = {{6e-6}, {1e-6}, 3, ""};
  t.transistors["phase_oscillator"]["pair"] = {{5e-6}, {1e-6}, 3, ""};
  return t;
}

}  // namespace

TEST_CASE("state_node core: an RC towards its drive, exact whatever the tick", "[core]") {
  for (const double tick : {1.0, 0.1, 0.01}) {
    const int n = static_cast<int>(std::lround(2.0 / tick));
    CHECK_THAT(node_after(n, tick, Input::held, StateNode::Pull::plain, 0.6),
               WithinAbs(0.6 * (1.0 - std::exp(-2.0)), 1e-14));
  }
  CHECK_THAT(node_after(1, 0.1, Input::euler, StateNode::Pull::plain, 0.6), WithinAbs(0.06, 1e-16));
}

TEST_CASE("state_node core: gated by its slope it rests where v is the slope times the drive", "[core]") {
  const double v = node_after(400, 0.1, Input::held, StateNode::Pull::gated, 1.5);
  const double slope = 1.0 - std::tanh(v) * std::tanh(v);
  CHECK_THAT(v, WithinAbs(1.5 * slope, 1e-14));
  CHECK(v > 0.5);
  CHECK(v < 1.5);
}

TEST_CASE("state_node core: rails hold it within 0 and 1, and its rate is its state", "[core]") {
  CHECK(node_after(50, 0.5, Input::euler, StateNode::Pull::rails, 3.0) == 1.0);
  CHECK(node_after(50, 0.5, Input::euler, StateNode::Pull::rails, -3.0) == 0.0);
  const auto c = StateNode::coefficients(
      {.tau = {1.0}, .activation = Activation::tanh, .pull = StateNode::Pull::rails}, context(0.5), 0);
  std::array<double, 2> out{};
  StateNode::show(c, {0.7}, out.data());
  CHECK(out[StateNode::rate] == 0.7);
  CHECK(out[StateNode::state] == 0.7);
  const auto tanh = StateNode::coefficients({.tau = {1.0}, .pull = StateNode::Pull::gated}, context(0.5), 0);
  StateNode::show(tanh, {0.7}, out.data());
  CHECK_THAT(out[StateNode::rate], WithinRel(std::tanh(0.7), 1e-14));
  CHECK(out[StateNode::state] == 0.7);
}

TEST_CASE("state_node core: switches return it to rest and to what was held", "[core]") {
  const auto c = StateNode::coefficients({.tau = {1.0}}, context(0.5), 0);
  StateNode::State s{0.4};
  const std::array<double, 4> restore{9.0, -0.3, 0.0, 1.0}, start{9.0, -0.3, 1.0, 0.0};
  StateNode::advance(c, s, restore.data());
  CHECK(s.v == -0.3);
  StateNode::advance(c, s, start.data());
  CHECK(s.v == 0.0);
}

TEST_CASE("clamp core: free, tied to the target, and a share of the way", "[core]") {
  const auto out = [](double share) {
    const std::array<double, 4> in{0.9, 0.2, 1.0, share};
    double o = 0.0;
    Clamp::follow({}, {}, in.data(), &o);
    return o;
  };
  CHECK(out(0.0) == 0.9);
  CHECK(out(1.0) == 1.0);
  CHECK_THAT(out(0.25), WithinAbs(0.4, 1e-16));
}

TEST_CASE("phase_oscillator core: alone in a field it follows the closed form", "[core]") {
  // dphi/dt = -h sin(phi) from pi/2: tan(phi/2) = exp(-h t). Euler, so to first order in the tick.
  const auto error = [](double tick) {
    const auto c = PhaseOscillator::coefficients({.tau = {1.0}}, context(tick), 0);
    PhaseOscillator::State s;
    const std::array<double, 8> in{0.8, 0, 0, 0, 0, 0, 0, 0};
    for (int n = 0; n < static_cast<int>(std::lround(2.0 / tick)); ++n)
      PhaseOscillator::advance(c, s, in.data());
    return std::abs(s.phi - 2.0 * std::atan(std::exp(-1.6)));
  };
  CHECK(error(1e-3) < 1e-3);
  CHECK_THAT(error(2e-3) / error(1e-3), WithinAbs(2.0, 0.02));
}

TEST_CASE("phase_oscillator core: pulls of neighbours, lock and nudge are those of its energy", "[core]") {
  const PhaseOscillator::Params params{.tau = {1.0}, .output = true, .harmonic = 0.5};
  const auto c = PhaseOscillator::coefficients(params, context(1e-3), 0);
  const double phi = 0.7, neighbour = -1.1, j = 0.6, h = 0.3, s = -0.2, beta = 0.4, y = 0.25;
  std::array<double, 8> in{};
  in[PhaseOscillator::in_phase] = j * std::cos(neighbour) + h;
  in[PhaseOscillator::quadrature] = j * std::sin(neighbour);
  in[PhaseOscillator::lock] = s, in[PhaseOscillator::target] = y, in[PhaseOscillator::nudge] = beta;
  // V + beta/2 (cos(phi) - y)^2 by differences.
  const auto energy = [&](double p) {
    return -j * std::cos(p - neighbour) - h * std::cos(p) - 0.5 * s * std::cos(2.0 * p) +
           0.5 * beta * (std::cos(p) - y) * (std::cos(p) - y);
  };
  PhaseOscillator::State state{phi};
  PhaseOscillator::advance(c, state, in.data());
  CHECK_THAT((state.phi - phi) / 1e-3, WithinAbs(-(energy(phi + 1e-5) - energy(phi - 1e-5)) / 2e-5, 1e-9));
  // A hidden oscillator does not hear the target.
  const auto deaf = PhaseOscillator::coefficients({.tau = {1.0}, .output = false}, context(1e-3), 0);
  PhaseOscillator::State nudged{phi}, free{phi};
  PhaseOscillator::advance(deaf, nudged, in.data());
  in[PhaseOscillator::nudge] = 0.0;
  PhaseOscillator::advance(deaf, free, in.data());
  CHECK(nudged.phi == free.phi);
  in[PhaseOscillator::restore] = 1.0, in[PhaseOscillator::held] = 2.5;
  PhaseOscillator::advance(c, state, in.data());
  CHECK(state.phi == 2.5);
  in[PhaseOscillator::start] = 1.0;
  PhaseOscillator::advance(c, state, in.data());
  CHECK(state.phi == 0.5 * std::numbers::pi);
  std::array<double, 4> out{};
  PhaseOscillator::show(c, {phi}, out.data());
  CHECK_THAT(out[PhaseOscillator::cosine], WithinRel(std::cos(0.7), 1e-15));
  CHECK_THAT(out[PhaseOscillator::sine], WithinRel(std::sin(0.7), 1e-15));
  CHECK_THAT(out[PhaseOscillator::second], WithinRel(std::cos(1.4), 1e-15));
  CHECK(out[PhaseOscillator::phase] == phi);
}

TEST_CASE("resistive_node core: rests where Kirchhoff's law holds, with diodes and without", "[core]") {
  for (const bool diodes : {true, false}) {
    const auto c = ResistiveNode::coefficients(
        {.tau = {1.0}, .diodes = diodes, .saturation = 0.02, .thermal = 0.3}, context(0.02), 0);
    ResistiveNode::State s;
    const std::array<double, 5> in{2.0, 3.0, 0.0, 0.0, 0.0};
    for (int n = 0; n < 2000; ++n) ResistiveNode::advance(c, s, in.data());
    const double diode = diodes ? 2.0 * 0.02 * std::sinh(s.v / 0.3) : 0.0;
    CHECK_THAT(2.0 - 3.0 * s.v - diode, WithinAbs(0.0, 1e-13));
    CHECK((s.v < 0.66) == diodes);
    std::array<double, 2> out{};
    ResistiveNode::show(c, s, out.data());
    CHECK(out[ResistiveNode::voltage] == s.v);
    CHECK(out[ResistiveNode::square] == s.v * s.v);
    const std::array<double, 5> restore{2.0, 3.0, -0.4, 0.0, 1.0}, start{2.0, 3.0, -0.4, 1.0, 0.0};
    ResistiveNode::advance(c, s, restore.data());
    CHECK(s.v == -0.4);
    ResistiveNode::advance(c, s, start.data());
    CHECK(s.v == 0.0);
  }
}

TEST_CASE("datasheets of energy-based blocks by hand", "[core]") {
  const Technology t = process();
  const OperatingPoint at{
      .full_scale = {.voltage = {0.04}, .current = {20e-9}}, .clock = {3e-6}, .settle_bits = 5};
  const double u_t = 8.617333262e-5 * 320.0, gate = 2.5 * 3.0 * 1e-6 * 1e-6;
  const auto settle = [&](double i) { return 7e-15 * 2.0 * u_t / (0.64 * i) * std::log(64.0); };

  const Datasheet node = StateNode::datasheet({.tau = {4e-6},
                                               .pull = StateNode::Pull::gated,
                                               .capacitance = {2e-12},
                                               .hold_capacitance = {80e-15},
                                               .curve_bias = {30e-9}},
                                              t, at);
  REQUIRE(node.arcs.size() == 1);
  CHECK_THAT(node.arcs[0].settle.si, WithinRel(settle(30e-9), 1e-13));
  const double bias = 2.0 * u_t * 2e-12 / (0.64 * 4e-6);
  CHECK_THAT(node.static_current.si, WithinRel(2.0 * bias + 4.0 * 30e-9, 1e-13));
  CHECK_THAT(node.area.si, WithinRel(2.0 * gate + 2.08e-12 / 2e-3, 1e-13));
  REQUIRE(node.energies.size() == 1);
  CHECK_THAT(node.energies[0].energy.si, WithinRel(80e-15 * 1.3 * 0.04, 1e-13));
  const Datasheet plain =
      StateNode::datasheet({.tau = {4e-6}, .pull = StateNode::Pull::plain, .curve_bias = {30e-9}}, t, at);
  CHECK_THAT(plain.static_current.si, WithinRel(bias + 2.0 * 30e-9, 1e-13));  // capacitance: 1 pF

  const Datasheet clamp = Clamp::datasheet({.bias = {30e-9}}, t, at);
  REQUIRE(clamp.arcs.size() == 1);
  CHECK_THAT(clamp.arcs[0].settle.si, WithinRel(2.0 * settle(30e-9), 1e-13));
  CHECK_THAT(clamp.static_current.si, WithinRel(120e-9, 1e-13));
  CHECK_THAT(clamp.area.si, WithinRel(3.0 * gate, 1e-13));
  CHECK(clamp.energies.empty());

  const Datasheet cell = ContrastCell::datasheet({.bias = {30e-9}, .store = {80e-15}}, t, at);
  REQUIRE(cell.arcs.size() == 1);
  CHECK_THAT(cell.arcs[0].settle.si, WithinRel(settle(30e-9), 1e-13));
  CHECK_THAT(cell.static_current.si, WithinRel(60e-9, 1e-13));
  CHECK_THAT(cell.area.si, WithinRel(4.0 * gate + 80e-15 / 2e-3, 1e-13));
  REQUIRE(cell.energies.size() == 1);
  CHECK(cell.energies[0].event == Event::accumulate);
  CHECK_THAT(cell.energies[0].energy.si, WithinRel(80e-15 * 1.3 * 0.04, 1e-13));

  const Datasheet oscillator =
      PhaseOscillator::datasheet({.bias = {30e-9}, .hold_capacitance = {80e-15}}, t, at);
  REQUIRE(oscillator.arcs.size() == 1);
  CHECK_THAT(oscillator.arcs[0].settle.si, WithinRel(settle(30e-9), 1e-13));
  CHECK_THAT(oscillator.static_current.si, WithinRel(300e-9, 1e-13));
  CHECK_THAT(oscillator.area.si, WithinRel(5.0 * gate + 240e-15 / 2e-3, 1e-13));
  REQUIRE(oscillator.energies.size() == 1);
  CHECK_THAT(oscillator.energies[0].energy.si, WithinRel(240e-15 * 1.3 * 0.04, 1e-13));

  const Datasheet wire = ResistiveNode::datasheet({.tau = {3e-6}, .bias = {30e-9}}, t, at);
  const double unit = at.full_scale.current.si / at.full_scale.voltage.si;
  REQUIRE(wire.arcs.size() == 1);
  CHECK_THAT(wire.arcs[0].settle.si, WithinRel(settle(30e-9), 1e-13));
  CHECK_THAT(wire.static_current.si, WithinRel(120e-9, 1e-13));
  CHECK_THAT(wire.area.si, WithinRel(6.0 * gate + 3e-6 * unit / 2e-3, 1e-13));
  REQUIRE(wire.energies.size() == 1);
  CHECK(wire.energies[0].event == Event::dissipation);
  const double cycle = at.full_scale.current.si * at.full_scale.voltage.si * at.clock.si;
  CHECK_THAT(wire.energies[0].energy.si, WithinRel(cycle, 1e-13));

  const Datasheet g = Conductor::datasheet({}, t, at);
  CHECK(g.arcs.empty());
  CHECK(g.static_current.si == 0.0);
  CHECK_THAT(g.area.si, WithinRel(7.0 * gate, 1e-13));
  REQUIRE(g.energies.size() == 1);
  CHECK(g.energies[0].event == Event::dissipation);
  CHECK_THAT(g.energies[0].energy.si, WithinRel(cycle, 1e-13));
}
