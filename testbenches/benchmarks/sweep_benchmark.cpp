// SPDX-License-Identifier: Apache-2.0

// Synapses per second, one core: a sweep against the same work done with BLAS, which passes over the weights
// three times (gemv, transposed gemv, ger). Arguments of a case are rows, columns and, where given, replicas.
#include <benchmark/benchmark.h>
#include <cblas-openblas.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>

#include "arrays/crossbar_kernel.hpp"
#include "blocks/die_math.hpp"

namespace {

using namespace leadlag;

constexpr std::align_val_t alignment{128};

struct Release {
  void operator()(void* memory) const { ::operator delete(memory, alignment); }
};

/// Zeros, then small numbers of both signs at the given places.
template <class T>
class Buffer {
 public:
  explicit Buffer(std::size_t size) : data_(static_cast<T*>(::operator new(size * sizeof(T), alignment))) {
    for (std::size_t k = 0; k < size; ++k) data_.get()[k] = T(0);
  }
  /// Fills `count` numbers of every `stride`.
  Buffer(std::size_t rows, std::size_t count, std::size_t stride, double scale) : Buffer(rows * stride) {
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < count; ++j) {
        data_.get()[i * stride + j] =
            static_cast<T>(scale * std::sin(static_cast<double>(1 + 7 * i + 3 * j)));
      }
    }
  }
  T* get() { return data_.get(); }

 private:
  std::unique_ptr<T, Release> data_;
};

template <class T>
struct Bench {
  std::size_t rows, columns, replicas;
  std::size_t stride = padded(columns);
  std::size_t depth = replicas == 1 ? 1 : padded(replicas);
  Buffer<T> weight{rows, columns, stride, 0.1};
  Buffer<T> rate{columns, replicas, depth, 1.0};
  Buffer<T> padded_rate{stride * depth};
  Buffer<T> error{rows, replicas, depth, 1e-3};
  Buffer<T> drive{rows * depth};
  Buffer<T> back{stride * depth};

  explicit Bench(const benchmark::State& state, std::size_t with_replicas = 1)
      : rows(static_cast<std::size_t>(state.range(0))),
        columns(static_cast<std::size_t>(state.range(1))),
        replicas(with_replicas) {
    for (std::size_t k = 0; k < columns * depth; ++k) padded_rate.get()[k] = rate.get()[k];
  }
  CrossbarTile<T> tile() {
    return {.weight = weight.get(), .rows = rows, .columns = columns, .stride = stride, .replicas = replicas};
  }
  void report(benchmark::State& state) const {
    state.counters["synapses"] = benchmark::Counter(static_cast<double>(rows * columns * replicas),
                                                    benchmark::Counter::kIsIterationInvariantRate);
  }
};

template <class T>
constexpr T eta = T(1e-6);  // small: the weights stay where they are, however long this runs

template <class T, bool backward, SweepMode::Update mode>
void run_sweep(benchmark::State& state, std::size_t replicas) {
  Bench<T> b(state, replicas);
  const auto tile = b.tile();
  for (auto _ : state) {
    sweep(tile, {.backward = backward, .update = mode}, b.padded_rate.get(), b.error.get(), eta<T>,
          b.drive.get(), b.back.get());
    benchmark::ClobberMemory();
  }
  b.report(state);
}

template <class T>
void sweep_online(benchmark::State& state) {
  run_sweep<T, true, SweepMode::Update::online>(state, 1);
}
template <class T>
void sweep_forward(benchmark::State& state) {
  run_sweep<T, false, SweepMode::Update::none>(state, 1);
}
template <class T>
void sweep_online_replicas(benchmark::State& state) {
  run_sweep<T, true, SweepMode::Update::online>(state, static_cast<std::size_t>(state.range(2)));
}

template <class T>
void blas_online(benchmark::State& state) {
  openblas_set_num_threads(1);
  Bench<T> b(state);
  const int rows = static_cast<int>(b.rows), columns = static_cast<int>(b.columns),
            stride = static_cast<int>(b.stride);
  T *w = b.weight.get(), *rate = b.padded_rate.get(), *error = b.error.get();
  for (auto _ : state) {
    if constexpr (std::is_same_v<T, float>) {
      cblas_sgemv(CblasRowMajor, CblasNoTrans, rows, columns, 1.0f, w, stride, rate, 1, 0.0f, b.drive.get(),
                  1);
      cblas_sgemv(CblasRowMajor, CblasTrans, rows, columns, 1.0f, w, stride, error, 1, 0.0f, b.back.get(), 1);
      cblas_sger(CblasRowMajor, rows, columns, eta<T>, error, 1, rate, 1, w, stride);
    } else {
      cblas_dgemv(CblasRowMajor, CblasNoTrans, rows, columns, 1.0, w, stride, rate, 1, 0.0, b.drive.get(), 1);
      cblas_dgemv(CblasRowMajor, CblasTrans, rows, columns, 1.0, w, stride, error, 1, 0.0, b.back.get(), 1);
      cblas_dger(CblasRowMajor, rows, columns, eta<T>, error, 1, rate, 1, w, stride);
    }
    benchmark::ClobberMemory();
  }
  b.report(state);
}

template <class T>
void blas_forward(benchmark::State& state) {
  openblas_set_num_threads(1);
  Bench<T> b(state);
  const int rows = static_cast<int>(b.rows), columns = static_cast<int>(b.columns),
            stride = static_cast<int>(b.stride);
  T *w = b.weight.get(), *rate = b.padded_rate.get();
  for (auto _ : state) {
    if constexpr (std::is_same_v<T, float>) {
      cblas_sgemv(CblasRowMajor, CblasNoTrans, rows, columns, 1.0f, w, stride, rate, 1, 0.0f, b.drive.get(),
                  1);
    } else {
      cblas_dgemv(CblasRowMajor, CblasNoTrans, rows, columns, 1.0, w, stride, rate, 1, 0.0, b.drive.get(), 1);
    }
    benchmark::ClobberMemory();
  }
  b.report(state);
}

template <class Function>
void run_tanh(benchmark::State& state, Function function) {
  constexpr std::size_t count = 1024;
  Buffer<double> x(1, count, count, 5.0), y(count);
  for (auto _ : state) {
    function(x.get(), y.get(), count);
    benchmark::ClobberMemory();
  }
  state.counters["elements"] =
      benchmark::Counter(static_cast<double>(count), benchmark::Counter::kIsIterationInvariantRate);
}

void tanh_baseline(benchmark::State& state) {
  run_tanh(state, [](const double* x, double* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) y[i] = die_tanh(x[i]);
  });
}

#if defined(__x86_64__) && !defined(__clang__)  // whose target attribute knows no vector width
[[gnu::target("avx2")]] void loop_avx2(const double* x, double* y, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) y[i] = die_tanh(x[i]);
}
[[gnu::target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512")]] void loop_avx512(
    const double* x, double* y, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) y[i] = die_tanh(x[i]);
}
void tanh_avx2(benchmark::State& state) {
  if (!__builtin_cpu_supports("avx2")) return state.SkipWithError("no AVX2 on this machine");
  run_tanh(state, loop_avx2);
}
void tanh_avx512(benchmark::State& state) {
  if (!__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl") ||
      !__builtin_cpu_supports("avx512bw")) {
    return state.SkipWithError("no AVX-512 on this machine");
  }
  run_tanh(state, loop_avx512);
}
#endif

void sizes(benchmark::internal::Benchmark* b) { b->Args({256, 784})->Args({512, 784})->Args({1024, 1024}); }
void replica_sizes(benchmark::internal::Benchmark* b) {
  for (const std::int64_t replicas : {16, 64}) b->Args({256, 784, replicas});
}

BENCHMARK(sweep_online<float>)->Apply(sizes);
BENCHMARK(blas_online<float>)->Apply(sizes);
BENCHMARK(sweep_online<double>)->Apply(sizes);
BENCHMARK(blas_online<double>)->Apply(sizes);
BENCHMARK(sweep_forward<float>)->Apply(sizes);
BENCHMARK(blas_forward<float>)->Apply(sizes);
BENCHMARK(sweep_forward<double>)->Apply(sizes);
BENCHMARK(blas_forward<double>)->Apply(sizes);
BENCHMARK(sweep_online_replicas<float>)->Apply(replica_sizes);
BENCHMARK(sweep_online_replicas<double>)->Apply(replica_sizes);
BENCHMARK(tanh_baseline);
#if defined(__x86_64__) && !defined(__clang__)
BENCHMARK(tanh_avx2);
BENCHMARK(tanh_avx512);
#endif

}  // namespace

BENCHMARK_MAIN();
