// SPDX-License-Identifier: Apache-2.0
#include "technology/technology.hpp"

#include <numbers>

namespace leadlag {

Area transistor_area(const Technology& technology, const std::string& stem) {
  Area gates{};
  if (const auto block = technology.transistors.find(stem); block != technology.transistors.end()) {
    for (const auto& [group, t] : block->second) gates += t.w * t.l * t.count;
  }
  return gates * technology.layout_overhead;
}

Current bias_for(const Technology& technology, Capacitance c, Time tau) {
  return 2.0 * technology.thermal_voltage() * c / (technology.kappa * tau);
}

Time parasitic_pole(const Technology& technology, Current i) {
  return technology.parasitic_capacitance * (2.0 * technology.thermal_voltage()) / (technology.kappa * i);
}

Time settle_time(Time tau, int bits) { return tau * (std::numbers::ln2 * (bits + 1)); }

}  // namespace leadlag
