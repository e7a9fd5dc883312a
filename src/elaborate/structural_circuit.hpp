// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "arrays/circuit.hpp"
#include "arrays/die_module.hpp"
#include "blocks/cell_module.hpp"
#include "blocks/phase_sequencer.hpp"
#include "blocks/storing_cell.hpp"
#include "design/design.hpp"
#include "design/die.hpp"
#include "elaborate/circuit_die.hpp"
#include "elaborate/structural_arrays.hpp"

namespace leadlag {

struct StructuralPins;

/// Structural detail of a chip that is drawn as a netlist: one module per block, one signal per wire. A
/// crosspoint has a synapse (two transconductors) for each pair of a forward and a transposed read.
class StructuralCircuit final : public DieModule {
 public:
  SC_HAS_PROCESS(StructuralCircuit);
  StructuralCircuit(const sc_core::sc_module_name& name, const Design& design, const Die& die);
  ~StructuralCircuit() override;

  void read(std::size_t group, std::span<double> out) const override;
  void write(std::size_t group, std::span<const double> in) override;
  void take(std::size_t group, std::span<double> out) override;
  double probe(bool crossbar, std::size_t index, const std::string& signal,
               std::size_t element) const override;

 private:
  struct Column {
    std::vector<std::unique_ptr<CellModule>> cells;
    std::vector<std::unique_ptr<InputDriverModule>> drivers;  // of a pad of inputs
    std::vector<Wires<Voltage>> out;                          // by pin
    Activity activity;
  };
  struct Crossbar {
    std::size_t rows = 0, stride = 0, columns = 0;  // stride: columns and bias
    std::vector<std::unique_ptr<WeightRegisterModule>> registers;
    std::vector<std::unique_ptr<StoringCellModule>> cells;
    std::shared_ptr<const MadeCells> made;  // null at ideal fidelity
    Wires<double> weight;
    CrossbarActivity activity;
  };
  struct Read {  // one crossbar read, at its destination
    std::vector<std::unique_ptr<SynapseModule>> synapses;
    std::vector<std::unique_ptr<SummingNodeModule>> nodes;
    Wires<Current> currents, unused, sums;
  };

  void build_pads(const Design& design, const Die& die);
  void build_crossbars(const Design& design, const Die& die);
  void build_reads(const Die& die);
  void build_columns(const Design& design);
  void build_readout(const Design& design, const Die& die);
  void count_and_check();
  Wires<Voltage>& wires(Circuit::Signal s) { return columns_[s.column].out[s.pin]; }
  std::size_t cell_of(const CircuitGroup& handle, std::size_t k) const;

  const Circuit circuit_;
  FullScale full_scale_;
  std::vector<std::string> names_;  // of the drawn arrays
  std::unique_ptr<StructuralPins> pins_;
  std::vector<Column> columns_;
  std::vector<Crossbar> crossbars_;
  std::vector<Read> reads_;
  sc_core::sc_signal<Voltage> ground_, one_;
  Wires<double> lines_, no_product_;
  std::unique_ptr<PhaseSequencerModule> sequencer_;
  Activity sequencer_activity_;
  std::vector<CircuitGroup> handles_;
};

}  // namespace leadlag
