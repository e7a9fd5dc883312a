// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <string_view>

namespace leadlag {

/// Legal values of a parameter, in SI. Written so that NaN is outside of every domain.
struct Domain {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;

  constexpr bool contains(double x) const { return (low_open ? x > low : x >= low) && x <= high; }
};

namespace domain {
inline constexpr Domain finite{-std::numeric_limits<double>::max(), std::numeric_limits<double>::max(),
                               false};
inline constexpr Domain positive{0.0, std::numeric_limits<double>::max(), true};
inline constexpr Domain non_negative{0.0, std::numeric_limits<double>::max(), false};
inline constexpr Domain unit{0.0, 1.0, false};
constexpr Domain between(double low, double high) { return {low, high, false}; }
}  // namespace domain

/// One parameter of a block, described once: this row drives loading, range checks, the report's echo, the
/// JSON Schema and the docs table. M is a Quantity, double, int, bool, std::string or an enum with Names.
template <class P, class M>
struct Field {
  std::string_view name;
  M P::*member;
  Domain domain;
  std::string_view meaning;

  using Member = M;
};
template <class P, class M>
Field(const char*, M P::*, Domain, const char*) -> Field<P, M>;

/// Text names of an enum, in the order of its values: specialise with `static constexpr std::array value`.
template <class E>
struct Names;

template <class E>
constexpr std::string_view name_of(E e) {
  return Names<E>::value[static_cast<std::size_t>(e)];
}

}  // namespace leadlag
