// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "learning/energies.hpp"

// Energies whose node is a capacitor that sums currents: they differ in how the sum is gated and bounded.
namespace leadlag {
namespace {

EnergyNodes state_nodes(Circuit& c, const ForwardChip& chip, std::size_t a, StateNode::Pull pull) {
  const ForwardChip::Array& array = chip.arrays[a];
  const std::size_t node =
      c.add<StateNode>(array.name, for_neurons(array, chip.cells.state_node, [&](auto& s, const auto& n) {
                         s.tau = n.tau, s.activation = n.activation, s.pull = pull;
                       }));
  const Circuit::Signal rate{node, StateNode::rate}, drive{node, StateNode::drive};
  return {.channels = {{.post = rate, .pre = rate, .up = drive, .down = drive}},
          .state = {node, StateNode::state},
          .held = {node, StateNode::held},
          .start = {node, StateNode::start},
          .restore = {node, StateNode::restore}};
}

/// The rails are the curve.
std::vector<std::string> needs_linear(const ForwardChip& chip) {
  std::vector<std::string> found;
  for (const auto& a : chip.arrays) {
    if (std::any_of(a.neurons.begin(), a.neurons.end(),
                    [](const auto& n) { return n.activation != Activation::linear; })) {
      found.push_back("energy: clip bounds its nodes by the rails; array '" + a.name +
                      "' needs activation: linear");
    }
  }
  return found;
}

}  // namespace

EnergyDrawing hopfield_energy() {
  return {"hopfield",
          false,
          [](Circuit& c, const ForwardChip& chip, std::size_t a) {
            return state_nodes(c, chip, a, StateNode::Pull::gated);
          },
          {},
          {},
          false};
}

/// Scaled by gamma^(layer - output layer), the terms of a layer stay those of one energy whatever gamma.
EnergyDrawing leaky_energy() {
  return {"leaky",
          true,
          [](Circuit& c, const ForwardChip& chip, std::size_t a) {
            return state_nodes(c, chip, a, StateNode::Pull::plain);
          },
          {},
          {},
          false};
}

EnergyDrawing clip_energy() {
  return {"clip",
          true,
          [](Circuit& c, const ForwardChip& chip, std::size_t a) {
            return state_nodes(c, chip, a, StateNode::Pull::rails);
          },
          needs_linear,
          {},
          false};
}

}  // namespace leadlag
