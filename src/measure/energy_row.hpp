// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "technology/datasheet.hpp"
#include "units/quantity.hpp"

namespace leadlag {

/// Energy of one block group over the run, all dies together.
struct EnergyRow {
  std::string array, block;
  std::size_t instances = 0;  ///< per die
  Energy static_energy, dynamic_energy;
  Power static_power;  ///< per die
  Area area;           ///< per die
  struct Events {
    Event event;
    std::uint64_t count;
    Energy each, total;
    std::string derivation;
  };
  std::vector<Events> events;
  std::string static_derivation, area_derivation;
};

}  // namespace leadlag
