// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "blocks/lead_lag.hpp"
#include "blocks/normal_draw.hpp"
#include "blocks/stage_physics.hpp"

namespace leadlag {

/// AnalogLeadLag with the physics of its circuit. Without `saturation` a tick is the ideal one, and noise of
/// the capacitor comes on top of `carry`. With it the drive moves as a ramp from s0 to s1 while
///   tau du/dt = V_L tanh((s - u) / V_L)
/// so the tick is the exact solution for a drive held at
///   s = (before s0 + now s1) / (before + now)
/// which is the mean of s0 and s1 but for tick / (12 tau) of their difference: second order in the tick,
/// exact for V_L to infinity and for s0 = s1. `carry` is before s0 then.
struct AnalogStage {
  template <class V>
  [[gnu::always_inline]] static V lagged(const LeadLag::Coefficients<V>& f,
                                         const CircuitStage::Coefficients<V>& c,
                                         const AnalogLeadLag::State<V>& s, V drive, V noise) {
    const V held = (s.carry + f.now * drive) / (f.before + f.now);
    return CircuitStage::next(c, f.decay, s.capacitor, held) + noise;
  }
};

/// Structural detail: physics and noise of one stage of an analog island. Noise of a tick is drawn before the
/// tick is evaluated, so that Newton sees the same numbers in every iteration.
class AnalogCircuit {
 public:
  AnalogCircuit(const StagePhysics& p, const LeadLag::Coefficients<double>& filter, NoiseKeys keys,
                std::size_t unit)
      : physics_(p),
        coefficients_(CircuitStage::coefficients<double>(p, filter.decay)),
        keys_(keys),
        unit_(unit),
        offset_(p.offset) {}

  /// A clock period begins: what moves from cycle to cycle.
  void begin_cycle() {
    offset_ = physics_.offset;
    if (physics_.flicker > 0.0) {
      const auto row = [&](std::uint64_t number) { return normal(keys_.flicker, number); };
      offset_ += FlickerRows::rms * physics_.flicker * FlickerRows::sum(row, cycle_);
    }
    if (physics_.output_noise > 0.0) offset_ += physics_.output_noise * normal(keys_.output, cycle_);
    ++cycle_;
  }
  /// Of the output, in this clock period.
  double offset() const { return offset_; }
  /// What the adder adds in this tick: to the output, or to the state of its pole.
  double at_adder() const { return at_adder_; }

  double settle(const LeadLag::Coefficients<double>& f, AnalogLeadLag::State<double>& s, double drive,
                Instant at) {
    if (!saturates()) return AnalogLeadLag::settle(f, s, drive, at);
    s.drive = drive;
    lagged_ = at == Instant::after_jump ? s.capacitor
                                        : AnalogStage::lagged(f, coefficients_, s, drive, at_capacitor_);
    return CircuitStage::adder(coefficients_, f.rho, lagged_, drive);
  }
  void keep(const LeadLag::Coefficients<double>& f, AnalogLeadLag::State<double>& s) {
    saturates() ? void(s.capacitor = lagged_) : AnalogLeadLag::keep(f, s);
  }
  void advance(const LeadLag::Coefficients<double>& f, AnalogLeadLag::State<double>& s) {
    if (coefficients_.capacitor_noise > 0.0)
      at_capacitor_ = coefficients_.capacitor_noise * normal(keys_.capacitor, tick_);
    if (physics_.adder_noise > 0.0) at_adder_ = physics_.adder_noise * normal(keys_.adder, tick_);
    ++tick_;
    if (saturates()) {
      s.carry = f.before * s.drive;
    } else {
      AnalogLeadLag::advance(f, s);
      s.carry += at_capacitor_;
    }
  }
  /// Noise does not begin anew.
  void clear() { at_capacitor_ = at_adder_ = lagged_ = 0.0; }

  const StagePhysics& physics() const { return physics_; }

 private:
  bool saturates() const { return physics_.range > 0.0; }
  double normal(std::uint64_t key, std::uint64_t number) const {
    return static_cast<double>(noise::normal(key, number, unit_));
  }

  StagePhysics physics_;
  CircuitStage::Coefficients<double> coefficients_;
  NoiseKeys keys_;
  std::size_t unit_;
  double offset_, at_capacitor_ = 0.0, at_adder_ = 0.0, lagged_ = 0.0;
  std::uint64_t cycle_ = 0, tick_ = 0;
};

}  // namespace leadlag
