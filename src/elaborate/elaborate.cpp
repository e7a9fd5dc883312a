// SPDX-License-Identifier: Apache-2.0
#include "elaborate/elaborate.hpp"

#include "elaborate/circuit_die.hpp"
#include "elaborate/model_in_loop.hpp"
#include "elaborate/structural_circuit.hpp"
#include "elaborate/structural_die.hpp"
#include "elaborate/tile_die.hpp"

namespace leadlag {
namespace {

template <class T>
std::unique_ptr<DieModule> elaborate_tiles(const Design& design, const Die& die) {
  const char* name = design.chip.name.c_str();
  if (design.learning.params.system != System::bptt) return std::make_unique<TileDie<T>>(name, design, die);
  if (!design.converts_states()) return std::make_unique<ModelInLoop<T>>(name, design, die);
  Die seen = die;  // a host knows the time constants that were drawn, not those that were made
  seen.error_units = as_drawn(design).error_units;
  for (auto& array : seen.error_physics) array.clear();
  return std::make_unique<TileDie<T>>(name, design, seen);
}

}  // namespace

std::unique_ptr<DieModule> elaborate(const Design& design, const Die& die) {
  const char* name = design.chip.name.c_str();
  const bool structural = design.chip.detail == Detail::structural;
  if (design.has_circuit()) {
    if (structural) return std::make_unique<StructuralCircuit>(name, design, die);
    return std::make_unique<CircuitDie>(name, design, die);
  }
  if (structural) return std::make_unique<StructuralDie>(name, design, die);
  return design.chip.precision == Precision::float_ ? elaborate_tiles<float>(design, die)
                                                    : elaborate_tiles<double>(design, die);
}

}  // namespace leadlag
