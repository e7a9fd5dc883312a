// SPDX-License-Identifier: Apache-2.0
#include "learning/oscillator_ising.hpp"

#include <utility>

namespace leadlag {

std::vector<std::string> OscillatorIsing::objections(const ForwardChip& chip, const Params& p) {
  return energy_objections(chip, phase_energy(p.second_harmonic), 1.0);
}

Circuit OscillatorIsing::draw(const ForwardChip& chip, const Params& p) {
  using P = PhaseOscillator;
  EnergyCircuit e(chip, phase_energy(p.second_harmonic),
                  {.pull = EnergyCircuit::Pull::own,
                   .feedback = 1.0,
                   .restores = p.form == ContrastForm::symmetric,
                   .holds_output = false});
  Circuit& c = e.circuit;
  const std::size_t one = c.columns.size();
  c.columns.push_back({"reference", 1, nullptr, Circuit::Pad::one, 0});
  for (std::size_t a = 0; a < chip.arrays.size(); ++a) {
    const ForwardChip::Array& array = chip.arrays[a];
    if (array.is_input()) continue;
    const std::size_t node = e.nodes[a].state.column;
    c.control(e.pull, {node, P::nudge});
    if (a == chip.output) c.link({e.target, 0}, {node, P::target});
    Circuit::Crossbar lock;
    lock.name = array.name + "_lock", lock.rows = array.size, lock.columns = 1;
    lock.plastic = true, lock.contrast = true, lock.write_line = e.write;
    lock.initial = [n = array.size, s = p.lock](const auto&) { return std::vector<double>(n, s); };
    c.crossbars.push_back(std::move(lock));
    const std::size_t k = c.crossbars.size() - 1;
    c.read(k, {one, 0}, {node, P::lock});
    c.products.push_back({k, {node, P::second}, {one, 0}, 0.5, e.learn, 0.0});
  }
  add_contrast(e, p.form, p.beta, p.free, p.nudged);
  return std::move(e.circuit);
}

}  // namespace leadlag
