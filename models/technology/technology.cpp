// SPDX-License-Identifier: Apache-2.0
#include "technology/technology.hpp"

#include <numbers>
#include <type_traits>

namespace leadlag {

Technology at_corner(Technology technology, const std::string& corner) {
  if (corner == Technology::typical) return technology;
  const auto& moved = technology.corners.at(corner);
  const auto move = [&](const auto& f) {
    const auto found = moved.find(std::string(f.name));
    if (found == moved.end()) return;
    const Ends& ends = technology.ends.at(found->first);
    const double value = found->second == End::min ? ends.min.value() : ends.max.value();
    using M = typename std::remove_cvref_t<decltype(f)>::Member;
    technology.*f.member = M{value};
    Citation& source = technology.sources[found->first];
    source.text =
        std::string(name_of(found->second)) + " of its range, corner " + corner + ": " + source.text;
  };
  std::apply([&](const auto&... f) { (move(f), ...); }, Technology::fields());
  technology.corner = corner;
  return technology;
}

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
