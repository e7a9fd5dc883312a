// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>

namespace leadlag {

/// Exponents of mass, length, time, current and temperature: what a number is a number of.
struct Dimension {
  int mass = 0, length = 0, time = 0, current = 0, temperature = 0;
  constexpr bool operator==(const Dimension&) const = default;
};

/// A physical quantity in coherent SI inside; text and prefixes exist only in src/units/text.hpp.
/// Adding volts to amperes, or wiring a current to a voltage port, does not compile.
template <int M, int L, int T, int A, int K = 0>
struct Quantity {
  double si = 0.0;

  static constexpr Dimension dimension{M, L, T, A, K};
  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity& operator+=(Quantity q) { return si += q.si, *this; }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return {a.si + b.si}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return {a.si - b.si}; }
  friend constexpr Quantity operator-(Quantity a) { return {-a.si}; }
  friend constexpr Quantity operator*(Quantity a, double k) { return {a.si * k}; }
  friend constexpr Quantity operator*(double k, Quantity a) { return {k * a.si}; }
  friend constexpr Quantity operator/(Quantity a, double k) { return {a.si / k}; }
};

namespace detail {
template <int M, int L, int T, int A, int K>
constexpr auto strip(double si) {
  if constexpr (M == 0 && L == 0 && T == 0 && A == 0 && K == 0) {
    return si;
  } else {
    return Quantity<M, L, T, A, K>{si};
  }
}
}  // namespace detail

template <int M, int L, int T, int A, int K, int M2, int L2, int T2, int A2, int K2>
constexpr auto operator*(Quantity<M, L, T, A, K> a, Quantity<M2, L2, T2, A2, K2> b) {
  return detail::strip<M + M2, L + L2, T + T2, A + A2, K + K2>(a.si * b.si);
}
template <int M, int L, int T, int A, int K, int M2, int L2, int T2, int A2, int K2>
constexpr auto operator/(Quantity<M, L, T, A, K> a, Quantity<M2, L2, T2, A2, K2> b) {
  return detail::strip<M - M2, L - L2, T - T2, A - A2, K - K2>(a.si / b.si);
}
template <int M, int L, int T, int A, int K>
constexpr auto operator/(double k, Quantity<M, L, T, A, K> q) {
  return Quantity<-M, -L, -T, -A, -K>{k / q.si};
}

using Length = Quantity<0, 1, 0, 0>;
using Area = Quantity<0, 2, 0, 0>;
using Time = Quantity<0, 0, 1, 0>;
using Frequency = Quantity<0, 0, -1, 0>;
using Current = Quantity<0, 0, 0, 1>;
using Charge = Quantity<0, 0, 1, 1>;
using Voltage = Quantity<1, 2, -3, -1>;
using Power = Quantity<1, 2, -3, 0>;
using Energy = Quantity<1, 2, -2, 0>;
using Capacitance = Quantity<-1, -2, 4, 2>;
using Resistance = Quantity<1, 2, -3, -2>;
using Conductance = Quantity<-1, -2, 3, 2>;
using Temperature = Quantity<0, 0, 0, 0, 1>;

namespace literals {
#define LEADLAG_LITERAL(suffix, type, scale)                                                       \
  constexpr type operator""_##suffix(long double v) { return {static_cast<double>(v) * (scale)}; } \
  constexpr type operator""_##suffix(unsigned long long v) { return {static_cast<double>(v) * (scale)}; }
LEADLAG_LITERAL(s, Time, 1.0)
LEADLAG_LITERAL(ms, Time, 1e-3)
LEADLAG_LITERAL(us, Time, 1e-6)
LEADLAG_LITERAL(ns, Time, 1e-9)
LEADLAG_LITERAL(V, Voltage, 1.0)
LEADLAG_LITERAL(mV, Voltage, 1e-3)
LEADLAG_LITERAL(A, Current, 1.0)
LEADLAG_LITERAL(nA, Current, 1e-9)
LEADLAG_LITERAL(pF, Capacitance, 1e-12)
LEADLAG_LITERAL(fF, Capacitance, 1e-15)
LEADLAG_LITERAL(MHz, Frequency, 1e6)
LEADLAG_LITERAL(um, Length, 1e-6)
LEADLAG_LITERAL(um2, Area, 1e-12)
LEADLAG_LITERAL(pJ, Energy, 1e-12)
#undef LEADLAG_LITERAL
}  // namespace literals
using namespace literals;

static_assert((1_V * 1_A).dimension == Power::dimension);
static_assert((1_pF * 1_V).dimension == Charge::dimension);
static_assert((1_pF * 1_V * 1_V).dimension == Energy::dimension);
static_assert(4_us / 2_us == 2.0);

}  // namespace leadlag
