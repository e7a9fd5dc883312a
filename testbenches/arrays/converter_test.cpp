// SPDX-License-Identifier: Apache-2.0
// Converters as made: quantisation noise, a sine's effective bits, and linearity by code density, measured
// with the bench's own instruments.
#include "blocks/converter.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "design/fabricate_cells.hpp"
#include "design/reader.hpp"
#include "instruments/histogram.hpp"
#include "instruments/spectrum.hpp"

using namespace leadlag;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

Design chip(int bits, std::int64_t die) {
  const std::string text = R"(
leadlag: 1
chip: {name: x, clock: 1 MHz, fidelity: circuit}
physics: {effects: [converters], die: )" +
                           std::to_string(die) + R"(}
arrays:
  in: {block: input_driver, size: 3, range: 2, bits: )" +
                           std::to_string(bits) + R"(}
  out: {block: prospective_neuron, size: 40, activation: tanh}
crossbars: {w: {from: in, to: out}}
blocks: {readout: {range: 2, bits: )" +
                           std::to_string(bits) + R"(}}
learning: {system: gle, output: out}
task: {kind: tones, frequencies: [1]}
schedule: {cycles: 1}
)";
  ReadOptions options{.presets = {}, .settings = {}, .technology_folder = LEADLAG_TECHNOLOGY_DIR};
  return parse_design("converters.yaml", text, options);
}

/// As drawn: all unit capacitors equal.
Converter ideal(int bits, double range) {
  Converter c{.range = range, .bit = {}, .offset = 0.0};
  for (int k = 0; k < bits; ++k) c.bit.push_back(std::exp2(k - bits));
  return c;
}

/// Whole periods of a full-scale sine, coherent: 1001 periods in 2^14 samples.
std::vector<double> converted_sine(const Converter& c, double amplitude) {
  std::vector<double> out;
  for (int n = 0; n < 16384; ++n) {
    out.push_back(c.to_digital(amplitude * std::sin(2.0 * std::numbers::pi * 1001.0 * n / 16384.0 + 0.3)));
  }
  return out;
}

Linearity measured(const Converter& c) {
  const double lsb = c.lsb();
  std::vector<double> codes;
  const int samples = 200 << c.bits();
  for (int n = 0; n < samples; ++n) {
    codes.push_back(c.to_digital(-c.range - lsb + (2.0 * c.range + 2.0 * lsb) * (n + 0.5) / samples));
  }
  return linearity(histogram(codes, std::size_t{1} << c.bits(), -c.range - lsb / 2, c.range - lsb / 2),
                   Stimulus::ramp);
}

}  // namespace

TEST_CASE("converter: equal capacitors round to the nearest of 2^bits levels, both ways", "[converters]") {
  const Converter c = ideal(4, 2.0);
  CHECK_THAT(c.lsb(), WithinRel(0.25, 1e-15));
  for (const double v : {-2.0, -1.9, -0.13, -0.12, 0.0, 0.12, 0.13, 1.6, 1.74}) {
    CAPTURE(v);
    const double nearest = std::floor(v / 0.25 + 0.5) * 0.25;
    CHECK_THAT(c.to_digital(v), WithinAbs(nearest, 1e-12));
    CHECK_THAT(c.to_analog(v), WithinAbs(nearest, 1e-12));
  }
  CHECK_THAT(c.to_digital(5.0), WithinAbs(1.75, 1e-12));
  CHECK_THAT(c.to_digital(-5.0), WithinAbs(-2.0, 1e-12));
  CHECK_THAT(c.to_analog(5.0), WithinAbs(1.75, 1e-12));
}

TEST_CASE(
    "converter: quantisation noise is LSB^2 / 12, and a sine has as many effective bits as the converter",
    "[converters]") {
  for (const int bits : {6, 8, 10}) {
    CAPTURE(bits);
    const Converter c = ideal(bits, 1.0);
    double squares = 0.0;
    const int n = 100000;
    for (int k = 0; k < n; ++k) {
      const double turn = k * std::numbers::phi, v = 0.9 * (2.0 * (turn - std::floor(turn)) - 1.0);
      squares += std::pow(c.to_digital(v) - v, 2);
    }
    CHECK_THAT(squares / n, WithinRel(c.lsb() * c.lsb() / 12.0, 0.02));
    const auto out = converted_sine(c, 1.0 - c.lsb());
    const Spectrum s = spectrum(out, Time{1e-6}, Window::rectangular);
    const SineQuality q = sine_quality(s, 1001.0 * s.resolution);
    CHECK_THAT(q.enob, WithinAbs(bits, 0.1));
  }
}

TEST_CASE("converter: code density sees the steps of its capacitors", "[converters]") {
  const Design design = chip(8, 3);
  const auto made = make_output_converters(design);
  REQUIRE(made.size() == 40);
  const Converter& c = made[0];
  const Linearity l = measured(c);
  REQUIRE(l.dnl.size() == 254);
  // A transition into code k lies half an LSB below its level; the width of k is level(k + 1) - level(k).
  const double slope = (c.level(255) - c.level(1)) / 254.0;
  double worst = 0.0, largest = 0.0;
  for (std::uint32_t k = 1; k < 255; ++k) {
    const double width = (c.level(k + 1) - c.level(k)) / slope - 1.0;
    worst = std::max(worst, std::abs(l.dnl[k - 1] - width)), largest = std::max(largest, std::abs(width));
  }
  CHECK(worst < 0.02);  // 200 samples per code
  CHECK(largest > 0.02);
}

TEST_CASE("converter: the middle step's DNL over dies is that of all unit capacitors together",
          "[converters]") {
  std::vector<double> dnl;
  for (std::int64_t die = 1; die <= 50; ++die) {
    const Design design = chip(8, die);
    for (const Converter& c : make_output_converters(design)) {
      dnl.push_back((c.level(128) - c.level(127)) / c.lsb() - 1.0);
    }
  }
  REQUIRE(dnl.size() == 2000);
  double squares = 0.0;
  for (const double d : dnl) squares += d * d;
  // sigma_u = A_C / sqrt(area of 5 fF at 1 fF/um2) = 0.01 um / sqrt(5) um, 255 units change sides.
  const double sigma = 0.01 / std::sqrt(5.0) * std::sqrt(255.0);
  CHECK_THAT(squares / 2000.0, WithinRel(sigma * sigma, 4.0 * std::sqrt(2.0 / 2000.0)));
}

TEST_CASE("converter: dies and units differ, and one die repeats", "[converters]") {
  const auto a = make_input_converters(chip(8, 1), chip(8, 1).arrays[0]);
  const auto b = make_input_converters(chip(8, 1), chip(8, 1).arrays[0]);
  const auto other = make_input_converters(chip(8, 2), chip(8, 2).arrays[0]);
  REQUIRE(a.size() == 3);
  CHECK(a[0].bit == b[0].bit);
  CHECK(a[0].bit != a[1].bit);
  CHECK(a[0].bit != other[0].bit);
  // A bit as wide as the table's last capacitor does not reach into the next unit's draws.
  const auto wide = make_input_converters(chip(16, 1), chip(16, 1).arrays[0]);
  CHECK(wide[0].bit[15] * 2.0 == Approx(1.0).epsilon(1e-3));
}
