// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "design/design.hpp"
#include "measure/bill.hpp"

namespace leadlag {

/// One arc of a path, with the group whose Datasheet it comes from.
struct PathArc {
  std::string array, block;
  Arc arc;
};

/// Everything a signal must settle through between two clock edges.
struct Path {
  std::string kind;  ///< "forward", "error", "update", "readout"
  std::string to;    ///< array or crossbar at its end
  std::vector<PathArc> arcs;
  Time settle, slack;
};

struct Timing {
  std::vector<Path> paths;          ///< worst slack first
  std::int64_t forward_cycles = 0;  ///< new input to its effect at the outputs
  std::int64_t error_cycles = 0;    ///< error at the outputs to the first array's weights, the write included
  std::int64_t alignment_cycles = 0;  ///< until the first array's error belongs to the present input
};

/// Of a chip that is drawn as a netlist: paths end at states, plasticity cells and the readout; cycles are
/// those of its phases.
Timing circuit_timing(const Design& design, const std::vector<BlockGroup>& bill);
/// Arcs from Datasheets, hops from the topology. With the `ordered` schedule a tick has no registers inside:
/// its path is the sum over all arrays, up and down.
Timing analyse_timing(const Design& design, const std::vector<BlockGroup>& bill);

}  // namespace leadlag
