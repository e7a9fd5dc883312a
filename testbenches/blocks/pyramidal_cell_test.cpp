// SPDX-License-Identifier: Apache-2.0
// Core of the pyramidal cell against closed forms, its datasheet by hand.
#include "blocks/pyramidal_cell.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>

using namespace leadlag;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

using Cell = PyramidalCell;

struct Dut {
  Cell::Coefficients c;
  Cell::State s{};
  std::array<double, Cell::inputs.size()> in{};
  std::array<double, Cell::outputs.size()> out{};

  explicit Dut(const Cell::Params& p, Input input = Input::held)
      : c(Cell::coefficients(
            p, {.tick = 1_us, .time_scale = 1_us, .input = input, .seed = 1, .name = "column"}, 0)) {}
  void settle() { Cell::show(c, s, out.data()), Cell::follow(c, s, in.data(), out.data()); }
  void cycles(int n) {
    for (int k = 0; k < n; ++k) settle(), Cell::advance(c, s, in.data());
    settle();
  }
};

/// All three compartments: G = 0.8, of which basal 0.2, apical 0.15, soma 0.4.
Cell::Params cell(bool prospective) {
  return {.tau = 20_us,
          .activation = Activation::tanh,
          .leak = 0.05,
          .basal = 0.2,
          .apical = 0.15,
          .soma = 0.4,
          .prospective = prospective};
}

}  // namespace

TEST_CASE("pyramidal cell core: conductances weigh the compartments, the membrane is exact for held drives",
          "[core]") {
  Dut n(cell(true));
  n.in = {1.2, -0.4, 0.5};
  const double steady = (0.2 * 1.2 - 0.15 * 0.4 + 0.4 * 0.5) / 0.8;
  n.cycles(30);  // 1.5 tau
  CHECK_THAT(n.out[Cell::membrane], WithinAbs(steady * (1.0 - std::exp(-1.5)), 1e-14));
  CHECK_THAT(n.out[Cell::lookahead], WithinAbs(steady, 1e-15));
  CHECK_THAT(n.out[Cell::rate], WithinAbs(std::tanh(steady), 1e-15));
  CHECK(n.out[Cell::apical_v] == -0.4);
  // On the basal current alone the soma would rest at 0.2 / 0.4 of it: the somatic conductance has no part.
  CHECK_THAT(n.out[Cell::prediction], WithinAbs(0.6, 1e-15));
  CHECK_THAT(n.out[Cell::delta], WithinAbs(std::tanh(steady) - std::tanh(0.6), 1e-15));
}

TEST_CASE("pyramidal cell core: the lookahead is there one cycle after its inputs, wherever the membrane is",
          "[core]") {
  Dut n(cell(true)), slow(cell(false));
  double drive = 0.0;
  for (int k = 0; k < 50; ++k) {
    drive = std::sin(0.7 * k);
    n.in[Cell::basal_in] = slow.in[Cell::basal_in] = drive;
    n.cycles(1), slow.cycles(1);
    CHECK_THAT(n.out[Cell::lookahead], WithinAbs(0.25 * drive, 1e-15));
    CHECK(slow.out[Cell::lookahead] == slow.out[Cell::membrane]);
    CHECK(n.out[Cell::membrane] == slow.out[Cell::membrane]);
    CHECK(slow.out[Cell::rate] == std::tanh(slow.out[Cell::membrane]));
  }
  CHECK(std::abs(n.out[Cell::membrane] - 0.25 * drive) > 0.05);
}

TEST_CASE("pyramidal cell core: with euler a step is tick / tau of the way", "[core]") {
  Dut n(cell(false), Input::euler);
  n.in[Cell::soma_in] = 1.0;
  n.cycles(3);
  CHECK_THAT(n.out[Cell::membrane], WithinAbs(0.5 * (1.0 - std::pow(0.95, 3)), 1e-15));
}

TEST_CASE("pyramidal cell core: at rest on the basal current alone plasticity cells see nothing", "[core]") {
  Cell::Params p = cell(true);
  p.soma = 0.0;
  Dut n(p);
  n.in[Cell::basal_in] = 0.83;
  n.cycles(2);
  CHECK_THAT(n.out[Cell::delta], WithinAbs(0.0, 1e-16));
  n.in[Cell::apical_in] = 0.1;
  n.cycles(1);
  // u^ - prediction is the apical share of v_api.
  CHECK_THAT(n.out[Cell::lookahead] - n.out[Cell::prediction], WithinAbs(0.15 / 0.4 * 0.1, 1e-15));
  CHECK(n.out[Cell::delta] > 0.01);
}

TEST_CASE("datasheet: the pyramidal cell by hand", "[datasheet]") {
  const Technology t;
  const OperatingPoint at;
  const double ut = 8.617333262e-5 * 300.0;
  const double settled = t.parasitic_capacitance.si / (t.kappa * 70e-9 / (2.0 * ut)) * std::log(512.0);
  for (const bool prospective : {true, false}) {
    CAPTURE(prospective);
    const Datasheet d = Cell::datasheet({.tau = 20_us,
                                         .prospective = prospective,
                                         .capacitance = {2e-12},
                                         .hold_capacitance = {30e-15},
                                         .curve_bias = {70e-9}},
                                        t, at);
    CHECK(d.block == "pyramidal_cell");
    CHECK_THAT(
        d.static_current.si,
        WithinRel(2.0 * 2.0 * ut * 2e-12 / (t.kappa * 20e-6) + (prospective ? 10.0 : 8.0) * 70e-9, 1e-12));
    REQUIRE(d.arcs.size() == 1);
    CHECK_THAT(d.arcs[0].settle.si, WithinRel(3.0 * settled, 1e-12));
    REQUIRE(d.energies.size() == 1);
    CHECK(d.energies[0].event == Event::hold_sample);
    CHECK_THAT(d.energies[0].energy.si,
               WithinRel(2.0 * 30e-15 * t.v_dd.si * at.full_scale.voltage.si, 1e-12));
    CHECK_THAT(d.area.si,
               WithinRel((2e-12 + 60e-15) / t.capacitor_density.si, 1e-12));  // no transistors here
  }
}
