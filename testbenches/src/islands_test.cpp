// SPDX-License-Identifier: Apache-2.0
// What a static check says of analog islands: loops, parasitic poles, lag, latency.
#include "measure/islands.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "design/reader.hpp"
#include "measure/findings.hpp"

using namespace leadlag;
using Catch::Matchers::WithinRel;

namespace {

struct Chip {
  Design design;
  Die die;
  Measurements measured;
};

/// in -> hidden -> out, linear, both in one island unless the settings say otherwise.
Chip made(const std::string& nudging, double beta, const ReadOptions& more = {}) {
  const std::string text = R"(
leadlag: 1
chip: {name: c, clock: 1 MHz, coupling: continuous}
arrays:
  in: {block: input_driver, size: 1, reconstruction: ramp}
  hidden: {block: prospective_neuron, size: 1, activation: linear, tau_m: 10 us, tau_r: 2 us, nudging: )" +
                           nudging + R"(}
  out: {block: prospective_neuron, size: 1, activation: linear, tau_m: 30 us, tau_r: 5 us}
crossbars:
  w0: {from: in, to: hidden, weights: [[1]], tile: 8x8}
  w1: {from: hidden, to: out, weights: [[2]], tile: 8x8}
blocks: {target_unit: {beta: )" +
                           std::to_string(beta) +
                           R"(}}
learning: {system: gle}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 10}
)";
  Chip c;
  c.design = parse_design("c.yaml", text, {more.presets, more.settings, LEADLAG_TECHNOLOGY_DIR});
  c.die = fabricate(c.design);
  c.measured = measure_static(c.design, c.die);
  return c;
}

ReadOptions with(std::vector<std::pair<std::string, std::string>> settings) {
  return {{}, std::move(settings), ""};
}

const Finding& find(const std::vector<Finding>& findings, const std::string& id) {
  const auto found =
      std::find_if(findings.begin(), findings.end(), [&](const auto& f) { return f.id == id; });
  if (found == findings.end()) throw std::runtime_error("no finding " + id);
  return *found;
}

/// Growth of the loop -K / (1 + s tau_p)^4: neuron and error unit undo each other, the four adders remain.
double four_poles(const Chip& c, double gain) {
  const Time pole = parasitic_pole(c.design.technology, c.design.blocks.error_unit.adder_bias);
  return (std::pow(gain, 0.25) * std::cos(std::numbers::pi / 4.0) - 1.0) / pole.si;
}

}  // namespace

TEST_CASE("islands: growth of a nudged loop of four equal poles, in closed form", "[measure]") {
  for (const double gain : {4.4, 8.0, 100.0}) {  // K = nudging beta w^2
    const Chip c = made("1", gain / 4.0);
    REQUIRE(c.measured.islands.size() == 1);
    const IslandFigures& f = c.measured.islands[0];
    CHECK(f.name == "hidden + out");
    CHECK(f.loops);
    CHECK(f.states == 8);
    REQUIRE(f.growth.has_value());
    CHECK_THAT(*f.growth, WithinRel(four_poles(c, gain), 1e-6));
    CHECK(find(check_rules(c.design, c.measured), "LL-LOOP-2").verdict == Verdict::violated);
  }
  // Below sec(pi/4)^4 = 4 the slowest mode is a capacitor's, which the loop does not see.
  const Chip stable = made("1", 0.99);
  REQUIRE(stable.measured.islands.at(0).growth.has_value());
  CHECK(*stable.measured.islands[0].growth < 0.0);
  CHECK(*stable.measured.islands[0].growth > -1.0 / 5e-6);
  CHECK(find(check_rules(stable.design, stable.measured), "LL-LOOP-2").verdict == Verdict::met);
  CHECK(made("1", 1.01).measured.values.at("loop_growth") > 0.0);
}

TEST_CASE("islands: without nudging or recurrence there is no loop to judge", "[measure]") {
  const Chip c = made("0", 1.0);
  REQUIRE(c.measured.islands.size() == 1);
  CHECK_FALSE(c.measured.islands[0].loops);
  CHECK_FALSE(c.measured.islands[0].growth.has_value());
  CHECK(c.measured.values.count("loop_growth") == 0);
  for (const Finding& f : check_rules(c.design, c.measured)) CHECK(f.id != "LL-LOOP-2");
  CHECK_FALSE(made("1", 1.0, with({{"learning.system", "none"}, {"learning.plastic", "[]"}}))
                  .measured.islands.at(0)
                  .loops);
}

TEST_CASE("islands: lag is the sum of the parasitic time constants up and down", "[measure]") {
  const Chip c = made("1", 0.1);
  const IslandFigures& f = c.measured.islands.at(0);
  std::vector<std::string> blocks;
  double settle = 0.0;
  for (const PathArc& a : f.arcs) blocks.push_back(a.array + " " + a.block), settle += a.arc.settle.si;
  std::sort(blocks.begin(), blocks.end());
  CHECK(blocks == std::vector<std::string>{"hidden error_summing_node", "hidden error_unit",
                                           "hidden prospective_neuron", "hidden summing_node",
                                           "out error_unit", "out prospective_neuron", "out summing_node",
                                           "out target_unit", "w1 synapse", "w1 synapse"});
  CHECK_THAT(f.lag.si, WithinRel(settle / (9.0 * std::numbers::ln2), 1e-12));  // 8 bits
  CHECK(f.fastest == 2_us);
  const Finding lag = find(check_rules(c.design, c.measured), "LL-LAG-1");
  CHECK(lag.verdict == (f.lag <= 200_ns ? Verdict::met : Verdict::violated));
  const auto bias = [](const std::string& amperes) {
    std::vector<std::pair<std::string, std::string>> settings;
    for (const char* block : {"synapse.bias", "summing_node.bias", "target_unit.bias",
                              "prospective_neuron.adder_bias", "error_unit.adder_bias"}) {
      settings.emplace_back("blocks." + std::string(block), amperes);
    }
    return with(settings);
  };
  const Chip fast = made("1", 0.1, bias("500 nA")), slow = made("1", 0.1, bias("10 nA"));
  CHECK(find(check_rules(fast.design, fast.measured), "LL-LAG-1").verdict == Verdict::met);
  CHECK(find(check_rules(slow.design, slow.measured), "LL-LAG-1").verdict == Verdict::violated);
}

TEST_CASE("islands: no registers inside, one where the chip is sampled", "[measure]") {
  const Chip whole = made("0", 1.0), mixed = made("0", 1.0, with({{"arrays.out.coupling", "sampled"}}));
  CHECK(whole.measured.timing.forward_cycles == 0);
  CHECK(whole.measured.timing.error_cycles == 1);  // the write
  CHECK(mixed.measured.timing.forward_cycles == 1);
  for (const Path& p : whole.measured.timing.paths) CHECK(p.kind == "readout");
  REQUIRE(mixed.measured.islands.size() == 1);
  CHECK(mixed.measured.islands[0].name == "hidden");
  const auto hops = std::count_if(mixed.measured.timing.paths.begin(), mixed.measured.timing.paths.end(),
                                  [](const Path& p) { return p.kind == "forward"; });
  CHECK(hops == 1);
}

TEST_CASE("islands: a loop without solution is a finding that names its path", "[measure]") {
  const Chip c = made("1", 1.0);
  Observations seen;
  seen.cycles = 7;
  seen.islands = {{{1, 2}, "hidden.rate -> out.rate -> out.error -> hidden.error", 20, 41, 3, 1e-13}};
  const auto closed = check_loops(c.design, seen);
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].verdict == Verdict::met);
  CHECK(closed[0].actual == "41 Newton steps in 20 solves, at most 3");
  seen.open_loop = seen.islands[0].loop;
  const auto open = check_loops(c.design, seen);
  REQUIRE(open.size() == 1);
  CHECK(open[0].verdict == Verdict::violated);
  CHECK(open[0].where == seen.open_loop);
  CHECK(open[0].actual == "no solution in cycle 7");
}
