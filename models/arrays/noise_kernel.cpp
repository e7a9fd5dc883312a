// SPDX-License-Identifier: Apache-2.0
#include "arrays/noise_kernel.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "blocks/normal_draw.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "arrays/noise_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace leadlag::noise::HWY_NAMESPACE {

// Plain loops over the counters of a group, which the compiler turns into vectors for each instruction set.
// One loop for words and one for normals: in one, it would keep integers of two widths apart and give up.
void one_group(std::uint64_t key, std::uint64_t cycle, std::uint32_t first, float* __restrict out) {
  alignas(64) std::array<std::uint32_t, counters> w0, w1, w2, w3;
  for (std::uint32_t k = 0; k < counters; ++k) {
    const Words w = philox(key, cycle, first + k);
    w0[k] = w[0], w1[k] = w[1], w2[k] = w[2], w3[k] = w[3];
  }
  for (std::size_t k = 0; k < counters; ++k) {
    const Pair a = box_muller(w0[k], w1[k]), b = box_muller(w2[k], w3[k]);
    out[k] = a.first, out[counters + k] = a.second;
    out[2 * counters + k] = b.first, out[3 * counters + k] = b.second;
  }
}

template <class T>
void normals_of(std::uint64_t key, std::uint64_t cycle, std::span<T> out) {
  alignas(64) std::array<float, group> numbers;
  for (std::size_t k = 0; k < out.size(); k += group) {
    one_group(key, cycle, static_cast<std::uint32_t>(k / group * counters), numbers.data());
    const std::size_t n = std::min(group, out.size() - k);
    for (std::size_t i = 0; i < n; ++i) out[k + i] = static_cast<T>(numbers[i]);
  }
}

void normals_f64(std::uint64_t key, std::uint64_t cycle, std::span<double> out) {
  normals_of(key, cycle, out);
}
void normals_f32(std::uint64_t key, std::uint64_t cycle, std::span<float> out) {
  normals_of(key, cycle, out);
}

}  // namespace leadlag::noise::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leadlag::noise {
namespace {

HWY_EXPORT(normals_f64);
HWY_EXPORT(normals_f32);

}  // namespace

template <>
void normals(std::uint64_t key, std::uint64_t cycle, std::span<double> out) {
  HWY_DYNAMIC_DISPATCH(normals_f64)(key, cycle, out);
}
template <>
void normals(std::uint64_t key, std::uint64_t cycle, std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(normals_f32)(key, cycle, out);
}

}  // namespace leadlag::noise
#endif  // HWY_ONCE
