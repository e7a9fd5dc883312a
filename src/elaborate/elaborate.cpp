// SPDX-License-Identifier: Apache-2.0
#include "elaborate/elaborate.hpp"

#include "elaborate/structural_chip.hpp"
#include "elaborate/tile_chip.hpp"

namespace leadlag {

std::unique_ptr<Chip> elaborate(const Design& design, const Die& die) {
  const char* name = design.chip.name.c_str();
  if (design.chip.detail == Detail::structural) return std::make_unique<StructuralChip>(name, design, die);
  if (design.chip.precision == Precision::float_) return std::make_unique<TileChip<float>>(name, design, die);
  return std::make_unique<TileChip<double>>(name, design, die);
}

}  // namespace leadlag
