// SPDX-License-Identifier: Apache-2.0

// SSE cannot fuse: a call of std::fma per lane is no faster there than the scalar target (measured: 0.16e9
// synapses per second both). Arrays of vectors need a compile-time width: Arm runs NEON, and RISC-V's vectors
// stay idle.
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "arrays/crossbar_kernel.cpp"  // foreach_target compiles this file once per target
#include "arrays/crossbar_kernel.hpp"

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>
#include <cstddef>
#include <cstdint>

// Method. Rows are taken four at a time, so that rate and back are loaded and stored once per four rows while
// each weight is read once, used for drive, back and its own update, and written once. What is summed in
// which order:
//
//   replicas 1   drive[i]: lane k % 16 of fma(W[i][k], rate[k], lane), then folded
//                back[j]:  fma(W[i][j], error[i], back[j]), i ascending from 0
//                W[i][j] = fma(eta * error[i], rate[j], W[i][j]);  G[i][j] = fma(error[i], rate[j], G[i][j])
//   replicas B   drive[i][b]: fma(W[i][j], rate[j][b], drive[i][b]), j ascending from 0; back as above, per b
//                m: lane b % 16 of fma(error[i][b], rate[j][b], lane), then folded
//                W[i][j] = fma(eta / B, m, W[i][j]);  G[i][j] = fma(1 / B, m, G[i][j])
//
// Blocking changes none of these orders; it may differ from target to target.

#ifndef LEADLAG_ARRAYS_CROSSBAR_KERNEL_ONCE
#define LEADLAG_ARRAYS_CROSSBAR_KERNEL_ONCE
namespace leadlag {
namespace {

/// The buffers of one pass; drive or back is nullptr where that read is not wanted.
template <class T>
struct Pass {
  const T* rate = nullptr;
  const T* error = nullptr;
  T* drive = nullptr;
  T* back = nullptr;
  SweepMode::Update update = SweepMode::Update::none;
  T eta = T(0);
};

}  // namespace
}  // namespace leadlag
#endif

HWY_BEFORE_NAMESPACE();
namespace leadlag {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Update = SweepMode::Update;

template <class T>
using Tag = hn::CappedTag<T, virtual_lanes>;
template <class T>
inline constexpr std::size_t width = hn::MaxLanes(Tag<T>());
template <class T>
inline constexpr std::size_t parts = virtual_lanes / width<T>;  // vectors per 16 virtual lanes

// Rows per block where one weight meets one number of each vector, and rows and columns where it meets
// replicas: as many as the accumulators fit in the registers.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
template <class T>
inline constexpr std::size_t block_rows = 4;
#else
template <class T>
inline constexpr std::size_t block_rows = parts<T> <= 2 ? 4 : 2;
#endif
inline constexpr std::size_t replica_rows = 4, replica_columns = 2;

/// a * b + c with one rounding. Highway's MulAdd rounds twice where the machine cannot fuse.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V fused(D d, V a, V b, V c) {
#if HWY_NATIVE_FMA
  static_cast<void>(d);
  return hn::MulAdd(a, b, c);
#else
  using T = hn::TFromD<D>;
  constexpr std::size_t n = hn::MaxLanes(D());
  HWY_ALIGN T x[n], y[n], z[n];
  hn::Store(a, d, x), hn::Store(b, d, y), hn::Store(c, d, z);
  for (std::size_t l = 0; l < n; ++l) z[l] = std::fma(x[l], y[l], z[l]);
  return hn::Load(d, z);
#endif
}

template <class T>
HWY_INLINE T fold(const T* HWY_RESTRICT lanes) {
  T half[virtual_lanes / 2];
  for (std::size_t l = 0; l < 8; ++l) half[l] = lanes[l] + lanes[l + 8];
  for (std::size_t l = 0; l < 4; ++l) half[l] = half[l] + half[l + 4];
  return (half[0] + half[2]) + (half[1] + half[3]);
}

/// Folds n rows of 16 lanes, four at a time where four numbers fill a vector.
template <std::size_t n, class T>
HWY_INLINE void fold(const T* HWY_RESTRICT lanes, T* HWY_RESTRICT sums) {
  std::size_t r = 0;
#if HWY_TARGET != HWY_SCALAR  // which has no Concat
  using Four = hn::CappedTag<T, 4>;
  using Eight = hn::CappedTag<T, 8>;
  if constexpr (hn::MaxLanes(Four()) == 4) {
    const Four d;
    for (; r + 4 <= n; r += 4) {
      hn::Vec<Four> four[4];
      for (std::size_t q = 0; q < 4; ++q) {
        const T* row = lanes + (r + q) * virtual_lanes;
        if constexpr (hn::MaxLanes(Eight()) == 8) {
          const Eight d8;
          const auto eight = hn::Add(hn::Load(d8, row), hn::Load(d8, row + 8));
          four[q] = hn::Add(hn::LowerHalf(d, eight), hn::UpperHalf(d, eight));
        } else {
          const auto low = hn::Add(hn::Load(d, row), hn::Load(d, row + 8));
          four[q] = hn::Add(low, hn::Add(hn::Load(d, row + 4), hn::Load(d, row + 12)));
        }
      }
      const auto ab =
          hn::Add(hn::ConcatLowerLower(d, four[1], four[0]), hn::ConcatUpperUpper(d, four[1], four[0]));
      const auto cd =
          hn::Add(hn::ConcatLowerLower(d, four[3], four[2]), hn::ConcatUpperUpper(d, four[3], four[2]));
      hn::StoreU(hn::Add(hn::ConcatEven(d, cd, ab), hn::ConcatOdd(d, cd, ab)), d, sums + r);
    }
  }
#endif
  for (; r < n; ++r) sums[r] = fold(lanes + r * virtual_lanes);
}

/// Rows `row` to row + R of a tile whose vectors hold one number per element.
template <std::size_t R, bool forward, bool backward, Update mode, class T>
HWY_INLINE void single_block(const CrossbarTile<T>& tile, const Pass<T>& pass, std::size_t row) {
  using D = Tag<T>;
  using V = hn::Vec<D>;
  const D d;
  const std::size_t stride = tile.stride;
  T* HWY_RESTRICT const cells = (mode == Update::accumulate ? tile.accumulator : tile.weight) + row * stride;
  const T* const weight = tile.weight + row * stride;
  const T* const rate = pass.rate;
  T* const back = pass.back;

  V error[R], step[R], sum[R][parts<T>];
  for (std::size_t r = 0; r < R; ++r) {
    if constexpr (backward || mode != Update::none) error[r] = hn::Set(d, pass.error[row + r]);
    if constexpr (mode == Update::online) step[r] = hn::Set(d, pass.eta * pass.error[row + r]);
    if constexpr (mode == Update::accumulate) step[r] = error[r];
    for (std::size_t p = 0; p < parts<T>; ++p) sum[r][p] = hn::Zero(d);
  }
  for (std::size_t k = 0; k < stride; k += virtual_lanes) {
    for (std::size_t p = 0; p < parts<T>; ++p) {
      const std::size_t j = k + p * width<T>;
      // All rows are loaded before any is stored: rows a multiple of 4 KiB apart look alike to the store
      // buffer.
      V w[R], g[R], x = hn::Zero(d);
      if constexpr (forward || mode != Update::none) x = hn::Load(d, rate + j);
      for (std::size_t r = 0; r < R; ++r) {
        if constexpr (forward || backward || mode == Update::online)
          w[r] = hn::Load(d, weight + r * stride + j);
        if constexpr (mode == Update::online) g[r] = w[r];
        if constexpr (mode == Update::accumulate) g[r] = hn::Load(d, cells + r * stride + j);
      }
      if constexpr (backward) {
        V b = hn::Load(d, back + j);
        for (std::size_t r = 0; r < R; ++r) b = fused(d, w[r], error[r], b);
        hn::Store(b, d, back + j);
      }
      for (std::size_t r = 0; r < R; ++r) {
        if constexpr (forward) sum[r][p] = fused(d, w[r], x, sum[r][p]);
        if constexpr (mode != Update::none) hn::Store(fused(d, step[r], x, g[r]), d, cells + r * stride + j);
      }
    }
  }
  if constexpr (forward) {
    HWY_ALIGN T lanes[R * virtual_lanes];
    for (std::size_t r = 0; r < R; ++r) {
      for (std::size_t p = 0; p < parts<T>; ++p) {
        hn::Store(sum[r][p], d, lanes + r * virtual_lanes + p * width<T>);
      }
    }
    fold<R>(lanes, pass.drive + row);
  }
}

/// Rows `row` to row + R of a tile whose vectors hold padded(B) numbers per element.
template <std::size_t R, bool forward, bool backward, Update mode, class T>
HWY_INLINE void replica_block(const CrossbarTile<T>& tile, const Pass<T>& pass, std::size_t row) {
  using D = Tag<T>;
  using V = hn::Vec<D>;
  constexpr std::size_t C = replica_columns;
  const D d;
  const std::size_t stride = tile.stride;
  const std::size_t depth = padded(tile.replicas);
  const T scale = (mode == Update::online ? pass.eta : T(1)) / static_cast<T>(tile.replicas);
  T* HWY_RESTRICT const cells = (mode == Update::accumulate ? tile.accumulator : tile.weight) + row * stride;
  const T* const weight = tile.weight + row * stride;
  const T* const error = pass.error + row * depth;
  T* const drive = pass.drive + (forward ? row * depth : 0);
  if constexpr (forward) {
    for (std::size_t b = 0; b < R * depth; b += width<T>) hn::Store(hn::Zero(d), d, drive + b);
  }
  for (std::size_t j = 0; j < tile.columns; j += C) {  // what lies beyond is zero
    HWY_ALIGN T lanes[R * C * virtual_lanes];
    V w[R][C];
    for (std::size_t r = 0; r < R; ++r) {
      for (std::size_t c = 0; c < C; ++c) w[r][c] = hn::Set(d, weight[r * stride + j + c]);
    }
    const T* const rate = pass.rate + j * depth;
    T* const back = pass.back + (backward ? j * depth : 0);
    for (std::size_t p = 0; p < virtual_lanes; p += width<T>) {
      V lane[R][C];
      for (std::size_t r = 0; r < R; ++r) {
        for (std::size_t c = 0; c < C; ++c) lane[r][c] = hn::Zero(d);
      }
      for (std::size_t b = p; b < depth; b += virtual_lanes) {
        V e[R], y[R];
        for (std::size_t r = 0; r < R; ++r) {
          if constexpr (backward || mode != Update::none) e[r] = hn::Load(d, error + r * depth + b);
          if constexpr (forward) y[r] = hn::Load(d, drive + r * depth + b);
        }
        for (std::size_t c = 0; c < C; ++c) {
          V x = hn::Zero(d), z = x;
          if constexpr (forward || mode != Update::none) x = hn::Load(d, rate + c * depth + b);
          if constexpr (backward) z = hn::Load(d, back + c * depth + b);
          for (std::size_t r = 0; r < R; ++r) {
            if constexpr (forward) y[r] = fused(d, w[r][c], x, y[r]);
            if constexpr (backward) z = fused(d, w[r][c], e[r], z);
            if constexpr (mode != Update::none) lane[r][c] = fused(d, e[r], x, lane[r][c]);
          }
          if constexpr (backward) hn::Store(z, d, back + c * depth + b);
        }
        for (std::size_t r = 0; r < R; ++r) {
          if constexpr (forward) hn::Store(y[r], d, drive + r * depth + b);
        }
      }
      if constexpr (mode != Update::none) {
        for (std::size_t r = 0; r < R; ++r) {
          for (std::size_t c = 0; c < C; ++c)
            hn::Store(lane[r][c], d, lanes + (r * C + c) * virtual_lanes + p);
        }
      }
    }
    if constexpr (mode != Update::none) {
      T mean[R * C];
      fold<R * C>(lanes, mean);
      for (std::size_t r = 0; r < R; ++r) {
        for (std::size_t c = 0; c < C; ++c) {
          T& cell = cells[r * stride + j + c];
          cell = std::fma(scale, mean[r * C + c], cell);
        }
      }
    }
  }
}

template <bool forward, bool backward, Update mode, class T>
void pass_over(const CrossbarTile<T>& tile, const Pass<T>& pass) {
  const std::size_t depth = tile.replicas == 1 ? 1 : padded(tile.replicas);
  if constexpr (backward) {
    const Tag<T> d;
    for (std::size_t k = 0; k < tile.stride * depth; k += width<T>) hn::Store(hn::Zero(d), d, pass.back + k);
  }
  std::size_t row = 0;
  if (tile.replicas == 1) {
    constexpr std::size_t R = block_rows<T>;
    for (; row + R <= tile.rows; row += R) single_block<R, forward, backward, mode>(tile, pass, row);
    for (; row < tile.rows; ++row) single_block<1, forward, backward, mode>(tile, pass, row);
  } else {
    constexpr std::size_t R = replica_rows;
    for (; row + R <= tile.rows; row += R) replica_block<R, forward, backward, mode>(tile, pass, row);
    for (; row < tile.rows; ++row) replica_block<1, forward, backward, mode>(tile, pass, row);
  }
}

template <bool forward, bool backward, class T>
void choose_update(const CrossbarTile<T>& tile, const Pass<T>& pass) {
  switch (pass.update) {
    case Update::none:
      return pass_over<forward, backward, Update::none>(tile, pass);
    case Update::online:
      return pass_over<forward, backward, Update::online>(tile, pass);
    case Update::accumulate:
      return pass_over<forward, backward, Update::accumulate>(tile, pass);
  }
}

template <class T>
void run(const CrossbarTile<T>& tile, const Pass<T>& pass) {
  if (pass.drive != nullptr && pass.back != nullptr) return choose_update<true, true>(tile, pass);
  if (pass.drive != nullptr) return choose_update<true, false>(tile, pass);
  if (pass.back != nullptr) return pass_over<false, true, Update::none>(tile, pass);
  choose_update<false, false>(tile, pass);
}

/// Counts in integers as wide as T, which the compiler turns into vectors; 2^32 numbers are more than any
/// bus.
template <class T, class Count>
std::size_t count(const T* values, std::size_t n) {
  Count nonzero = 0;
  for (std::size_t k = 0; k < n; ++k) nonzero += values[k] != T(0) ? Count(1) : Count(0);
  return nonzero;
}

}  // namespace

void run_float(const CrossbarTile<float>& tile, const Pass<float>& pass) { run(tile, pass); }
void run_double(const CrossbarTile<double>& tile, const Pass<double>& pass) { run(tile, pass); }
std::size_t count_float(const float* values, std::size_t n) { return count<float, std::uint32_t>(values, n); }
std::size_t count_double(const double* values, std::size_t n) {
  return count<double, std::uint64_t>(values, n);
}

}  // namespace HWY_NAMESPACE
}  // namespace leadlag
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leadlag {
namespace {

HWY_EXPORT(run_float);
HWY_EXPORT(run_double);
HWY_EXPORT(count_float);
HWY_EXPORT(count_double);

void dispatch(const CrossbarTile<float>& tile, const Pass<float>& pass) {
  HWY_DYNAMIC_DISPATCH(run_float)(tile, pass);
}
void dispatch(const CrossbarTile<double>& tile, const Pass<double>& pass) {
  HWY_DYNAMIC_DISPATCH(run_double)(tile, pass);
}

}  // namespace

template <class T>
void sweep(const CrossbarTile<T>& tile, SweepMode mode, const T* rate, const T* error, T eta, T* drive,
           T* back) {
  dispatch(tile, {rate, error, drive, mode.backward ? back : nullptr, mode.update, eta});
}

template <class T>
void read_transposed(const CrossbarTile<T>& tile, const T* error, T* back) {
  dispatch(tile, {.error = error, .back = back});
}

template <class T>
void update(const CrossbarTile<T>& tile, SweepMode::Update mode, const T* rate, const T* error, T eta) {
  if (mode != SweepMode::Update::none)
    dispatch(tile, {.rate = rate, .error = error, .update = mode, .eta = eta});
}

template <>
std::size_t count_nonzero(const float* values, std::size_t n) {
  return HWY_DYNAMIC_DISPATCH(count_float)(values, n);
}
template <>
std::size_t count_nonzero(const double* values, std::size_t n) {
  return HWY_DYNAMIC_DISPATCH(count_double)(values, n);
}

template void sweep(const CrossbarTile<float>&, SweepMode, const float*, const float*, float, float*, float*);
template void sweep(const CrossbarTile<double>&, SweepMode, const double*, const double*, double, double*,
                    double*);
template void read_transposed(const CrossbarTile<float>&, const float*, float*);
template void read_transposed(const CrossbarTile<double>&, const double*, double*);
template void update(const CrossbarTile<float>&, SweepMode::Update, const float*, const float*, float);
template void update(const CrossbarTile<double>&, SweepMode::Update, const double*, const double*, double);

}  // namespace leadlag
#endif
