// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <type_traits>

#include "units/field.hpp"
#include "units/quantity.hpp"
#include "units/text.hpp"

using namespace leadlag;
using Catch::Matchers::WithinRel;

namespace {

template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};
static_assert(Addable<Voltage, Voltage> && !Addable<Voltage, Current> && !Addable<Voltage, double>);
static_assert(!std::is_convertible_v<double, Voltage>);
static_assert(std::is_same_v<decltype(1_V / 1_A), Resistance> && std::is_same_v<decltype(1_V / 1_V), double>);

constexpr Dimension over(const Dimension& a, const Dimension& b, int sign = -1) {
  return {a.mass + sign * b.mass, a.length + sign * b.length, a.time + sign * b.time,
          a.current + sign * b.current, a.temperature + sign * b.temperature};
}

struct Reading {
  const char* text;
  double si;
  Dimension dimension;
};
// Rounding: a product of at most three factors of a rounded mantissa and rounded prefixes, 4 half ulps.
constexpr double tolerance = 1e-15;

}  // namespace

TEST_CASE("units: what a designer writes reads as SI", "[units]") {
  const Reading readings[] = {
      {"6 us", 6e-6, Time::dimension},
      {"6us", 6e-6, Time::dimension},
      {"-25 mV", -25e-3, Voltage::dimension},
      {"5 mV um", 5e-9, over(Voltage::dimension, Length::dimension, 1)},
      {"1 fF/um2", 1e-3, over(Capacitance::dimension, Area::dimension)},
      {"0.1 pJ/bit/mm", 1e-10, over(Energy::dimension, Length::dimension)},
      {"25 mm2", 25e-6, Area::dimension},
      {"3e2 K", 300.0, Temperature::dimension},
      {"2 m", 2.0, Length::dimension},  // a metre, not a prefix
      {"2 mm", 2e-3, Length::dimension},
      {"1 ms", 1e-3, Time::dimension},
      {"10 kohm", 1e4, Resistance::dimension},
      {"5 %", 0.05, {}},
      {"0.7", 0.7, {}},
      {"-1e-3", -1e-3, {}},
  };
  for (const Reading& r : readings) {
    CAPTURE(r.text);
    std::string problem;
    const auto parsed = parse_quantity(r.text, problem);
    REQUIRE(parsed);
    CHECK_THAT(parsed->si, WithinRel(r.si, tolerance));
    CHECK(parsed->dimension == r.dimension);
  }
}

TEST_CASE("units: text that is no finite quantity says why", "[units]") {
  const std::pair<const char*, const char*> refusals[] = {
      {"", "no number found"},         {"fast", "no number found"},
      {"nan", "not a finite number"},  {"inf V", "not a finite number"},
      {"-inf", "not a finite number"}, {"1e999", "the number is out of the range of a double"},
      {"10 na", "unknown unit 'na'"},  {"3 parsec", "unknown unit 'parsec'"},
      {"1 kK", "unknown unit 'kK'"},   {"1 V/", "unexpected ''"},
      {"1,5 V", "unexpected ',5 V'"},
  };
  for (const auto& [text, why] : refusals) {
    CAPTURE(text);
    std::string problem;
    CHECK_FALSE(parse_quantity(text, problem));
    CHECK(problem == why);
  }
}

TEST_CASE("units: a formatted quantity has 1 <= mantissa < 1000 and no trailing zeros", "[units]") {
  CHECK(to_text(6_us) == "6 us");
  CHECK(to_text(Time{0.0}) == "0 s");
  CHECK(to_text(Time{1.5e-7}) == "150 ns");
  CHECK(to_text(Voltage{-0.025}) == "-25 mV");
  CHECK(to_text(Frequency{12.5e6}) == "12.5 MHz");
  CHECK(to_text(Time{1.0 / 3.0}) == "333.3 ms");
  CHECK(to_text(Time{1.0 / 3.0}, 2) == "333 ms");
  CHECK(to_text(Area{25e-6}) == "25 mm2");
  CHECK(to_text(Area{4e-12}) == "4 um2");
  CHECK(to_text(Temperature{300.0}) == "300 K");
  CHECK(format_quantity(0.83, {}) == "0.83");
}

TEST_CASE("units: what is formatted reads back, for every prefix and named unit", "[units]") {
  const Dimension dimensions[] = {
      Time::dimension,   Voltage::dimension,    Current::dimension,    Capacitance::dimension,
      Area::dimension,   Energy::dimension,     Power::dimension,      Frequency::dimension,
      Charge::dimension, Length::dimension,     Resistance::dimension, Conductance::dimension,
      Dimension{},       Temperature::dimension};
  for (const Dimension& dimension : dimensions) {
    for (int exponent = -17; exponent <= 11; ++exponent) {
      const double si = 1.234567 * std::pow(10.0, exponent);
      const std::string text = format_quantity(si, dimension, 7);
      CAPTURE(text);
      std::string problem;
      const auto parsed = parse_quantity(text, problem);
      REQUIRE(parsed);
      CHECK(parsed->dimension == dimension);
      CHECK_THAT(parsed->si, WithinRel(si, 1e-14));  // seven digits are exact here; prefixes and pow round
    }
  }
}

TEST_CASE("units: shortest text reads back as the same double", "[units]") {
  for (const double value : {0.1, 1.0 / 3.0, 1e-300, 123456789.125, -2.5e-8, 5e-324}) {
    std::string problem;
    const auto parsed = parse_quantity(shortest(value), problem);
    REQUIRE(parsed);
    CHECK(parsed->si == value);
  }
}

TEST_CASE("units: domains admit neither NaN nor what lies on an open end", "[units]") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  for (const Domain& d : {Domain{}, domain::finite, domain::positive, domain::non_negative, domain::unit}) {
    CHECK_FALSE(d.contains(nan));
  }
  CHECK_FALSE(domain::finite.contains(inf));
  CHECK_FALSE(domain::positive.contains(0.0));
  CHECK(domain::non_negative.contains(0.0));
  CHECK(domain::unit.contains(1.0));
  CHECK_FALSE(domain::unit.contains(1.0000001));
}
