// SPDX-License-Identifier: Apache-2.0
#include "technology/technology.hpp"

#include <algorithm>
#include <cmath>
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

Current leakage_at(const Technology& t, Temperature temperature) {
  return t.leakage * std::exp2((temperature - t.temperature).si / 18.0);
}

Voltage threshold_mismatch(const Technology& technology, std::string_view stem, std::string_view group) {
  const auto block = technology.transistors.find(std::string(stem));
  if (block == technology.transistors.end()) return {};
  const auto t = block->second.find(std::string(group));
  if (t == block->second.end()) return {};
  return {technology.a_vt.si / std::sqrt(t->second.w.si * t->second.l.si)};
}

double current_mismatch(const Technology& technology, std::string_view stem, std::string_view group) {
  return technology.kappa * (threshold_mismatch(technology, stem, group) / technology.thermal_voltage());
}

Charge injected_charge(const Technology& t, std::string_view stem, std::string_view group) {
  const auto block = t.transistors.find(std::string(stem));
  if (block == t.transistors.end()) return {};
  const auto found = block->second.find(std::string(group));
  if (found == block->second.end()) return {};
  const Transistors& s = found->second;
  return t.injection_left *
         (0.25 * (t.gate_capacitance * (s.w * s.l) * t.v_dd) + t.overlap_capacitance * s.w * t.v_dd);
}

double capacitor_mismatch(const Technology& technology, Capacitance c) {
  return technology.capacitor_mismatch.si / std::sqrt((c / technology.capacitor_density).si);
}

Time settle_time(Time tau, int bits) { return tau * (std::numbers::ln2 * (bits + 1)); }

}  // namespace leadlag
