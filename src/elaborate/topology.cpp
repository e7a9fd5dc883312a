// SPDX-License-Identifier: Apache-2.0
#include "elaborate/topology.hpp"

namespace leadlag {

std::vector<std::size_t> crossbars_into(const Design& design, std::size_t array) {
  std::vector<std::size_t> list;
  for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
    if (design.crossbars[c].to == array) list.push_back(c);
  }
  return list;
}

NeuronArrayParams neuron_array_params(const Design& design, const Die& die, const Wiring& wiring,
                                      std::size_t a) {
  return {.neurons = die.neurons[a],
          .error_units = wiring.has_errors[a] ? die.error_units[a] : std::vector<ErrorUnit::Params>{},
          .has_target = wiring.has_target && a == design.learning.output,
          .target_unit = design.blocks.target_unit,
          .errors = design.learning.params.errors,
          .update = design.learning.params.update,
          .tau_m_learns = design.is_plastic(Plastic::Kind::tau_m, a),
          .error_leads_by_tau_m = !design.blocks.error_tau_m.has_value(),
          .tick = design.chip.tick(),
          .time_scale = design.chip.time_scale,
          .input = design.chip.input(),
          .hop = design.chip.hop(),
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
