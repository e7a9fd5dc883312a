// SPDX-License-Identifier: Apache-2.0
// A digital die's bill, timing and rules, from modules with round figures: every sum by hand.
#include "measure/digital.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "design/reader.hpp"
#include "measure/findings.hpp"
#include "measure/measurements.hpp"

using namespace leadlag;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

DigitalBlock module(const std::string& name, double area_um2, double path_ns) {
  DigitalBlock b;
  b.module = name;
  b.area = Area{area_um2 * 1e-12};
  b.critical_path = Time{path_ns * 1e-9};
  b.critical_pins = "a_q -> b_q";
  b.leakage = Power{1e-9};
  b.active = Energy{11e-12}, b.idle = Energy{1e-12}, b.stirred = Energy{3e-12};
  b.cells = 100;
  return b;
}

/// 4-3-2 on 1 MHz ticks; modules of 10 ns.
Design chip(const std::string& update = "update: host",
            const std::vector<std::pair<std::string, std::string>>& set = {}) {
  const std::string text =
      "leadlag: 1\nchip: {name: d, clock: 1 MHz, fidelity: fixed}\narrays:\n  x: {block: input_driver, size: "
      "4}\n"
      "  h: {block: prospective_neuron, size: 3, activation: tanh, tau_m: 20 us, tau_r: 10 us}\n"
      "  y: {block: prospective_neuron, size: 2, activation: linear, tau_m: 20 us, tau_r: 10 "
      "us}\ncrossbars:\n"
      "  w1: {from: x, to: h, weights: [[3, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], bias: true, tile: 4x4}\n"
      "  w2: {from: h, to: y, weights: [[0, 1, 0], [0, 0, 1]], bias: true, tile: 4x4}\n"
      "learning: {system: gle, output: y, rate: 0.25, " +
      update + "}\ntask: {kind: tones, frequencies: [1]}\nschedule: {cycles: 10}\n";
  Design d = parse_design("d.yaml", text, {{}, set, LEADLAG_TECHNOLOGY_DIR});
  d.technology.digital = {module("prospective_neuron", 100.0, 10.0), module("error_unit", 50.0, 8.0),
                          module("mac_column_serial", 20.0, 5.0),    module("plasticity_cell", 7.0, 5.0),
                          module("product_store", 5.0, 5.0),         module("sample_hold", 1.0, 1.0),
                          module("phase_sequencer", 2.0, 2.0)};
  return d;
}

std::vector<Finding> findings(const Design& d) {
  const Die die = fabricate(d);
  return check_rules(d, measure_static(d, die));
}
Verdict verdict(const std::vector<Finding>& all, const std::string& id, const std::string& where) {
  for (const Finding& f : all) {
    if (f.id == id && f.where == where) return f.verdict;
  }
  FAIL("no finding " << id << " of " << where);
  return Verdict::not_measured;
}

}  // namespace

TEST_CASE("digital: area and static power are those of the modules, a cell for each weight", "[measure]") {
  const Design d = chip();
  Area area{};
  Power power{};
  for (const BlockGroup& g : bill_of_blocks(d, fabricate(d))) {
    if (g.sheet.block == std::string("weight_register")) continue;  // bits of a memory, not modules
    area += g.area;
    power += g.static_current * d.technology.v_dd;
  }
  // 5 neurons, 5 error units, columns of 3 + 2 neurons and of 3 transposed reads, 15 + 8 stores, 4 + 2 words,
  // a sequencer; the first crossbar sends nothing back.
  const double modules = 5 + 5 + 8 + 23 + 6 + 1;
  CHECK_THAT(area.si * 1e12, WithinRel(5 * 100.0 + 5 * 50.0 + 8 * 20.0 + 23 * 5.0 + 6 * 1.0 + 2.0, 1e-12));
  // Each: 1 nW and 1 pJ in every cycle of 100 MHz.
  CHECK_THAT(power.si, WithinRel(modules * (1e-9 + 1e-12 * 1e8), 1e-12));
}

TEST_CASE("digital: energies are what work and moving inputs cost beyond waiting", "[measure]") {
  const Design d = chip("update: die");
  std::size_t seen = 0;
  for (const BlockGroup& g : bill_of_blocks(d, fabricate(d))) {
    for (const EventEnergy& e : g.sheet.energies) {
      const auto is = [&](const char* array, const char* block, Event event) {
        return g.array == array && g.sheet.block == block && e.event == event;
      };
      const bool neuron = is("h", "prospective_neuron", Event::hold_sample);
      const bool plain =
          is("w2", "synapse", Event::product) || is("w2", "plasticity_cell", Event::weight_update);
      if (!neuron && !plain) continue;
      ++seen;
      CHECK_THAT(e.energy.si, WithinRel(neuron ? 10e-12 + 4 * 2e-12 : 10e-12, 1e-12));  // 4 products pass by
    }
  }
  CHECK(seen == 3);
}

TEST_CASE("digital: a path is the cycles of its column and a step", "[measure]") {
  const Design d = chip();
  const Timing t = analyse_timing(d, bill_of_blocks(d, fabricate(d)));
  std::size_t seen = 0;
  for (const Path& p : t.paths) {
    const bool forward = p.kind == "forward" && p.to == "h", error = p.kind == "error" && p.to == "w2";
    if (!forward && !error) continue;
    ++seen;
    CHECK_THAT(p.settle.si, WithinRel((forward ? 5 + 1 : 3) * 10e-9, 1e-12));
  }
  CHECK(seen == 2);
}

TEST_CASE("digital: rules are MET on a sound die and VIOLATED on their counterexamples", "[measure]") {
  const auto sound = findings(chip());
  for (const char* id : {"LL-WORD-1", "LL-WORD-2", "LL-WORD-3"})
    CHECK(verdict(sound, id, "h") == Verdict::met);
  CHECK(verdict(sound, "LL-CLOCK-1", "error_unit") == Verdict::met);
  // 4 sqrt(3^2) = 12 <= 16, not <= 8.
  const auto narrow = [](const char* key, const char* value) {
    return findings(chip("update: host", {{std::string("fixed.") + key, value}}));
  };
  CHECK(verdict(narrow("signal_fraction", "12"), "LL-WORD-1", "h") == Verdict::violated);
  CHECK(verdict(narrow("signal_fraction", "12"), "LL-WORD-1", "y") == Verdict::met);
  // take = 1 - exp(-1 / 20) = .04877: of 6 bits 3 / 64 = .046875, tau 4.2 % longer; ceil(log2(1 / (2 take)))
  // = 4.
  CHECK(verdict(narrow("decay_bits", "6"), "LL-WORD-2", "h") == Verdict::violated);
  CHECK(verdict(narrow("guard_bits", "4"), "LL-WORD-3", "h") == Verdict::met);
  CHECK(verdict(narrow("guard_bits", "3"), "LL-WORD-3", "h") == Verdict::violated);
  const auto fast = [](const char* clock) {
    return findings(chip("update: host", {{"fixed.clock", clock}}));
  };
  CHECK(verdict(fast("100 MHz"), "LL-CLOCK-1", "prospective_neuron") == Verdict::met);
  CHECK(verdict(fast("101 MHz"), "LL-CLOCK-1", "prospective_neuron") == Verdict::violated);
  // Other words than the technology knows have no figures.
  CHECK(verdict(narrow("guard_bits", "4"), "LL-CLOCK-1", "error_unit") == Verdict::not_measured);
}
