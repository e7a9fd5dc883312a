// SPDX-License-Identifier: Apache-2.0
#include "learning/equilibrium_propagation.hpp"

namespace leadlag {

void add_contrast(EnergyCircuit& e, ContrastForm form, double beta, std::int64_t free, std::int64_t nudged) {
  if (form == ContrastForm::symmetric) {
    e.add_phases(free, nudged, 0.0, {{beta, 0.5 / beta}, {-beta, -0.5 / beta}});
    return;
  }
  e.add_phases(free, nudged, -1.0 / beta, {{beta, 1.0 / beta}});
  if (form == ContrastForm::random_sign) e.circuit.coin_lines = {e.pull, e.learn};
}

std::vector<std::string> EquilibriumPropagation::objections(const ForwardChip& chip, const Params& p) {
  return energy_objections(chip, energy_of(p.energy), p.feedback);
}

Circuit EquilibriumPropagation::draw(const ForwardChip& chip, const Params& p) {
  EnergyCircuit e(chip, energy_of(p.energy),
                  {.pull = EnergyCircuit::Pull::nudge,
                   .feedback = p.feedback,
                   .restores = p.form == ContrastForm::symmetric,
                   .holds_output = false});
  add_contrast(e, p.form, p.beta, p.free, p.nudged);
  return std::move(e.circuit);
}

}  // namespace leadlag
