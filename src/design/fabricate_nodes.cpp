// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string>

#include "design/die.hpp"
#include "units/random.hpp"

// What fabrication does to the transconductors of synapses, seen at the summing nodes.
namespace leadlag {
namespace {

/// Adds the offsets of the `synapses` on each node: a sum of normal numbers is one.
void add_offsets(const Design& design, const std::string& read, std::size_t nodes, std::size_t synapses,
                 std::vector<double>& to) {
  to.resize(nodes);
  const Draws draws(static_cast<std::uint64_t>(design.physics.params.die), read, "synapse offset");
  const double sigma = design.synapse_offset() * std::sqrt(static_cast<double>(synapses));
  for (std::size_t i = 0; i < nodes; ++i) to[i] += sigma * draws.normal(i);
}

}  // namespace

double Design::synapse_offset() const {
  if (!physics_of(Synapse::stem).has(Effect::offset)) return 0.0;
  const SummingNode::Params& node = blocks.summing_node;
  const bool zeroed = node.offset_removal == Zeroing::auto_zero;
  return Synapse::offset(blocks.synapse, technology, full_scale) / (zeroed ? node.zero_gain : 1.0);
}

void fabricate_nodes(const Design& design, Die& die) {
  die.drive_offsets.resize(design.arrays.size()), die.back_offsets.resize(design.arrays.size());
  if (design.synapse_offset() == 0.0) return;
  if (design.has_circuit()) {
    const Circuit circuit = design.circuit();
    for (std::size_t k = 0; k < circuit.reads.size(); ++k) {
      const Circuit::Read& read = circuit.reads[k];
      const Circuit::Crossbar& c = circuit.crossbars[read.crossbar];
      auto& to = die.read_offsets.emplace_back();
      if (c.conducts()) continue;
      const std::size_t synapses = read.transposed ? c.rows : c.columns + (c.bias && read.bias ? 1 : 0);
      add_offsets(design, c.name + ".read" + std::to_string(k), read.transposed ? c.columns : c.rows,
                  synapses, to);
    }
    return;
  }
  const Wiring wiring = wire(design.learning.params.system, design.topology());
  for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
    const CrossbarDesign& crossbar = design.crossbars[c];
    const std::size_t rows = design.arrays[crossbar.to].size, columns = design.arrays[crossbar.from].size;
    add_offsets(design, crossbar.name + ".forward", rows, columns + (crossbar.bias ? 1 : 0),
                die.drive_offsets[crossbar.to]);
    if (wiring.back_to[c] != Wiring::nowhere)
      add_offsets(design, crossbar.name + ".transposed", columns, rows, die.back_offsets[wiring.back_to[c]]);
  }
}

}  // namespace leadlag
