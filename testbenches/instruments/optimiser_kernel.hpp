// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace leadlag {

/// One step of Adam (Kingma and Ba 2015) that climbs: `gradient` points where the value should go.
///
///   g = scale gradient,  m = 0.9 m + 0.1 g,  s = 0.999 s + 0.001 g^2
///   value = max(low, value + rate (m / unbias1) / (sqrt(s / unbias2) + 1e-8))
struct AdamStep {
  double rate, scale, unbias1, unbias2, low;
};
void adam(const AdamStep& step, std::size_t n, const double* gradient, double* m, double* s, double* value);

}  // namespace leadlag
