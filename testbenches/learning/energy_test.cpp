// SPDX-License-Identifier: Apache-2.0
// The ledger against events counted by hand on a 2-3-1 chip.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/simulate.hpp"
#include "design/reader.hpp"
#include "instruments/task.hpp"
#include "measure/measurements.hpp"

using namespace leadlag;
using Catch::Matchers::WithinRel;

namespace {

const std::string small = R"(
leadlag: 1
chip: {name: small, clock: 2 MHz, time_scale: 10 us, full_scale: {voltage: 20 mV, current: 10 nA}}
arrays:
  in: {block: input_driver, size: 2, bits: 6, bias: 30 nA}
  hidden: {block: prospective_neuron, size: 3, activation: tanh, tau_m: 10 us, tau_r: [2 us, 5 us, 20 us]}
  out: {block: prospective_neuron, size: 1, activation: linear, tau_m: 4 us, tau_r: 2 us}
crossbars:
  w1: {from: in, to: hidden, weights: [[.5, -.3], [.2, .4], [-.6, .1]], tile: 4x4}
  w2: {from: hidden, to: out, weights: [[.7, -.2, .3]], bias: true, tile: 4x4}
learning: {system: gle, output: out, rate: 0.01}
task: {kind: tones, frequencies: [1.3, 0.71]}
schedule: {cycles: 200}
)";

struct Result {
  Measurements m;
  Observations seen;
};
Result measured(const std::vector<std::pair<std::string, std::string>>& settings) {
  const Design design =
      parse_design("energy.yaml", small,
                   {.presets = {}, .settings = settings, .technology_folder = LEADLAG_TECHNOLOGY_DIR});
  const Die die = fabricate(design);
  Result r;
  const std::unique_ptr<Task> task = make_task(design);
  r.seen = simulate(design, die, *task, {});
  r.m = measure(design, die, r.seen);
  return r;
}

using Key = std::pair<std::string, std::string>;
/// Counts of the ledger by (array, block) and event; every row of the ledger must be listed, with no other
/// events.
void check_events(const Measurements& m, const std::map<Key, std::map<Event, std::uint64_t>>& expected) {
  CHECK(m.energy.size() == expected.size());
  for (const EnergyRow& row : m.energy) {
    INFO(row.array << " " << row.block);
    const auto found = expected.find({row.array, row.block});
    REQUIRE(found != expected.end());
    std::map<Event, std::uint64_t> counts;
    double energy = 0.0;
    for (const auto& e : row.events) {
      counts[e.event] = e.count;
      CHECK_THAT(e.total.si, WithinRel(static_cast<double>(e.count) * e.each.si, 1e-14));
      energy += e.total.si;
    }
    CHECK(counts == found->second);
    CHECK_THAT(row.dynamic_energy.si, WithinRel(energy, 1e-14));
  }
}

// 200 cycles of x(n) = sin + sin, x(0) = 0 and never 0 again, on both inputs; target 0. By hand:
//   drivers    the code changes before edges 1 to 199
//   forward    hidden rates leave 0 at edge 1 (driven by x(1)), the output's at edge 2
//   errors     the output's first error is at edge 3 (it compares the rate of edge 2), the hidden ones' at
//   edge 4 products   w1 = hidden error (edges 4 on) times x: 6 cells x 196
//              w2 = output error (edges 3 on) times hidden rate: 3 cells x 197, and 197 of the bias
//   operations w1: 2 inputs x 3 from edge 1; w2: 3 hidden rates from edge 2, the bias always
constexpr std::uint64_t n = 200;
constexpr std::uint64_t products_w1 = 6 * (n - 4), products_w2 = 4 * (n - 3);

std::map<Key, std::map<Event, std::uint64_t>> common() {
  return {{{"in", "input_driver"}, {{Event::code_change, 2 * (n - 1)}}},
          {{"hidden", "summing_node"}, {}},
          {{"hidden", "prospective_neuron"}, {{Event::hold_sample, 3 * n}}},
          {{"hidden", "error_summing_node"}, {}},
          {{"hidden", "error_unit"}, {{Event::hold_sample, 3 * n}}},
          {{"out", "summing_node"}, {}},
          {{"out", "prospective_neuron"}, {{Event::hold_sample, n}}},
          {{"out", "error_unit"}, {{Event::hold_sample, n}}},
          {{"out", "target_unit"}, {}},
          {{"out", "readout"}, {{Event::conversion, n}}},
          {{"w1", "synapse"}, {}},
          {{"w2", "synapse"}, {}}};
}

void check_die(const Result& r) {
  auto expected = common();
  expected[{"w1", "plasticity_cell"}] = expected[{"w2", "plasticity_cell"}] = {};
  expected[{"w1", "weight_register"}] = {
      {Event::weight_update, products_w1}, {Event::weight_read, 0}, {Event::weight_write, 0}};
  expected[{"w2", "weight_register"}] = {
      {Event::weight_update, products_w2}, {Event::weight_read, 0}, {Event::weight_write, 0}};
  check_events(r.m, expected);
  CHECK(r.m.operations == 6 * (n - 1) + 3 * (n - 2) + n);
  CHECK(r.m.updates == products_w1 + products_w2);
  CHECK(r.m.host_reads == 0);
  CHECK(r.m.host_writes == 0);
  CHECK(r.m.values.at("ledger_error") <= 1e-9);
  CHECK_THAT(r.m.supply.si, WithinRel(r.m.ledger.si, 1e-9));
}

}  // namespace

TEST_CASE("energy: every event of a 2-3-1 chip that learns on its own, and one block's energy by hand",
          "[learning]") {
  const Result r = measured({});
  check_die(r);
  const EnergyRow* driver = nullptr;
  const EnergyRow* neuron = nullptr;
  for (const EnergyRow& row : r.m.energy) {
    if (row.block == "input_driver") driver = &row;
    if (row.array == "hidden" && row.block == "prospective_neuron") neuron = &row;
  }
  REQUIRE(driver != nullptr);
  REQUIRE(neuron != nullptr);
  // cmos180: 1.8 V, unit capacitor 5 fF, kappa 0.7 at 300 K; 6 bits, 30 nA, 20 mV; 200 cycles of 0.5 us.
  const double run = 200 * 0.5e-6, v_dd = 1.8, v_fs = 0.02;
  CHECK_THAT(driver->dynamic_energy.si, WithinRel(398 * 64 * 5e-15 * v_fs * v_fs / 3.0, 1e-12));
  CHECK_THAT(driver->static_energy.si, WithinRel(2 * 2 * 30e-9 * v_dd * run, 1e-12));
  // Three neurons of 10 us and 1 pF (the default), adder 100 nA, holds 50 fF, rho = 1/5, 1/2, 2: weights 1,
  // 1, 3.
  const double membrane = 2.0 * (8.617333262e-5 * 300.0) * 1e-12 / (0.7 * 10e-6);
  CHECK_THAT(neuron->static_energy.si,
             WithinRel((3 * 2 * membrane + 2 * (1 + 1 + 3) * 100e-9 + 3 * 2 * 100e-9) * v_dd * run, 1e-12));
  CHECK_THAT(neuron->dynamic_energy.si, WithinRel(600 * 2 * 50e-15 * v_dd * v_fs, 1e-12));
  double sum = 0.0;
  for (const EnergyRow& row : r.m.energy) sum += row.static_energy.si + row.dynamic_energy.si;
  CHECK_THAT(r.m.ledger.si, WithinRel(sum, 1e-13));
  CHECK_THAT(r.m.values.at("average_power"), WithinRel(sum / run, 1e-12));
}

TEST_CASE("energy: the structural detail counts the same events", "[learning]") {
  check_die(measured({{"chip.detail", "structural"}}));
}

TEST_CASE("energy: every event of a 2-3-1 chip under a host", "[learning]") {
  const Result r =
      measured({{"learning.update", "host"}, {"learning.optimiser", "adam"}, {"learning.every", "5 ticks"}});
  auto expected = common();
  expected[{"w1", "plasticity_cell"}] = {{Event::accumulate, products_w1}};
  expected[{"w2", "plasticity_cell"}] = {{Event::accumulate, products_w2}};
  const std::uint64_t steps = n / 5;  // each reads and writes all 10 cells
  expected[{"w1", "weight_register"}] = {
      {Event::weight_update, 0}, {Event::weight_read, 6 * steps}, {Event::weight_write, 6 * steps}};
  expected[{"w2", "weight_register"}] = {
      {Event::weight_update, 0}, {Event::weight_read, 4 * steps}, {Event::weight_write, 4 * steps}};
  check_events(r.m, expected);
  CHECK(r.m.host_reads == 10 * steps);
  CHECK(r.m.host_writes == 10 * steps);
  CHECK(r.m.values.at("ledger_error") <= 1e-9);  // the last write is after the last edge
}

TEST_CASE("energy: a chip that does not learn spends nothing on learning", "[learning]") {
  const Result r = measured({{"learning.start", "200"}});
  for (const EnergyRow& row : r.m.energy) {
    INFO(row.array << " " << row.block);
    if (row.block == "weight_register" || row.block == "plasticity_cell") CHECK(row.dynamic_energy.si == 0.0);
  }
  CHECK(r.m.updates == 0);
  CHECK(r.m.values.at("ledger_error") <= 1e-9);
}

TEST_CASE("energy: three dies spend what three dies spend", "[learning]") {
  const Result r = measured({{"chip.replicas", "3"}});
  for (const EnergyRow& row : r.m.energy) {
    if (row.block == "input_driver") CHECK(row.events.at(0).count == 3 * 2 * (n - 1));
    if (row.block == "readout") CHECK(row.events.at(0).count == 3 * n);
  }
  CHECK(r.m.updates == 3 * (products_w1 + products_w2));
  CHECK(r.m.values.at("ledger_error") <= 1e-9);
}
