// SPDX-License-Identifier: Apache-2.0
#include "arrays/crossbar_kernel.hpp"

#include <hwy/targets.h>

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <random>
#include <vector>

using namespace leadlag;
using Update = SweepMode::Update;

namespace {

template <class T>
struct Aligned {
  using value_type = T;
  static constexpr std::align_val_t alignment{128};
  Aligned() = default;
  template <class U>
  Aligned(const Aligned<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), alignment)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, alignment); }
  bool operator==(const Aligned&) const = default;
};
template <class T>
using Numbers = std::vector<T, Aligned<T>>;

template <class T>
bool same_bits(const Numbers<T>& a, const Numbers<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

/// Everything a call may write, so that it can be compared with what it should have done.
template <class T>
struct Written {
  Numbers<T> weight, accumulator, drive, back;
  bool operator==(const Written& other) const {
    return same_bits(weight, other.weight) && same_bits(accumulator, other.accumulator) &&
           same_bits(drive, other.drive) && same_bits(back, other.back);
  }
};

template <class T>
struct Bench {
  std::size_t rows, columns, replicas;
  std::size_t stride = padded(columns);
  std::size_t depth = replicas == 1 ? 1 : padded(replicas);
  Numbers<T> rate = Numbers<T>(stride * depth), error = Numbers<T>(rows * depth);
  T eta = T(0.37);
  Written<T> start{Numbers<T>(rows * stride), Numbers<T>(rows* stride), Numbers<T>(rows* depth, untouched),
                   Numbers<T>(stride* depth, untouched)};
  static constexpr T untouched = T(-77);

  Bench(std::size_t with_rows, std::size_t with_columns, std::size_t with_replicas)
      : rows(with_rows), columns(with_columns), replicas(with_replicas) {
    std::mt19937_64 random{rows * 1000 + columns};
    const auto fill = [&](Numbers<T>& numbers, std::size_t used, std::size_t pitch, std::size_t count) {
      std::uniform_real_distribution<double> uniform{-1.0, 1.0};
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < used; ++j) numbers[i * pitch + j] = static_cast<T>(uniform(random));
      }
    };
    fill(rate, replicas, depth, columns), fill(error, replicas, depth, rows);
    fill(start.weight, columns, stride, rows), fill(start.accumulator, columns, stride, rows);
  }

  CrossbarTile<T> tile(Written<T>& written) const {
    return {written.weight.data(), written.accumulator.data(), rows, columns, stride, replicas};
  }
  Written<T> swept(SweepMode mode) const {
    Written<T> w = start;
    sweep(tile(w), mode, rate.data(), error.data(), eta, w.drive.data(), w.back.data());
    return w;
  }
};

template <class T>
T folded(std::array<T, virtual_lanes> lanes) {
  for (std::size_t half = virtual_lanes / 2; half > 0; half /= 2) {
    for (std::size_t l = 0; l < half; ++l) lanes[l] = lanes[l] + lanes[l + half];
  }
  return lanes[0];
}

/// The documented arithmetic, one number at a time; drive, back and update on their own.
template <class T>
Written<T> by_the_book(const Bench<T>& b, bool forward, bool backward, Update mode) {
  Written<T> w = b.start;
  const auto& old = b.start.weight;
  for (std::size_t i = 0; forward && i < b.rows; ++i) {
    if (b.replicas == 1) {
      std::array<T, virtual_lanes> lanes{};
      for (std::size_t k = 0; k < b.stride; ++k) {
        lanes[k % virtual_lanes] = std::fma(old[i * b.stride + k], b.rate[k], lanes[k % virtual_lanes]);
      }
      w.drive[i] = folded(lanes);
    }
    for (std::size_t n = 0; b.replicas > 1 && n < b.depth; ++n) {
      T sum = 0;
      for (std::size_t j = 0; j < b.stride; ++j)
        sum = std::fma(old[i * b.stride + j], b.rate[j * b.depth + n], sum);
      w.drive[i * b.depth + n] = sum;
    }
  }
  for (std::size_t j = 0; backward && j < b.stride; ++j) {
    for (std::size_t n = 0; n < b.depth; ++n) {
      T sum = 0;
      for (std::size_t i = 0; i < b.rows; ++i)
        sum = std::fma(old[i * b.stride + j], b.error[i * b.depth + n], sum);
      w.back[j * b.depth + n] = sum;
    }
  }
  auto& cells = mode == Update::online ? w.weight : w.accumulator;
  const T gain = mode == Update::online ? b.eta : T(1);
  for (std::size_t i = 0; mode != Update::none && i < b.rows; ++i) {
    for (std::size_t j = 0; j < b.stride; ++j) {
      T& cell = cells[i * b.stride + j];
      if (b.replicas == 1) {
        cell = std::fma(gain * b.error[i], b.rate[j], cell);
        continue;
      }
      std::array<T, virtual_lanes> lanes{};
      for (std::size_t n = 0; n < b.depth; ++n) {
        lanes[n % virtual_lanes] =
            std::fma(b.error[i * b.depth + n], b.rate[j * b.depth + n], lanes[n % virtual_lanes]);
      }
      cell = std::fma(gain / static_cast<T>(b.replicas), folded(lanes), cell);
    }
  }
  return w;
}

/// Every instruction set compiled in that this machine has, one after the other.
template <class Check>
void on_every_target(Check check) {
  struct Restore {
    ~Restore() {
      hwy::SetSupportedTargetsForTest(0);
      hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    }
  } restore;
  const auto targets = hwy::SupportedAndGeneratedTargets();
  REQUIRE(!targets.empty());
  for (const std::int64_t target : targets) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    INFO("target " << hwy::TargetName(target));
    check();
  }
}

struct Size {
  std::size_t rows, columns;
};
constexpr std::array<Size, 5> sizes{{{1, 1}, {3, 5}, {16, 16}, {17, 33}, {64, 100}}};
constexpr std::array<std::size_t, 4> all_replicas{1, 3, 16, 100};
constexpr std::array<Update, 3> updates{Update::none, Update::online, Update::accumulate};

template <class Check>
void on_every_size(Check check) {
  for (const auto& size : sizes) {
    for (const std::size_t replicas : all_replicas) {
      INFO(size.rows << " x " << size.columns << ", " << replicas << " replicas");
      check(size, replicas);
    }
  }
}

}  // namespace

TEMPLATE_TEST_CASE("crossbar kernel: the documented bits on every target", "[crossbar_kernel]", float,
                   double) {
  on_every_size([](Size size, std::size_t replicas) {
    const Bench<TestType> bench{size.rows, size.columns, replicas};
    for (const Update mode : updates) {
      const auto forward = by_the_book(bench, true, false, mode);
      const auto both = by_the_book(bench, true, true, mode);
      const auto alone = by_the_book(bench, false, false, mode);
      const auto transposed = by_the_book(bench, false, true, Update::none);
      CAPTURE(static_cast<int>(mode));
      on_every_target([&] {
        CHECK(bench.swept({false, mode}) == forward);
        CHECK(bench.swept({true, mode}) == both);
        auto w = bench.start;
        update(bench.tile(w), mode, bench.rate.data(), bench.error.data(), bench.eta);
        CHECK(w == alone);
        w = bench.start;
        read_transposed(bench.tile(w), bench.error.data(), w.back.data());
        CHECK(w == transposed);
      });
    }
  });
}

TEMPLATE_TEST_CASE("crossbar kernel: within rounding of plain sums", "[crossbar_kernel]", float, double) {
  using T = TestType;
  using Wide = long double;
  constexpr Wide unit = static_cast<Wide>(std::numeric_limits<T>::epsilon()) / 2;
  on_every_size([&](Size size, std::size_t replicas) {
    const Bench<T> bench{size.rows, size.columns, replicas};
    const auto got = bench.swept({true, Update::online});
    const auto gradient = bench.swept({false, Update::accumulate}).accumulator;
    const std::size_t depth = bench.depth;
    int outside = 0;
    // n fused terms and the 4 additions of a fold round at most n + 4 times, each time by at most unit times
    // the sum of the terms' magnitudes: (1 + unit)^(n + 4) - 1 < (n + 5) unit here. Applying a mean rounds at
    // most three times more: eta / B or eta e, and the cell itself.
    const auto check = [&](T value, Wide want, Wide magnitudes, std::size_t terms) {
      outside +=
          !(std::fabs(static_cast<Wide>(value) - want) <= static_cast<Wide>(terms + 5) * unit * magnitudes);
    };
    for (std::size_t n = 0; n < replicas; ++n) {
      for (std::size_t i = 0; i < size.rows; ++i) {
        Wide sum = 0, magnitudes = 0;
        for (std::size_t j = 0; j < size.columns; ++j) {
          const Wide term = static_cast<Wide>(bench.start.weight[i * bench.stride + j]) *
                            static_cast<Wide>(bench.rate[j * depth + n]);
          sum += term, magnitudes += std::fabs(term);
        }
        check(got.drive[i * depth + n], sum, magnitudes, size.columns);
      }
      for (std::size_t j = 0; j < size.columns; ++j) {
        Wide sum = 0, magnitudes = 0;
        for (std::size_t i = 0; i < size.rows; ++i) {
          const Wide term = static_cast<Wide>(bench.start.weight[i * bench.stride + j]) *
                            static_cast<Wide>(bench.error[i * depth + n]);
          sum += term, magnitudes += std::fabs(term);
        }
        check(got.back[j * depth + n], sum, magnitudes, size.rows);
      }
    }
    for (std::size_t i = 0; i < size.rows; ++i) {
      for (std::size_t j = 0; j < size.columns; ++j) {
        Wide mean = 0, magnitudes = 0;
        for (std::size_t n = 0; n < replicas; ++n) {
          const Wide term = static_cast<Wide>(bench.error[i * depth + n]) *
                            static_cast<Wide>(bench.rate[j * depth + n]) / static_cast<Wide>(replicas);
          mean += term, magnitudes += std::fabs(term);
        }
        const std::size_t cell = i * bench.stride + j;
        const Wide w = static_cast<Wide>(bench.start.weight[cell]),
                   g = static_cast<Wide>(bench.start.accumulator[cell]);
        const Wide eta = static_cast<Wide>(bench.eta);
        check(got.weight[cell], w + eta * mean, std::fabs(w) + eta * magnitudes, replicas + 3);
        check(gradient[cell], g + mean, std::fabs(g) + magnitudes, replicas + 3);
      }
    }
    CHECK(outside == 0);
  });
}

TEMPLATE_TEST_CASE("crossbar kernel: reads this tick's weights, then updates them", "[crossbar_kernel]",
                   float, double) {
  Bench<TestType> bench{1, 1, 1};
  bench.start.weight[0] = 2, bench.rate[0] = 3, bench.error[0] = 5, bench.eta = 7;
  bench.start.accumulator[0] = 11;
  on_every_target([&] {
    const auto online = bench.swept({true, Update::online});
    CHECK(online.drive[0] == 6);
    CHECK(online.back[0] == 10);
    CHECK(online.weight[0] == 107);
    CHECK(online.accumulator[0] == 11);
    const auto host = bench.swept({true, Update::accumulate});
    CHECK(host.drive[0] == 6);
    CHECK(host.back[0] == 10);
    CHECK(host.weight[0] == 2);
    CHECK(host.accumulator[0] == 26);
    CHECK(bench.swept({false, Update::online}).back[0] == Bench<TestType>::untouched);
  });
}

TEMPLATE_TEST_CASE("crossbar kernel: a mean over replicas", "[crossbar_kernel]", float, double) {
  Bench<TestType> bench{1, 1, 3};
  bench.start.weight[0] = 2, bench.start.accumulator[0] = 1, bench.eta = 6;
  for (std::size_t n = 0; n < 3; ++n) bench.rate[n] = static_cast<TestType>(n + 1), bench.error[n] = 4;
  on_every_target([&] {
    CHECK(bench.swept({false, Update::online}).weight[0] ==
          2 + 6 * 4 * 2);  // exact: eta / B is 2, the sum 24
    CHECK(bench.swept({false, Update::accumulate}).accumulator[0] == Approx(1 + 4 * 2).epsilon(1e-6));
  });
}

TEMPLATE_TEST_CASE("crossbar kernel: pads stay zero tick after tick", "[crossbar_kernel]", float, double) {
  on_every_size([](Size size, std::size_t replicas) {
    const Bench<TestType> bench{size.rows, size.columns, replicas};
    on_every_target([&] {
      auto w = bench.start;
      for (const Update mode : {Update::online, Update::accumulate, Update::online}) {
        sweep(bench.tile(w), {true, mode}, bench.rate.data(), bench.error.data(), bench.eta, w.drive.data(),
              w.back.data());
      }
      int dirty = 0;
      for (std::size_t i = 0; i < size.rows; ++i) {
        for (std::size_t j = size.columns; j < bench.stride; ++j) {
          dirty += w.weight[i * bench.stride + j] != 0 || w.accumulator[i * bench.stride + j] != 0;
        }
        for (std::size_t n = replicas; n < bench.depth; ++n) dirty += w.drive[i * bench.depth + n] != 0;
      }
      for (std::size_t j = 0; j < bench.stride; ++j) {
        for (std::size_t n = j < size.columns ? replicas : 0; n < bench.depth; ++n) {
          dirty += w.back[j * bench.depth + n] != 0;
        }
      }
      CHECK(dirty == 0);
    });
  });
}

TEMPLATE_TEST_CASE("crossbar kernel: counts what is not zero on every target", "[crossbar_kernel]", float,
                   double) {
  on_every_target([] {
    for (const std::size_t n : {0U, 1U, 15U, 16U, 17U, 1000U}) {
      Numbers<TestType> values(n + 1, TestType(1));  // one beyond the end that must not be counted
      std::size_t expected = 0;
      for (std::size_t k = 0; k < n; ++k) {
        const bool zero = k % 3 == 1;
        values[k] = zero ? (k % 2 == 0 ? TestType(0) : -TestType(0))
                         : static_cast<TestType>(1e-30) * (k % 2 == 0 ? 1 : -1);
        expected += zero ? 0U : 1U;
      }
      CAPTURE(n);
      CHECK(count_nonzero(values.data(), n) == expected);
    }
  });
}
