// SPDX-License-Identifier: Apache-2.0
#include "instruments/waveform.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>

#include "instruments/data_error.hpp"

using namespace leadlag;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;

namespace {

constexpr double pi = std::numbers::pi;

/// A file that lives as long as the test.
struct TextFile {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("leadlag-waveform-" + std::to_string(getpid()) + ".csv");
  explicit TextFile(const std::string& text) { std::ofstream(path) << text; }
  ~TextFile() { std::filesystem::remove(path); }
};

/// Bits of the recurrence s[k] = s[k - order] xor s[k - m], by shifting.
std::vector<int> shifted_bits(int order, int m, std::size_t count) {
  std::vector<int> s(count, 1);
  for (auto k = static_cast<std::size_t>(order); k < count; ++k)
    s[k] = s[k - static_cast<std::size_t>(order)] ^ s[k - static_cast<std::size_t>(m)];
  return s;
}

std::vector<int> bits(const Waveform& prbs, Time bit, std::size_t count, double first = 0.0) {
  std::vector<int> s;
  for (std::size_t k = 0; k < count; ++k) s.push_back(prbs((first + static_cast<double>(k)) * bit) > 0.0);
  return s;
}

}  // namespace

TEST_CASE("waveform: dc, and a step that is on its edge whatever the period", "[waveform]") {
  CHECK(waveform::dc(0.3)(7_us) == 0.3);
  for (const double period : {1e-6, 1e-6 / 3.0, 0.7e-9}) {
    int wrong = 0;
    for (int edge = 1; edge < 20000; edge += 7) {
      // The time of the step is written down as decimal text would be read: not as edge * period.
      const Time at{period * edge * (1.0 + 4e-16)};
      const Waveform step = waveform::step({.before = -1.0, .after = 2.0, .at = at});
      wrong += step((edge - 1) * Time{period}) != -1.0;
      wrong += step(edge * Time{period}) != 2.0;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("waveform: a sine has its phase after 1e9 periods", "[waveform]") {
  const Waveform s = waveform::sine({.amplitude = 2.0, .frequency = {1e6}, .phase = 0.5, .offset = 0.1});
  CHECK_THAT(s({0.0}), WithinAbs(0.1 + 2.0 * std::sin(0.5), 1e-15));
  CHECK_THAT(s({0.25e-6}), WithinAbs(0.1 + 2.0 * std::cos(0.5), 1e-14));
  // 1000.00000025 s: the double nearest to it is off by up to 6e-14 s, so f t by 6e-8 turns.
  CHECK_THAT(s({1000.00000025}), WithinAbs(0.1 + 2.0 * std::cos(0.5), 2.0 * 2.0 * pi * 6e-8));
}

TEST_CASE("waveform: tones add", "[waveform]") {
  const Waveform s = waveform::multi_tone(
      {{.amplitude = 1.0, .frequency = {1e3}}, {.amplitude = 0.5, .frequency = {3e3}, .phase = 0.4}});
  for (int k = 0; k < 100; ++k) {
    const double t = 17e-6 * k;
    CHECK_THAT(s({t}), WithinAbs(std::sin(2e3 * pi * t) + 0.5 * std::sin(6e3 * pi * t + 0.4), 1e-13));
  }
}

TEST_CASE("waveform: a chirp's phase is the integral of its stated frequency", "[waveform]") {
  for (const waveform::Sweep sweep : {waveform::Sweep::linear, waveform::Sweep::exponential}) {
    const bool linear = sweep == waveform::Sweep::linear;
    for (const double to : {8e3, 50.0, 100.0}) {  // up, down, not at all
      const waveform::Chirp c{.amplitude = 0.5,
                              .from = {100.0},
                              .to = {to},
                              .duration = {0.1},
                              .sweep = sweep,
                              .phase = 0.3,
                              .offset = 0.2};
      const Waveform w = waveform::chirp(c);
      // Simpson's rule, 2000 steps: error (h^4 / 180) f''''(t) t, below 1e-9 turns for these sweeps.
      const auto frequency = [&](double t) {
        const double share = std::min(t / 0.1, 1.0);
        return linear ? 100.0 + (to - 100.0) * share : 100.0 * std::pow(to / 100.0, share);
      };
      double turns = 0.0;
      const double h = 0.1 / 2000.0;
      for (int k = 0; k < 2400; ++k) {  // the last 400 steps are after the sweep
        const double t = h * k;
        CHECK_THAT(waveform::chirp_frequency(c, {t}).si, WithinAbs(frequency(t), 1e-9 * frequency(t)));
        if (k % 40 == 0) CHECK_THAT(w({t}), WithinAbs(0.2 + 0.5 * std::sin(2.0 * pi * turns + 0.3), 1e-7));
        turns += h / 6.0 * (frequency(t) + 4.0 * frequency(t + h / 2.0) + frequency(t + h));
      }
    }
  }
}

TEST_CASE("waveform: PRBS of every order are the bits of their polynomial", "[waveform]") {
  const Time bit = 1_us / 3.0;
  struct Order {
    int order, m;
  };
  const std::vector<Order> orders{{7, 6}, {9, 5}, {15, 14}, {23, 18}, {31, 28}};
  REQUIRE(orders.size() == 5);
  for (const Order o : orders) {
    INFO("order " << o.order);
    CHECK(bits(waveform::prbs({.order = o.order, .bit = bit}), bit, 5000) ==
          shifted_bits(o.order, o.m, 5000));
  }
}

TEST_CASE("waveform: PRBS 7, 9 and 15 have their period, balance and autocorrelation", "[waveform]") {
  const Time bit = 1_us;
  for (const int order : {7, 9, 15}) {
    const std::size_t period = (std::size_t{1} << order) - 1;
    const auto s = bits(waveform::prbs({.order = order, .bit = bit}), bit, 2 * period);
    int ones = 0;
    for (std::size_t k = 0; k < period; ++k) ones += s[k];
    CHECK(ones == 1 << (order - 1));
    CHECK(std::equal(s.begin(), s.begin() + static_cast<std::ptrdiff_t>(period),
                     s.begin() + static_cast<std::ptrdiff_t>(period)));
    // +-1: the correlation over a period is -1 at every shift but 0. Only a maximal sequence does that.
    int wrong = 0;
    for (std::size_t shift = 1; shift < period; shift += order == 15 ? 331 : 1) {
      int agree = 0;
      for (std::size_t k = 0; k < period; ++k) agree += s[k] == s[k + shift] ? 1 : -1;
      wrong += agree != -1;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("waveform: PRBS 23 and 31 come back after 2^n - 1 bits, not after a divisor", "[waveform]") {
  const Time bit = 1_us;
  const auto window = [&](int order, double first) {
    return bits(waveform::prbs({.order = order, .bit = bit}), bit, 64, first);
  };
  CHECK(window(23, 8388607.0 + 12.0) == window(23, 12.0));
  CHECK(window(23, 8388607.0 / 47.0) != window(23, 0.0));  // 2^23 - 1 = 47 * 178481
  CHECK(window(23, 8388607.0 / 178481.0) != window(23, 0.0));
  CHECK(window(31, 2147483647.0 + 12.0) == window(31, 12.0));  // 2^31 - 1 is prime
  CHECK(window(31, 1.0) != window(31, 0.0));
}

TEST_CASE("waveform: PRBS levels and bit time", "[waveform]") {
  const Waveform w = waveform::prbs({.order = 7, .low = 0.2, .high = 0.8, .bit = 4_us});
  const auto s = shifted_bits(7, 6, 50);
  for (int tick = 0; tick < 200; ++tick)
    CHECK(w(tick * 1_us) == (s[static_cast<std::size_t>(tick / 4)] == 1 ? 0.8 : 0.2));
}

TEST_CASE("waveform: noise has its moments, is white, is held, and follows its seed", "[waveform]") {
  const Time interval = 2_us;
  const waveform::Noise settings{.mean = 0.5, .deviation = 0.2, .interval = interval, .seed = 7};
  const Waveform w = waveform::noise(settings);
  const std::size_t n = 200000;
  std::vector<double> z;
  for (std::size_t k = 0; k < n; ++k) z.push_back((w(static_cast<double>(k) * interval) - 0.5) / 0.2);
  double m1 = 0.0, m2 = 0.0, m3 = 0.0, m4 = 0.0, lag1 = 0.0, lag7 = 0.0;
  for (std::size_t k = 0; k < n; ++k) {
    m1 += z[k], m2 += z[k] * z[k], m3 += std::pow(z[k], 3), m4 += std::pow(z[k], 4);
    if (k >= 7) lag1 += z[k] * z[k - 1], lag7 += z[k] * z[k - 7];
  }
  const double size = static_cast<double>(n), five = 5.0 / std::sqrt(size);
  // Variances of the sample moments of a normal: 1, 2, 15, 96 over n; of a lagged product 1 over n.
  CHECK_THAT(m1 / size, WithinAbs(0.0, five));
  CHECK_THAT(m2 / size, WithinAbs(1.0, five * std::sqrt(2.0)));
  CHECK_THAT(m3 / size, WithinAbs(0.0, five * std::sqrt(15.0)));
  CHECK_THAT(m4 / size, WithinAbs(3.0, five * std::sqrt(96.0)));
  CHECK_THAT(lag1 / size, WithinAbs(0.0, five));
  CHECK_THAT(lag7 / size, WithinAbs(0.0, five));
  CHECK(w(1_us) == w({0.0}));
  CHECK(w(2_us) != w({0.0}));
  CHECK(waveform::noise(settings)(14_us) == w(14_us));
  auto other = settings;
  other.seed = 8;
  CHECK(waveform::noise(other)(14_us) != w(14_us));
  other = settings, other.name = "second";
  CHECK(waveform::noise(other)(14_us) != w(14_us));
}

TEST_CASE("waveform: a file's points, joined by lines or held", "[waveform]") {
  const TextFile file("time,value  # seconds, volts\n\n1e-6, 0.5\n 2e-6,+1.5\r\n# nothing here\n4e-6,-0.5\n");
  const Waveform line = waveform::from_file(file.path.string(), waveform::Between::line);
  const Waveform hold = waveform::from_file(file.path.string(), waveform::Between::hold);
  CHECK(line({0.0}) == 0.5);
  CHECK_THAT(line({1.25e-6}), WithinAbs(0.75, 1e-12));
  CHECK_THAT(line({3e-6}), WithinAbs(0.5, 1e-12));
  CHECK(line(9_us) == -0.5);
  CHECK(hold({0.0}) == 0.5);
  CHECK(hold({1.999e-6}) == 0.5);
  CHECK(hold(2 * 1_us) == 1.5);
  CHECK(hold({3.999e-6}) == 1.5);
  CHECK(hold(4_us) == -0.5);
}

TEST_CASE("waveform: all mistakes of a file at once, with line and column", "[waveform]") {
  const TextFile file("time,value\n0,1\n1e-6,1 V\n2e-6\n2e-6, 1,  2\nx,nan\n2e-6,0\n1e-6,0\n");
  try {
    waveform::from_file(file.path.string(), waveform::Between::hold);
    FAIL("accepted");
  } catch (const DataError& e) {
    const std::string p = file.path.string();
    CHECK(std::string(e.what()) == p + ":3:6: value needs a number, but this is '1 V'\n" + p +
                                       ":4:1: a line is time,value; this one has 1 column\n" + p +
                                       ":5:11: a line is time,value; this one has 3 columns\n" + p +
                                       ":6:1: time needs a number, but this is 'x'\n" + p +
                                       ":6:3: value needs a number, but this is 'nan'\n" + p +
                                       ":8:1: times must ascend, but 1e-06 comes after 2e-06");
  }
  const TextFile empty("time,value\n");
  CHECK_THROWS_WITH(waveform::from_file(empty.path.string(), waveform::Between::hold),
                    Contains("has no line time,value"));
  CHECK_THROWS_WITH(waveform::from_file("/nowhere/x.csv", waveform::Between::hold), Contains("no such file"));
}

TEST_CASE("waveform: parameters that make no sense are named", "[waveform]") {
  CHECK_THROWS_WITH(waveform::sine({.frequency = {0.0}}), Contains("sine: frequency"));
  CHECK_THROWS_WITH(waveform::dc(std::nan("")), Contains("dc: value"));
  CHECK_THROWS_WITH(waveform::multi_tone({}), Contains("needs a tone"));
  CHECK_THROWS_WITH(waveform::chirp({.from = {1.0}, .to = {2.0}}), Contains("chirp: duration"));
  CHECK_THROWS_WITH(waveform::chirp({.to = {2.0}, .duration = 1_us, .sweep = waveform::Sweep::exponential}),
                    Contains("exponential"));
  CHECK_THROWS_WITH(waveform::prbs({.order = 8, .bit = 1_us}), Contains("7, 9, 15, 23 or 31"));
  CHECK_THROWS_WITH(waveform::prbs({.order = 7}), Contains("prbs: bit"));
  CHECK_THROWS_WITH(waveform::noise({.interval = Time{-1.0}}), Contains("noise: interval"));
  CHECK_THROWS_WITH(waveform::step({.at = Time{std::nan("")}}), Contains("step: at"));
}
