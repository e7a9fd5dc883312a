// SPDX-License-Identifier: Apache-2.0

// Cores with a state of their own, against what they are for.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <vector>

#include "fixed/error_unit.hpp"
#include "fixed/lane_link.hpp"
#include "fixed/mac_column.hpp"
#include "fixed/phase_sequencer.hpp"
#include "fixed/pi_controller.hpp"
#include "fixed/prospective_neuron.hpp"
#include "fixed/sar_controller.hpp"
#include "fixed/weight_sram_if.hpp"

using namespace leadlag::fixed;

namespace {

constexpr WordLengths words{};
const double lsb = words.signal.lsb();

std::int64_t signal_word(std::mt19937_64& draw, std::int64_t size) {
  return static_cast<std::int64_t>(draw() % static_cast<std::uint64_t>(2 * size + 1)) - size;
}

}  // namespace

TEST_CASE("fixed neuron and error unit: one undoes the other, within their roundings") {
  // Linear neuron G = (1 + s lead)/(1 + s lag), error unit H = 1/G with slope 1, both Euler, where rho_G
  // rho_H = 1 and poles and zeros cancel exactly: take_H = take_G / rho_G. Here lag = 8, lead = 4 ticks: all
  // words exact.
  const ProspectiveNeuron::Coefficients neuron{LeadLag::coefficients(words, 1.0 - 1.0 / 8.0, 0.5), 0,
                                               Curve::linear};
  const LeadLag::Coefficients unit = LeadLag::coefficients(words, 1.0 - 1.0 / 4.0, 2.0);
  ProspectiveNeuron::State n;
  ErrorUnit::State e;
  std::mt19937_64 draw(1);
  std::int64_t drive = 0, last = 0;
  double worst = 0.0;
  for (int k = 0; k < 20000; ++k) {
    if (k % 7 == 0) drive = signal_word(draw, 4 * words.signal.one());
    // The neuron's register, then the error unit behind it: what it shows is the drive of one tick ago.
    if (k > 0) {
      const std::int64_t shown = ErrorUnit::error(words, unit, e, words.slope_one(), n.out.rate);
      worst = std::max(worst, std::abs(value(shown - last, words.signal.frac)));
    }
    ErrorUnit::advance(words, unit, e, words.slope_one(), 0, k > 0 ? n.out.rate : 0);
    ProspectiveNeuron::advance(words, neuron, n, drive, 0);
    last = drive;
  }
  // Half an LSB of the rate, led by up to 1 + 2 (rho_H - 1) = 3; half one of the error; carries half a
  // carry's LSB over take, seen through |1 - rho|: 1.5 + 0.5 + (4 * 0.5 * 2 + 8 * 0.5 * 0.5 * 3) / 512.
  CHECK(worst <= 2.03 * lsb);
  CHECK(worst >= 0.5 * lsb);
}

TEST_CASE("fixed neuron: the nudge is gamma times the error, added before the filter") {
  std::mt19937_64 draw(2);
  for (int k = 0; k < 10000; ++k) {
    const std::int64_t drive = signal_word(draw, 32767), error = signal_word(draw, 32767);
    const auto nudge = static_cast<std::int64_t>(draw() & 0xffffU);
    const double real = value(drive, 11) + value(nudge, 12) * value(error, 11);
    const double driven = value(ProspectiveNeuron::driven(words, nudge, drive, error), 11);
    REQUIRE(std::abs(driven - std::clamp(real, -16.0, 16.0 - lsb)) <= 0.5 * lsb);
  }
}

TEST_CASE("fixed PI controller: within its roundings of its equation, cleared while off") {
  const double tau = 64.0, alpha = 0.5, k_p = 2.5;
  const PiController::Mode awake{quantise_unsigned(-std::expm1(-alpha / tau), {16, 16}),
                                 quantise_unsigned(-std::expm1(-alpha / tau) / alpha, {16, 16}),
                                 quantise_unsigned(k_p, words.gain)};
  const PiController::Mode asleep{4 * awake.lost, awake.take, 0};
  const PiController::Coefficients c{awake, asleep};
  PiController::State s;
  std::mt19937_64 draw(3);
  double u = 0.0, worst = 0.0;
  int run = 1;
  const double half_state = 0.5 * lsb / 256.0, lost = value(awake.lost, 16);
  for (int k = 0; k < 20000; ++k) {
    if (k % 500 == 0) run = k % 2000 == 1500 ? 0 : k % 1000 == 0 ? 1 : 2;
    const std::int64_t reference = signal_word(draw, 2048), output = signal_word(draw, 2048),
                       error = signal_word(draw, 1024);
    const std::int64_t e = PiController::difference(words, reference, output, error);
    REQUIRE(e == reference - output + error);  // within the range
    const PiController::Mode& m = PiController::mode(c, run);
    const double real = run == 0 ? 0.0 : u + value(m.k_p, 12) * value(e, 11);
    worst = std::max(worst, std::abs(value(PiController::control(words, c, s, run, e), 11) - real));
    REQUIRE(std::abs(value(PiController::integral(words, s), 11) - u) <= 0.5 * lsb + half_state / lost);
    u = run == 0 ? 0.0 : u - value(m.lost, 16) * u + value(m.take, 16) * value(e, 11);
    PiController::advance(words, c, s, run, e);
    if (run == 0) REQUIRE(s.u == 0);
  }
  CHECK(worst <= 0.5 * lsb + half_state / lost);
  CHECK(worst > 0.25 * lsb);
  CHECK(PiController::difference(words, 32767, -32768, 32767) == 32767);
  s.u = 32767 * 256;
  PiController::advance(words, {{0, 65535, 0}, {}}, s, 1, 32767);
  CHECK(s.u == (std::int64_t{1} << 23) - 1);
}

TEST_CASE("fixed column: n + 1 cycles from start to done, also when started again") {
  std::mt19937_64 draw(4);
  const std::size_t n = 6;
  MacColumn::State s;
  for (int repeat = 0; repeat < 100; ++repeat) {
    std::vector<std::int64_t> weight(n), x(n);
    for (std::size_t k = 0; k < n; ++k) weight[k] = signal_word(draw, 32767), x[k] = signal_word(draw, 32767);
    if (repeat % 3 == 0) {  // one that is broken off
      MacColumn::advance(words, n, s, true, 77, 0, 0);
      MacColumn::advance(words, n, s, false, 0, weight[0], x[0]);
    }
    MacColumn::advance(words, n, s, true, repeat, 0, 0);
    std::int64_t sum = repeat * words.signal.one();
    for (std::size_t k = 0; k < n; ++k) {
      REQUIRE_FALSE(s.done);
      REQUIRE(s.index == k);
      sum += weight[k] * x[k];
      MacColumn::advance(words, n, s, false, 0, weight[k], x[k]);
    }
    REQUIRE(s.done);
    REQUIRE(s.sum == sum);
    MacColumn::advance(words, n, s, false, 5, 5, 5);
    REQUIRE(s.sum == sum);
  }
}

TEST_CASE("fixed sequencer: plays what the table says, all phases or those of inference") {
  const std::vector<std::uint64_t> lengths{2, 1, 3, 0};
  PhaseSequencer::State s;
  for (int sample = 0; sample < 6; ++sample) {
    const bool learn = sample % 2 == 0;
    const std::vector<std::size_t> expected =
        learn ? std::vector<std::size_t>{0, 0, 1, 2, 2, 2, 3} : std::vector<std::size_t>{0, 0, 1};
    for (std::size_t k = 0; k < expected.size(); ++k) {
      const bool line = k == 0 ? learn : !learn;  // only the first cycle of a sample counts
      REQUIRE(s.phase == expected[k]);
      REQUIRE(PhaseSequencer::last(s, lengths, 2, line) == (k + 1 == expected.size()));
      PhaseSequencer::advance(s, lengths, 2, line);
    }
  }
}

TEST_CASE("fixed SAR controller: finds the largest level that is not above the input, in bits + 1 cycles") {
  for (const int bits : {1, 4, 8}) {
    const int levels = 1 << bits;
    for (int input = -1; input <= 2 * levels;
         ++input) {  // in half levels, from below the lowest to above all
      SarController::State s;
      SarController::advance(bits, s, true, false);
      for (int k = 0; k < bits; ++k) {
        REQUIRE_FALSE(s.valid);
        SarController::advance(bits, s, true, input >= 2 * static_cast<int>(SarController::level(s)));
      }
      REQUIRE(s.valid);
      REQUIRE(static_cast<int>(s.code) == std::clamp(input < 0 ? 0 : input / 2, 0, levels - 1));
    }
  }
}

TEST_CASE("fixed SRAM port: a read sees every write that was taken before it, and no other") {
  std::mt19937_64 draw(5);
  std::vector<std::uint64_t> memory(8, 0), seen(8, 0);
  WeightSramIf::State s;
  std::optional<std::uint64_t> expected;
  std::size_t reads = 0, taken = 0;
  for (int k = 0; k < 20000; ++k) {
    REQUIRE(s.valid == expected.has_value());
    if (expected) REQUIRE(s.answer == *expected);
    std::optional<std::size_t> read;
    std::optional<WeightSramIf::Write> write;
    if (draw() % 4 != 0) read = draw() % 8;
    if (draw() % 2 == 0) write = {draw() % 8, draw() % 1000};
    expected.reset();
    if (read) expected = seen[*read], ++reads;
    if (write && WeightSramIf::ready(s)) seen[write->address] = write->word, ++taken;
    WeightSramIf::advance(s, memory, read, write);
  }
  CHECK(reads > 10000);
  CHECK(taken > 1000);
}

TEST_CASE("fixed link: words leave in order, none is lost, and one passes in every cycle") {
  std::mt19937_64 draw(6);
  LaneLink<int> link;
  std::deque<int> expected;
  int next = 0;
  for (int k = 0; k < 20000; ++k) {
    const bool offered = draw() % 4 != 0, taken = draw() % 3 != 0;
    REQUIRE(link.valid() == !expected.empty());
    if (link.valid()) REQUIRE(link.front() == expected.front());
    const bool accepts = offered && link.ready();
    if (taken && !expected.empty()) expected.pop_front();
    if (accepts) expected.push_back(next);
    link.advance(taken, offered, next);
    if (accepts) ++next;
  }
  CHECK(next > 10000);
  LaneLink<int> busy;
  busy.advance(true, true, 0);
  for (int k = 1; k < 100; ++k) {
    REQUIRE(busy.ready());
    REQUIRE(busy.front() == k - 1);
    busy.advance(true, true, k);
  }
}
