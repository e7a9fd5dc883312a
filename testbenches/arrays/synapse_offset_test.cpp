// SPDX-License-Identifier: Apache-2.0
// What synapses give at rest: its spread over nodes against hand figures, what zeroing leaves, and what a
// chip does with it.
#include <boost/math/distributions/chi_squared.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "arrays/socket.hpp"
#include "design/reader.hpp"

using namespace leadlag;

namespace {

const std::string wide = R"(leadlag: 1
chip: {name: x, clock: 1 MHz, time_scale: 10 us, full_scale: {voltage: 25 mV, current: 0.5 nA}, seed: 3,
       fidelity: {default: ideal, synapse: circuit}}
physics: {effects: [offset], die: 5}
arrays:
  x: {block: input_driver, size: 300}
  h: {block: prospective_neuron, size: 1000, activation: linear, tau_m: 10 us, tau_r: 10 us}
  y: {block: prospective_neuron, size: 99, activation: linear, tau_m: 10 us, tau_r: 10 us}
crossbars:
  w: {from: x, to: h, weights: zero, bias: true, tile: 64x64}
  v: {from: h, to: y, weights: zero, tile: 64x64}
learning: {system: gle, update: host, rate: 1e-3}
task: {kind: tones, frequencies: [0.5]}
schedule: {cycles: 100}
)";

const std::string netlist = R"(leadlag: 1
chip: {name: x, clock: 1 MHz, time_scale: 10 us, full_scale: {voltage: 25 mV, current: 0.5 nA}, seed: 3,
       fidelity: {default: ideal, synapse: circuit}}
physics: {effects: [offset], die: 5}
arrays:
  x: {block: input_driver, size: 196}
  h: {block: leaky_neuron, size: 300, activation: tanh, tau: 10 us}
  y: {block: leaky_neuron, size: 10, activation: linear, tau: 10 us}
crossbars:
  w: {from: x, to: h, weights: glorot, bias: true, tile: 64x64}
  v: {from: h, to: y, weights: glorot, bias: true, tile: 64x64}
learning: {system: pc, update: host, rate: 1e-3}
task: {kind: idx_images, data: /usr/share/datasets/fashion-mnist, pool: 2}
schedule: {train_samples: 10, test_samples: 1}
)";

Design design_of(const Socket::Settings& settings = {}, const std::string& text = wide) {
  return parse_design("x.yaml", text,
                      {.presets = {}, .settings = settings, .technology_folder = LEADLAG_TECHNOLOGY_DIR});
}

/// cmos180: multiplier offset over bias, kappa, U_T at 300 K; 20 mV per weight, 25 mV per signal.
double sigma_of_one(const Technology& t) {
  const double linear = 2.0 * 1.380649e-23 * 300.0 / 1.602176634e-19 / t.kappa;
  return t.plasticity_offset * linear * linear / (20e-3 * 25e-3);
}

/// True if numbers with this standard deviation pass a chi-square test at 1e-3, two-sided.
bool spreads(const std::vector<double>& values, double sigma) {
  const double squares = std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
  const boost::math::chi_squared_distribution<double> chi(static_cast<double>(values.size()));
  const double p = boost::math::cdf(chi, squares / (sigma * sigma));
  return p > 5e-4 && p < 1.0 - 5e-4;
}

}  // namespace

TEST_CASE("synapse offsets: spread of a node's sum, forward and transposed", "[array][physics]") {
  const Design design = design_of();
  const Die die = fabricate(design);
  const double one = sigma_of_one(design.technology);
  CHECK(one == Approx(0.62).epsilon(0.2));
  REQUIRE(die.drive_offsets.size() == 3);
  REQUIRE(die.drive_offsets[1].size() == 1000);
  CHECK(spreads(die.drive_offsets[1], one * std::sqrt(301.0)));
  CHECK_FALSE(spreads(die.drive_offsets[1], 1.15 * one * std::sqrt(301.0)));
  REQUIRE(die.drive_offsets[2].size() == 99);
  CHECK(spreads(die.drive_offsets[2], one * std::sqrt(1000.0)));
  REQUIRE(die.back_offsets[1].size() == 1000);
  CHECK(spreads(die.back_offsets[1], one * std::sqrt(99.0)));
  CHECK(die.back_offsets[0].empty());
  CHECK(die.back_offsets[2].empty());

  const double correlation = std::inner_product(die.drive_offsets[1].begin(), die.drive_offsets[1].end(),
                                                die.back_offsets[1].begin(), 0.0) /
                             (1000.0 * one * one * std::sqrt(301.0 * 99.0));
  CHECK(std::abs(correlation) < 3.3 / std::sqrt(1000.0));
}

TEST_CASE("synapse offsets: zeroed, larger signals, other dies, and none at all", "[array][physics]") {
  const Die die = fabricate(design_of());
  const auto ratio = [&](const Socket::Settings& settings) {
    const Die made = fabricate(design_of(settings));
    const auto& other = made.drive_offsets[1];
    REQUIRE(other.size() == 1000);
    CHECK(other[7] / die.drive_offsets[1][7] == Approx(other[8] / die.drive_offsets[1][8]));
    return other[7] / die.drive_offsets[1][7];
  };
  CHECK(ratio({{"blocks.summing_node.offset_removal", "auto_zero"}}) == Approx(1.0 / 210.0));
  CHECK(ratio({{"blocks.summing_node.offset_removal", "auto_zero"},
               {"blocks.summing_node.zero_gain", "50"}}) == Approx(1.0 / 50.0));
  CHECK(ratio({{"blocks.synapse.weight_voltage", "60 mV"}}) == Approx(1.0 / 3.0));
  CHECK(ratio({{"chip.full_scale.voltage", "50 mV"}}) == Approx(0.5));
  CHECK(fabricate(design_of({{"physics.die", "6"}})).drive_offsets[1][7] != die.drive_offsets[1][7]);
  for (const auto& settings : {std::pair<std::string, std::string>{"physics.effects", "[mismatch]"},
                               {"chip.fidelity", "{default: ideal, prospective_neuron: circuit}"},
                               {"blocks.synapse.wires", "approximate"}}) {
    CHECK(fabricate(design_of({settings})).drive_offsets[1].empty());
  }
}

TEST_CASE("synapse offsets: every read of a netlist has its own", "[circuit][physics]") {
  const Design design = design_of({}, netlist);
  const Die die = fabricate(design);
  const Circuit circuit = design.circuit();
  REQUIRE(circuit.reads.size() >= 3);
  REQUIRE(die.read_offsets.size() == circuit.reads.size());
  for (std::size_t k = 0; k < circuit.reads.size(); ++k) {
    const Circuit::Read& read = circuit.reads[k];
    const Circuit::Crossbar& c = circuit.crossbars[read.crossbar];
    REQUIRE(die.read_offsets[k].size() == (read.transposed ? c.columns : c.rows));
    const std::size_t synapses = read.transposed ? c.rows : c.columns + (c.bias && read.bias ? 1 : 0);
    CHECK(spreads(die.read_offsets[k],
                  sigma_of_one(design.technology) * std::sqrt(static_cast<double>(synapses))));
  }
}

TEST_CASE("synapse offsets: a chip with weights of 0 settles to them", "[array][physics]") {
  Socket socket("socket", wide);
  for (int n = 0; n < 5; ++n) socket.cycle();
  for (const std::size_t i : {0U, 1U, 999U})
    CHECK(socket.probe("h", i) == Approx(socket.die.drive_offsets[1][i]));
}
