// SPDX-License-Identifier: Apache-2.0
#include "technology/technology.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace leadlag {

Area transistor_area(const Technology& technology, const std::string& stem) {
  Area gates{};
  if (const auto block = technology.transistors.find(stem); block != technology.transistors.end()) {
    for (const auto& [group, t] : block->second) gates += t.w * t.l * t.count;
  }
  return gates * technology.layout_overhead;
}

double Technology::kappa_at(Current i) const {
  if (kappa_slope == 0.0) return kappa;
  return std::clamp(kappa - kappa_slope * std::log10(i / kappa_bias), 0.1, 1.0);
}

Current bias_for(const Technology& technology, Capacitance c, Time tau) {
  const Current unity = 2.0 * technology.thermal_voltage() * c / tau;  // at kappa = 1
  Current i = unity / technology.kappa;
  // kappa hardly depends on i: the error shrinks by slope / (ln 10 kappa), less than a fifth, every time.
  if (technology.kappa_slope > 0.0) {
    for (int k = 0; k < 30; ++k) i = unity / technology.kappa_at(i);
  }
  return i;
}

Time parasitic_pole(const Technology& technology, Current i) {
  return technology.parasitic_capacitance * (2.0 * technology.thermal_voltage()) /
         (technology.kappa_at(i) * i);
}

Time settle_time(Time tau, int bits) { return tau * (std::numbers::ln2 * (bits + 1)); }

}  // namespace leadlag
