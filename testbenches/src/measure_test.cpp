// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "design/die.hpp"
#include "design/reader.hpp"
#include "measure/findings.hpp"

using namespace leadlag;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

struct Made {
  Design design;
  Die die;
};

/// A chain of `layers` neurons behind one input; every weight w, nudging gamma.
Made chain(int layers, double w, double gamma, const std::string& extra = "") {
  std::string arrays, crossbars, from = "in";
  for (int l = 0; l < layers; ++l) {
    const std::string name = "n" + std::to_string(l);
    arrays +=
        "  " + name +
        ": {block: prospective_neuron, size: 1, activation: linear, tau_m: 20 us, tau_r: 10 us, nudging: " +
        std::to_string(gamma) + "}\n";
    crossbars += "  w" + std::to_string(l) + ": {from: " + from + ", to: " + name + ", weights: [[" +
                 std::to_string(w) + "]], tile: 16x16}\n";
    from = name;
  }
  const std::string text =
      "leadlag: 1\nchip: {name: c, technology: cmos180, clock: 1 MHz}\narrays:\n"
      "  in: {block: input_driver, size: 1}\n" +
      arrays + "crossbars:\n" + crossbars +
      "blocks: {target_unit: {loss: mse, beta: 0.5}, synapse: {bias: 100 nA}, plasticity_cell: {bias: 100 "
      "nA}}\n"
      "learning: {system: gle}\ntask: {kind: tones, frequencies: [1]}\nschedule: {cycles: 10}\n" +
      extra;
  Design design = parse_design("c.yaml", text, {{}, {}, LEADLAG_TECHNOLOGY_DIR});
  Die die = fabricate(design);
  return {std::move(design), std::move(die)};
}

const Finding& find(const std::vector<Finding>& findings, const std::string& id) {
  for (const Finding& f : findings) {
    if (f.id == id) return f;
  }
  FAIL("no finding " << id);
  return findings[0];
}

}  // namespace

TEST_CASE("loop gain: K = beta gamma (1 + w^2 + w^4) of a linear chain of three", "[measure]") {
  // Nudged are all three layers; J_a = w^(hops to the output), so the sum over layers is the closed form.
  const Made m = chain(3, 0.8, 0.3);
  const auto k = loop_gain(m.design, m.die);
  REQUIRE(k.has_value());
  CHECK_THAT(*k, WithinRel(0.5 * 0.3 * (1.0 + 0.64 + 0.64 * 0.64), 1e-12));
  CHECK_FALSE(loop_gain(chain(3, 0.8, 0.0).design, chain(3, 0.8, 0.0).die).has_value());
}

TEST_CASE("loop gain: a contracting recurrence sums its geometric series", "[measure]") {
  // One recurrent linear neuron of weight a: d r_out / d s = 1 / (1 - a).
  const double a = 0.6;
  const std::string text =
      "leadlag: 1\nchip: {name: c, technology: cmos180, clock: 1 MHz}\narrays:\n  in: {block: input_driver, "
      "size: 1}\n"
      "  n: {block: prospective_neuron, size: 1, activation: linear, nudging: 0.1}\ncrossbars:\n"
      "  w: {from: in, to: n, weights: [[1]], tile: 16x16}\n  r: {from: n, to: n, weights: [[0.6]], tile: "
      "16x16}\n"
      "learning: {system: gle}\ntask: {kind: tones, frequencies: [1]}\nschedule: {cycles: 10}\n";
  const Design design = parse_design("c.yaml", text, {{}, {}, LEADLAG_TECHNOLOGY_DIR});
  const auto k = loop_gain(design, fabricate(design));
  REQUIRE(k.has_value());
  CHECK_THAT(*k, WithinRel(0.1 / ((1.0 - a) * (1.0 - a)), 1e-9));
}

TEST_CASE("timing: cycles of a chain of L layers", "[measure]") {
  for (const int layers : {1, 2, 3, 5}) {
    CAPTURE(layers);
    const Made m = chain(layers, 0.5, 0.0);
    const Timing t = analyse_timing(m.design, bill_of_blocks(m.design, m.die));
    CHECK(t.forward_cycles == layers);            // one register per hop
    CHECK(t.error_cycles == layers);              // L - 1 hops down and the write
    CHECK(t.alignment_cycles == 2 * layers - 1);  // the misalignment of the first layer
    REQUIRE(t.paths.size() == static_cast<std::size_t>(layers + (layers - 1) + layers + 1));
    for (std::size_t k = 0; k < t.paths.size(); ++k) {
      Time sum{};
      for (const PathArc& arc : t.paths[k].arcs) sum += arc.arc.settle;
      CHECK_THAT(t.paths[k].settle.si, WithinRel(sum.si, 1e-12));
      CHECK_THAT((t.paths[k].settle + t.paths[k].slack).si, WithinRel(1e-6, 1e-12));
      if (k > 0) CHECK(t.paths[k - 1].slack <= t.paths[k].slack);
    }
  }
}

TEST_CASE("rules: each is MET on a sound chip and VIOLATED on its counterexample", "[measure]") {
  const auto findings = [](Made m) { return check_rules(m.design, measure_static(m.design, m.die)); };
  const auto sound = findings(chain(2, 0.5, 0.1));
  for (const Rule& rule : rule_table) {
    // Those of a run, of analog islands (islands_test.cpp), of conductances (resistive_die_test.cpp) and of
    // digital dies (digital_test.cpp) are not this chip's; that of circuit fidelity follows.
    const std::vector<std::string_view> others{"LL-FINITE-1", "LL-LAG-1",    "LL-LOOP-2",  "LL-LOOP-3",
                                               "LL-SETTLE-1", "LL-SETTLE-2", "LL-CLOCK-1", "LL-WORD-1",
                                               "LL-WORD-2",   "LL-WORD-3",   "LL-OFFSET-1"};
    if (std::find(others.begin(), others.end(), rule.id) != others.end()) continue;
    CHECK(find(sound, std::string(rule.id)).verdict == Verdict::met);
  }
  Observations seen;
  CHECK(check_finite(chain(1, 0.5, 0.0).design, seen).verdict == Verdict::met);
  seen.diverged = "c.n0";
  CHECK(check_finite(chain(1, 0.5, 0.0).design, seen).where == "c.n0");
  CHECK(check_finite(chain(1, 0.5, 0.0).design, seen).verdict == Verdict::violated);

  CHECK(find(findings(chain(2, 5.0, 0.1)), "LL-LOOP-1").verdict == Verdict::violated);  // K = .05 (1 + 25)
  Made m = chain(2, 0.5, 0.1);
  m.design.full_scale.voltage = 31_mV;
  CHECK(find(findings(m), "LL-RANGE-1").verdict == Verdict::violated);
  m = chain(2, 0.5, 0.1);
  m.design.full_scale.current = 33_nA;  // 100 nA tanh(.7 x 25 mV / 51.7 mV) = 32.6 nA
  CHECK(find(findings(m), "LL-RANGE-2").verdict == Verdict::violated);
  m = chain(2, 0.5, 0.1);
  m.design.full_scale.current = 32_nA;
  CHECK(find(findings(m), "LL-RANGE-2").verdict == Verdict::met);
  // One synapse per neuron, and 3 x .062 x 73.9^2 / (20 x 25) = 2.0 units of it; over 210, if zeroed.
  m = chain(2, 0.5, 0.1);
  for (const Finding& finding : findings(m)) CHECK(finding.id != "LL-OFFSET-1");
  m.design.fidelities["synapse"] = Fidelity::circuit;
  m.design.physics.on[static_cast<std::size_t>(Effect::offset)] = true;
  CHECK(find(findings(m), "LL-OFFSET-1").verdict == Verdict::violated);
  CHECK_THAT(std::stod(find(findings(m), "LL-OFFSET-1").actual), WithinRel(2.03, 0.01));
  m.design.blocks.summing_node.offset_removal = Zeroing::auto_zero;
  CHECK(find(findings(m), "LL-OFFSET-1").verdict == Verdict::met);
  m = chain(2, 0.5, 0.1);
  m.design.crossbars[0].tile = {};
  CHECK(find(findings(m), "LL-MAP-1").verdict == Verdict::violated);
  m = chain(2, 0.5, 0.1);
  m.design.chip.clock = 100_MHz;
  CHECK(find(findings(m), "LL-TIME-1").verdict == Verdict::violated);
}

TEST_CASE("limits: slack, verdict and line", "[measure]") {
  const Made m =
      chain(1, 0.5, 0.0, "limits:\n  area: {max: 1 mm2}\n  latency: {min: 2 us}\n  final_mse: {max: 1}\n");
  Measurements measured = measure_static(m.design, m.die);
  const auto findings = judge_limits(m.design, measured);
  REQUIRE(findings.size() == 3);
  CHECK(findings[0].verdict == Verdict::met);
  CHECK(findings[1].verdict == Verdict::violated);  // one hop is 1 us
  CHECK(findings[1].slack == "-1 us");
  CHECK(findings[2].verdict == Verdict::not_measured);
  CHECK(findings[1].at.line == findings[0].at.line + 1);
  CHECK_FALSE(all_met(findings));
}

TEST_CASE("ledger: static power times time plus counted events, closed by hand", "[measure]") {
  const Made m = chain(1, 0.5, 0.0);
  Observations seen;
  seen.cycles = 1000;
  Activity activity;
  activity[Event::hold_sample] = 1000;
  seen.activities[{"n0", ProspectiveNeuron::stem}] = activity;
  const Measurements measured = measure(m.design, m.die, seen);
  double expected = 0.0;  // every block of the chain, by its own Datasheet
  for (const BlockGroup& g : bill_of_blocks(m.design, m.die)) expected += g.static_current.si * 1.8 * 1e-3;
  expected += 1000 * 2 * 50e-15 * 1.8 * 25e-3;  // 2 C_hold V_dd V_fs a sample
  CHECK_THAT(measured.values.at("total_energy"), WithinRel(expected, 1e-12));
  CHECK_THAT(measured.values.at("average_power"), WithinRel(expected / 1e-3, 1e-12));
}
