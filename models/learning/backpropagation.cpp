// SPDX-License-Identifier: Apache-2.0
#include "learning/backpropagation.hpp"

#include <cmath>

#include "learning/energy_based.hpp"
#include "units/random.hpp"

namespace leadlag {
namespace {

/// A crossbar of fixed random weights, errors of `from` to units of `to`.
std::size_t add_random(Circuit& c, const ForwardChip& chip, const std::string& name, std::size_t to,
                       std::size_t from, double scale) {
  Circuit::Crossbar b;
  b.name = name, b.rows = chip.arrays[to].size, b.columns = chip.arrays[from].size;
  const std::size_t n = b.rows * b.columns;
  const double sigma = scale / std::sqrt(static_cast<double>(b.columns));
  b.initial = [n, sigma, draws = Draws(chip.seed, name, "feedback weight")](const auto&) {
    std::vector<double> weights(n);
    for (std::size_t k = 0; k < n; ++k) weights[k] = sigma * draws.normal(k);
    return weights;
  };
  c.crossbars.push_back(std::move(b));
  return c.crossbars.size() - 1;
}

}  // namespace

std::vector<std::string> Backpropagation::objections(const ForwardChip& chip, const Params&) {
  if (chip.depths().empty()) return {"backpropagation needs layers without loops"};
  return {};
}

Circuit Backpropagation::draw(const ForwardChip& chip, const Params& p) {
  std::vector<std::size_t> pads;
  std::size_t target = 0;
  Circuit c = chip.begin(pads, target);
  const std::size_t nudge = c.add_line("nudge"), learn = c.add_line("learn"), write = c.add_line("write");
  std::vector<std::size_t> gate(chip.arrays.size(), Circuit::none);
  std::vector<Circuit::Signal> rate(chip.arrays.size());
  for (std::size_t a = 0; a < chip.arrays.size(); ++a) {
    const ForwardChip::Array& array = chip.arrays[a];
    rate[a] = {pads[a], 0};
    if (array.is_input()) continue;
    const std::size_t node = c.add<LeakyNeuron>(array.name, array.neurons);
    gate[a] = c.add<ErrorGate>(array.name + ".error",
                               std::vector<ErrorGate::Params>(array.size, chip.cells.error_gate));
    c.link({node, LeakyNeuron::slope}, {gate[a], ErrorGate::slope});
    rate[a] = {node, LeakyNeuron::rate};
    c.probes[{array.name, "rate"}] = rate[a];
    c.probes[{array.name, "slope"}] = {node, LeakyNeuron::slope};
    c.probes[{array.name, "error"}] = {gate[a], ErrorGate::gated};
  }
  draw_target_unit(c, chip, target, rate[chip.output], {gate[chip.output], ErrorGate::epsilon}, nudge);

  for (std::size_t k = 0; k < chip.crossbars.size(); ++k) {
    const auto& w = chip.crossbars[k];
    c.read(k, rate[w.from], {rate[w.to].column, LeakyNeuron::drive});
    c.products.push_back({k, {gate[w.to], ErrorGate::gated}, rate[w.from], 1.0, learn});
    c.crossbars[k].write_line = write;
    if (chip.arrays[w.from].is_input()) continue;
    const Circuit::Signal above{gate[w.to], ErrorGate::gated}, below{gate[w.from], ErrorGate::back};
    if (p.feedback == ErrorFeedback::transpose) c.read_transposed(k, above, below);
    if (p.feedback == ErrorFeedback::random) {
      c.read(add_random(c, chip, w.name + "_back", w.from, w.to, p.scale), above, below);
    }
  }
  for (std::size_t a = 0; a < chip.arrays.size() && p.feedback == ErrorFeedback::direct; ++a) {
    if (chip.arrays[a].is_input() || a == chip.output) continue;
    c.read(add_random(c, chip, chip.arrays[a].name + "_direct", a, chip.output, p.scale),
           {gate[chip.output], ErrorGate::gated}, {gate[a], ErrorGate::back});
  }
  c.output = rate[chip.output];
  c.add_phase("settle", p.settle, true, {});
  c.add_phase("learn", 1, false, {{nudge, 1.0}, {learn, 1.0}, {write, 1.0}});
  return c;
}

}  // namespace leadlag
