// SPDX-License-Identifier: Apache-2.0
#include "units/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace leadlag {
namespace {

struct Unit {
  std::string_view symbol;
  double scale;
  Dimension dimension;
  bool prefixes;
};
struct Prefix {
  std::string_view symbol;
  double scale;
};
struct Kind {
  Dimension dimension;
  std::string_view unit, noun, example;
};

constexpr std::array units{
    Unit{"s", 1.0, Time::dimension, true},        Unit{"V", 1.0, Voltage::dimension, true},
    Unit{"A", 1.0, Current::dimension, true},     Unit{"F", 1.0, Capacitance::dimension, true},
    Unit{"Hz", 1.0, Frequency::dimension, true},  Unit{"J", 1.0, Energy::dimension, true},
    Unit{"W", 1.0, Power::dimension, true},       Unit{"C", 1.0, Charge::dimension, true},
    Unit{"m", 1.0, Length::dimension, true},      Unit{"ohm", 1.0, Resistance::dimension, true},
    Unit{"S", 1.0, Conductance::dimension, true}, Unit{"K", 1.0, Temperature::dimension, false},
    Unit{"bit", 1.0, Dimension{}, false},         Unit{"%", 0.01, Dimension{}, false},
};
constexpr std::array prefixes{Prefix{"a", 1e-18}, Prefix{"f", 1e-15}, Prefix{"p", 1e-12}, Prefix{"n", 1e-9},
                              Prefix{"u", 1e-6},  Prefix{"m", 1e-3},  Prefix{"k", 1e3},   Prefix{"M", 1e6},
                              Prefix{"G", 1e9},   Prefix{"T", 1e12}};
constexpr std::array kinds{
    Kind{Time::dimension, "s", "a time", "20 us"},
    Kind{Voltage::dimension, "V", "a voltage", "50 mV"},
    Kind{Current::dimension, "A", "a current", "20 nA"},
    Kind{Capacitance::dimension, "F", "a capacitance", "1 pF"},
    Kind{Frequency::dimension, "Hz", "a frequency", "1 MHz"},
    Kind{Energy::dimension, "J", "an energy", "1 pJ"},
    Kind{Power::dimension, "W", "a power", "1 mW"},
    Kind{Charge::dimension, "C", "a charge", "1 fC"},
    Kind{Area::dimension, "m2", "an area", "25 mm2"},
    Kind{Length::dimension, "m", "a length", "2 um"},
    Kind{Resistance::dimension, "ohm", "a resistance", "1 kohm"},
    Kind{Conductance::dimension, "S", "a conductance", "1 nS"},
    Kind{Temperature::dimension, "K", "a temperature", "300 K"},
    Kind{(Voltage{} * Length{}).dimension, "V m", "a matching constant", "5 mV um"},
    Kind{(Capacitance{} / Area{}).dimension, "F/m2", "a capacitance per area", "1 fF/um2"},
    Kind{(Energy{} / Length{}).dimension, "J/m", "an energy per length", "0.2 pJ/mm"},
    Kind{(Resistance{} / Length{}).dimension, "ohm/m", "a resistance per length", "100 ohm/mm"},
    Kind{(Capacitance{} / Length{}).dimension, "F/m", "a capacitance per length", "0.2 fF/um"},
    Kind{Dimension{}, "", "a number", "0.5"},
};

const Unit* find_unit(std::string_view symbol) {
  for (const Unit& u : units) {
    if (u.symbol == symbol) return &u;
  }
  return nullptr;
}

/// Unit symbol with an optional prefix; a bare symbol wins over prefix + symbol ("m" is a metre).
bool resolve(std::string_view symbol, double& scale, Dimension& dimension) {
  if (const Unit* u = find_unit(symbol)) {
    scale = u->scale, dimension = u->dimension;
    return true;
  }
  for (const Prefix& p : prefixes) {
    if (!symbol.starts_with(p.symbol)) continue;
    const Unit* u = find_unit(symbol.substr(p.symbol.size()));
    if (u != nullptr && u->prefixes) {
      scale = p.scale * u->scale, dimension = u->dimension;
      return true;
    }
  }
  return false;
}

bool is_space(char c) { return c == ' ' || c == '\t'; }
bool is_symbol(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '%'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

Dimension add(const Dimension& a, const Dimension& b, int times) {
  return {a.mass + times * b.mass, a.length + times * b.length, a.time + times * b.time,
          a.current + times * b.current, a.temperature + times * b.temperature};
}

const Kind* find_kind(const Dimension& dimension) {
  for (const Kind& k : kinds) {
    if (k.dimension == dimension) return &k;
  }
  return nullptr;
}

}  // namespace

std::optional<ParsedQuantity> parse_quantity(std::string_view text, std::string& problem) {
  const auto fail = [&](std::string why) {
    problem = std::move(why);
    return std::nullopt;
  };
  std::size_t i = 0;
  while (i < text.size() && is_space(text[i])) ++i;
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return fail("the number is out of the range of a double");
  if (error != std::errc{}) return fail("no number found");
  if (!std::isfinite(value)) return fail("not a finite number");
  i = static_cast<std::size_t>(end - text.data());

  ParsedQuantity result{value, {}};
  int sign = 1;
  while (true) {
    while (i < text.size() && is_space(text[i])) ++i;
    if (i == text.size()) break;
    if (text[i] == '/' || text[i] == '*') {
      sign = text[i] == '/' ? -1 : 1;
      ++i;
      while (i < text.size() && is_space(text[i])) ++i;
    } else {
      sign = 1;
    }
    const std::size_t start = i;
    while (i < text.size() && is_symbol(text[i])) ++i;
    const std::string_view symbol = text.substr(start, i - start);
    if (symbol.empty()) return fail("unexpected '" + std::string(text.substr(start)) + "'");
    int exponent = 1;
    if (i < text.size() && is_digit(text[i])) exponent = text[i++] - '0';
    double scale = 1.0;
    Dimension dimension;
    if (!resolve(symbol, scale, dimension)) return fail("unknown unit '" + std::string(symbol) + "'");
    for (int k = 0; k < exponent; ++k) result.si = sign > 0 ? result.si * scale : result.si / scale;
    result.dimension = add(result.dimension, dimension, sign * exponent);
  }
  return result;
}

std::string shortest(double value) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end};
}

std::string unit_name(const Dimension& dimension) {
  if (const Kind* k = find_kind(dimension)) return std::string(k->unit);
  std::string name;
  const auto append = [&name](std::string_view base, int exponent) {
    if (exponent == 0) return;
    if (!name.empty()) name += ' ';
    name += base;
    if (exponent != 1) name += std::to_string(exponent);
  };
  append("kg", dimension.mass), append("m", dimension.length), append("s", dimension.time);
  append("A", dimension.current), append("K", dimension.temperature);
  return name;
}

std::string describe(const Dimension& dimension) {
  if (const Kind* k = find_kind(dimension)) {
    return std::string(k->noun) + " such as " + std::string(k->example);
  }
  return "a quantity in " + unit_name(dimension);
}

std::string format_quantity(double si, const Dimension& dimension, int digits) {
  const std::string unit = unit_name(dimension);
  double mantissa = si;
  std::string_view prefix;
  const Kind* kind = find_kind(dimension);
  const bool plain = kind == nullptr || unit.empty() || unit == "K";
  if (!plain && si != 0.0 && std::isfinite(si)) {
    const int power = unit == "m2" ? 2 : 1;  // a prefix on m2 is squared with its unit: 1 mm2 = 1e-6 m2
    double best = 1.0;
    const double size = std::abs(si);
    if (size < 1.0 || size >= 1000.0) {
      for (const Prefix& p : prefixes) {
        const double scale = std::pow(p.scale, power);
        if (size >= scale * (1.0 - 1e-12)) best = scale, prefix = p.symbol;
      }
      if (prefix == "m" && size >= 1.0) best = 1.0, prefix = {};
    }
    if (prefix.empty() && size < 1e-18) best = 1e-18, prefix = "a";
    mantissa = si / best;
  }
  // All digits before the point are shown: 330, not 3.3e+02.
  const double whole = std::abs(mantissa);
  if (whole >= 1.0 && whole < 1e6)
    digits = std::max(digits, 1 + static_cast<int>(std::floor(std::log10(whole))));
  std::array<char, 48> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), mantissa,
                                          std::chars_format::general, digits);
  std::string text{buffer.data(), end};
  if (!unit.empty()) text += " " + std::string(prefix) + unit;
  return text;
}

std::string percent(double share) { return format_quantity(100.0 * share, {}, 4) + " %"; }

}  // namespace leadlag
