// SPDX-License-Identifier: Apache-2.0
#include "elaborate/topology.hpp"

#include <cmath>

#include "technology/relations.hpp"

namespace leadlag {

std::vector<std::size_t> crossbars_into(const Design& design, std::size_t array) {
  std::vector<std::size_t> list;
  for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
    if (design.crossbars[c].to == array) list.push_back(c);
  }
  return list;
}

namespace {

/// Decay per tick of the parasitic pole of each block's adder; empty where loops close by Newton.
template <class Params>
std::vector<double> poles(const Design& design, std::size_t array, const std::vector<Params>& blocks) {
  std::vector<double> decays;
  if (!design.arrays[array].is_continuous() || design.chip.loops == Loops::newton) return decays;
  for (const Params& p : blocks) {
    decays.push_back(
        std::exp(-(design.chip.island_tick() / parasitic_pole(design.technology, p.adder_bias))));
  }
  return decays;
}

/// Those of neurons, whose adaptation current is a pole of its own. Beside it a parasitic one is small: their
/// time constants add.
std::vector<double> neuron_poles(const Design& design, std::size_t array,
                                 const std::vector<ProspectiveNeuron::Params>& neurons) {
  std::vector<double> decays = poles(design, array, neurons);
  for (std::size_t i = 0; i < neurons.size() && neurons[i].adapts(); ++i) {
    const bool parasitic = design.chip.loops == Loops::parasitic_pole;
    const Time tau_p = parasitic ? parasitic_pole(design.technology, neurons[i].adder_bias) : Time{};
    decays.resize(neurons.size());
    decays[i] = std::exp(-(design.chip.island_tick() / (neurons[i].tau_a + tau_p)));
  }
  return decays;
}

}  // namespace

bool same_instant(const Design& design, std::size_t from, std::size_t to) {
  return design.arrays[to].is_continuous() &&
         (design.arrays[from].is_input() || design.arrays[from].is_continuous());
}

std::optional<LeadLag::Coefficients<double>> cell_lag(const Design& design) {
  if (!design.physics_of(PlasticityCell::stem).has(Effect::settling)) return std::nullopt;
  const Time pole = multiplier_pole(design.technology, design.blocks.plasticity_cell.bias);
  return LeadLag::coefficients(pole, {}, design.chip.period(), Input::ramp);
}

NeuronArrayParams neuron_array_params(const Design& design, const Die& die, const Wiring& wiring,
                                      std::size_t a) {
  const bool prospective = wiring.has_errors[a] && design.learning.params.errors != ErrorPath::instantaneous;
  const bool reads_chip = design.converts_states();
  const auto seed = static_cast<std::uint64_t>(design.chip.seed);
  return {.neurons = die.neurons[a],
          .error_units = wiring.has_errors[a] ? die.error_units[a] : std::vector<ErrorUnit::Params>{},
          .neuron_physics = die.neuron_physics[a],
          .error_physics = wiring.has_errors[a] ? die.error_physics[a] : std::vector<StagePhysics>{},
          .drive_offsets = die.drive_offsets[a],
          .back_offsets = die.back_offsets[a],
          .neuron_noise = NoiseKeys::of(seed, design.arrays[a].name, ProspectiveNeuron::stem),
          .error_noise = NoiseKeys::of(seed, design.arrays[a].name, ErrorUnit::stem),
          .words = design.is_digital() ? std::optional(design.words) : std::nullopt,
          .has_target = wiring.has_target && a == design.learning.output,
          .target_unit = design.blocks.target_unit,
          .gain_stage =
              prospective && wiring.has_gains[a] ? std::optional(design.blocks.gain_stage) : std::nullopt,
          .errors = design.learning.params.errors,
          .update = design.learning.params.update,
          .tau_m_learns = design.is_plastic(Plastic::Kind::tau_m, a),
          .tau_r_learns = design.is_plastic(Plastic::Kind::tau_r, a),
          .records = wiring.records,
          .converter = reads_chip ? std::optional(NeuronArrayParams::Converter{design.blocks.readout.bits,
                                                                               design.learning.bptt.range})
                                  : std::nullopt,
          .replays_itself = design.learning.params.system == System::vle_exact,
          .error_leads_by_tau_m = !design.blocks.error_tau_m.has_value(),
          .error_lags_by_tau_r = !design.blocks.error_tau_r.has_value(),
          .tick = design.tick(a),
          .time_scale = design.chip.time_scale,
          .input = design.input(a),
          .hop = design.hop(a),
          .neuron_poles = neuron_poles(design, a, die.neurons[a]),
          .error_poles = prospective ? poles(design, a, die.error_units[a]) : std::vector<double>{},
          .cell_lag = design.arrays[a].is_continuous() ? cell_lag(design) : std::nullopt,
          .replicas = static_cast<std::size_t>(design.chip.replicas)};
}

std::vector<std::size_t> signal_order(const Design& design) {
  std::vector<std::size_t> order;
  std::vector<bool> placed(design.arrays.size());
  for (std::size_t a = 0; a < placed.size(); ++a) placed[a] = design.arrays[a].is_input();
  for (bool progress = true; progress;) {
    progress = false;
    for (std::size_t a = 0; a < placed.size(); ++a) {
      if (placed[a]) continue;
      bool ready = true;
      for (const std::size_t c : crossbars_into(design, a)) ready = ready && placed[design.crossbars[c].from];
      if (!ready) continue;
      placed[a] = progress = true;
      order.push_back(a);
    }
  }
  return order;
}

}  // namespace leadlag
