// SPDX-License-Identifier: Apache-2.0
#include "arrays/cell_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "arrays/cell_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace leadlag::HWY_NAMESPACE {

// Plain loops, which the compiler turns into vectors for each instruction set.
template <class T>
void update_of(const CellStep<T>& step, const CellRow<T>& row) {
  T* __restrict weight = row.weight;
  T* __restrict sum = row.sum;
  const T* __restrict gain = row.gain;
  const T* __restrict offset = row.offset;
  const CellStep<T> s = step;
  s.with_rounding([&]<bool rounds, bool dithered>() {
    for (std::size_t k = 0; k < row.n; ++k) {
      const auto cell = row.first + static_cast<std::uint32_t>(k);
      weight[k] = s.template next<rounds, dithered>(weight[k], sum[k], gain[k], offset[k], cell);
      sum[k] = T(0);
    }
  });
}

template <class T>
void write_of(const CellStep<T>& step, const double* __restrict in, const CellRow<T>& row) {
  T* __restrict weight = row.weight;
  const CellStep<T> s = step;
  s.with_rounding([&]<bool rounds, bool dithered>() {
    for (std::size_t k = 0; k < row.n; ++k) {
      const auto cell = row.first + static_cast<std::uint32_t>(k);
      weight[k] = s.template kept<rounds, dithered>(static_cast<T>(in[k]), cell);
    }
  });
}

template <class T>
void bend_of(T gain, T limit, const T* __restrict in, T* __restrict out, std::size_t n) {
  for (std::size_t k = 0; k < n; ++k) out[k] = gain * (limit * die_tanh(in[k] / gain / limit));
}

void bend_f64(double g, double l, const double* in, double* out, std::size_t n) { bend_of(g, l, in, out, n); }
void bend_f32(float g, float l, const float* in, float* out, std::size_t n) { bend_of(g, l, in, out, n); }
void update_f64(const CellStep<double>& s, const CellRow<double>& row) { update_of(s, row); }
void update_f32(const CellStep<float>& s, const CellRow<float>& row) { update_of(s, row); }
void write_f64(const CellStep<double>& s, const double* in, const CellRow<double>& row) {
  write_of(s, in, row);
}
void write_f32(const CellStep<float>& s, const double* in, const CellRow<float>& row) {
  write_of(s, in, row);
}

}  // namespace leadlag::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leadlag {
namespace {

HWY_EXPORT(bend_f64);
HWY_EXPORT(bend_f32);
HWY_EXPORT(update_f64);
HWY_EXPORT(update_f32);
HWY_EXPORT(write_f64);
HWY_EXPORT(write_f32);

}  // namespace

template <>
void bend(double gain, double limit, const double* in, double* out, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(bend_f64)(gain, limit, in, out, n);
}
template <>
void bend(float gain, float limit, const float* in, float* out, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(bend_f32)(gain, limit, in, out, n);
}
template <>
void update_cells(const CellStep<double>& s, const CellRow<double>& row) {
  HWY_DYNAMIC_DISPATCH(update_f64)(s, row);
}
template <>
void update_cells(const CellStep<float>& s, const CellRow<float>& row) {
  HWY_DYNAMIC_DISPATCH(update_f32)(s, row);
}
template <>
void write_cells(const CellStep<double>& s, const double* in, const CellRow<double>& row) {
  HWY_DYNAMIC_DISPATCH(write_f64)(s, in, row);
}
template <>
void write_cells(const CellStep<float>& s, const double* in, const CellRow<float>& row) {
  HWY_DYNAMIC_DISPATCH(write_f32)(s, in, row);
}

}  // namespace leadlag
#endif  // HWY_ONCE
