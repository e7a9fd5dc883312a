// SPDX-License-Identifier: Apache-2.0
// Crossbars at circuit fidelity: offsets, gains and bends of plasticity cells, leaks, steps and read noise,
// each against its closed form, and what a chip of them does.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "arrays/crossbar_array.hpp"
#include "arrays/lane_bus.hpp"
#include "arrays/socket.hpp"

using namespace leadlag;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

using Settings = Socket::Settings;

/// Cells only: neurons and converters are ideal.
const std::string chip = R"(
leadlag: 1
chip: {name: x, clock: 1 MHz, time_scale: 10 us, full_scale: {voltage: 25 mV, current: 10 nA},
       fidelity: {default: ideal, plasticity_cell: circuit, weight_register: circuit}}
physics: {effects: [plasticity], die: 5}
arrays:
  in: {block: input_driver, size: 30}
  out: {block: prospective_neuron, size: 40, activation: tanh, tau_m: 10 us, tau_r: 4 us}
crossbars: {w: {from: in, to: out, weights: zero, bias: true, tile: 16x16}}
blocks: {target_unit: {loss: mse, beta: 1}}
learning: {system: gle, output: out, update: host}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";

/// The same as drawn.
std::string ideal_chip() {
  std::string text = chip;
  text.erase(text.find("physics:"), std::string("physics: {effects: [plasticity], die: 5}\n").size());
  return text;
}

/// Sigma of an offset in units of error times rate: 0.062 I_b over the current of e = r = 1.
double offset_sigma() {
  const double linear = 2.0 * 8.617333262e-5 * 300.0 / 0.7;  // 2 U_T / kappa
  return 0.062 * linear * linear / (0.025 * 0.025);
}
double variance(const std::vector<double>& values) {
  REQUIRE(values.size() > 100);
  double squares = 0.0;
  for (const double v : values) squares += v * v;
  return squares / static_cast<double>(values.size());
}

std::shared_ptr<MadeCells> plain(std::size_t cells) {
  auto made = std::make_shared<MadeCells>();
  made->gain.assign(cells, 1.0), made->offset.assign(cells, 0.0);
  return made;
}

}  // namespace

TEST_CASE("cells: offset currents fill the stores of a silent chip", "[cells]") {
  Socket none("none", chip), zeroed("zeroed", chip, {{"blocks.plasticity_cell.offset_removal", "auto_zero"}}),
      chopped("chopped", chip, {{"blocks.plasticity_cell.offset_removal", "chopped"}}),
      other("other", chip, {{"physics.die", "6"}});
  for (Socket* s : {&none, &zeroed, &chopped, &other}) {
    s->learn = true, s->target_on = false;
    for (int n = 0; n < 7; ++n) s->cycle();
  }
  const auto store = none.take("w");
  REQUIRE(store.size() == 1200);
  // Seven cycles of sigma each; relative error of a variance of n normals: sqrt(2 / n).
  CHECK_THAT(variance(store),
             WithinRel(49.0 * offset_sigma() * offset_sigma(), 4.0 * std::sqrt(2.0 / 1200.0)));
  const auto left = zeroed.take("w"), chop = chopped.take("w"), elsewhere = other.take("w");
  for (std::size_t k = 0; k < store.size(); ++k) {
    CHECK_THAT(left[k], WithinRel(store[k] / 210.0, 1e-9));
    CHECK_THAT(chop[k], WithinRel(store[k] / 7.0, 1e-9));  // + - + - + - +
  }
  CHECK(store != elsewhere);
  // An even number of cycles of the chopper leaves nothing.
  for (int n = 0; n < 8; ++n) chopped.cycle(), none.cycle();
  for (const double s : chopped.take("w")) CHECK_THAT(s, WithinAbs(0.0, 1e-12));
  const auto again = none.take("w"), bias = none.take("w.bias");
  REQUIRE(bias.size() == 40);
  for (std::size_t k = 0; k < store.size(); ++k) CHECK_THAT(again[k], WithinRel(store[k] * 8.0 / 7.0, 1e-9));
  for (const double b : bias) CHECK(b != 0.0);
}

TEST_CASE("cells: an offset moves a weight that the die writes by eta offset in every cycle", "[cells]") {
  const Settings die{{"learning.update", "die"}};
  Socket tile("tile", chip, die), host("host", chip);
  for (Socket* s : {&tile, &host}) {
    s->learn = true, s->target_on = false, s->eta = 1e-3;
    for (int n = 0; n < 50; ++n) s->cycle();
  }
  const auto weights = tile.read("w"), store = host.take("w");
  for (std::size_t k = 0; k < weights.size(); ++k) CHECK_THAT(weights[k], WithinRel(1e-3 * store[k], 1e-9));
}

TEST_CASE("cells: gains of products differ by 11 %", "[cells]") {
  Socket ideal("ideal", ideal_chip(), {{"chip.fidelity", "ideal"}});
  Socket real(
      "real", chip,
      {{"blocks.plasticity_cell.offset_removal", "auto_zero"}, {"blocks.plasticity_cell.zero_gain", "1e6"}});
  for (Socket* s : {&ideal, &real}) {
    s->learn = true;
    for (std::size_t i = 0; i < 30; ++i) s->x(i, 1.0);
    for (std::size_t i = 0; i < 40; ++i) s->target(i, 1.0);
    for (int n = 0; n < 40; ++n) s->cycle();
  }
  const auto a = ideal.take("w"), b = real.take("w");
  std::vector<double> errors;
  for (std::size_t k = 0; k < a.size(); ++k) errors.push_back(b[k] / a[k] - 1.0);
  CHECK_THAT(variance(errors), WithinRel(0.11 * 0.11, 4.0 * std::sqrt(2.0 / 1200.0)));
}

TEST_CASE("cells: a multiplier bends both its inputs by the tanh of its pairs", "[cells]") {
  auto made = plain(3 * 2);
  made->limit = 3.0;
  CrossbarArray<double> array("w", {2, 3, 1, 0, 0, {}}, std::vector<double>(6), {}, true, made);
  const AlignedVector<double> rate{0.5, -4.0, 2.0}, error{1.5, -0.2};
  AlignedVector<double> drive(2), back(3);
  array.sweep({true, SweepMode::Update::accumulate}, rate, error, 0.0, drive, back);
  std::vector<double> store(6);
  array.take_accumulated(store);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const double product = 3.0 * std::tanh(error[i] / 3.0) * 3.0 * std::tanh(rate[j] / 3.0);
      CHECK_THAT(store[i * 3 + j], WithinRel(product, 1e-12));
    }
  }
}

TEST_CASE("cells: a capacitor's weight falls by I t / (C V per unit), seen at any time", "[cells]") {
  // 10 fA on 100 fF at 0.2 V per unit: 0.5 units a second, 5e-7 a cycle.
  Socket s("s", chip,
           {{"physics.effects", "[leakage]"},
            {"crossbars.w.weights", "{uniform: 0.5}"},
            {"crossbars.w.range", "{min: -1, max: 1}"},
            {"blocks.weight_register", "{storage: capacitor, leakage: 10 fA}"}});
  const auto first = s.read("w");
  for (int n = 0; n < 12345; ++n) {
    s.cycle();
    if (n == 99 || n == 12344) {
      const auto now = s.read("w"), bias = s.read("w.bias");
      for (std::size_t k = 0; k < now.size(); ++k) {
        CHECK_THAT(now[k], WithinAbs(first[k] - 5e-7 * (n + 1), 1e-12));
      }
      CHECK_THAT(bias[3], WithinAbs(-5e-7 * (n + 1), 1e-12));
    }
  }
  // A write starts afresh.
  s.write("w", first);
  for (int n = 0; n < 50; ++n) s.cycle();
  CHECK_THAT(s.read("w")[7], WithinAbs(first[7] - 5e-7 * 50, 1e-12));
  CHECK_THAT(s.read("w.bias")[3], WithinAbs(-5e-7 * 12395, 1e-12));
}

TEST_CASE("cells: leakage follows the temperature of the die", "[cells]") {
  const Settings hot{{"physics", "{effects: [leakage], temperature: 336 K}"},
                     {"crossbars.w.range", "{min: -1, max: 1}"},
                     {"blocks.weight_register.storage", "capacitor"}};
  Socket s("s", chip, hot);
  for (int n = 0; n < 4000; ++n) s.cycle();
  // 1 fA at 300 K, four times as much 36 K higher: 0.2 units a second.
  CHECK_THAT(s.read("w")[0], WithinAbs(-0.2 * 4e-3, 1e-9));
}

TEST_CASE("cells: a host's writes fall on the steps of a register, an update below half a step is lost",
          "[cells]") {
  const Settings steps{{"physics.effects", "[resolution]"},
                       {"crossbars.w.range", "{min: -1, max: 1}"},
                       {"blocks.weight_register.bits", "8"}};
  Socket host("host", chip, steps);
  std::vector<double> in(1200);
  const double lsb = 2.0 / 256.0;
  for (std::size_t k = 0; k < in.size(); ++k) in[k] = 1.1 * std::sin(static_cast<double>(k));
  host.write("w", in);
  const auto held = host.read("w");
  for (std::size_t k = 0; k < in.size(); ++k) {
    const double nearest = std::floor(in[k] / lsb + 0.5) * lsb;
    CHECK_THAT(held[k], WithinAbs(std::min(std::max(nearest, -1.0), 1.0 - lsb), 1e-12));
  }
  // Default range: 8 times the rms of the initial weights.
  const Design design =
      parse_design("x.yaml", chip,
                   {{},
                    {{"physics.effects", "[resolution]"}, {"crossbars.w.weights", "{uniform: 0.3}"}},
                    LEADLAG_TECHNOLOGY_DIR});
  CHECK_THAT(design.crossbars[0].range.high, WithinRel(8.0 * 0.3 / std::sqrt(3.0), 1e-12));
  CHECK(design.crossbars[0].range.low == -design.crossbars[0].range.high);
}

TEST_CASE("cells: stochastic rounding keeps small updates of a die in the mean, nearest loses them",
          "[cells]") {
  const auto settings = [](const char* rounding) {
    return Settings{{"physics.effects", "[resolution]"},
                    {"crossbars.w.range", "{min: -1, max: 1}"},
                    {"learning.update", "die"},
                    {"blocks.weight_register.rounding", rounding}};
  };
  Socket lost("lost", chip, settings("nearest")), kept("kept", chip, settings("stochastic")),
      ideal("ideal", ideal_chip(), {{"chip.fidelity", "ideal"}, {"learning.update", "die"}});
  for (Socket* s : {&lost, &kept, &ideal}) {
    s->learn = true, s->eta = 1e-5;
    for (std::size_t i = 0; i < 30; ++i) s->x(i, 1.0);
    for (std::size_t i = 0; i < 40; ++i) s->target(i, 0.5);
    for (int n = 0; n < 400; ++n) s->cycle();
  }
  const auto exact = ideal.read("w"), nearest = lost.read("w"), dithered = kept.read("w");
  double mean = 0.0, moved = 0.0;
  for (std::size_t k = 0; k < exact.size(); ++k) {
    CHECK(nearest[k] == 0.0);
    mean += dithered[k] / 1200.0, moved += exact[k] / 1200.0;
  }
  CHECK(moved > 1e-3);
  // Each cell makes m steps of an LSB, m about binomial: sigma of a cell sqrt(moved lsb).
  CHECK_THAT(mean, WithinAbs(moved, 4.0 * std::sqrt(moved * 2.0 / 256.0 / 1200.0)));
}

TEST_CASE("cells: read noise has the summed variance of a row's, and of a column's, devices", "[cells]") {
  const std::size_t rows = 400, columns = 300;
  auto made = plain(rows * columns + rows);
  made->device.read_noise = 0.01, made->read_noise_key = 3;
  CrossbarArray<float> array("w", {rows, columns, 1, 128, 128, {}}, std::vector<double>(rows * columns),
                             std::vector<double>(rows), false, made);
  AlignedVector<float> rate(columns), error(rows), drive(rows), back(columns);
  double rates = 1.0, errors = 0.0;  // the bias device sees 1
  for (std::size_t j = 0; j < columns; ++j) rate[j] = std::sin(static_cast<float>(j));
  for (std::size_t i = 0; i < rows; ++i) error[i] = 0.1F * std::cos(static_cast<float>(i));
  for (const float r : rate) rates += static_cast<double>(r * r);
  for (const float e : error) errors += static_cast<double>(e * e);
  std::vector<double> forward, transposed;
  for (int n = 0; n < 50; ++n) {
    array.begin_cycle();
    std::fill(drive.begin(), drive.end(), 0.0F);
    array.sweep({true, SweepMode::Update::none}, rate, error, 0.0F, drive, back);
    forward.insert(forward.end(), drive.begin(), drive.end());
    transposed.insert(transposed.end(), back.begin(), back.end());
  }
  REQUIRE(forward.size() == 20000);
  CHECK_THAT(variance(forward), WithinRel(1e-4 * rates, 4.0 * std::sqrt(2.0 / 20000.0)));
  CHECK_THAT(variance(transposed), WithinRel(1e-4 * errors, 4.0 * std::sqrt(2.0 / 15000.0)));
}

TEST_CASE("cells: writes of a capacitor carry kT/C", "[cells]") {
  Socket s("s", chip,
           {{"physics.effects", "[noise]"},
            {"blocks.weight_register", "{storage: capacitor, capacitance: 20 fF}"}});
  s.write("w", std::vector<double>(1200, 0.25));
  auto held = s.read("w");
  for (double& w : held) w -= 0.25;
  const double volts = 1.380649e-23 * 300.0 / 20e-15;
  CHECK_THAT(variance(held), WithinRel(volts / (0.2 * 0.2), 4.0 * std::sqrt(2.0 / 1200.0)));
}
