// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

#include "blocks/activation.hpp"
#include "blocks/error_unit.hpp"
#include "blocks/gain_stage.hpp"
#include "blocks/host_link.hpp"
#include "blocks/input_driver.hpp"
#include "blocks/plasticity_cell.hpp"
#include "blocks/readout.hpp"
#include "blocks/summing_node.hpp"
#include "blocks/synapse.hpp"
#include "blocks/target_unit.hpp"
#include "blocks/trajectory_memory.hpp"
#include "blocks/weight_register.hpp"

using namespace leadlag;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

struct Curve {
  double rate = 0.0, slope = 0.0;
};
Curve curve(Activation a, double x) {
  Curve c;
  with_activation(a, [&]<Activation A>() { activate<A>(x, c.rate, c.slope); });
  return c;
}
constexpr std::array all_curves{Activation::linear, Activation::tanh, Activation::softplus, Activation::relu,
                                Activation::hard_sigmoid};

std::vector<double> compared(const TargetUnit::Params& params, const std::vector<double>& rates,
                             const std::vector<double>& targets) {
  std::vector<double> epsilon(rates.size(), -77.0);
  TargetUnit::compare<double>(
      params, rates.size(), [&](std::size_t i) { return rates[i]; },
      [&](std::size_t i) { return targets[i]; }, [&](std::size_t i, double e) { epsilon[i] = e; });
  return epsilon;
}

}  // namespace

TEST_CASE("activation core: curves are the textbook functions, to the promises of die_math", "[core]") {
  for (double x = -30.0; x <= 30.0; x += 0.037) {
    INFO("x " << x);
    CHECK(curve(Activation::linear, x).rate == x);
    CHECK_THAT(curve(Activation::tanh, x).rate, WithinRel(std::tanh(x), 1e-15));
    CHECK_THAT(curve(Activation::softplus, x).rate, WithinRel(std::log1p(std::exp(x)), 2e-15));
    CHECK(curve(Activation::relu, x).rate == std::max(x, 0.0));
    CHECK(curve(Activation::hard_sigmoid, x).rate == std::clamp(0.25 * x + 0.5, 0.0, 1.0));
  }
  CHECK(curve(Activation::hard_sigmoid, 0.0).rate == 0.5);
}

TEST_CASE("activation core: slopes are the derivatives, on the flat side at a kink", "[core]") {
  // Central difference, step h: truncation h^2 |phi'''| / 6 < 4e-11, rounding 1e-16 / h < 1e-10 for |x| <= 5.
  const double h = 1e-5;
  for (const Activation a : all_curves) {
    double steepest = 0.0;
    for (double x = -5.03; x <= 5.0; x += 0.05) {  // no sample within h of a kink at -2, 0, 2
      INFO("curve " << name_of(a) << ", x " << x);
      CHECK_THAT(curve(a, x).slope,
                 WithinAbs((curve(a, x + h).rate - curve(a, x - h).rate) / (2.0 * h), 2e-10));
      steepest = std::max(steepest, curve(a, x).slope);
    }
    CHECK(steepest <= max_slope(a));
    CHECK(curve(a, a == Activation::softplus ? 40.0 : 1e-9).slope >= max_slope(a) * (1.0 - 1e-15));
  }
  CHECK(curve(Activation::relu, 0.0).slope == 0.0);
  CHECK(curve(Activation::hard_sigmoid, -2.0).slope == 0.0);
  CHECK(curve(Activation::hard_sigmoid, 2.0).slope == 0.0);
}

TEST_CASE("gain stage core: a tone measures the neuron's power gain, and a set gain is its closed form",
          "[core]") {
  const ProspectiveNeuron::Params neuron{.tau_m = {100e-6}, .tau_r = {10e-6}};
  const Time tick{1e-7};
  const double f = 2500.0, w = 2.0 * 3.14159265358979323846 * f;
  const double power_gain = (1.0 + w * w * 1e-10) / (1.0 + w * w * 1e-8);
  const auto set = GainStage::coefficients({.gain = GainFrom::set, .band = {f}}, neuron, tick);
  auto still = GainStage::start(set);
  CHECK_THAT(GainStage::gain(set, still), WithinRel(power_gain, 1e-13));
  still = GainStage::advanced(set, still, 5.0, -7.0);
  CHECK_THAT(GainStage::gain(set, still), WithinRel(power_gain, 1e-13));  // signals do not move it

  const auto c = GainStage::coefficients({.averaging = {20e-3}, .floor = 1e-12}, neuron, tick);
  auto s = GainStage::start(c);
  CHECK(GainStage::gain(c, s) == 1.0);  // no signal yet
  const double size = std::sqrt(power_gain), turn = std::atan(w * 1e-5) - std::atan(w * 1e-4);
  for (int n = 0; n < 1000000; ++n) {  // 5 time constants of the averages, 250 periods
    const double t = tick.si * n;
    s = GainStage::advanced(c, s, 0.3 * std::sin(w * t), 0.3 * size * std::sin(w * t + turn));
  }
  // Ripple at twice the tone: 1 / (2 w averaging) of each average.
  CHECK_THAT(GainStage::gain(c, s), WithinRel(power_gain, 2.0 / (2.0 * w * 20e-3)));
  // The averages forget with their time constant: 20 ms later the power is 1/e.
  const double before = s.driven;
  for (int n = 0; n < 200000; ++n) s = GainStage::advanced(c, s, 0.0, 0.0);
  CHECK_THAT(s.driven, WithinRel(before * std::exp(-1.0), 1e-9));

  const auto bounded = GainStage::coefficients({.floor = 0.25, .max_gain = 3.0}, neuron, tick);
  CHECK(GainStage::gain(bounded, GainStage::State<double>{0.75, 0.25}) == 0.5);
  CHECK(GainStage::gain(bounded, GainStage::State<double>{0.0, 5.0}) == 3.0);
}

TEST_CASE("trajectory memory core: what is written last is read first, in its own order", "[core]") {
  TrajectoryMemory::Words<double> words;
  CHECK(words.empty());
  const std::vector<double> a{1.0, 2.0}, b{3.0}, c{4.0, 5.0, 6.0};
  for (int window = 0; window < 3; ++window) {
    words.write(a), words.write(b), words.write(c);
    const auto last = words.read(3);
    CHECK(std::vector<double>(last.begin(), last.end()) == c);
    CHECK(words.read(1)[0] == 3.0);
    words.write(b);  // over what has been read
    CHECK(words.read(1)[0] == 3.0);
    CHECK_FALSE(words.empty());
    CHECK(words.read(2)[1] == 2.0);
    CHECK(words.empty());
  }
  words.write(a);
  words.clear();
  CHECK(words.empty());
}

TEST_CASE("host link core: how long a die stands still", "[core]") {
  const auto still_after = [](HostLink::Queue& q, std::int64_t words, bool last) {
    q.advance(words, last);
    int cycles = 0;
    for (; q.busy(); ++cycles) q.advance(0, false);
    return cycles;
  };
  HostLink::Queue fast{.capacity = 40};
  CHECK(still_after(fast, 40, false) == 0);  // all of it leaves during the next cycle
  CHECK(still_after(fast, 40, false) == 0);
  CHECK(still_after(fast, 40, true) == 1);  // nobody may wait for the next one
  CHECK(fast.out == 0);
  HostLink::Queue slow{.capacity = 10};
  CHECK(still_after(slow, 31, false) == 3);  // 31, 21, 11, 1
  CHECK(slow.out == 1);
  CHECK(still_after(slow, 30, false) == 2);
  CHECK(still_after(slow, 30, true) == 3);
  slow.in = 64;
  CHECK(slow.busy());
  CHECK(still_after(slow, 0, false) == 6);  // and the cycle of advance() itself
  CHECK_FALSE(slow.busy());
}

TEST_CASE("readout core: a converter's codes", "[core]") {
  // 3 bits from -2 to 2: steps of 0.5, the highest 1.5.
  const std::vector<double> rates{0.0, 0.24, 0.26, -0.3, 1.4, 1.9, 7.0, -1.8, -2.4},
      codes{0.0, 0.0, 0.5, -0.5, 1.5, 1.5, 1.5, -2.0, -2.0};
  REQUIRE(rates.size() == codes.size());
  for (std::size_t k = 0; k < rates.size(); ++k) {
    CAPTURE(rates[k]);
    CHECK(Readout::quantised(rates[k], 3, 2.0) == codes[k]);
  }
  CHECK_THAT(Readout::quantised(0.123456, 16, 1.0), WithinAbs(0.123456, 1.0 / 65536));
}

TEST_CASE("activation: the slope follows from the rate alone", "[core]") {
  for (const Activation a : {Activation::linear, Activation::tanh, Activation::softplus, Activation::relu,
                             Activation::hard_sigmoid}) {
    for (const double x : {-3.0, -0.7, 0.1, 0.9, 2.5}) {
      double rate = 0.0, slope = 0.0;
      with_activation(a, [&]<Activation A>() { activate<A>(x, rate, slope); });
      CAPTURE(name_of(a), x);
      CHECK_THAT(slope_at_rate(a, rate), WithinAbs(slope, 1e-12));
    }
  }
}

TEST_CASE("error unit core: the gate multiplies what comes back and what the target says by the slope",
          "[core]") {
  CHECK(ErrorUnit::gate(0.5, 3.0, 0.25) == 1.625);
  CHECK(ErrorUnit::gate(0.0, 3.0, 0.25) == 0.0);
}

TEST_CASE("summing node core: sixteen lanes folded in halves, to the bit", "[core]") {
  std::mt19937_64 random(6);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  for (const std::size_t n : {0u, 1u, 2u, 15u, 16u, 17u, 33u, 100u}) {
    std::vector<double> values;
    for (std::size_t k = 0; k < n; ++k)
      values.push_back(uniform(random) * std::pow(10.0, 8.0 * uniform(random)));
    std::array<double, 16> lane{};
    for (std::size_t k = 0; k < n; ++k) lane[k % 16] += values[k];
    std::array<double, 8> eight{};
    for (std::size_t k = 0; k < 8; ++k) eight[k] = lane[k] + lane[k + 8];
    std::array<double, 4> four{};
    for (std::size_t k = 0; k < 4; ++k) four[k] = eight[k] + eight[k + 4];
    const double expected = (four[0] + four[2]) + (four[1] + four[3]);
    CHECK(SummingNode::sum<double>(n, [&](std::size_t k) { return values[k]; }) == expected);
  }
}

TEST_CASE("target unit core: mse is beta (target - rate)", "[core]") {
  const auto e = compared({.loss = Loss::mse, .beta = 0.5}, {0.25, -1.0, 3.0}, {1.0, -1.0, 1.0});
  CHECK(e == std::vector<double>{0.375, 0.0, -1.0});
  CHECK(compared({.loss = Loss::mse, .beta = -2.0}, {0.25}, {1.0}) == std::vector<double>{-1.5});
}

TEST_CASE("target unit core: cross-entropy is beta (target - softmax(rate))", "[core]") {
  const TargetUnit::Params params{.loss = Loss::cross_entropy, .beta = 2.0};
  const std::vector<double> rates{0.5, -1.25, 2.0, 0.75}, targets{0.0, 0.0, 1.0, 0.0};
  const auto e = compared(params, rates, targets);
  REQUIRE(e.size() == 4);
  double sum = 0.0, total = 0.0;
  for (const double r : rates) total += std::exp(r);
  for (std::size_t i = 0; i < 4; ++i) {
    sum += e[i];
    CHECK_THAT(e[i], WithinAbs(2.0 * (targets[i] - std::exp(rates[i]) / total), 4e-15));  // exp 1 ulp each
  }
  CHECK_THAT(sum, WithinAbs(0.0, 2e-15));  // both are distributions

  // Softmax does not see a common shift: dyadic rates and shifts make every difference exact, so the bits are
  // equal.
  for (const double shift : {64.0, -1024.0, 0x1p40}) {
    std::vector<double> moved;
    for (const double r : rates) moved.push_back(r + shift);
    CHECK(compared(params, moved, targets) == e);
  }
  // Huge rates neither overflow nor lose the winner.
  for (const double huge : {800.0, 1e6, 1e300}) {
    const auto far = compared(params, {huge, -huge, huge}, {1.0, 0.0, 0.0});
    CHECK(far == std::vector<double>{1.0, 0.0, -1.0});
  }
  CHECK(compared(params, {3.0}, {1.0}) == std::vector<double>{0.0});
}

TEST_CASE("synapse, driver, plasticity and register cores", "[core]") {
  CHECK(InputDriver::output(-0.3) == -0.3);
  CHECK(Synapse::output(-2.0, 0.25) == -0.5);
  CHECK(PlasticityCell::product(-0.5, 3.0) == -1.5);
  CHECK(WeightRegister::update(1.0, 0.125, -2.0) == 0.75);  // descent-signed: it adds
}

TEST_CASE("readout core: sums while the window is open, from its first edge", "[core]") {
  Readout::State<double> s;
  const std::vector<bool> window{false, true, true, true, false, false, true, true, false, true};
  const std::vector<double> rate{9.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0};
  const std::vector<double> expected{0.0, 1.0, 3.0, 7.0, 7.0, 7.0, 32.0, 96.0, 96.0, 256.0};
  for (std::size_t n = 0; n < window.size(); ++n) {
    Readout::advance(s, window[n], rate[n]);
    INFO("edge " << n);
    CHECK(s.sum == expected[n]);
  }
}
