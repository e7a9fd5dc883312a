// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

/// The transcendental functions of the die, the same bits everywhere: in scalar code, in loops the compiler
/// turns into vectors of any width, on every machine with IEEE arithmetic in round-to-nearest. They are
/// branch-free and use only +, -, *, /, comparison and integer operations on the bits: no libm (but for sqrt,
/// which IEEE rounds), no tables, no fused multiply-add. Translation units that include this are to be
/// compiled with -ffp-contract=off (the project's flag), or a compiler with an FMA at hand would round
/// differently.
///
/// Polynomials are minimax fits found with the Remez exchange in 60-digit arithmetic, each on an interval a
/// little wider than it is used on, coefficients then rounded to T. Fit errors are stated at each polynomial.
/// Accuracies below are just above the largest error seen in millions of random arguments, against long
/// double; testbenches/blocks/die_math_test.cpp holds them.
namespace leadlag {

namespace die {

/// c0 + x c1 + x^2 c2 + ...
template <class T>
[[gnu::always_inline]] constexpr T polynomial(T, T c0) {
  return c0;
}
template <class T, class... Rest>
[[gnu::always_inline]] constexpr T polynomial(T x, T c0, Rest... rest) {
  return c0 + x * polynomial(x, rest...);
}

template <class T>
struct Format;

template <>
struct Format<double> {
  using Bits = std::uint64_t;
  static constexpr int mantissa_bits = 52;
  static constexpr Bits bias = 1023;
  static constexpr double round = 0x1.8p52;  // adding it leaves an integer in the low bits of the sum

  // ln 2 in two pieces, the first so short that its product with any exponent is exact: 42 + 11 <= 53 bits.
  static constexpr double log2e = 0x1.71547652b82fep0;
  static constexpr double ln2_high = 0x1.62e42fefa3800p-1;
  static constexpr double ln2_low = 0x1.ef35793c76730p-45;

  static constexpr double exp_lowest = -746.0, exp_highest = 710.0;  // beyond: 0 and inf
  static constexpr double tanh_highest = 20.0;                       // beyond: 1

  /// (exp(r) - 1 - r) / r^2 on |r| <= 0.3471: degree 10, error 2^-59, 2^-62 of exp.
  [[gnu::always_inline]] static constexpr double exp_tail(double r) {
    return polynomial(r, 0.5, 0x1.5555555555557p-3, 0x1.5555555555558p-5, 0x1.11111111100aep-7,
                      0x1.6c16c16c151b4p-10, 0x1.a01a01ac00bc6p-13, 0x1.a01a01ad1574dp-16,
                      0x1.71de01e359dc8p-19, 0x1.27e4cc8d98640p-22, 0x1.af4e8be088d82p-26,
                      0x1.1f8bb907dbbd3p-29);
  }
  /// (log((1 + s) / (1 - s)) - 2 s) / s^3 as a function of z = s^2 on 0 <= z <= 0.0401: degree 7, error
  /// 2^-55.
  [[gnu::always_inline]] static constexpr double log_tail(double z) {
    return polynomial(z, 0x1.5555555555555p-1, 0x1.9999999999f45p-2, 0x1.24924923d9a60p-2,
                      0x1.c71c72e54f96fp-3, 0x1.745caa7ff5505p-3, 0x1.3b2a14a4c98b4p-3, 0x1.0e87384ad3edbp-3,
                      0x1.16c29972abc14p-3);
  }
  /// tanh(x) = x / (1 + z / (3 + z / (5 + ...))) with z = x^2, cut off after the 15: exact integers. The
  /// ratio z N(z) / D(z) is tanh(x) / x - 1, error 2^-60 for |x| <= 0.55.
  [[gnu::always_inline]] static constexpr double tanh_numerator(double z) {
    return polynomial(z, -675675.0, -45045.0, -594.0, -1.0);
  }
  [[gnu::always_inline]] static constexpr double tanh_denominator(double z) {
    return polynomial(z, 2027025.0, 945945.0, 51975.0, 630.0, 1.0);
  }
};

template <>
struct Format<float> {
  using Bits = std::uint32_t;
  static constexpr int mantissa_bits = 23;
  static constexpr Bits bias = 127;
  static constexpr float round = 0x1.8p23f;

  static constexpr float log2e = 0x1.715476p0f;
  static constexpr float ln2_high = 0x1.62e4p-1f;  // 15 + 8 <= 24 bits
  static constexpr float ln2_low = 0x1.7f7d1cp-20f;

  static constexpr float exp_lowest = -105.0f, exp_highest = 89.0f;
  static constexpr float tanh_highest = 10.0f;

  /// As above: degree 5, error 2^-29, 2^-32 of exp.
  [[gnu::always_inline]] static constexpr float exp_tail(float r) {
    return polynomial(r, 0.5f, 0x1.555556p-3f, 0x1.5554e8p-5f, 0x1.1110aap-7f, 0x1.6d43fcp-10f,
                      0x1.a17efep-13f);
  }
  /// As above: degree 3, error 2^-28.
  [[gnu::always_inline]] static constexpr float log_tail(float z) {
    return polynomial(z, 0x1.555556p-1f, 0x1.999a6ep-2f, 0x1.242bd0p-2f, 0x1.e67f76p-3f);
  }
  /// As above, cut off after the 9: error 2^-32.
  [[gnu::always_inline]] static constexpr float tanh_numerator(float z) {
    return polynomial(z, -315.0f, -14.0f);
  }
  [[gnu::always_inline]] static constexpr float tanh_denominator(float z) {
    return polynomial(z, 945.0f, 420.0f, 15.0f);
  }
};

template <class T>
inline constexpr auto sign_bit = typename Format<T>::Bits{1} << (sizeof(T) * 8 - 1);

template <class T>
[[gnu::always_inline]] constexpr T magnitude(T x) {
  return std::bit_cast<T>(std::bit_cast<typename Format<T>::Bits>(x) & ~sign_bit<T>);
}

/// x = k ln 2 + r, |r| <= ln 2 / 2 and a rounding.
template <class T>
struct Reduced {
  T r;
  typename Format<T>::Bits k;  // added to the bits of Format<T>::round
};
template <class T>
[[gnu::always_inline]] constexpr Reduced<T> reduce(T x) {
  using F = Format<T>;
  const T shifted = x * F::log2e + F::round;
  const T k = shifted - F::round;
  return {(x - k * F::ln2_high) - k * F::ln2_low, std::bit_cast<typename F::Bits>(shifted)};
}

/// exp(r) - 1.
template <class T>
[[gnu::always_inline]] constexpr T expm1_reduced(T r) {
  return r + (r * r) * Format<T>::exp_tail(r);
}

}  // namespace die

/// e^x. x = k ln 2 + r by adding and subtracting 1.5 2^mantissa_bits, a polynomial in r, then two factors
/// whose product is 2^k, so that results overflow to inf and underflow gradually to 0 as they should. All x;
/// NaN gives NaN. Within 1 ulp (double, float), subnormal results included.
template <class T>
[[gnu::always_inline]] constexpr T die_exp(T x) {
  using F = die::Format<T>;
  using Bits = typename F::Bits;
  x = x > F::exp_highest ? F::exp_highest : x;  // in this form NaN passes
  x = x < F::exp_lowest ? F::exp_lowest : x;
  const auto [r, k] = die::reduce(x);
  // k + 2 bias is positive: a logical shift halves it, the only kind AVX2 has for 64 bits.
  const Bits twice = k - std::bit_cast<Bits>(F::round) + 2 * F::bias;
  const Bits half = twice >> 1;
  const T first = std::bit_cast<T>(half << F::mantissa_bits);
  const T second = std::bit_cast<T>((twice - half) << F::mantissa_bits);
  return (T(1) + die::expm1_reduced(r)) * first * second;
}

/// tanh x. Below 0.55, x + x N(x^2) / D(x^2) from Lambert's continued fraction, relatively accurate down to
/// the smallest x; above, 1 - 2 e / (1 + e) with e = exp(-2|x|). One division serves both. Odd to the bit, -0
/// included. All x; NaN gives NaN. Within 1.6 ulp (double, float), never beyond 1.
template <class T>
[[gnu::always_inline]] constexpr T die_tanh(T x) {
  using F = die::Format<T>;
  using Bits = typename F::Bits;
  const T size = die::magnitude(x);
  const bool small = size < T(0.55);
  const T z = size * size;
  const auto [r, k] = die::reduce(T(-2) * (size > F::tanh_highest ? F::tanh_highest : size));
  const T power = std::bit_cast<T>((k << F::mantissa_bits) + (F::bias << F::mantissa_bits));  // 2^k, k <= 0
  const T exp = power + power * die::expm1_reduced(r);
  const T ratio =
      (small ? z * F::tanh_numerator(z) : T(-2) * exp) / (small ? F::tanh_denominator(z) : T(1) + exp);
  const T value = small ? size + size * ratio : T(1) + ratio;
  return std::bit_cast<T>(std::bit_cast<Bits>(value) | (std::bit_cast<Bits>(x) & die::sign_bit<T>));
}

/// 1 / (1 + e^-x), as e^x / (1 + e^x) for negative x: small values underflow gradually and no x overflows.
/// All x; NaN gives NaN. Within 2.5 ulp (double, float), never beyond 1.
template <class T>
[[gnu::always_inline]] constexpr T die_sigmoid(T x) {
  const T exp = die_exp(-die::magnitude(x));
  return (x < T(0) ? exp : T(1)) / (T(1) + exp);
}

/// log(1 + x). For x > 1/2, ln 2 + log(1 + (x - 1) / 2), both steps exact; then with s = f / (2 + f) the odd
/// series of log((1 + s) / (1 - s)), arranged as f - (f^2/2 - s (f^2/2 + tail)) so that the rounding of s
/// hardly counts. Only for 0 <= x <= 1, where it is within 1 ulp (double, float); NaN gives NaN.
template <class T>
[[gnu::always_inline]] constexpr T die_log1p(T x) {
  using F = die::Format<T>;
  const bool large = x > T(0.5);
  const T f = large ? (x - T(1)) * T(0.5) : x;
  const T high = large ? F::ln2_high : T(0);
  const T low = large ? F::ln2_low : T(0);
  const T s = f / (T(2) + f);
  const T z = s * s;
  const T half_square = T(0.5) * f * f;
  return high + (f - (half_square - (s * (half_square + z * F::log_tail(z)) + low)));
}

/// log(1 + e^x) = max(x, 0) + log1p(e^-|x|). All x; NaN gives NaN. Within 2 ulp (double, float).
template <class T>
[[gnu::always_inline]] constexpr T die_softplus(T x) {
  return (x < T(0) ? T(0) : x) + die_log1p(die_exp(-die::magnitude(x)));
}

/// e^x - 1. Only for 0 <= x <= 80 (float) or 600 (double), where it is within 2 ulp; NaN gives NaN.
template <class T>
[[gnu::always_inline]] constexpr T die_expm1(T x) {
  using F = die::Format<T>;
  const auto [r, k] = die::reduce(x);
  const T power = std::bit_cast<T>((k << F::mantissa_bits) + (F::bias << F::mantissa_bits));  // 2^k, k >= 0
  return (power - T(1)) + power * die::expm1_reduced(r);
}

/// log(1 + x) for all x >= 0: 1 + x = 2^k (1 + f) with -1/4 <= f < 1/2, then as die_log1p, which costs less
/// but ends at 1. Within 2.1 ulp (double, float).
template <class T>
[[gnu::always_inline]] constexpr T die_log1p_any(T x) {
  using F = die::Format<T>;
  using Bits = typename F::Bits;
  constexpr Bits quarters = std::bit_cast<Bits>(T(0.75));
  const T sum = T(1) + x;
  const Bits k = (std::bit_cast<Bits>(sum) - quarters) >> F::mantissa_bits;
  const T scaled = std::bit_cast<T>(std::bit_cast<Bits>(sum) - (k << F::mantissa_bits)) - T(1);
  const T f = k == 0 ? x : scaled;
  const T n = std::bit_cast<T>(std::bit_cast<Bits>(F::round) + k) - F::round;
  const T s = f / (T(2) + f);
  const T z = s * s;
  const T half_square = T(0.5) * f * f;
  return n * F::ln2_high + (f - (half_square - (s * (half_square + z * F::log_tail(z)) + n * F::ln2_low)));
}

/// sinh x = (m + m / (1 + m)) / 2 with m = e^x - 1. Only for 0 <= x <= 80 (float) or 600 (double), where it
/// is within 3 ulp.
template <class T>
[[gnu::always_inline]] constexpr T die_sinh(T x) {
  const T m = die_expm1(x);
  return T(0.5) * (m + m / (T(1) + m));
}

/// asinh x = log(1 + x + x^2 / (1 + sqrt(1 + x^2))). Only for 0 <= x <= 1e18, where it is within 3 ulp.
template <class T>
[[gnu::always_inline]] inline T die_asinh(T x) {
  const T square = x * x;
  return die_log1p_any(x + square / (T(1) + std::sqrt(T(1) + square)));
}

}  // namespace leadlag
