// SPDX-License-Identifier: Apache-2.0
// Crossbars on wires that resist: the nodal solution against closed forms, network theorems and ngspice, the
// approximation against the nodal solution, and chips that read and learn through such wires.
#include "arrays/wired_crossbar.hpp"

#include <Eigen/Dense>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "arrays/socket.hpp"
#include "oracles/golden_json.hpp"

using namespace leadlag;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

using Numbers = std::vector<double>;

Numbers drawn(std::size_t n, std::uint64_t seed, bool positive = false) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  Numbers x(n);
  for (double& v : x) v = positive ? std::abs(normal(random)) : normal(random);
  return x;
}
Numbers product(const Numbers& w, const Numbers& rate) {
  Numbers y(w.size() / rate.size());
  for (std::size_t k = 0; k < w.size(); ++k) y[k / rate.size()] += w[k] * rate[k % rate.size()];
  return y;
}
double norm(const Numbers& x) {
  double square = 0.0;
  for (const double v : x) square += v * v;
  return std::sqrt(square);
}
double distance(const Numbers& a, const Numbers& b) {
  REQUIRE(a.size() == b.size());
  REQUIRE(!a.empty());
  Numbers d(a.size());
  for (std::size_t k = 0; k < a.size(); ++k) d[k] = a[k] - b[k];
  return norm(d);
}
Numbers effective(const NodalCrossbar& crossbar, std::size_t cells) {
  Numbers out(cells);
  crossbar.effective(out);
  return out;
}

}  // namespace

// A wire of n equal cells of conductance g to ground, driven through a segment: v_k = cosh((n - k + 1/2) t) /
// cosh((n + 1/2) t) with 2 cosh t = 2 + r g.
TEST_CASE("wired crossbar: ladders of equal cells follow their closed form", "[wires]") {
  const std::size_t n = 11;
  const auto ladder = [&](double g, std::size_t k) {
    const double t = std::acosh(1.0 + g / 2.0), all = static_cast<double>(n);
    return std::cosh((all - static_cast<double>(k) + 0.5) * t) / std::cosh((all + 0.5) * t);
  };
  for (const double w : {0.7, -0.7}) {
    const double r = 0.03;
    // One column: each cell stands in series with the first segment of its own row.
    const NodalCrossbar column({n, 1, r}, Numbers(n, w));
    Numbers drive(n), left(n);
    column.read(Numbers{2.0}, drive);
    approximate_wires({n, 1, r}, Numbers(n, w), left);
    const double in_series = std::abs(w) / (1.0 + r * std::abs(w));
    for (std::size_t i = 0; i < n; ++i) {
      CHECK_THAT(drive[i],
                 WithinRel(2.0 * std::copysign(in_series, w) * ladder(r * in_series, i + 1), 1e-12));
      CHECK_THAT(left[i], WithinRel(w * ladder(r * std::abs(w), i + 1) / (1.0 + r * std::abs(w)), 1e-12));
    }
    // One row, read transposed: the same with rows and columns exchanged.
    const NodalCrossbar row({1, n, r}, Numbers(n, w));
    Numbers back(n);
    row.read_transposed(Numbers{2.0}, back);
    for (std::size_t j = 0; j < n; ++j) CHECK_THAT(back[j], WithinRel(drive[j], 1e-12));
  }
}

TEST_CASE("wired crossbar: ngspice's currents, both ways, and its power", "[wires]") {
  const auto golden = oracle::golden_json("wired_crossbar_ref.json");
  const auto list = [&](const char* key) { return golden.at(key).get<Numbers>(); };
  Numbers weights;
  for (const auto& row : golden.at("weights")) {
    for (const double w : row.get<Numbers>()) weights.push_back(w);
  }
  REQUIRE(weights.size() == 64);
  const NodalCrossbar crossbar({8, 8, golden.at("resistance").get<double>()}, weights);
  Numbers drive(8), back(8);
  crossbar.read(list("rate"), drive), crossbar.read_transposed(list("error"), back);
  const Numbers spice_drive = list("drive"), spice_back = list("back");
  REQUIRE(spice_drive.size() == 8);
  REQUIRE(spice_back.size() == 8);
  for (std::size_t k = 0; k < 8; ++k) {
    CHECK_THAT(drive[k], WithinAbs(spice_drive[k], 1e-9));
    CHECK_THAT(back[k], WithinAbs(spice_back[k], 1e-9));
  }
  CHECK(distance(drive, product(weights, list("rate"))) > 0.01 * norm(drive));  // the wires matter here
  CHECK_THAT(crossbar.power(list("rate"), {}).delivered, WithinRel(golden.at("power").get<double>(), 1e-9));
}

TEST_CASE("wired crossbar: superposition, reciprocity, and power goes where it is delivered", "[wires]") {
  const WireTile tile{9, 13, 0.004};
  const NodalCrossbar crossbar(tile, drawn(117, 1));
  const Numbers a = drawn(13, 2), b = drawn(13, 3), e = drawn(9, 4);
  Numbers sum(13), from_a(9), from_b(9), from_sum(9), back(13);
  for (std::size_t j = 0; j < 13; ++j) sum[j] = 3.0 * a[j] - b[j];
  crossbar.read(a, from_a), crossbar.read(b, from_b), crossbar.read(sum, from_sum);
  for (std::size_t i = 0; i < 9; ++i) CHECK_THAT(from_sum[i], WithinAbs(3.0 * from_a[i] - from_b[i], 1e-11));
  crossbar.read_transposed(e, back);
  double forward = 0.0, transposed = 0.0;
  for (std::size_t i = 0; i < 9; ++i) forward += e[i] * from_a[i];
  for (std::size_t j = 0; j < 13; ++j) transposed += back[j] * a[j];
  CHECK_THAT(transposed, WithinRel(forward, 1e-11));
  CHECK(distance(product(effective(crossbar, 117), a), from_a) < 1e-11 * norm(from_a));

  for (const auto& [rate, error] : {std::pair{a, Numbers{}}, {Numbers{}, e}, {a, e}}) {
    const NodalCrossbar::Power p = crossbar.power(rate, error);
    CHECK_THAT(p.cells + p.wires, WithinRel(p.delivered, 1e-11));
    CHECK(p.wires > 0.01 * p.delivered);
  }
}

TEST_CASE("wired crossbar: without resistance it is the ideal crossbar, with its power", "[wires]") {
  const Numbers weights = drawn(35, 5), rate = drawn(7, 6), error = drawn(5, 7);
  const WireTile tile{5, 7, 1e-11};
  const NodalCrossbar crossbar(tile, weights);
  CHECK(distance(effective(crossbar, 35), weights) < 1e-9 * norm(weights));
  Numbers left(35);
  const WireLoads loads = approximate_wires(tile, weights, left);
  CHECK(distance(left, weights) < 1e-9 * norm(weights));
  double forward = 0.0, transposed = 0.0;
  for (std::size_t k = 0; k < 35; ++k) {
    forward += std::abs(weights[k]) * rate[k % 7] * rate[k % 7];
    transposed += std::abs(weights[k]) * error[k / 7] * error[k / 7];
  }
  REQUIRE(loads.column.size() == 7);
  REQUIRE(loads.row.size() == 5);
  double by_columns = 0.0, by_rows = 0.0;
  for (std::size_t j = 0; j < 7; ++j) by_columns += loads.column[j] * rate[j] * rate[j];
  for (std::size_t i = 0; i < 5; ++i) by_rows += loads.row[i] * error[i] * error[i];
  CHECK_THAT(by_columns, WithinRel(forward, 1e-9));
  CHECK_THAT(by_rows, WithinRel(transposed, 1e-9));
  CHECK_THAT(crossbar.power(rate, {}).cells, WithinRel(forward, 1e-9));
  CHECK_THAT(crossbar.power({}, error).cells, WithinRel(transposed, 1e-9));
}

TEST_CASE("wired crossbar: the power of a read is bounded by the loads of its wires", "[wires]") {
  for (const double r : {1e-5, 1e-3, 3e-2}) {
    const Numbers weights = drawn(24 * 24, 8);
    const NodalCrossbar crossbar({24, 24, r}, weights);
    Numbers left(weights.size());
    const WireLoads loads = approximate_wires({24, 24, r}, weights, left);
    for (std::uint64_t seed = 10; seed < 14; ++seed) {
      const Numbers x = drawn(24, seed, seed % 2 == 0);
      double columns = 0.0, rows = 0.0;
      for (std::size_t k = 0; k < 24; ++k) {
        columns += loads.column[k] * x[k] * x[k], rows += loads.row[k] * x[k] * x[k];
      }
      const double forward = crossbar.power(x, {}).delivered, back = crossbar.power({}, x).delivered;
      CHECK(forward <= columns * (1.0 + 1e-12));
      CHECK(back <= rows * (1.0 + 1e-12));
      if (r == 1e-5) CHECK(forward > 0.99 * columns);
      if (r == 1e-5) CHECK(back > 0.99 * rows);
    }
  }
}

// The bound of docs/blocks/synapse.md: with d = |W' - W| / |W'| of the approximation itself, it misses the
// effective weights by at most d^2 / 4 (Frobenius), signed weights or not.
TEST_CASE("wired crossbar: the approximation keeps its error bound from 16 to 128 cells per side",
          "[wires]") {
  int checked = 0;
  for (const std::size_t n : {16U, 32U, 64U, 128U}) {
    for (const double r : {1e-6, 1e-5, 1e-4}) {
      for (const bool positive : {false, true}) {
        if (n == 128 && r < 1e-4) continue;  // seconds; the others stand for it
        CAPTURE(n, r, positive);
        const Numbers weights = drawn(n * n, n, positive);
        const Numbers exact = effective(NodalCrossbar({n, n, r}, weights), n * n);
        Numbers left(n * n);
        approximate_wires({n, n, r}, weights, left);
        const double drop = distance(left, weights) / norm(left), error = distance(left, exact) / norm(exact);
        CHECK(error <= 0.25 * drop * drop);
        CHECK(error >= 1e-4 * drop * drop);  // else something was compared with itself
        ++checked;
      }
    }
  }
  CHECK(checked == 20);
}

TEST_CASE("wired crossbar: the approximation is exact to first order in the resistance", "[wires]") {
  const Numbers weights = drawn(20 * 30, 20);
  const auto error = [&](double r) {
    Numbers left(weights.size());
    approximate_wires({20, 30, r}, weights, left);
    return distance(left, effective(NodalCrossbar({20, 30, r}, weights), weights.size()));
  };
  CHECK_THAT(std::log2(error(2e-5) / error(1e-5)), WithinAbs(2.0, 0.02));
}

// The far end of a wire of resistance R and capacitance C that is stepped at its near end, cut into 200
// pieces and solved by its modes.
TEST_CASE("wired crossbar: Elmore's settling is 1.1 to 1.25 times that of the wire", "[wires]") {
  constexpr Eigen::Index n = 200;
  const double piece = 1.0 / (n * static_cast<double>(n));  // RC of one
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(n, n);
  for (Eigen::Index k = 0; k < n; ++k) {
    matrix(k, k) = (k + 1 < n ? 2.0 : 1.0) / piece;
    if (k > 0) matrix(k, k - 1) = matrix(k - 1, k) = -1.0 / piece;
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> modes(matrix);
  const Eigen::VectorXd start = modes.eigenvectors().transpose() * Eigen::VectorXd::Ones(n);
  const auto left = [&](double t) {
    return modes.eigenvectors().row(n - 1).dot(
        ((-t * modes.eigenvalues()).array().exp() * start.array()).matrix());
  };
  const Technology technology;
  const double cell = technology.wire_resistance.si * technology.wire_capacitance.si *
                      technology.cell_pitch.si * technology.cell_pitch.si;
  for (const int bits : {4, 8, 12}) {
    double early = 0.0, late = 20.0;
    for (int k = 0; k < 60; ++k) {
      const double middle = 0.5 * (early + late);
      (left(middle) > std::exp2(-bits - 1) ? early : late) = middle;
    }
    const OperatingPoint at{.full_scale = {}, .clock = 1_us, .settle_bits = bits};
    const Datasheet sheet = Synapse::datasheet({.wires = WireModel::nodal}, technology, at, {300, 70});
    REQUIRE(sheet.arcs.size() == 2);
    const double forward = sheet.arcs[0].settle.si / (late * cell * 300.0 * 300.0),
                 transposed = sheet.arcs[1].settle.si / (late * cell * 70.0 * 70.0);
    CHECK(forward > 1.1);
    CHECK(forward < 1.25);
    CHECK_THAT(transposed, WithinRel(forward, 1e-12));
  }
}

namespace {

const std::string chip_text = R"(
leadlag: 1
chip: {clock: 10 MHz, time_scale: 10 us, full_scale: {voltage: 25 mV, current: 10 nA}}
arrays:
  in: {block: input_driver, size: 9}
  hidden: {block: prospective_neuron, size: 7, activation: tanh, tau_m: 10 us, tau_r: 4 us}
  out: {block: prospective_neuron, size: 3, activation: linear, tau_m: 3 us, tau_r: 6 us}
crossbars:
  w1: {from: in, to: hidden, weights: glorot, bias: true, tile: 4x5}
  w2: {from: hidden, to: out, weights: glorot, bias: true, tile: 4x5}
blocks:
  target_unit: {loss: mse, beta: 1}
  synapse: {wires: nodal, conductance: 2 mS}
learning: {system: gle, output: out}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";

/// What the wires of each 4x5 tile leave of a crossbar's weights.
Numbers through_tiles(const Numbers& weights, std::size_t rows, std::size_t columns, double resistance) {
  Numbers out(weights.size());
  for (std::size_t r = 0; r < rows; r += 4) {
    for (std::size_t c = 0; c < columns; c += 5) {
      const std::size_t height = std::min<std::size_t>(4, rows - r),
                        width = std::min<std::size_t>(5, columns - c);
      Numbers tile;
      for (std::size_t k = 0; k < height * width; ++k)
        tile.push_back(weights[(r + k / width) * columns + c + k % width]);
      const Numbers left = effective(NodalCrossbar({height, width, resistance}, tile), tile.size());
      for (std::size_t k = 0; k < left.size(); ++k) out[(r + k / width) * columns + c + k % width] = left[k];
    }
  }
  return out;
}

void drive_at_random(const std::vector<Socket*>& sockets, std::mt19937_64& random) {
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  for (std::size_t i = 0; i < 9; ++i) {
    const double x = uniform(random);
    for (Socket* s : sockets) s->x(i, x);
  }
  for (std::size_t i = 0; i < 3; ++i) {
    const double t = uniform(random);
    for (Socket* s : sockets) s->target(i, t);
  }
}

}  // namespace

// An ideal chip that a host gives the effective weights of the other's tiles in every cycle.
TEST_CASE("wired chip: reads both ways through its tiles' wires while it learns online", "[wires]") {
  Socket wired("wired", chip_text), told("told", chip_text, {{"blocks.synapse.wires", "ideal"}}),
      ideal("ideal", chip_text, {{"blocks.synapse.wires", "ideal"}});
  const double r = wired.design.blocks.synapse.wire_resistance(wired.design.technology);
  CHECK_THAT(r, WithinRel(0.1e6 * 11e-6 * 2e-3, 1e-12));
  std::mt19937_64 random(3);
  double worst = 0.0, apart = 0.0;
  for (Socket* s : {&wired, &told, &ideal}) s->errors("hidden");
  for (int n = 0; n < 300; ++n) {
    told.write("w1", through_tiles(wired.read("w1"), 7, 9, r));
    told.write("w2", through_tiles(wired.read("w2"), 3, 7, r));
    told.write("w1.bias", wired.read("w1.bias")), told.write("w2.bias", wired.read("w2.bias"));
    drive_at_random({&wired, &told, &ideal}, random);
    wired.learn = ideal.learn = true, wired.eta = ideal.eta = 0.01;
    for (Socket* s : {&wired, &told, &ideal}) s->cycle();
    for (std::size_t i = 0; i < 3; ++i) {
      worst = std::max(worst, std::abs(wired.value(i) - told.value(i)));
      apart = std::max(apart, std::abs(wired.value(i) - ideal.value(i)));
    }
    worst = std::max(worst, distance(wired.errors("hidden"), told.errors("hidden")));
  }
  CHECK(worst < 1e-11);
  CHECK(apart > 0.01);
  CHECK(distance(wired.read("w1"), wired.die.weights[0]) > 0.1);
}

TEST_CASE("wired chip: a host collects products of what came through the wires", "[wires]") {
  const Socket::Settings host{{"learning.update", "host"}};
  Socket wired("wired", chip_text, host),
      told("told", chip_text, {{"learning.update", "host"}, {"blocks.synapse.wires", "ideal"}}, [](Die&die) {
        die.weights[0] = through_tiles(die.weights[0], 7, 9, 2.2e-3);
        die.weights[1] = through_tiles(die.weights[1], 3, 7, 2.2e-3);
      });
  std::mt19937_64 random(4);
  for (int n = 0; n < 50; ++n) {
    drive_at_random({&wired, &told}, random);
    for (Socket* s : {&wired, &told}) s->learn = true, s->cycle();
  }
  const Numbers a = wired.take("w1"), b = told.take("w1");
  CHECK(distance(a, b) < 1e-11 * norm(b));
  CHECK(norm(b) > 0.1);
}

TEST_CASE("wired chip: approximate wires, replicas and float read as nodal wires do", "[wires]") {
  Socket nodal("nodal", chip_text),
      approximate("approximate", chip_text, {{"blocks.synapse.wires", "approximate"}}),
      many("many", chip_text,
           {{"blocks.synapse.wires", "approximate"}, {"chip.replicas", "3"}, {"chip.precision", "float"}}),
      ideal("ideal", chip_text, {{"blocks.synapse.wires", "ideal"}});
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  double worst = 0.0, rounding = 0.0, apart = 0.0;
  for (int n = 0; n < 100; ++n) {
    for (std::size_t i = 0; i < 9; ++i) {
      const double x = uniform(random);
      for (Socket* s : {&nodal, &approximate, &ideal}) s->x(i, x);
      for (std::size_t b = 0; b < 3; ++b) many.x(i, x, b);
    }
    for (Socket* s : {&nodal, &approximate, &many, &ideal}) s->target_on = false, s->cycle();
    for (std::size_t i = 0; i < 3; ++i) {
      worst = std::max(worst, std::abs(nodal.value(i) - approximate.value(i)));
      apart = std::max(apart, std::abs(nodal.value(i) - ideal.value(i)));
      for (std::size_t b = 0; b < 3; ++b)
        rounding = std::max(rounding, std::abs(approximate.value(i) - many.value(i, b)));
    }
  }
  CHECK(apart > 0.01);
  CHECK(worst < 0.02 * apart);
  CHECK(rounding < 1e-5);
}

TEST_CASE("wired chip: cells and wires dissipate g V^2 of both reads", "[wires]") {
  Socket chip("chip", chip_text, {{"blocks.synapse.conductance", "1 nS"}});  // wires that hardly resist
  const auto heat = [&](const char* crossbar) {
    return chip.chip->activities().at({crossbar, "synapse"})->heat;
  };
  std::mt19937_64 random(6);
  drive_at_random({&chip}, random);
  chip.cycle();
  double before = heat("w1"), expected = 0.0;
  // Held inputs: the second cycle's reads are of the rates and errors that stand here now.
  const auto& errors = chip.errors("hidden");
  chip.cycle();
  for (std::size_t i = 0; i < 7; ++i) {
    for (std::size_t j = 0; j < 9; ++j) {
      const double x = chip.probe("in", j), w = std::abs(chip.die.weights[0][i * 9 + j]);
      expected += w * x * x;
    }
    expected += std::abs(chip.die.biases[0][i]);
  }
  REQUIRE(errors.size() == 7);
  CHECK(expected > 1.0);
  CHECK_THAT(heat("w1") - before, WithinRel(expected, 1e-6));  // inputs take no errors back
  CHECK(chip.chip->activities().at({"w1", "synapse"})->operator[](Event::dissipation) == 2 * 7 * 10);
  // Inputs have no error units: nothing is read transposed in w1; w2 is read both ways.
  const auto& top = chip.errors("out");
  before = heat("w2"), expected = 0.0;
  Numbers rates;
  for (std::size_t j = 0; j < 7; ++j) rates.push_back(chip.probe("hidden", j));
  chip.cycle();
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 7; ++j) {
      const double w = std::abs(chip.die.weights[1][i * 7 + j]);
      expected += w * (rates[j] * rates[j] + top[i] * top[i]);
    }
  }
  CHECK_THAT(heat("w2") - before, WithinRel(expected, 1e-6));
}
