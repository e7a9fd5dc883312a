// SPDX-License-Identifier: Apache-2.0
// A network of conductances on the die: Kirchhoff's laws, power, settling, clamps, and what its cells hold.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "app/simulate.hpp"
#include "instruments/npy.hpp"
#include "instruments/test_files.hpp"
#include "learning/one_sample.hpp"
#include "learning/resistive_rig.hpp"
#include "measure/findings.hpp"
#include "oracles/contrastive.hpp"
#include "oracles/energy_testing.hpp"
#include "oracles/golden_json.hpp"
#include "oracles/layered_net.hpp"
#include "oracles/reference_energies.hpp"

using namespace leadlag;
using namespace leadlag::oracle;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using Eigen::Index;
using Eigen::VectorXd;
using leadlag::testing::ResistiveRig;
using nlohmann::json;

namespace {

std::string ep(const std::string& params, const std::string& update = "host") {
  return "{system: ep, ep: {energy: resistive, " + params + "}, update: " + update + "}";
}
std::string coupled(double eta) {
  return "{system: coupled_learning, coupled_learning: {energy: resistive, eta: " + std::to_string(eta) +
         ", free: 600, clamped: 600}, update: host}";
}

/// Heat that the ledger has seen so far.
leadlag::Energy dissipated(ResistiveRig& net) {
  Observations seen;
  seen.cycles = 1;
  for (const auto& [key, activity] : net.socket().chip->activities()) seen.activities[key] = *activity;
  leadlag::Energy sum{};
  std::size_t rows = 0;
  for (const EnergyRow& row : measure(net.socket().design, net.socket().die, seen).energy) {
    for (const auto& e : row.events) {
      if (e.event != Event::dissipation) continue;
      ++rows, sum += e.total;
      CHECK_THAT((static_cast<double>(e.count) * e.each).si, WithinRel(e.total.si, 1e-12));
    }
  }
  REQUIRE(rows == 5);  // w1, w2, load, h, o
  return sum;
}

/// Mean power over the next cycles.
double microwatts(ResistiveRig& net, std::int64_t cycles) {
  const leadlag::Energy before = dissipated(net);
  net.cycles(cycles);
  return (dissipated(net) - before).si / (static_cast<double>(cycles) * 5e-9) * 1e6;
}

}  // namespace

TEST_CASE("R1 resistive die: at rest currents add to nothing at every node, free, nudged and clamped",
          "[learning]") {
  const ResistiveNetwork energy = resistive_reference();
  ResistiveRig nudged("nudged", ep("free: 600, nudged: 600, beta: 5, form: symmetric")),
      clamped("clamped", coupled(0.5));
  nudged.cycles(1 + 600);
  const VectorXd free = nudged.voltages();
  CHECK(energy.internal_dx(free).lpNorm<Eigen::Infinity>() < 1e-13);
  nudged.cycles(600);
  CHECK(energy.dx(nudged.voltages(), 5.0).lpNorm<Eigen::Infinity>() < 1e-13);
  nudged.cycles(600);
  CHECK(energy.dx(nudged.voltages(), -5.0).lpNorm<Eigen::Infinity>() < 1e-13);
  clamped.cycles(1 + 600 + 1 + 600 + 1);
  const VectorXd held = clamped.voltages();
  CHECK(distance(held.tail(2), free.tail(2) + 0.5 * (energy.target - free.tail(2))) < 1e-15);
  CHECK(energy.internal_dx(held).head(2).lpNorm<Eigen::Infinity>() <
        1e-13);  // the outputs' sources do the rest
  CHECK(energy.internal_dx(held).tail(2).norm() > 0.1);
}

TEST_CASE("R2 resistive die: at rest the co-content is least, without diodes the dissipated power too",
          "[learning]") {
  const ResistiveNetwork energy = resistive_reference();
  ResistiveNetwork linear = energy;
  linear.saturation_current = 0.0;
  ResistiveRig net("net", ep("free: 600")),
      plain("plain", ep("free: 600"), {{"blocks.resistive_node.saturation", "0"}});
  net.cycles(600), plain.cycles(600);
  const VectorXd v = net.voltages(), w = plain.voltages();
  Gauss gauss(11);
  for (int n = 0; n < 1000; ++n) {
    const VectorXd by = 0.03 * gauss.vector(4);
    REQUIRE(energy.internal(v + by) > energy.internal(v));
    REQUIRE(linear.dissipated_power(w + by) > linear.dissipated_power(w));
  }
  CHECK(distance(v, w) > 1e-3);
  CHECK_THAT(microwatts(plain, 1), WithinRel(2.0 * linear.internal(w), 1e-9));
}

TEST_CASE("4.5 resistive die: 16.14 uW at rest, 52.6 ns to settle, 5.85 pJ, out of the ledger",
          "[learning]") {
  const json golden = golden_json("resistive_ref.json");
  ResistiveRig net("net", ep("free: 1000"));
  const std::vector<VectorXd> seen = net.trace(201);
  // Late in settling only the slowest mode is left: it shrinks by 1 - T / tau in each cycle.
  const VectorXd rest = flat(json{golden["free"]["h"], golden["free"]["o"]});
  const double ratio = std::pow((seen[200] - rest).norm() / (seen[100] - rest).norm(), 0.01);
  const double tau = 0.005 / (1.0 - ratio);
  CHECK_THAT(tau, WithinRel(golden["settling"]["tau_slow_us"].get<double>(), 1e-3));
  net.cycles(400);
  const double power = microwatts(net, 1);
  CHECK_THAT(power, WithinRel(golden["power_free_uW"].get<double>(), 1e-9));
  CHECK_THAT(microwatts(net, 73), WithinRel(power, 1e-9));
  CHECK_THAT(6.9 * tau * power, WithinRel(golden["settling"]["energy_per_settle_pJ"].get<double>(), 2e-3));
}

TEST_CASE("4.5 resistive die: its ledger counts conductances, diodes and switches of every cycle",
          "[learning]") {
  const ResistiveNetwork energy = resistive_reference();
  ResistiveRig tile("tile", coupled(0.5)), drawn("drawn", coupled(0.5), {{"chip.detail", "structural"}});
  // Explicit steps of 5 ns: a cycle's voltages stand for the cycle. Switches: to ground, and to the source.
  double expected = 0.0;
  tile.cycles(1), drawn.cycles(1);
  const double first = dissipated(tile).si;
  VectorXd last = VectorXd::Zero(4);
  const std::vector<VectorXd> seen = tile.trace(1 + 600 + 600 + 1);
  REQUIRE(seen.size() == 1202);
  for (std::size_t n = 0; n < seen.size(); ++n) {
    expected += energy.dissipated_power(seen[n]) * 0.005;  // pJ
    const bool holds = n > 601;                            // the edge before it tied the outputs
    if (holds) expected += 0.5 * (seen[n] - last).tail(2).squaredNorm();
    last = seen[n];
  }
  drawn.cycles(1202);
  CHECK_THAT((dissipated(tile).si - first) * 1e12, WithinRel(expected, 1e-9));
  CHECK_THAT(dissipated(drawn).si, WithinRel(dissipated(tile).si, 1e-12));
  const double before = dissipated(tile).si;
  tile.cycles(1);  // start: all four capacitors to ground
  CHECK_THAT((dissipated(tile).si - before) * 1e12,
             WithinRel(energy.dissipated_power(tile.voltages()) * 0.005 + 0.5 * tile.voltages().squaredNorm(),
                       1e-9));
}

TEST_CASE("4.5 coupled learning of conductances on the die: golden updates and angles by share, and CHL",
          "[learning]") {
  const json golden = golden_json("resistive_ref.json")["coupled_learning"];
  REQUIRE(golden.size() == 4);
  const ResistiveNetwork energy = resistive_reference();
  const VectorXd exact = fixed_point_gradient(energy, free_equilibrium(energy));
  std::deque<ResistiveRig> nets;
  for (const auto& [eta, row] : golden.items()) {
    nets.emplace_back("eta" + std::to_string(nets.size()), coupled(std::stod(eta)));
  }
  nets.emplace_back(
      "chl", "{system: chl, chl: {energy: resistive, feedback: 1, free: 600, clamped: 600}, update: host}");
  std::size_t k = 0;
  for (const auto& [eta, row] : golden.items()) {
    CAPTURE(eta);
    nets[k].sample();
    const VectorXd estimate = -nets[k++].update();
    CHECK(relative_error(estimate, flat(row["est"])) < 1e-6);
    CHECK_THAT(angle_degrees(estimate, exact), WithinAbs(row["angle_deg"].get<double>(), 1e-4));
  }
  nets.back().sample();  // a full clamp
  CHECK(relative_error(-nets.back().update(), clamped_contrast(energy, free_equilibrium(energy), 1.0)) <
        1e-6);
}

TEST_CASE("4.8 resistive die: without an error nothing moves, half a turn of it turns the update",
          "[learning]") {
  const std::vector<std::string> systems{
      ep("free: 600, nudged: 600, beta: 1"), ep("free: 600, nudged: 600, beta: 1, form: symmetric"),
      coupled(0.5),
      "{system: chl, chl: {energy: resistive, feedback: 1, free: 600, clamped: 600}, update: host}"};
  std::deque<ResistiveRig> nets;
  for (const std::string& s : systems) nets.emplace_back("zero" + std::to_string(nets.size()), s);
  REQUIRE(nets.size() == 4);
  for (std::size_t k = 0; k < nets.size(); ++k) {
    CAPTURE(systems[k]);
    ResistiveRig& net = nets[k];
    const auto updated = [&](const VectorXd& y) -> VectorXd {
      net.target(y);
      net.sample();
      return net.update();
    };
    net.cycles(1 + 600);
    const VectorXd own = net.voltages().tail(2);
    net.cycles(net.socket().design.schedule.params.cycles_per_sample - 601);
    net.update();
    CHECK(updated(own).lpNorm<Eigen::Infinity>() < 1e-15);
    const VectorXd error{{1e-6, -2e-6}};
    const VectorXd up = updated(own + error), down = updated(own - error);
    CHECK(up.norm() > 1e-8);
    CHECK((up + down).norm() < 1e-4 * up.norm());
  }
}

TEST_CASE("resistive die: a write beyond the range leaves the cell at its end, from the die and from a host",
          "[learning]") {
  const std::string symmetric = "free: 300, nudged: 300, beta: 1, form: symmetric";
  const Socket::Settings bounded{{"crossbars.w1.range", "{max: 30.01}"},
                                 {"crossbars.w2.range", "{min: 6.99}"}};
  Socket::Settings structural = bounded;
  structural.emplace_back("chip.detail", "structural");
  ResistiveRig die("die", ep(symmetric, "die"), bounded), drawn("drawn", ep(symmetric, "die"), structural),
      twin("twin", ep(symmetric, "host"), bounded);
  const double eta = 2000.0;
  const double infinity = std::numeric_limits<double>::infinity();
  const auto kept = [&](VectorXd g) -> VectorXd {
    g.head(6) = g.head(6).cwiseMax(0.0).cwiseMin(30.01);
    g.segment(6, 4) = g.segment(6, 4).cwiseMax(6.99);
    g.tail(2) = g.tail(2).cwiseMax(0.0);
    return g;
  };
  VectorXd expected = die.conductances();
  std::size_t stopped = 0;
  for (int n = 0; n < 60; ++n) {
    twin.sample();
    const VectorXd wanted = expected + eta * twin.update();
    expected = kept(wanted);
    stopped += wanted != expected ? 1U : 0U;
    die.sample(eta), drawn.sample(eta);
    // The twin is written by a host: half of the time beyond the range, where its registers stop.
    const VectorXd& host = n % 2 == 0 ? wanted : expected;
    std::vector<double> values(host.begin(), host.end());
    twin.socket().write("w1", {values.begin(), values.begin() + 6});
    twin.socket().write("w2", {values.begin() + 6, values.begin() + 10});
    twin.socket().write("load", {values.begin() + 10, values.end()});
    REQUIRE(distance(twin.conductances(), expected) == 0.0);
    REQUIRE(distance(die.conductances(), expected) < 1e-9);
    REQUIRE(distance(die.conductances(), drawn.conductances()) < 1e-9);
  }
  CHECK(stopped > 10);
  CHECK((expected.head(6).array() == 30.01).any());
  CHECK((expected.segment(6, 4).array() == 6.99).any());
  const auto& groups = die.socket().chip->groups();
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].range.low == 0.0);
  CHECK(groups[0].range.high == 30.01);
  CHECK(groups[1].range.low == 6.99);
  CHECK(groups[2].range.low == 0.0);
  CHECK(groups[2].range.high == infinity);
}

TEST_CASE("LL-SETTLE: the poles of the network against its phases and its clock", "[learning]") {
  ResistiveNetwork linear = resistive_reference();
  linear.saturation_current = 0.0;
  const auto figures = [](ResistiveRig& net) {
    return measure_static(net.socket().design, net.socket().die);
  };
  const auto verdicts = [&](ResistiveRig& net) {
    std::vector<std::pair<std::string, Verdict>> found;
    for (const Finding& f : check_rules(net.socket().design, figures(net))) {
      if (f.id.starts_with("LL-SETTLE")) found.emplace_back(f.where, f.verdict);
    }
    return found;
  };
  ResistiveRig good("good", ep("free: 100, nudged: 101")), early("early", ep("free: 60, nudged: 101")),
      slow("slow", ep("free: 100, nudged: 101"), {{"chip.clock", "20 MHz"}}),
      floating("floating", ep("free: 100, nudged: 101"),
               {{"crossbars.w1.weights", "zero"}, {"crossbars.load.weights", "zero"}});
  const Measurements m = figures(good);
  REQUIRE(m.network);
  CHECK(m.network->nodes == 4);
  const VectorXd v = linear.nodal_analysis(0.0);
  CHECK_THAT(m.network->slowest.si * 1e6, WithinRel(linear.slowest_tau(v, 1.0), 1e-12));
  CHECK_THAT(m.network->fastest.si * 1e6, WithinRel(linear.fastest_tau(v, 1.0), 1e-12));
  CHECK_THAT(m.values.at("settling_time"), WithinRel(m.network->slowest.si * std::log(512.0), 1e-12));
  using Found = std::vector<std::pair<std::string, Verdict>>;
  constexpr auto met = Verdict::met, violated = Verdict::violated;
  CHECK(verdicts(good) == Found{{"free", met}, {"pulled", met}, {"good", met}});
  CHECK(verdicts(early) == Found{{"free", violated}, {"pulled", met}, {"early", met}});
  CHECK(verdicts(slow) == Found{{"free", met}, {"pulled", met}, {"slow", violated}});
  CHECK(verdicts(floating) == Found{{"free", violated}, {"pulled", violated}, {"floating", met}});
  CHECK(std::isinf(figures(floating).network->slowest.si));
  // What the rule says is so: after 100 cycles the die is within half a bit of eight of its rest, after 60
  // not.
  good.cycles(101);
  const VectorXd rest = resistive_reference().nodal_analysis(0.0);
  const double half_bit = rest.norm() / 512.0;
  CHECK((good.voltages() - rest).norm() < half_bit);
}

TEST_CASE("resistive die: a run measures what share of the weights it left at an end of their range",
          "[learning]") {
  const Design design = parse_design(
      "net.yaml",
      ResistiveRig::reference() +
          "learning: {system: ep, ep: {energy: resistive, free: 100, nudged: 100, beta: 1}, rate: 2000}\n",
      {{},
       {{"crossbars.w1.range", "{max: 30.01}"}, {"crossbars.w2.range", "{min: 6.99}"}},
       LEADLAG_TECHNOLOGY_DIR});
  const std::int64_t sample = design.schedule.params.cycles_per_sample;
  leadlag::testing::OneSample task(VectorXd{{0.6, -0.4, 0.25, 0.0}}, VectorXd{{0.10, -0.05}}, sample,
                                   60 * sample);
  const leadlag::test::Folder folder;
  const Die die = fabricate(design);
  const Observations seen = simulate(
      design, die, task, {.waves = {}, .weights = folder.path.string(), .comment = {}, .progress = {}});
  double at_end = 0.0;
  for (const double w : read_npy(folder.file("w1.npy")).values) at_end += w == 0.0 || w == 30.01 ? 1.0 : 0.0;
  for (const double w : read_npy(folder.file("w2.npy")).values) at_end += w == 6.99 ? 1.0 : 0.0;
  for (const double w : read_npy(folder.file("load.npy")).values) at_end += w == 0.0 ? 1.0 : 0.0;
  CHECK(at_end >= 1.0);
  REQUIRE(seen.weights_at_end);
  CHECK_THAT(*seen.weights_at_end, WithinRel(at_end / 12.0, 1e-14));
  // Heat goes into the supply meter cycle by cycle, and into the ledger as one sum.
  const Measurements m = measure(design, die, seen);
  CHECK(m.values.at("weights_at_end") == *seen.weights_at_end);
  CHECK(m.values.at("ledger_error") < 1e-9);
  double heat = 0.0;
  for (const EnergyRow& row : m.energy) heat += row.block == "conductor" ? row.dynamic_energy.si : 0.0;
  CHECK(heat > 1e-3 * m.ledger.si);  // enough for the meter's share of it to show
}

TEST_CASE("resistive die: its bill has a conductor per crosspoint, and no transconductors that sum",
          "[learning]") {
  const Design design =
      parse_design("net.yaml", ResistiveRig::reference() + "learning: " + ep("form: symmetric"),
                   {{}, {}, LEADLAG_TECHNOLOGY_DIR});
  std::map<std::string, std::size_t> found;
  for (const BlockGroup& g : bill_of_blocks(design, fabricate(design))) found[g.sheet.block] += g.instances;
  // Products: V_i V_j and V_i^2 of all crosspoints, V_j^2 of those that a node drives.
  const std::map<std::string, std::size_t> expected{
      {"input_driver", 4},     {"resistive_node", 4}, {"target_unit", 2},
      {"sample_hold", 4},      {"conductor", 12},     {"contrast_cell", 28},
      {"weight_register", 12}, {"readout", 2},        {"phase_sequencer", 1}};
  CHECK(found == expected);
}
