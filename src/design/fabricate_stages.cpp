// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>

#include "design/die.hpp"
#include "technology/relations.hpp"
#include "units/random.hpp"

// What fabrication does to prospective neurons, error units and low-passes.
namespace leadlag {
namespace {

constexpr StageGroups neuron_groups{ProspectiveNeuron::stem, "membrane_pair", "membrane_mirror",
                                    "activation"};
constexpr StageGroups error_groups{ErrorUnit::stem, "lag_pair", "lag_mirror", "gate"};

/// Draws for the units of one array: the same for a unit whatever else is on the die.
class Fabrication {
 public:
  Fabrication(const Design& design, const ArrayDesign& array, std::string_view stem)
      : physics_(design.physics_of(stem)), design_(design), who_(array.name + "."), stem_(stem) {}

  const Physics& physics() const { return physics_; }
  bool real() const { return design_.fidelity_of(stem_) == Fidelity::circuit; }
  double normal(std::size_t unit, std::string_view what) const {
    const auto die = static_cast<std::uint64_t>(physics_.params.die);
    return Draws(die, who_ + std::string(stem_) + "[" + std::to_string(unit) + "]", what).normal(0);
  }
  /// e^N(0, s): a mirror in weak inversion multiplies its current by e^(kappa dVth / U_T).
  double factor(std::size_t unit, std::string_view what, double sigma) const {
    const auto& stated = physics_.stated.tau_mismatch;
    if (!stated && !physics_.has(Effect::mismatch)) return 1.0;
    return std::exp(stated.value_or(sigma) * normal(unit, what));
  }
  /// Moves lag and lead of a stage and returns what its circuit adds.
  StagePhysics make(std::size_t unit, const StageGroups& groups, Capacitance c, Time& lag, Time& lead) const {
    const Technology& t = design_.technology;
    const StageSpread spread = StageSpread::of(groups, t, c, lead / lag);
    StagePhysics p = stage_physics(physics_, t, design_.full_scale, c, lag);
    if (physics_.has(Effect::offset)) {
      p.offset = spread.offset / design_.full_scale.voltage * normal(unit, "offset");
    }
    if (physics_.has(Effect::flicker)) p.flicker = stage_flicker(t, spread) / design_.full_scale.voltage;
    p.lag = factor(unit, "time constant", spread.tau);
    p.lead = p.lag * factor(unit, "lead", spread.rho);
    lag = p.lag * lag, lead = p.lead * lead;
    return p;
  }

 private:
  Physics physics_;
  const Design& design_;
  std::string who_;
  std::string_view stem_;
};

/// In an analog island a sample is a tick, not a clock period, and an adder's noise has a band: rms of what a
/// tick adds to its pole's state, of which the variance is v whatever the tick; without a pole, of white
/// noise of the same density at low frequency, 4 v tau_p, which in ticks below 2 tau_p would be more than v.
void spread_over_ticks(const Design& design, const ArrayDesign& array, Current adder_bias, StagePhysics& p) {
  if (!array.is_continuous()) return;
  const double ratio = design.chip.island_tick() / parasitic_pole(design.technology, adder_bias);
  const bool pole = design.chip.loops == Loops::parasitic_pole;
  p.adder_noise = p.output_noise * std::sqrt(pole ? -std::expm1(-2.0 * ratio) : std::min(1.0, 2.0 / ratio));
  p.output_noise = 0.0;
}

void make_neurons(const Design& design, std::size_t a, Die& die) {
  const Fabrication f(design, design.arrays[a], ProspectiveNeuron::stem);
  if (!f.real()) return;
  for (std::size_t i = 0; i < die.neurons[a].size(); ++i) {
    auto& n = die.neurons[a][i];
    const bool adapts = n.adapts();
    StagePhysics p = f.make(i, neuron_groups, n.membrane_capacitance, n.tau_m, n.tau_r);
    spread_over_ticks(design, design.arrays[a], n.adder_bias, p);
    if (adapts) {
      const double sigma = StageSpread::of(neuron_groups, design.technology, n.membrane_capacitance, 1.0).tau;
      n.tau_a = f.factor(i, "adaptation", sigma) * n.tau_a;
    }
    if (f.physics().has(Effect::slope) && n.activation == Activation::tanh) {
      p.slope = slope_gain_at(design.technology, n.adder_bias);
    }
    if (f.physics().has(Effect::mismatch)) {
      p.amplitude = std::exp(design.technology.activation_mismatch * f.normal(i, "amplitude"));
      p.slope *= std::exp(design.technology.activation_mismatch * f.normal(i, "slope"));
    }
    die.neuron_physics[a].push_back(p);
  }
}

/// Zeroing leaves 1 / gain of the offset and of what 1/f noise is slower than a cycle, the charge of the
/// switch that takes the zero and, in every cycle, its k T / C. What is left of the fastest row of 1/f noise
/// is white.
void remove_offset(const Physics& physics, const Design& design, const ErrorUnit::Params& e,
                   StagePhysics& p) {
  p.chopped = (p.offset != 0.0 || p.flicker != 0.0) && e.offset_removal == OffsetRemoval::chopped;
  if (e.offset_removal != OffsetRemoval::auto_zero) return;
  p.offset /= e.zero_gain;
  p.output_noise = std::hypot(p.output_noise, FlickerRows::fastest * FlickerRows::rms * p.flicker);
  p.flicker /= e.zero_gain;
  if (physics.has(Effect::injection)) {
    const Charge q = injected_charge(design.technology, ErrorUnit::stem, "hold_switch");
    p.offset -= q / e.zero_capacitor / design.full_scale.voltage;
  }
  if (!physics.has(Effect::noise)) return;
  p.output_noise =
      std::hypot(p.output_noise, sampled_noise(design.technology, design.full_scale, e.zero_capacitor));
}

void make_error_units(const Design& design, std::size_t a, Die& die) {
  const Fabrication f(design, design.arrays[a], ErrorUnit::stem);
  if (!f.real()) return;
  for (std::size_t i = 0; i < die.error_units[a].size(); ++i) {
    auto& e = die.error_units[a][i];
    StagePhysics p = f.make(i, error_groups, e.capacitance, e.tau_r, e.tau_m);
    spread_over_ticks(design, design.arrays[a], e.adder_bias, p);
    p.output_noise = std::hypot(p.output_noise, f.physics().params.error_noise);
    remove_offset(f.physics(), design, e, p);
    die.error_physics[a].push_back(p);
  }
}

void make_low_passes(const Design& design, std::size_t a, Die& die) {
  const Fabrication f(design, design.arrays[a], SynapticLowPass::stem);
  if (!f.real()) return;
  for (std::size_t i = 0; i < die.low_passes[a].size(); ++i) {
    auto& filter = die.low_passes[a][i];
    const double sigma = std::hypot(capacitor_mismatch(design.technology, filter.capacitance),
                                    current_mismatch(design.technology, SynapticLowPass::stem, "tails"));
    filter.tau_s = f.factor(i, "time constant", sigma) * filter.tau_s;
  }
}

/// A column whose circuits add nothing runs as an ideal one.
void drop_empty(std::vector<StagePhysics>& column) {
  const auto nothing = [](const StagePhysics& p) { return p == StagePhysics{}; };
  if (std::all_of(column.begin(), column.end(), nothing)) column.clear();
}

}  // namespace

void fabricate_stages(const Design& design, std::size_t a, Die& die) {
  make_neurons(design, a, die);
  make_error_units(design, a, die);
  make_low_passes(design, a, die);
  drop_empty(die.neuron_physics[a]), drop_empty(die.error_physics[a]);
}

}  // namespace leadlag
