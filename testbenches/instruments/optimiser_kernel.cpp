// SPDX-License-Identifier: Apache-2.0
#include "instruments/optimiser_kernel.hpp"

#include <cmath>

// Compiled once per instruction set by Highway; +, -, *, / and sqrt round alike in all of them, and nothing
// is fused, so the result does not depend on which one the machine has.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "instruments/optimiser_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace leadlag::HWY_NAMESPACE {

void adam_loop(const AdamStep& step, std::size_t n, const double* __restrict gradient, double* __restrict m,
               double* __restrict s, double* __restrict value) {
  // One division and one root per value: the corrections of the bias are taken out of the loop.
  const double rate = step.rate / step.unbias1, root = 1.0 / std::sqrt(step.unbias2);
  const double scale = step.scale, low = step.low;
  for (std::size_t k = 0; k < n; ++k) {
    const double g = scale * gradient[k];
    m[k] = 0.9 * m[k] + 0.1 * g;
    s[k] = 0.999 * s[k] + 0.001 * (g * g);
    const double next = value[k] + rate * m[k] / (root * std::sqrt(s[k]) + 1e-8);
    value[k] = next > low ? next : low;
  }
}

}  // namespace leadlag::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leadlag {
namespace {

HWY_EXPORT(adam_loop);

}  // namespace

void adam(const AdamStep& step, std::size_t n, const double* gradient, double* m, double* s, double* value) {
  HWY_DYNAMIC_DISPATCH(adam_loop)(step, n, gradient, m, s, value);
}

}  // namespace leadlag
#endif  // HWY_ONCE
