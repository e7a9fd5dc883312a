// SPDX-License-Identifier: Apache-2.0
// What energy-based systems draw: counted, refused, and block by block against tiles.
#include <array>
#include <catch2/catch.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "learning/layered_rig.hpp"
#include "measure/bill.hpp"
#include "oracles/energy_testing.hpp"
#include "oracles/reference_energies.hpp"

using namespace leadlag;
using namespace leadlag::oracle;
using Eigen::VectorXd;

namespace {

constexpr double two_ticks = 2.0;  // per tau

using Events = std::map<std::pair<std::string, std::string>, std::array<std::uint64_t, event_kinds>>;
Events events_of(LayeredRig& rig) {
  Events events;
  for (const auto& [place, activity] : rig.socket().chip->activities()) events[place] = activity->events;
  return events;
}

}  // namespace

TEST_CASE("energy-based in structural detail: weights, states and events are those of tiles", "[learning]") {
  const std::vector<std::string> systems{
      "{system: ep, ep: {free: 12, nudged: 6}}",
      "{system: ep, ep: {form: symmetric, free: 12, nudged: 6}}",
      "{system: ep, ep: {form: random_sign, energy: leaky, feedback: 0.5, free: 12, nudged: 6}}",
      "{system: chl, chl: {free: 12, clamped: 6}}",
      "{system: coupled_learning, coupled_learning: {free: 12, clamped: 6}}",
      "{system: oim, oim: {lock: 0.1, free: 12, nudged: 6}}",
      "{system: pc, pc: {schedule: fixed_prediction, relax: 12}}"};
  const Sample n2 = net_n2();
  std::deque<LayeredRig> tiles, drawn;
  for (std::size_t k = 0; k < systems.size(); ++k) {
    const std::string name = std::to_string(k);
    tiles.emplace_back("tiles" + name, n2.net, systems[k], 4.0);
    drawn.emplace_back("drawn" + name, n2.net, systems[k], 4.0,
                       Socket::Settings{{"chip.detail", "structural"}});
  }
  for (std::size_t k = 0; k < systems.size(); ++k) {
    CAPTURE(systems[k]);
    const VectorXd before = tiles[k].parameters();
    for (LayeredRig* rig : {&tiles[k], &drawn[k]}) {
      for (const double sign : {1.0, -1.0, 1.0}) {
        rig->show(sign * n2.x, n2.y);
        rig->sample(0.05);
      }
    }
    CHECK(distance(tiles[k].parameters(), drawn[k].parameters()) < 1e-12);
    CHECK(distance(tiles[k].parameters(), before) > 1e-3);
    // A tile's probe shows what stood in the cycle before the last edge, a module's what stands after it.
    CHECK(distance(tiles[k].cycles(6, "rate")[5], drawn[k].cycles(6, "rate")[4]) < 1e-12);
    CHECK(distance(tiles[k].infer(), drawn[k].infer()) < 1e-12);
    const Events expected = events_of(tiles[k]);
    CHECK(expected.size() > 8);
    for (const auto& [place, events] : events_of(drawn[k])) {
      CAPTURE(place.first, place.second);
      REQUIRE(expected.count(place) == 1);
      CHECK(events == expected.at(place));
    }
  }
}

TEST_CASE("energy-based on the die: what each form needs, counted", "[learning]") {
  // N2 has 6 nodes, 2 of them outputs, and 4 x (3 + 1) + 2 x (4 + 1) = 26 crosspoints.
  using Counts = std::map<std::string, std::size_t>;
  const std::vector<std::pair<std::string, Counts>> systems{
      {"{system: ep, ep: {form: one_sided}}", {{"state_node", 6}, {"target_unit", 2}, {"contrast_cell", 26}}},
      {"{system: ep, ep: {form: random_sign}}",
       {{"state_node", 6}, {"target_unit", 2}, {"contrast_cell", 26}}},
      {"{system: ep, ep: {form: symmetric}}",
       {{"state_node", 6}, {"target_unit", 2}, {"contrast_cell", 26}, {"sample_hold", 6}}},
      {"{system: chl}", {{"state_node", 6}, {"clamp", 2}, {"contrast_cell", 26}}},
      {"{system: coupled_learning}",
       {{"state_node", 6}, {"clamp", 2}, {"contrast_cell", 26}, {"sample_hold", 2}}},
      // Products of cos and of sin in J (8) and of cos in the rest (4 x 3, 6 fields), and a lock for each
      // node; the bias row has a cell in both channels.
      {"{system: oim}",
       {{"phase_oscillator", 6}, {"contrast_cell", 2 * (4 * 2 + 2) + 4 * 4 + 6}, {"sample_hold", 6}}},
      {"{system: pc}",
       {{"value_node", 4},
        {"error_node", 6},
        {"transfer_stage", 6},
        {"target_unit", 2},
        {"plasticity_cell", 26}}},
      {"{system: pc, pc: {schedule: fixed_prediction}}",
       {{"value_node", 4},
        {"error_node", 6},
        {"transfer_stage", 6},
        {"target_unit", 2},
        {"plasticity_cell", 26},
        {"sample_hold", 12}}}};
  const std::set<std::string> counted{"state_node",     "phase_oscillator", "value_node", "error_node",
                                      "transfer_stage", "target_unit",      "clamp",      "sample_hold",
                                      "contrast_cell",  "plasticity_cell"};
  std::size_t k = 0;
  for (const auto& [system, expected] : systems) {
    CAPTURE(system);
    LayeredRig rig("bill" + std::to_string(k++), net_n2().net, system, two_ticks);
    Counts found;
    for (const BlockGroup& g : bill_of_blocks(rig.socket().design, rig.socket().die)) {
      if (counted.count(g.sheet.block) != 0) found[g.sheet.block] += g.instances;
    }
    CHECK(found == expected);
  }
  REQUIRE(k == 8);
}

TEST_CASE("energy-based: what an energy cannot be drawn on is said before anything is", "[learning]") {
  const auto refused = [](const LayeredNet& net, const std::string& system, const std::string& why) {
    CAPTURE(system);
    CHECK_THROWS_WITH(LayeredRig("refused", net, system, two_ticks), Catch::Matchers::Contains(why));
  };
  const LayeredNet net = net_n2().net;
  refused(net, "{system: ep, ep: {feedback: 0.5}}", "would be no energy any more");
  refused(net, "{system: chl, chl: {energy: hopfield}}", "would be no energy any more");
  refused(net, "{system: ep, ep: {energy: clip}}", "array 'l1' needs activation: linear");
  refused(net, "{system: ep, ep: {energy: resistive}}", "give 'w1' bias: false");
  LayeredNet linear = net;
  linear.hidden = oracle::Activation::linear;
  refused(linear, "{system: chl, chl: {energy: resistive}}", "would be no energy any more");
  refused(net, "{system: ep, ep: {beta: 0}}", "beta");
  refused(net, "{system: ep, chl: {free: 3}}", "chl");
}
