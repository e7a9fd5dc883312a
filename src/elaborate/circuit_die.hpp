// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrays/boundary_arrays.hpp"
#include "arrays/circuit_tile.hpp"
#include "arrays/die_module.hpp"
#include "design/design.hpp"
#include "design/die.hpp"

namespace leadlag {

/// Initial weights and biases by crossbar of the netlist: those of the die, or what the system adds.
struct CircuitWeights {
  std::vector<std::vector<double>> weights, biases;
};
CircuitWeights circuit_weights(const Circuit& circuit, const Die& die);

/// What cells of a netlist need to know of the die; null if all blocks are ideal.
std::shared_ptr<const CellPhysics> cell_physics(const Design& design);

/// What a host reads and writes of a netlist: weights and biases of each crossbar, in their order.
struct CircuitGroup {
  std::size_t crossbar;
  bool bias;
  DieModule::Group group;
};
std::vector<CircuitGroup> circuit_groups(const Circuit& circuit);

/// A chip whose learning system is drawn as a netlist, in tile detail.
class CircuitDie final : public DieModule {
 public:
  SC_HAS_PROCESS(CircuitDie);
  CircuitDie(const sc_core::sc_module_name& name, const Design& design, const Die& die);

  void read(std::size_t group, std::span<double> out) const override;
  void write(std::size_t group, std::span<const double> in) override;
  void take(std::size_t group, std::span<double> out) override;
  double probe(bool crossbar, std::size_t index, const std::string& signal,
               std::size_t element) const override;

 private:
  void list_activities();
  void on_edge();
  void on_reset();

  const Circuit circuit_;
  std::vector<std::string> names_;  // of the drawn arrays
  std::vector<std::unique_ptr<InputArray<double>>> inputs_;
  std::vector<std::unique_ptr<LaneBus<double>>> rates_;
  std::unique_ptr<LaneBus<double>> output_;
  std::unique_ptr<CircuitTile> tile_;
  std::unique_ptr<ReadoutArray<double>> readout_;
  std::vector<CircuitGroup> handles_;
};

}  // namespace leadlag
