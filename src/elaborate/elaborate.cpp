// SPDX-License-Identifier: Apache-2.0
#include "elaborate/elaborate.hpp"

#include "elaborate/circuit_die.hpp"
#include "elaborate/structural_circuit.hpp"
#include "elaborate/structural_die.hpp"
#include "elaborate/tile_die.hpp"

namespace leadlag {

std::unique_ptr<DieModule> elaborate(const Design& design, const Die& die) {
  const char* name = design.chip.name.c_str();
  const bool structural = design.chip.detail == Detail::structural;
  if (design.has_circuit()) {
    if (structural) return std::make_unique<StructuralCircuit>(name, design, die);
    return std::make_unique<CircuitDie>(name, design, die);
  }
  if (structural) return std::make_unique<StructuralDie>(name, design, die);
  if (design.chip.precision == Precision::float_) return std::make_unique<TileDie<float>>(name, design, die);
  return std::make_unique<TileDie<double>>(name, design, die);
}

}  // namespace leadlag
