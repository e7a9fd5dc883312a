// SPDX-License-Identifier: Apache-2.0
#include "blocks/die_math.hpp"

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace leadlag;

namespace {

/// Distance in units of the last place of `want` in T; subnormal results have the last place of the smallest
/// normal.
template <class T>
long double ulps(T got, long double want) {
  if (std::isinf(got) && want > static_cast<long double>(std::numeric_limits<T>::max())) return 0;
  int exponent = 0;
  std::frexp(want, &exponent);
  exponent = std::max(exponent, std::numeric_limits<T>::min_exponent);
  return std::fabs(static_cast<long double>(got) - want) /
         std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits);
}

/// One function, its reference in long double (64 bits of mantissa: 2^-11 ulp of double), and its promise.
template <class T>
struct Case {
  std::string name;
  T (*ours)(T);
  long double (*reference)(long double);
  double lowest, highest;
  double ulps;
};

template <class T>
std::vector<Case<T>> cases() {
  constexpr bool wide = std::is_same_v<T, double>;
  constexpr double range = wide ? 750 : 107;
  return {
      {"exp", [](T x) { return die_exp(x); }, [](long double x) { return std::exp(x); }, -range, range, 1.0},
      {"exp near 0", [](T x) { return die_exp(x); }, [](long double x) { return std::exp(x); }, -1, 1, 1.0},
      {"tanh", [](T x) { return die_tanh(x); }, [](long double x) { return std::tanh(x); }, -25, 25, 1.6},
      {"tanh near its seams", [](T x) { return die_tanh(x); }, [](long double x) { return std::tanh(x); },
       -0.6, 0.6, 1.6},
      {"tanh near 0", [](T x) { return die_tanh(x); }, [](long double x) { return std::tanh(x); }, -1e-3,
       1e-3, 0.6},
      {"tanh of next to nothing", [](T x) { return die_tanh(x); }, [](long double x) { return std::tanh(x); },
       -1e-36, 1e-36, 0.0},
      {"sigmoid", [](T x) { return die_sigmoid(x); }, [](long double x) { return 1 / (1 + std::exp(-x)); },
       -range, range, 2.5},
      {"sigmoid near 0", [](T x) { return die_sigmoid(x); },
       [](long double x) { return 1 / (1 + std::exp(-x)); }, -5, 5, 2.5},
      {"log1p", [](T x) { return die_log1p(x); }, [](long double x) { return std::log1p(x); }, 0, 1, 1.0},
      {"log1p near 0", [](T x) { return die_log1p(x); }, [](long double x) { return std::log1p(x); }, 0, 1e-5,
       0.6},
      {"softplus", [](T x) { return die_softplus(x); },
       [](long double x) { return std::fmax(x, 0.0L) + std::log1p(std::exp(-std::fabs(x))); }, -range, range,
       2.0},
      {"softplus near 0", [](T x) { return die_softplus(x); },
       [](long double x) { return std::fmax(x, 0.0L) + std::log1p(std::exp(-std::fabs(x))); }, -2, 2, 2.0},
      {"expm1", [](T x) { return die_expm1(x); }, [](long double x) { return std::expm1(x); }, 0,
       wide ? 600 : 80, 2.0},
      {"expm1 near 0", [](T x) { return die_expm1(x); }, [](long double x) { return std::expm1(x); }, 0, 2,
       2.0},
      {"log1p of all", [](T x) { return die_log1p_any(x); }, [](long double x) { return std::log1p(x); }, 0,
       1e15, 2.1},
      {"log1p of all, near 0", [](T x) { return die_log1p_any(x); },
       [](long double x) { return std::log1p(x); }, 0, 4, 2.1},
      {"sinh", [](T x) { return die_sinh(x); }, [](long double x) { return std::sinh(x); }, 0,
       wide ? 600 : 80, 3.0},
      {"sinh near 0", [](T x) { return die_sinh(x); }, [](long double x) { return std::sinh(x); }, 0, 2, 3.0},
      {"asinh", [](T x) { return die_asinh(x); }, [](long double x) { return std::asinh(x); }, 0, 1e15, 3.0},
      {"asinh near 0", [](T x) { return die_asinh(x); }, [](long double x) { return std::asinh(x); }, 0, 4,
       3.0},
  };
}

template <class T>
constexpr T inf = std::numeric_limits<T>::infinity();
template <class T>
constexpr T nan_value = std::numeric_limits<T>::quiet_NaN();
template <class T>
constexpr T tiny = std::numeric_limits<T>::denorm_min();

template <class T>
auto bits(T x) {
  return std::bit_cast<typename die::Format<T>::Bits>(x);
}

template <class T>
void all(const T* x, T* y, std::size_t n) {
  // Five loops, not one: each is a candidate for vectors of its own.
  for (std::size_t i = 0; i < n; ++i) y[i] = die_exp(x[i]);
  for (std::size_t i = 0; i < n; ++i) y[n + i] = die_tanh(x[i]);
  for (std::size_t i = 0; i < n; ++i) y[2 * n + i] = die_sigmoid(x[i]);
  for (std::size_t i = 0; i < n; ++i) y[3 * n + i] = die_log1p(x[i]);
  for (std::size_t i = 0; i < n; ++i) y[4 * n + i] = die_softplus(x[i]);
}

#if defined(__x86_64__) && !defined(__clang__)  // whose target attribute knows no vector width
#define LEADLAG_LOOPS(name, set)                                           \
  template <class T>                                                       \
  [[gnu::target(set)]] void name(const T* x, T* y, std::size_t n) {        \
    for (std::size_t i = 0; i < n; ++i) y[i] = die_exp(x[i]);              \
    for (std::size_t i = 0; i < n; ++i) y[n + i] = die_tanh(x[i]);         \
    for (std::size_t i = 0; i < n; ++i) y[2 * n + i] = die_sigmoid(x[i]);  \
    for (std::size_t i = 0; i < n; ++i) y[3 * n + i] = die_log1p(x[i]);    \
    for (std::size_t i = 0; i < n; ++i) y[4 * n + i] = die_softplus(x[i]); \
  }
LEADLAG_LOOPS(all_avx2, "avx2,fma")
LEADLAG_LOOPS(all_avx512, "avx512f,avx512vl,avx512bw,avx512dq,fma,prefer-vector-width=512")
#undef LEADLAG_LOOPS
#endif

/// Where bits are compared: everything, with the functions' own thresholds, edges and infinities among it.
template <class T>
std::vector<T> probes() {
  std::vector<T> x{T(0),   -T(0),   T(0.5), T(0.55), T(20),  T(-746),
                   T(710), T(-105), T(89),  tiny<T>, inf<T>, -inf<T>};
  std::mt19937_64 random{1};
  for (const double scale : {1e-30, 1e-4, 1.0, 30.0, 800.0}) {
    std::uniform_real_distribution<double> uniform{-scale, scale};
    for (int k = 0; k < 2000; ++k) x.push_back(static_cast<T>(uniform(random)));
  }
  return x;
}

}  // namespace

TEMPLATE_TEST_CASE("die math: accuracy", "[die_math]", float, double) {
  using T = TestType;
  for (const auto& c : cases<T>()) {
    long double worst = 0;
    T at = 0;
    std::mt19937_64 random{2};
    std::uniform_real_distribution<double> jitter{0, 1};
    constexpr int points = 400'000;  // a dense grid, every point moved within its cell to vary its low bits
    for (int k = 0; k <= points; ++k) {
      const double t = std::min((k + jitter(random)) / points, 1.0);
      const T x = static_cast<T>(c.lowest + (c.highest - c.lowest) * t);
      const long double distance = ulps(c.ours(x), c.reference(static_cast<long double>(x)));
      if (!(distance <= worst)) worst = distance, at = x;
    }
    INFO(c.name << " at " << at);
    CHECK(worst <= static_cast<long double>(c.ulps) + 1e-3L);  // 2^-11 for the reference's own rounding
  }
}

TEMPLATE_TEST_CASE("die math: edges", "[die_math]", float, double) {
  using T = TestType;
  constexpr T largest = std::numeric_limits<T>::max();

  CHECK(die_exp(T(0)) == T(1));
  CHECK(die_exp(-T(0)) == T(1));
  CHECK(die_exp(inf<T>) == inf<T>);
  CHECK(die_exp(largest) == inf<T>);
  CHECK(bits(die_exp(-inf<T>)) == bits(T(0)));
  CHECK(bits(die_exp(-largest)) == bits(T(0)));
  const T last =
      std::is_same_v<T, double> ? T(709.782712893383973096) : T(88.7228317);  // log of `largest`, below
  CHECK(die_exp(last) < inf<T>);
  CHECK(die_exp(last + T(1e-4)) == inf<T>);
  CHECK(die_exp(std::log(tiny<T>)) == tiny<T>);

  CHECK(die_tanh(inf<T>) == T(1));
  CHECK(die_tanh(T(15)) <= T(1));
  CHECK(bits(die_tanh(tiny<T>)) == bits(tiny<T>));
  CHECK(bits(die_tanh(T(0))) == bits(T(0)));
  CHECK(bits(die_tanh(-T(0))) == bits(-T(0)));

  CHECK(die_sigmoid(T(0)) == T(0.5));
  CHECK(die_sigmoid(inf<T>) == T(1));
  CHECK(die_sigmoid(-inf<T>) == T(0));

  CHECK(die_log1p(T(0)) == T(0));
  CHECK(die_log1p(tiny<T>) == tiny<T>);
  CHECK(die_softplus(-inf<T>) == T(0));
  CHECK(die_softplus(inf<T>) == inf<T>);
  CHECK(die_softplus(largest) == largest);

  CHECK(std::isnan(die_exp(nan_value<T>)));
  CHECK(std::isnan(die_tanh(nan_value<T>)));
  CHECK(std::isnan(die_sigmoid(nan_value<T>)));
  CHECK(std::isnan(die_log1p(nan_value<T>)));
  CHECK(std::isnan(die_softplus(nan_value<T>)));
}

TEMPLATE_TEST_CASE("die math: tanh is odd to the bit and bounded by 1", "[die_math]", float, double) {
  using T = TestType;
  std::size_t odd = 0, bounded = 0;
  const auto x = probes<T>();
  for (const T value : x) {
    odd += bits(die_tanh(-value)) == bits(-die_tanh(value));
    bounded += std::fabs(die_tanh(value)) <= T(1);
  }
  CHECK(odd == x.size());
  CHECK(bounded == x.size());
}

TEMPLATE_TEST_CASE("die math: monotone on grids a few ulp fine", "[die_math]", float, double) {
  using T = TestType;
  constexpr T step = 8 * std::numeric_limits<T>::epsilon();
  // Around every seam: 0, where k changes (odd multiples of ln 2 / 2), where formulas change, and in between.
  for (const T centre : {T(-3), T(-1.0397207708), T(-0.55), T(-0.34657359), T(0), T(0.34657359), T(0.5),
                         T(0.55), T(0.69314718), T(0.9), T(1.0397207708), T(2)}) {
    int falls = 0;
    const T span = std::max(std::fabs(centre), T(1));
    T previous[5] = {T(0), T(-1), T(0), T(0), T(0)};
    for (int k = -20'000; k < 20'000; ++k) {
      const T x = centre + static_cast<T>(k) * step * span;
      const T inside = std::clamp(x, T(0), T(1));
      const T now[5] = {die_exp(x), die_tanh(x), die_sigmoid(x), die_log1p(inside), die_softplus(x)};
      for (int f = 0; f < 5; ++f) falls += now[f] < previous[f];
      std::copy(now, now + 5, previous);
    }
    INFO("around " << centre);
    CHECK(falls == 0);
  }
}

TEMPLATE_TEST_CASE("die math: a vectorised loop gives the bits of scalar calls", "[die_math]", float,
                   double) {
  using T = TestType;
  const auto x = probes<T>();
  const std::size_t n = x.size();
  std::vector<T> want(5 * n);
  for (std::size_t i = 0; i < n; ++i) {
    const volatile T hidden = x[i];  // one value at a time: nothing to vectorise
    want[i] = die_exp<T>(hidden);
    want[n + i] = die_tanh<T>(hidden);
    want[2 * n + i] = die_sigmoid<T>(hidden);
    want[3 * n + i] = die_log1p<T>(hidden);
    want[4 * n + i] = die_softplus<T>(hidden);
  }
  std::vector<std::pair<std::string, void (*)(const T*, T*, std::size_t)>> loops{{"baseline", all<T>}};
#if defined(__x86_64__) && !defined(__clang__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    loops.emplace_back("avx2", all_avx2<T>);
  if (__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw")) {
    loops.emplace_back("avx512", all_avx512<T>);
  }
#endif
  for (const auto& [name, loop] : loops) {
    std::vector<T> got(5 * n);
    loop(x.data(), got.data(), n);
    std::size_t different = 0;
    for (std::size_t i = 0; i < 5 * n; ++i) {
      // Outside [0, 1] log1p may be NaN, whose sign is nobody's concern.
      different += bits(got[i]) != bits(want[i]) && !(std::isnan(got[i]) && std::isnan(want[i]));
    }
    INFO(name);
    CHECK(different == 0);
  }
}
