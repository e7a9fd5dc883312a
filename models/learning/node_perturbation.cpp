// SPDX-License-Identifier: Apache-2.0
#include "learning/node_perturbation.hpp"

#include "learning/energy_based.hpp"

namespace leadlag {
namespace {

/// A wire that sums (rows = 1) or spreads (columns = 1) currents: a crossbar whose weights are all 1.
std::size_t add_ones(Circuit& c, std::string name, std::size_t rows, std::size_t columns) {
  Circuit::Crossbar ones;
  ones.name = std::move(name), ones.rows = rows, ones.columns = columns;
  ones.initial = [n = rows * columns](const auto&) { return std::vector<double>(n, 1.0); };
  c.crossbars.push_back(std::move(ones));
  return c.crossbars.size() - 1;
}

}  // namespace

std::vector<std::string> NodePerturbation::objections(const ForwardChip& chip, const Params&) {
  if (chip.depths().empty()) return {"node_perturbation needs layers without loops"};
  return {};
}

Circuit NodePerturbation::draw(const ForwardChip& chip, const Params& p) {
  std::vector<std::size_t> pads;
  std::size_t target = 0;
  Circuit c = chip.begin(pads, target);
  const std::size_t compare = c.add_line("compare"), draw = c.add_line("draw"), hold = c.add_line("hold");
  const std::size_t keep = c.add_line("keep"), learn = c.add_line("learn"), write = c.add_line("write");

  // Neurons, each with noise of its own that a sample-and-hold keeps while the network settles.
  std::vector<std::size_t> held(chip.arrays.size(), Circuit::none);
  std::vector<Circuit::Signal> rate(chip.arrays.size());
  for (std::size_t a = 0; a < chip.arrays.size(); ++a) {
    const ForwardChip::Array& array = chip.arrays[a];
    rate[a] = {pads[a], 0};
    if (array.is_input()) continue;
    const std::size_t node = c.add<LeakyNeuron>(array.name, array.neurons);
    NoiseSource::Params noise = chip.cells.noise_source;
    noise.sigma = p.sigma;
    const std::size_t source = c.add<NoiseSource>(array.name + ".noise", {array.size, noise});
    held[a] = c.add<SampleHold>(array.name + ".held", {array.size, chip.cells.sample_hold});
    c.control(draw, {source, NoiseSource::on});
    c.control(hold, {held[a], SampleHold::sample});
    c.link({source, NoiseSource::noise}, {held[a], SampleHold::signal});
    c.link({held[a], SampleHold::held}, {node, LeakyNeuron::drive});
    rate[a] = {node, LeakyNeuron::rate};
    c.probes[{array.name, "rate"}] = rate[a];
    c.probes[{array.name, "perturbation"}] = {held[a], SampleHold::held};
  }

  // The third factor. A multiplier squares each output error, a wire sums, a sample-and-hold keeps the sum of
  // the free phase.
  const ForwardChip::Array& output = chip.arrays[chip.output];
  const std::size_t square = c.add<ErrorGate>(output.name + ".square", {output.size, chip.cells.error_gate});
  const auto epsilon =
      draw_target_unit(c, chip, target, rate[chip.output], {square, ErrorGate::epsilon}, compare);
  c.link(epsilon, {square, ErrorGate::slope});
  const std::size_t one = c.columns.size();
  c.columns.push_back({"reference", 1, nullptr, Circuit::Pad::one, 0});
  const std::size_t cost = c.add<ErrorGate>(output.name + ".cost", {1, chip.cells.error_gate});
  c.link({one, 0}, {cost, ErrorGate::slope});
  const std::size_t free_cost = c.add<SampleHold>(output.name + ".free_cost", {1, chip.cells.sample_hold});
  c.link({cost, ErrorGate::gated}, {free_cost, SampleHold::signal});
  c.control(keep, {free_cost, SampleHold::sample});
  c.read(add_ones(c, output.name + ".sum", 1, output.size), {square, ErrorGate::gated},
         {cost, ErrorGate::back}, 0.5);
  c.probes[{output.name, "error"}] = epsilon;

  // Perturbation times what it changed, beside every neuron; the plasticity cell multiplies with the rate.
  std::vector<std::size_t> factor(chip.arrays.size(), Circuit::none);
  for (std::size_t a = 0; a < chip.arrays.size(); ++a) {
    const ForwardChip::Array& array = chip.arrays[a];
    if (array.is_input()) continue;
    factor[a] = c.add<ErrorGate>(array.name + ".factor", {array.size, chip.cells.error_gate});
    const std::size_t spread = add_ones(c, array.name + ".spread", array.size, 1);
    c.read(spread, {free_cost, SampleHold::held}, {factor[a], ErrorGate::back}, 1.0);
    c.read(spread, {cost, ErrorGate::gated}, {factor[a], ErrorGate::back}, -1.0);
    c.link({held[a], SampleHold::held}, {factor[a], ErrorGate::slope});
    c.probes[{array.name, "factor"}] = {factor[a], ErrorGate::gated};
  }
  for (std::size_t k = 0; k < chip.crossbars.size(); ++k) {
    const ForwardChip::Crossbar& w = chip.crossbars[k];
    c.read(k, rate[w.from], {rate[w.to].column, LeakyNeuron::drive});
    c.products.push_back({k, {factor[w.to], ErrorGate::gated}, rate[w.from], 1.0, learn});
    c.crossbars[k].write_line = write;
  }

  c.output = rate[chip.output];
  c.add_phase("free", p.settle, true, {});
  c.add_phase("draw", 1, false, {{compare, 1.0}, {keep, 1.0}, {draw, 1.0}});
  c.add_phase("hold", 1, false, {{hold, 1.0}});
  c.add_phase("perturbed", p.settle, false, {});
  // The source is silent by now, so that holding again takes the perturbation away.
  c.add_phase("learn", 1, false,
              {{compare, 1.0}, {learn, 1.0 / (p.sigma * p.sigma)}, {write, 1.0}, {hold, 1.0}});
  return c;
}

}  // namespace leadlag
