// SPDX-License-Identifier: Apache-2.0
// A digital die against the model of rtl_ref/gle_tile.sv, which the co-simulation holds to the RTL in every
// cycle: two descriptions of one tile that share nothing but the cores of single blocks.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "arrays/socket.hpp"
#include "cosim/gle_tile_model.hpp"
#include "design/fabricate_cells.hpp"
#include "units/random.hpp"

using namespace leadlag;
using cosim::GleTileModel;

namespace {

const std::string tile = R"(
leadlag: 1
chip: {clock: 1 MHz, time_scale: 1 us, fidelity: fixed}
arrays:
  x: {block: input_driver, size: 4}
  h: {block: prospective_neuron, size: 3, activation: tanh, tau_m: 4 us, tau_r: 2 us, nudging: 0.25}
  y: {block: prospective_neuron, size: 2, activation: linear, tau_m: 5 us, tau_r: 3 us, nudging: 0.25}
crossbars:
  w1: {from: x, to: h, weights: glorot, bias: true, tile: 4x4}
  w2: {from: h, to: y, weights: glorot, bias: true, tile: 4x4}
blocks: {target_unit: {loss: mse, beta: 1}}
learning: {system: gle, output: y, update: die, rate: 0.015625}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";

constexpr double signal_lsb = 1.0 / 2048.0, weight_lsb = 1.0 / 8192.0;
constexpr std::size_t inputs = 4, hidden = 3, outputs = 2;

fixed::LeadLag::Coefficients filter(double lag, double lead) {
  return fixed::LeadLag::coefficients({}, std::exp(-1.0 / lag), lead / lag);
}

/// One tick of the model; errors as the step uses them.
struct Ticker {
  GleTileModel model;
  GleTileModel::Coefficients c;
  std::vector<std::int64_t> hidden_error, error;

  void load(std::size_t address, double weight) {
    model.advance(c, true, false, {{0, 0, 0, 0}, {0, 0}, false},
                  {true, address, std::llround(weight / weight_lsb)});
  }
  void tick(const GleTileModel::Token& token) {
    REQUIRE(model.ready());
    model.advance(c, true, true, token, {});
    for (int wait = 0; !model.steps(true); ++wait) {
      REQUIRE(wait < 4);
      model.advance(c, true, false, token, {});
    }
    hidden_error.clear(), error.clear();
    for (std::size_t i = 0; i < hidden; ++i) hidden_error.push_back(model.hidden_error(c, i));
    for (std::size_t j = 0; j < outputs; ++j) error.push_back(model.error(c, j));
    model.advance(c, true, false, token, {});
  }
};

/// Weights of a crossbar in the order of the tile's addresses.
std::vector<double> cells(const Socket& s, const std::string& crossbar, std::size_t rows,
                          std::size_t columns) {
  const auto w = s.read(crossbar), b = s.read(crossbar + ".bias");
  REQUIRE(w.size() == rows * columns);
  REQUIRE(b.size() == rows);
  std::vector<double> all;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < columns; ++k) all.push_back(w[i * columns + k]);
    all.push_back(b[i]);
  }
  return all;
}
std::vector<double> cells(const Socket& s) {
  auto all = cells(s, "w1", hidden, inputs);
  const auto second = cells(s, "w2", outputs, hidden);
  all.insert(all.end(), second.begin(), second.end());
  return all;
}

}  // namespace

TEST_CASE("fixed: a die that learns is the tile of rtl_ref in every cycle, to the bit", "[fixed]") {
  Socket s("tile", tile);
  GleTileModel::Config config;
  config.parallel = true;
  config.seed = tile_seed(s.design);
  Ticker t{GleTileModel(config), {filter(4, 2), filter(2, 4), filter(5, 3), filter(3, 5), 1024}, {}, {}};
  const auto& hidden_errors = s.errors("h");
  const auto& errors = s.errors("y");
  const auto before = cells(s);
  REQUIRE(before.size() == t.model.weights());
  for (std::size_t a = 0; a < before.size(); ++a) t.load(a, before[a]);
  const Draws draws(7, "fixed tile", "stimulus");
  s.eta = 0.015625;
  std::size_t learnt = 0;
  for (std::uint64_t n = 0; n < 3000; ++n) {
    GleTileModel::Token token{{}, {}, n % 7 != 0};
    for (std::size_t k = 0; k < inputs; ++k) {
      // Now and then beyond the end of the words.
      const double x = (n % 50 == 0 ? 20.0 : 1.5) * draws.normal(8 * n + k);
      s.x(k, x);
      token.rates.push_back(fixed::quantise(x, {16, 11}));
    }
    for (std::size_t j = 0; j < outputs; ++j) {
      const double y = fixed::value(fixed::quantise(draws.normal(8 * n + 4 + j), {16, 11}), 11);
      s.target(j, y);
      token.targets.push_back(std::llround(y / signal_lsb));
    }
    s.learn = token.learn;
    s.cycle();
    t.tick(token);
    CAPTURE(n);
    for (std::size_t i = 0; i < hidden; ++i) {
      REQUIRE(std::llround(s.probe("h", i) / signal_lsb) == t.model.hidden_rate(i));
      REQUIRE(std::llround(hidden_errors.at(i) / signal_lsb) == t.hidden_error[i]);
    }
    for (std::size_t j = 0; j < outputs; ++j) {
      REQUIRE(std::llround(s.probe("y", j) / signal_lsb) == t.model.rate(j));
      REQUIRE(std::llround(errors.at(j) / signal_lsb) == t.error[j]);
    }
    const auto now = cells(s);
    REQUIRE(now.size() == before.size());
    for (std::size_t a = 0; a < now.size(); ++a)
      REQUIRE(std::llround(now[a] / weight_lsb) == t.model.weight(a));
    learnt += now != before ? 1U : 0U;
  }
  CHECK(learnt > 2900);
}
