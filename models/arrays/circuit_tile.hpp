// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <systemc>
#include <vector>

#include "arrays/circuit.hpp"
#include "arrays/crossbar_array.hpp"
#include "arrays/lane_bus.hpp"
#include "blocks/phase_sequencer.hpp"
#include "blocks/plasticity_cell.hpp"
#include "units/random.hpp"

namespace leadlag {

/// Tile detail of a netlist: every column's blocks in one loop, its crossbars as children. The chip calls
/// run() at each rising edge and reset() when reset falls. One die, in double.
class CircuitTile final : public sc_core::sc_module {
 public:
  sc_core::sc_vector<sc_core::sc_port<LaneIn<double>>> x_i;  // one per pad column of inputs, in their order
  sc_core::sc_port<LaneIn<double>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> SC_NAMED(target_i);

  /// weights, bias: initial values by crossbar of the netlist. context.name is not used.
  /// cells: at circuit fidelity, by crossbar; null or empty: ideal. read_offsets: what the synapses of a
  /// read's summing nodes give at rest, by read; empty: nothing.
  CircuitTile(const sc_core::sc_module_name& name, const Circuit& circuit, const CellContext& context,
              const std::vector<std::vector<double>>& weights, const std::vector<std::vector<double>>& bias,
              UpdateBy update, const std::vector<std::shared_ptr<const MadeCells>>& cells = {},
              const std::vector<std::vector<double>>& read_offsets = {});

  /// One clock cycle: lines, wires, products, states.
  void run(bool learn, double eta);
  void reset();

  std::span<const double> signal(Circuit::Signal s) const { return columns_[s.column].out[s.pin]; }
  CrossbarArray<double>& crossbar(std::size_t k) { return *crossbars_[k].array; }
  const CrossbarArray<double>& crossbar(std::size_t k) const { return *crossbars_[k].array; }
  /// To be called after a host has written to a crossbar.
  void touch(std::size_t crossbar) { ++crossbars_[crossbar].version; }

  std::vector<Activity> column_activity;  ///< by column
  Activity sequencer_activity;

 private:
  struct Column {
    std::unique_ptr<CellColumn> cells;  // null for pads
    std::vector<std::vector<double>> in, out;
    std::vector<Lanes> lanes;
    std::vector<double*> outs;
  };
  struct Crossbar {
    std::unique_ptr<CrossbarArray<double>> array;
    std::uint64_t version = 1;
  };
  /// A read whose input has not moved since the last cycle gives what it gave.
  struct ReadMemory {
    std::vector<double> input, result;
    std::vector<double> offset;  // of its summing nodes; empty: 0
    std::uint64_t version = 0;
  };
  /// What the power of an array of conductances needs of its weights and of the voltages of its columns.
  struct Conduction {
    std::vector<double> voltage, sum, current;  // V_j, sum_j g_ij, sum_j g_ij V_j
    double square = 0.0;                        // sum_ij g_ij V_j^2
    std::uint64_t version = 0;
  };

  void build_columns(const CellContext& context);
  void connect();
  void take_pads();
  void set_lines(const std::vector<double>& lines);
  void read(std::size_t k);
  void dissipate(std::size_t crossbar);
  void learn();
  void write(double eta);
  bool stores(std::size_t crossbar) const;

  const Circuit circuit_;
  const UpdateBy update_;
  std::vector<CircuitStep> order_;
  std::vector<Column> columns_;
  std::vector<Crossbar> crossbars_;
  std::vector<ReadMemory> memory_;
  std::vector<Conduction> conduction_;
  std::vector<PhaseSequencer::Row> table_;
  PhaseSequencer::State sequencer_;
  const Draws coin_;
  std::vector<double> lines_, next_lines_;
  std::vector<double> scaled_;
  std::vector<std::size_t> pads_;  // columns of x_i
};

}  // namespace leadlag
