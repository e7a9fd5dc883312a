// SPDX-License-Identifier: Apache-2.0
#include "measure/bill.hpp"

#include <algorithm>
#include <numeric>

#include "blocks/conductor.hpp"
#include "measure/digital.hpp"

namespace leadlag {
namespace {

class Bill {
 public:
  explicit Bill(const Design& design) : design_(design), at_(design.operating_point()) {}

  /// One group from one Datasheet per instance (heterogeneous), or ...
  template <class Params, class Sheet>
  void each(const std::string& array, const std::vector<Params>& instances, Sheet&& sheet) {
    if (instances.empty()) return;
    BlockGroup group{array, instances.size(), sheet(instances[0]), {}, {}};
    for (const Params& p : instances) {
      const Datasheet d = sheet(p);
      group.static_current += d.static_current;
      group.area += d.area;
      for (std::size_t k = 0; k < d.arcs.size(); ++k) {
        if (d.arcs[k].settle > group.sheet.arcs[k].settle) group.sheet.arcs[k] = d.arcs[k];
      }
    }
    groups.push_back(std::move(group));
  }
  /// ... from one Datasheet for all.
  void equal(const std::string& array, std::size_t count, const Datasheet& sheet) {
    if (count == 0) return;
    const double n = static_cast<double>(count);
    groups.push_back({array, count, sheet, n * sheet.static_current, n * sheet.area});
  }
  const Technology& technology() const { return design_.technology; }
  const OperatingPoint& at() const { return at_; }

  std::vector<BlockGroup> groups;

 private:
  const Design& design_;
  OperatingPoint at_;
};

/// Of a chip that is drawn as a netlist: the netlist has it all but drivers and readout.
std::vector<BlockGroup> bill_of_circuit(const Design& design) {
  Bill bill(design);
  const Technology& t = bill.technology();
  const OperatingPoint& at = bill.at();
  const BlockDefaults& b = design.blocks;
  const Circuit circuit = design.circuit();
  for (const ArrayDesign& a : design.arrays) {
    if (!a.is_input()) continue;
    bill.each(a.name, std::get<0>(a.blocks),
              [&](const InputDriver::Params& p) { return InputDriver::datasheet(p, t, at); });
  }
  for (std::size_t k = 0; k < circuit.columns.size(); ++k) {
    const Circuit::Column& column = circuit.columns[k];
    if (!column.kind) continue;
    for (std::size_t pin = 0; pin < column.kind->inputs().size(); ++pin) {
      std::size_t cells = 0;
      for (const Circuit::Read& r : circuit.reads) {
        if (r.to.column != k || r.to.pin != pin) continue;
        const Circuit::Crossbar& c = circuit.crossbars[r.crossbar];
        if (c.conducts()) continue;  // the node is their sum
        cells += r.transposed ? c.rows : c.columns + (c.bias ? 1 : 0);
      }
      if (cells > 0)
        bill.equal(column.name, column.size, SummingNode::datasheet(b.summing_node, t, at, cells));
    }
    std::vector<std::size_t> units(column.size);
    std::iota(units.begin(), units.end(), 0U);
    bill.each(column.name, units, [&](std::size_t unit) { return column.kind->datasheet(unit, t, at); });
  }
  for (std::size_t k = 0; k < circuit.crossbars.size(); ++k) {
    const Circuit::Crossbar& c = circuit.crossbars[k];
    const std::size_t cells = c.rows * (c.columns + (c.bias ? 1 : 0));
    // A synapse has two transconductors, for a forward and a transposed read.
    std::size_t forward = 0, transposed = 0, products = 0;
    for (const Circuit::Read& r : circuit.reads)
      (r.transposed ? transposed : forward) += r.crossbar == k ? 1U : 0U;
    for (const Circuit::Product& p : circuit.products) products += p.crossbar == k ? 1U : 0U;
    if (c.conducts()) {
      bill.equal(c.name, cells,
                 Conductor::datasheet(b.cells.conductor, t, at));  // one device, whichever way it is read
    } else {
      bill.equal(c.name, cells * std::max(forward, transposed), Synapse::datasheet(b.synapse, t, at));
    }
    bill.equal(c.name, cells, WeightRegister::datasheet(b.weight_register, t, at));
    if (!c.plastic) continue;
    // Every cell stores its product before it is written, by itself or by a host.
    bill.equal(c.name, cells * products,
               c.contrast ? ContrastCell::datasheet(b.cells.contrast_cell, t, at)
                          : PlasticityCell::datasheet(b.plasticity_cell, t, at, UpdateBy::host));
  }
  bill.equal(design.arrays[design.learning.output].name, design.outputs(),
             Readout::datasheet(b.readout, t, at));
  bill.equal(
      "chip", 1,
      PhaseSequencer::datasheet(b.cells.phase_sequencer, t, at, circuit.phases.size(), circuit.lines.size()));
  return std::move(bill.groups);
}

}  // namespace

std::size_t drive_synapses(const Design& design, std::size_t array) {
  std::size_t synapses = 0;
  for (const CrossbarDesign& c : design.crossbars) {
    if (c.to == array) synapses += design.arrays[c.from].size + (c.bias ? 1 : 0);
  }
  return synapses;
}

std::vector<BlockGroup> bill_of_blocks(const Design& design, const Die& die) {
  if (design.is_digital()) return bill_of_digital(design, die);
  if (design.has_circuit()) return bill_of_circuit(design);
  Bill bill(design);
  const Technology& t = bill.technology();
  const OperatingPoint& at = bill.at();
  const BlockDefaults& b = design.blocks;
  const Wiring wiring = wire(design.learning.params.system, design.topology());
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    const ArrayDesign& array = design.arrays[a];
    bill.equal(array.name, design.recorded_signals(a) * array.size,
               TrajectoryMemory::datasheet(b.trajectory_memory, t, at,
                                           static_cast<std::size_t>(design.learning.params.window)));
    if (array.is_input()) {
      bill.each(array.name, std::get<0>(array.blocks),
                [&](const InputDriver::Params& p) { return InputDriver::datasheet(p, t, at); });
    } else if (array.is_low_pass()) {
      bill.each(array.name, die.low_passes[a],
                [&](const SynapticLowPass::Params& p) { return SynapticLowPass::datasheet(p, t, at); });
    } else {
      std::size_t back_cells = 0;
      for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
        if (wiring.back_to[c] == a) back_cells += design.arrays[design.crossbars[c].to].size;
      }
      bill.equal(array.name, array.size,
                 SummingNode::datasheet(b.summing_node, t, at, drive_synapses(design, a)));
      bill.each(array.name, die.neurons[a],
                [&](const ProspectiveNeuron::Params& p) { return ProspectiveNeuron::datasheet(p, t, at); });
      if (wiring.has_errors[a]) {
        if (back_cells > 0) {
          Datasheet node = SummingNode::datasheet(b.summing_node, t, at, back_cells);
          node.block = "error_summing_node";
          bill.equal(array.name, array.size, node);
        }
        bill.each(array.name, die.error_units[a],
                  [&](const ErrorUnit::Params& p) { return ErrorUnit::datasheet(p, t, at); });
        if (wiring.has_gains[a])
          bill.equal(array.name, array.size, GainStage::datasheet(b.gain_stage, t, at));
      }
      const bool is_output = a == design.learning.output;
      if (is_output && wiring.has_target)
        bill.equal(array.name, array.size, TargetUnit::datasheet(b.target_unit, t, at));
      if (is_output || design.converts_states())
        bill.equal(array.name, array.size, Readout::datasheet(b.readout, t, at));
    }
  }
  for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
    const CrossbarDesign& crossbar = design.crossbars[c];
    const std::size_t cells =
        design.arrays[crossbar.to].size * (design.arrays[crossbar.from].size + (crossbar.bias ? 1 : 0));
    const bool plastic = design.is_plastic(Plastic::Kind::weights, c);
    const auto cut = [](std::size_t tile, std::size_t all) { return tile == 0 ? all : std::min(tile, all); };
    const Synapse::Run run{cut(crossbar.tile.rows, design.arrays[crossbar.to].size),
                           cut(crossbar.tile.columns, design.arrays[crossbar.from].size)};
    bill.equal(crossbar.name, cells, Synapse::datasheet(b.synapse, t, at, run));
    bill.equal(crossbar.name, cells, WeightRegister::datasheet(b.weight_register, t, at));
    if (plastic && design.learning.params.system != System::bptt) {
      bill.equal(crossbar.name, cells,
                 PlasticityCell::datasheet(b.plasticity_cell, t, at, design.learning.params.update));
    }
  }
  if (design.learning.params.system == System::bptt)
    bill.equal("chip", 1, HostLink::datasheet(b.host_link, t, at));
  return std::move(bill.groups);
}

}  // namespace leadlag
