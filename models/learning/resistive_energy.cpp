// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "learning/energies.hpp"

// Conductances: 1/2 g (V_i - V_j)^2 = -g (V_i V_j - 1/2 V_i^2 - 1/2 V_j^2), three channels. A node's own
// square is what its leak, the sum of the conductances on its wire, pulls at.
namespace leadlag {
namespace {

/// A reference voltage of 1 on every wire of an array: what reads the sum of conductances.
Circuit::Signal reference(Circuit& c, const ForwardChip::Array& array) {
  c.columns.push_back({array.name + ".reference", array.size, nullptr, Circuit::Pad::one, 0});
  return {c.columns.size() - 1, 0};
}

EnergyNodes input(Circuit& c, const ForwardChip& chip, std::size_t a, std::size_t pad) {
  // The square of a held input is the same in both phases and would cancel.
  return {.channels = {{.pre = {pad, 0}}, {.pre = reference(c, chip.arrays[a])}, {}}};
}

EnergyNodes nodes(Circuit& c, const ForwardChip& chip, std::size_t a) {
  using R = ResistiveNode;
  const ForwardChip::Array& array = chip.arrays[a];
  const std::size_t node = c.add<R>(
      array.name, for_neurons(array, chip.cells.resistive_node,
                              [&](auto& p, const auto& n) { p.tau = n.tau, p.diodes = a != chip.output; }));
  const Circuit::Signal v{node, R::voltage}, square{node, R::square}, one = reference(c, array);
  return {.channels = {{.post = v, .pre = v, .up = {node, R::current}, .down = {node, R::current}},
                       {.post = square, .pre = one, .up = {node, R::leak}, .gain = -0.5},
                       {.post = one, .pre = square, .down = {node, R::leak}, .gain = -0.5}},
          .state = v,
          .held = {node, R::held},
          .start = {node, R::start},
          .restore = {node, R::restore}};
}

std::vector<std::string> needs(const ForwardChip& chip) {
  std::vector<std::string> found;
  for (const auto& w : chip.crossbars) {
    if (w.bias) {
      found.push_back(
          "energy: resistive has no bias rows, a conductance to the reference would pull at its own node; "
          "give '" +
          w.name + "' bias: false, and draw an input that is held at a voltage");
    }
    if (w.range.low < 0.0 && w.range.low > -std::numeric_limits<double>::infinity()) {
      found.push_back("energy: resistive has conductances, which are not below 0; give '" + w.name +
                      "' a range with min: 0 or more");
    }
  }
  return found;
}

}  // namespace

EnergyDrawing resistive_energy() {
  return {.keyword = "resistive",
          .any_feedback = false,
          .nodes = nodes,
          .objections = needs,
          .inputs = input,
          .conducts = true};
}

}  // namespace leadlag
