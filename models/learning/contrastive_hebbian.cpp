// SPDX-License-Identifier: Apache-2.0
#include "learning/contrastive_hebbian.hpp"

namespace leadlag {

std::vector<std::string> ContrastiveHebbian::objections(const ForwardChip& chip, const Params& p) {
  return energy_objections(chip, energy_of(p.energy), p.feedback);
}

Circuit ContrastiveHebbian::draw(const ForwardChip& chip, const Params& p) {
  EnergyCircuit e(
      chip, energy_of(p.energy),
      {.pull = EnergyCircuit::Pull::clamp, .feedback = p.feedback, .restores = false, .holds_output = false});
  e.add_phases(p.free, p.clamped, -1.0, {{1.0, 1.0}});
  return std::move(e.circuit);
}

std::vector<std::string> CoupledLearning::objections(const ForwardChip& chip, const Params& p) {
  return energy_objections(chip, energy_of(p.energy), 1.0);
}

Circuit CoupledLearning::draw(const ForwardChip& chip, const Params& p) {
  EnergyCircuit e(
      chip, energy_of(p.energy),
      {.pull = EnergyCircuit::Pull::clamp, .feedback = 1.0, .restores = false, .holds_output = true});
  e.add_phases(p.free, p.clamped, -1.0 / p.eta, {{p.eta, 1.0 / p.eta}});
  return std::move(e.circuit);
}

}  // namespace leadlag
