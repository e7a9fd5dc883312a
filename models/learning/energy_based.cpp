// SPDX-License-Identifier: Apache-2.0
#include "learning/energy_based.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace leadlag {

Circuit::Signal draw_target_unit(Circuit& circuit, const ForwardChip& chip, std::size_t target,
                                 Circuit::Signal rate, Circuit::Signal into, std::size_t line) {
  const ForwardChip::Array& array = chip.arrays[chip.output];
  const std::size_t unit = circuit.add_kind(array.name + ".target",
                                            std::make_shared<TargetUnitCells>(chip.target_unit, array.size));
  circuit.link(rate, {unit, TargetUnitCells::rate});
  circuit.link({target, 0}, {unit, TargetUnitCells::target});
  circuit.link({unit, TargetUnitCells::epsilon}, into);
  circuit.control(line, {unit, TargetUnitCells::nudge});
  return {unit, TargetUnitCells::epsilon};
}

std::vector<std::string> energy_objections(const ForwardChip& chip, const EnergyDrawing& energy,
                                           double feedback) {
  if (chip.depths().empty()) return {"it needs layers without loops; its own wires lead back already"};
  std::vector<std::string> found;
  if (energy.objections) found = energy.objections(chip);
  if (feedback != 1.0 && !energy.any_feedback) {
    found.push_back("with feedback other than 1, energy: " + std::string(energy.keyword) +
                    " would be no energy any more; energy: leaky still is one");
  }
  return found;
}

EnergyCircuit::EnergyCircuit(const ForwardChip& chip, const EnergyDrawing& energy, const Options& options)
    : nodes(chip.arrays.size()), options_(options) {
  circuit = chip.begin(pads_, target);
  start = circuit.add_line("start"), pull = circuit.add_line("pull"), sample = circuit.add_line("sample");
  restore = circuit.add_line("restore"), learn = circuit.add_line("learn"), write = circuit.add_line("write");
  const std::vector<std::size_t> depth = chip.depths();
  const double top = static_cast<double>(depth[chip.output]);
  for (const std::size_t d : depth) {
    factor.push_back(std::pow(options.feedback, static_cast<double>(d) - top));
  }
  for (std::size_t a = 0; a < chip.arrays.size(); ++a) draw_array(chip, energy, a);
  draw_output(chip, energy);
  for (std::size_t k = 0; k < chip.crossbars.size(); ++k) draw_crossbar(chip, energy, k);
}

void EnergyCircuit::draw_array(const ForwardChip& chip, const EnergyDrawing& energy, std::size_t a) {
  const ForwardChip::Array& array = chip.arrays[a];
  if (array.is_input()) {
    nodes[a] = energy.inputs ? energy.inputs(circuit, chip, a, pads_[a])
                             : EnergyNodes{.channels = {{.pre = {pads_[a], 0}}}};
    return;
  }
  EnergyNodes& n = nodes[a] = energy.nodes(circuit, chip, a);
  circuit.control(start, n.start);
  const bool source = energy.conducts && options_.pull == Pull::clamp && a == chip.output;
  circuit.control(source ? pull : restore, n.restore);
  circuit.probes[{array.name, "rate"}] = n.channels[0].post;
  circuit.probes[{array.name, "state"}] = n.state;
  if (!options_.restores) return;
  const std::size_t hold = circuit.add<SampleHold>(
      array.name + ".hold", std::vector<SampleHold::Params>(array.size, chip.cells.sample_hold));
  circuit.link(n.state, {hold, SampleHold::signal});
  circuit.link({hold, SampleHold::held}, n.held);
  circuit.control(sample, {hold, SampleHold::sample});
}

void EnergyCircuit::draw_output(const ForwardChip& chip, const EnergyDrawing& energy) {
  const ForwardChip::Array& array = chip.arrays[chip.output];
  EnergyNodes::Channel& first = nodes[chip.output].channels[0];
  circuit.output = first.post;
  if (options_.pull == Pull::nudge) {
    circuit.probes[{array.name, "nudge"}] =
        draw_target_unit(circuit, chip, target, first.post, first.up, pull);
  }
  if (options_.pull != Pull::clamp) return;
  const std::size_t clamp =
      circuit.add<Clamp>(array.name + ".clamp", std::vector<Clamp::Params>(array.size, chip.cells.clamp));
  circuit.link(first.post, {clamp, Clamp::rate});
  circuit.link({target, 0}, {clamp, Clamp::target});
  circuit.control(pull, {clamp, Clamp::share});
  if (options_.holds_output) {
    const std::size_t hold = circuit.add<SampleHold>(
        array.name + ".free", std::vector<SampleHold::Params>(array.size, chip.cells.sample_hold));
    circuit.link(first.post, {hold, SampleHold::signal});
    circuit.link({hold, SampleHold::held}, {clamp, Clamp::held});
    circuit.control(sample, {hold, SampleHold::sample});
  }
  if (energy.conducts) {
    circuit.link({clamp, Clamp::out}, nodes[chip.output].held);
    return;
  }
  first.post = first.pre = {clamp, Clamp::out};
  circuit.probes[{array.name, "rate"}] = first.post;
}

void EnergyCircuit::draw_crossbar(const ForwardChip& chip, const EnergyDrawing& energy, std::size_t k) {
  const ForwardChip::Crossbar& w = chip.crossbars[k];
  const EnergyNodes &from = nodes[w.from], &to = nodes[w.to];
  const auto wired = [](Circuit::Signal s) { return s.column != Circuit::none; };
  for (std::size_t c = 0; c < from.channels.size(); ++c) {
    const EnergyNodes::Channel &low = from.channels[c], &high = to.channels[c];
    const bool bias = c == 0;
    if (!wired(low.pre)) continue;
    if (wired(high.up)) circuit.read(k, low.pre, high.up, 1.0, bias);
    if (wired(low.down)) circuit.read_transposed(k, high.post, low.down, options_.feedback);
    circuit.products.push_back({k, high.post, low.pre, high.gain * factor[w.to], learn, bias ? 1.0 : 0.0});
  }
  Circuit::Crossbar& drawn = circuit.crossbars[k];
  drawn.write_line = write;
  drawn.contrast = true;
  if (!energy.conducts) return;
  drawn.row = to.channels[0].post, drawn.column = from.channels[0].pre;
  drawn.range.low = std::max(drawn.range.low, 0.0);
}

void EnergyCircuit::add_phases(std::int64_t free, std::int64_t pulled, double gain,
                               const std::vector<Step>& steps) {
  // A nudge moves nodes at the next edge, so it may come on while the free products are taken; a clamp is
  // seen at once.
  const bool at_once = options_.pull == Pull::clamp;
  circuit.add_phase("start", 1, true, {{start, 1.0}});
  circuit.add_phase("free", free, true, {});
  circuit.add_phase("take", 1, false,
                    {{learn, gain}, {sample, 1.0}, {pull, at_once ? 0.0 : steps.front().pull}});
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const Step& s = steps[k];
    circuit.add_phase("pulled", pulled - (k == 0 && !at_once ? 1 : 0), false, {{pull, s.pull}});
    const bool last = k + 1 == steps.size();
    circuit.add_phase(last ? "write" : "restore", 1, false,
                      {{learn, s.gain}, {pull, s.pull}, {last ? write : restore, 1.0}});
  }
}

}  // namespace leadlag
