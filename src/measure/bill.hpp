// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "design/design.hpp"
#include "design/die.hpp"
#include "technology/datasheet.hpp"

namespace leadlag {

/// All instances of one block kind in one array or crossbar of one die, with what their Datasheets say.
struct BlockGroup {
  std::string array;  ///< name of the array or crossbar
  std::size_t instances = 0;
  Datasheet sheet;         ///< arcs of the slowest instance; energies are means over the instances
  Current static_current;  ///< summed over the instances
  Area area;               ///< summed over the instances
};

/// Synapses on the summing node of each neuron of an array, those of biases included.
std::size_t drive_synapses(const Design& design, std::size_t array);

/// What is on the die: computed from the Design and the Die alone, no elaboration needed.
std::vector<BlockGroup> bill_of_blocks(const Design& design, const Die& die);

}  // namespace leadlag
