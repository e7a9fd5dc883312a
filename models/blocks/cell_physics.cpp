// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "blocks/cell.hpp"
#include "technology/relations.hpp"

namespace leadlag {
namespace {

constexpr double boltzmann = 1.380649e-23;  // J/K, exact (SI 2019)

Draws fabrication(const CellPhysics& p, const std::string& column, std::size_t unit, std::string_view what) {
  return {static_cast<std::uint64_t>(p.physics.params.die), column + "[" + std::to_string(unit) + "]", what};
}

}  // namespace

const CellPhysics* CellContext::with(Effect e, std::string_view stem) const {
  if (!physics || !physics->physics.has(e)) return nullptr;
  return physics->kinds.contains(stem) ? physics.get() : nullptr;
}

Time CellContext::made(Time tau, Capacitance c, std::string_view stem, std::size_t unit) const {
  if (!physics || !physics->kinds.contains(stem)) return tau;
  const auto draw = [&] { return fabrication(*physics, name, unit, "time constant").normal(0); };
  if (const auto stated = physics->physics.stated.tau_mismatch) return tau * std::exp(*stated * draw());
  const CellPhysics* p = with(Effect::mismatch, stem);
  if (p == nullptr) return tau;
  const double sigma =
      std::hypot(capacitor_mismatch(p->technology, c), current_mismatch(p->technology, stem, "tails"));
  return tau * std::max(0.05, 1.0 + sigma * draw());
}

CellOta CellContext::ota(Time tau, Capacitance c, std::string_view stem) const {
  const CellPhysics* p = with(Effect::saturation, stem);
  if (p == nullptr) return {approach(tau), 0.0};
  const Technology& t = p->technology;
  return {approach(tau), 2.0 * t.thermal_voltage() / t.kappa_at(bias_for(t, c, tau)) / p->full_scale.voltage};
}

double CellContext::offset(std::string_view stem, std::initializer_list<const char*> groups, std::size_t unit,
                           std::string_view what) const {
  const CellPhysics* p = with(Effect::offset, stem);
  if (p == nullptr) return 0.0;
  double variance = 0.0;
  for (const char* group : groups) {
    const double sigma = threshold_mismatch(p->technology, stem, group) / p->full_scale.voltage;
    variance += sigma * sigma;
  }
  return std::sqrt(variance) * fabrication(*p, name, unit, what).normal(0);
}

double CellContext::comparator_offset(std::string_view stem, std::initializer_list<const char*> groups,
                                      std::size_t unit) const {
  const CellPhysics* p = with(Effect::offset, stem);
  if (p == nullptr || !p->physics.stated.comparator_offset) return offset(stem, groups, unit);
  return *p->physics.stated.comparator_offset / p->full_scale.voltage *
         fabrication(*p, name, unit, "offset").normal(0);
}

double CellContext::curve_gain(std::string_view stem, std::size_t unit) const {
  const CellPhysics* p = with(Effect::mismatch, stem);
  if (p == nullptr) return 1.0;
  return 1.0 + p->technology.activation_mismatch * fabrication(*p, name, unit, "curve").normal(0);
}

double CellContext::slope_gain(std::string_view stem, Activation activation, Current bias) const {
  const CellPhysics* p = with(Effect::slope, stem);
  return p == nullptr || activation != Activation::tanh ? 1.0 : slope_gain_at(p->technology, bias);
}

CellNoise CellContext::node_noise(std::string_view stem, Capacitance c, double step, std::size_t unit) const {
  const CellPhysics* p = with(Effect::noise, stem);
  if (p == nullptr) return {};
  const Voltage rms{std::sqrt(p->technology.noise_gamma * boltzmann * p->technology.temperature.si / c.si)};
  const double keep = 1.0 - step;
  return {rms / p->full_scale.voltage * std::sqrt(std::max(0.0, 1.0 - keep * keep)),
          Draws(seed, name + "[" + std::to_string(unit) + "]", "thermal noise")};
}

CellNoise CellContext::hold_noise(std::string_view stem, Capacitance c, std::size_t unit) const {
  const CellPhysics* p = with(Effect::noise, stem);
  if (p == nullptr) return {};
  const Voltage rms{std::sqrt(boltzmann * p->technology.temperature.si / c.si)};
  return {p->physics.stated.hold_noise.value_or(rms) / p->full_scale.voltage,
          Draws(seed, name + "[" + std::to_string(unit) + "]", "sampling noise")};
}

double CellContext::injection(std::string_view stem, std::string_view group, Capacitance c) const {
  const CellPhysics* p = with(Effect::injection, stem);
  return p == nullptr ? 0.0 : -(injected_charge(p->technology, stem, group) / c / p->full_scale.voltage);
}

double CellContext::droop(std::string_view stem, Capacitance c) const {
  const CellPhysics* p = with(Effect::leakage, stem);
  return p == nullptr ? 0.0 : p->technology.leakage * tick / c / p->full_scale.voltage;
}

}  // namespace leadlag
