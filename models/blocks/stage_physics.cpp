// SPDX-License-Identifier: Apache-2.0
#include "blocks/stage_physics.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "units/random.hpp"

namespace leadlag {
namespace {

constexpr double boltzmann = 1.380649e-23;  // J/K, exact (SI 2019)

int count_of(const Technology& t, std::string_view stem, std::string_view group) {
  const auto block = t.transistors.find(std::string(stem));
  if (block == t.transistors.end()) return 0;
  const auto found = block->second.find(std::string(group));
  return found == block->second.end() ? 0 : found->second.count;
}

}  // namespace

StageSpread StageSpread::of(const StageGroups& g, const Technology& t, Capacitance c, double rho) {
  const double current = current_mismatch(t, g.stem, "tails");
  const double lead_units = std::max(1.0, rho), direct_units = rho > 0.0 ? std::max(1.0, 1.0 / rho) : 1.0;
  const auto volts = [&](std::string_view group) { return threshold_mismatch(t, g.stem, group).si; };
  const double ota = std::hypot(volts(g.pair), volts(g.mirror));
  const double adder = std::hypot(volts("adder_pairs"), volts("adder_mirrors"));
  const double beside = volts(g.beside) * std::sqrt(0.5 * count_of(t, g.stem, g.beside));
  const double square = (1.0 - rho) * (1.0 - rho) * ota * ota +
                        (rho * rho / lead_units + 1.0 / direct_units) * adder * adder + beside * beside;
  return {std::hypot(capacitor_mismatch(t, c), current),
          rho > 0.0 ? current * std::sqrt(1.0 / lead_units + 1.0 / direct_units) : 0.0,
          {std::sqrt(square)}};
}

StagePhysics stage_physics(const Physics& physics, const Technology& t, FullScale full_scale, Capacitance c,
                           Time lag) {
  StagePhysics p;
  const double energy = t.noise_gamma * boltzmann * t.temperature.si;
  if (physics.has(Effect::noise)) {
    p.capacitor_noise = std::sqrt(energy / c.si) / full_scale.voltage.si;
    p.output_noise = std::sqrt(energy / t.parasitic_capacitance.si) / full_scale.voltage.si;
  }
  if (physics.has(Effect::saturation)) {
    p.range = 2.0 * t.thermal_voltage() / t.kappa_at(bias_for(t, c, lag)) / full_scale.voltage;
    p.rail = 0.5 * t.v_dd / full_scale.voltage;
  }
  return p;
}

Voltage stage_flicker(const Technology& t, const StageSpread& spread) {
  return std::numbers::sqrt2 * (t.flicker / t.a_vt) * spread.offset;
}

double sampled_noise(const Technology& t, FullScale full_scale, Capacitance c) {
  return std::sqrt(boltzmann * t.temperature.si / c.si) / full_scale.voltage.si;
}

NoiseKeys NoiseKeys::of(std::uint64_t seed, std::string_view column, std::string_view stem) {
  const std::string who = std::string(column) + "." + std::string(stem);
  return {Draws(seed, who, "adder noise").word(0), Draws(seed, who, "capacitor noise").word(0),
          Draws(seed, who, "flicker noise").word(0), Draws(seed, who, "adder noise of a tick").word(0)};
}

}  // namespace leadlag
