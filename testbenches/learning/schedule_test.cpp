// SPDX-License-Identifier: Apache-2.0
// T10, T11, T15: the registered schedule, in both details.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "arrays/socket.hpp"
#include "blocks/prospective_neuron.hpp"
#include "instruments/bench.hpp"
#include "oracles/gle_network.hpp"
#include "oracles/golden.hpp"

using namespace leadlag;
using Catch::Matchers::WithinAbs;

namespace {

const std::string head = R"(
leadlag: 1
chip: {name: x, clock: 10 MHz, time_scale: 10 us, full_scale: {voltage: 25 mV, current: 10 nA}, integration: euler}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
blocks: {target_unit: {loss: mse, beta: 1}}
)";

const std::string nudged_pair = head + R"(
arrays:
  in: {block: input_driver, size: 1}
  hidden: {block: prospective_neuron, size: 1, activation: linear, tau_m: 10 us, tau_r: 10 us, nudging: 0}
  output: {block: prospective_neuron, size: 1, activation: linear, tau_m: 10 us, tau_r: 10 us}
crossbars:
  w1: {from: in, to: hidden, weights: [[1]], tile: 1x1}
  w2: {from: hidden, to: output, weights: [[1]], tile: 1x1}
learning: {system: gle, output: output}
)";

const std::string lag_line = head + R"(
arrays:
  in: {block: input_driver, size: 1}
  hidden: {block: prospective_neuron, size: 1, activation: softplus, tau_m: 10 us, tau_r: 1 us}
  output: {block: prospective_neuron, size: 1, activation: softplus, tau_m: 20 us, tau_r: 1 us}
crossbars:
  w1: {from: in, to: hidden, weights: [[.5]], tile: 1x1}
  w2: {from: hidden, to: output, weights: [[.7]], tile: 1x1}
learning: {system: gle, output: output, update: host}
)";

const std::string deep_line = head + R"(
arrays:
  in: {block: input_driver, size: 1}
  l0: {block: prospective_neuron, size: 1, activation: linear, tau_m: 10 us, tau_r: 10 us}
  l1: {block: prospective_neuron, size: 1, activation: linear, tau_m: 7 us, tau_r: 7 us}
  l2: {block: prospective_neuron, size: 1, activation: linear, tau_m: 3 us, tau_r: 3 us}
crossbars:
  w0: {from: in, to: l0, weights: [[1]], tile: 1x1}
  w1: {from: l0, to: l1, weights: [[1]], tile: 1x1}
  w2: {from: l1, to: l2, weights: [[1]], tile: 1x1}
learning: {system: le, output: l2}
)";

oracle::GleNetwork golden_line(double w0, double w1) {
  const auto layer = [](double tau_m) {
    return oracle::GleLayer{
        .tau_m = {tau_m}, .tau_r = {0.1}, .bias = {}, .activation = oracle::Activation::softplus};
  };
  return {1,
          {layer(1.0), layer(2.0)},
          {{.from = oracle::from_input, .to = 0, .w = oracle::Matrix(1, 1, {w0})},
           {.from = 0, .to = 1, .w = oracle::Matrix(1, 1, {w1})}},
          {.update = oracle::Update::accumulate}};
}

/// Two samples of ten cycles at rates 3 and 1; keeps what the readout shows.
struct TwoSamples final : Task {
  explicit TwoSamples(bool resets) : resets_(resets) {}
  std::int64_t cycles() const override { return 20; }
  Frame drive(std::int64_t n, std::span<double> x, std::span<double>) override {
    x[0] = n < 10 ? 3.0 : 1.0;
    return {.target_on = false, .learn = false, .window = true, .reset = resets_ && n % 10 == 0};
  }
  void observe(std::int64_t, std::span<const double> value, std::span<const double>) override {
    seen.push_back(value[0]);
  }
  bool training_sample_ended(std::int64_t) const override { return false; }
  double progress(std::int64_t) const override { return 0.0; }

  std::vector<double> seen;

 private:
  bool resets_;
};

}  // namespace

TEST_CASE("T10: static output under nudging is 1 / (1 + K), the registered loop grows above K = 1",
          "[learning]") {
  struct Case {
    double k;
    std::unique_ptr<Socket> socket;
  };
  std::vector<Case> cases;
  for (const char* detail : {"tile", "structural"}) {
    for (const char* tau_r :
         {"10 us", "1 us"}) {  // with and without memory: the loop gain is real either way
      for (const auto& [k, text] : {std::pair{0.1, "0.1"}, {0.5, "0.5"}, {0.9, "0.9"}, {1.01, "1.01"}}) {
        Socket::Settings settings{{"chip.detail", detail}, {"arrays.hidden.nudging", text}};
        for (const char* array : {"hidden", "output"})
          settings.emplace_back(std::string("arrays.") + array + ".tau_r", tau_r);
        cases.push_back(
            {k, std::make_unique<Socket>("chip_" + std::to_string(cases.size()), nudged_pair, settings)});
      }
    }
  }
  REQUIRE(cases.size() == 16);
  for (Case& c : cases) {
    Socket& s = *c.socket;
    s.x(0, 1.0), s.target(0, 0.0);
    double middle = 0.0, last = 0.0;  // largest distance from the fixed point around cycles 2000 and 4000
    for (int n = 0; n < 4000; ++n) {
      s.cycle();
      const double away = std::abs(s.value(0) - 1.0 / (1.0 + c.k));
      if (n >= 1990 && n < 2000) middle = std::max(middle, away);
      if (n >= 3990) last = std::max(last, away);
    }
    INFO("K " << c.k << ", " << s.design.chip.name << ", middle " << middle << ", last " << last);
    if (c.k == 0.1) CHECK_THAT(s.value(0), WithinAbs(0.909091, 1e-5));
    if (c.k == 0.5) CHECK_THAT(s.value(0), WithinAbs(0.666667, 1e-5));
    if (c.k == 0.9) CHECK_THAT(s.value(0), WithinAbs(0.526316, 1e-5));
    if (c.k < 1.0) CHECK(last < 1e-9);  // the distance shrinks by K every 4 cycles or faster
    if (c.k > 1.0) CHECK(last > 100.0 * middle);
  }
}

TEST_CASE("T11: golden trace of the registered LagLine, both details", "[learning]") {
  const auto golden = oracle::read_csv(oracle::golden_path("golden_lagline.csv"));
  REQUIRE(golden.header.size() == 11);
  REQUIRE(golden.rows.size() == 129);
  Socket tile("tile", lag_line), structural("structural", lag_line, {{"chip.detail", "structural"}});
  for (Socket* s : {&tile, &structural}) s->errors("hidden"), s->errors("output"), s->learn = true;
  const auto neuron = [](const char* array) {
    const std::string name = std::string("structural.") + array + ".prospective_neuron_0";
    return dynamic_cast<const ProspectiveNeuronModule*>(sc_core::sc_find_object(name.c_str()));
  };
  const auto* hidden = neuron("hidden");
  const auto* output = neuron("output");
  REQUIRE(hidden != nullptr);
  REQUIRE(output != nullptr);
  oracle::GleNetwork teacher = golden_line(1.0, 2.0);
  std::size_t next = 0;
  for (std::size_t n = 0; n < 1200; ++n) {
    const double x = std::sin(static_cast<double>(n) * 0.01);
    const double u0 =
        hidden->membrane() / structural.design.full_scale.voltage;  // before the tick, as in the table
    const double u1 = output->membrane() / structural.design.full_scale.voltage;
    const double target = teacher.tick({x}, {}, false, false)[0];
    for (Socket* s : {&tile, &structural}) s->x(0, x), s->target(0, target), s->cycle();
    if (next == golden.rows.size() || golden.rows[next][0] != static_cast<double>(n)) continue;
    const auto& row = golden.rows[next++];
    INFO("cycle " << n);
    CHECK_THAT(x, WithinAbs(row[1], 5e-10));
    CHECK_THAT(u0, WithinAbs(row[2], 5e-10));
    CHECK_THAT(u1, WithinAbs(row[5], 5e-10));
    CHECK_THAT(target, WithinAbs(row[8], 5e-10));
    for (Socket* s : {&tile, &structural}) {
      const double r0 = s->probe("hidden", 0), r1 = s->probe("output", 0);
      CHECK_THAT(r0, WithinAbs(row[4], 5e-10));
      CHECK_THAT(r1, WithinAbs(row[7], 5e-10));
      // The lookahead from the rate: softplus has a slope above 1/2 here, so rounding at most doubles.
      CHECK_THAT(std::log(std::expm1(r0)), WithinAbs(row[3], 5e-10));
      CHECK_THAT(std::log(std::expm1(r1)), WithinAbs(row[6], 5e-10));
      CHECK_THAT(s->errors("output")[0], WithinAbs(row[9], 5e-10));
      CHECK_THAT(s->errors("hidden")[0], WithinAbs(row[10], 5e-10));
    }
  }
  CHECK(next == golden.rows.size());
  for (Socket* s : {&tile, &structural}) {
    CHECK_THAT(0.01 * s->take("w1")[0], WithinAbs(1.2787652963, 1e-9));
    CHECK_THAT(0.01 * s->take("w2")[0], WithinAbs(4.1637070979, 1e-9));
  }
}

TEST_CASE("T15: rate and error of one input meet 2 (L - l) - 1 cycles apart", "[learning]") {
  const std::vector<std::string> arrays{"l0", "l1", "l2"};
  Socket tile("tile", deep_line), structural("structural", deep_line, {{"chip.detail", "structural"}});
  for (Socket* s : {&tile, &structural}) {
    INFO(s->design.chip.name);
    for (const auto& a : arrays) s->errors(a);
    std::vector<std::vector<int>> driven(3), corrected(3);  // cycles whose edge saw a drive, an error
    std::vector<int> shown;
    for (int n = 0; n < 60; ++n) {
      s->x(0, n == 20 ? 1.0 : 0.0);
      s->cycle();
      for (std::size_t l = 0; l < 3; ++l) {
        // Memoryless neurons: a rate that is left by an edge was driven at that edge.
        if (s->probe(arrays[l], 0) != 0.0) driven[l].push_back(n);
        if (s->errors(arrays[l])[0] != 0.0) corrected[l].push_back(n);
      }
      if (s->value(0) != 0.0) shown.push_back(n);
    }
    for (std::size_t l = 0; l < 3; ++l) {
      INFO("layer " << l);
      REQUIRE(driven[l].size() == 1);
      REQUIRE(corrected[l].size() == 1);
      CHECK(driven[l][0] == 20 + static_cast<int>(l));
      CHECK(corrected[l][0] - driven[l][0] == 5 - 2 * static_cast<int>(l));  // 5, 3, 1
    }
    CHECK(shown == std::vector<int>{23});  // T4: three registers, whatever the time constants
  }
}

TEST_CASE("bench: a reset before a sample makes it independent of the one before", "[learning]") {
  const ReadOptions options{.presets = {},
                            .settings = {{"arrays.output.tau_r", "1 us"}},
                            .technology_folder = LEADLAG_TECHNOLOGY_DIR};
  Design fresh = parse_design("fresh.yaml", nudged_pair, options), stale = fresh;
  fresh.chip.name = "fresh", stale.chip.name = "stale";
  const Die die = fabricate(fresh);
  const auto one = elaborate(fresh, die), other = elaborate(stale, die);
  TwoSamples with(true), without(false);
  Bench a("a", *one, fresh, with), b("b", *other, stale, without);
  a.run(20);
  REQUIRE(with.seen.size() == 20);
  REQUIRE(without.seen.size() == 20);
  CHECK(with.seen[9] > 0.1);
  for (std::size_t n = 0; n < 10; ++n) {  // linear neurons from rest: a third of the signal, at every edge
    CAPTURE(n);
    CHECK_THAT(with.seen[10 + n], WithinAbs(with.seen[n] / 3.0, 1e-15));
  }
  CHECK(without.seen[19] > 1.2 * with.seen[19]);  // the membrane still remembers
}
