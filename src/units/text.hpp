// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "units/quantity.hpp"

namespace leadlag {

/// A number as a designer writes it: "6 us", "5 mV um", "1 fF/um2", "0.1 pJ/bit/mm", "0.7".
struct ParsedQuantity {
  double si = 0.0;
  Dimension dimension;
};

/// Reads a number and its unit. On failure returns nothing and says why in `problem` (a phrase for a
/// diagnostic). "nan" and "inf" are failures: no parameter may be either.
std::optional<ParsedQuantity> parse_quantity(std::string_view text, std::string& problem);

/// "6 us": the value with the prefix that leaves 1 <= |mantissa| < 1000, `digits` significant digits, no
/// trailing zeros. The unit is the named one of the dimension (V, A, F, ...) or a product of base units.
std::string format_quantity(double si, const Dimension& dimension, int digits = 4);

template <int M, int L, int T, int A, int K>
std::string to_text(Quantity<M, L, T, A, K> q, int digits = 4) {
  return format_quantity(q.si, q.dimension, digits);
}

/// The unit a dimension is written in, with an example for messages: "s", "V", "m2"; "" for a plain number.
std::string unit_name(const Dimension& dimension);
/// What a diagnostic tells the reader to write: "a time such as 20 us", "a number".
std::string describe(const Dimension& dimension);

/// "87.5 %" of a share of 0.875.
std::string percent(double share);

/// Shortest text that reads back as the same double, '.' as decimal point whatever the locale.
std::string shortest(double value);

}  // namespace leadlag
