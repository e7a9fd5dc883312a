// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "arrays/die_module.hpp"
#include "measure/observations.hpp"

namespace leadlag {

/// How the loops of a die's analog islands closed so far, as measuring takes it.
inline std::vector<IslandLoops> island_loops(const DieModule& die) {
  std::vector<IslandLoops> loops;
  for (const auto& i : die.islands()) {
    loops.push_back(
        {i.arrays, i.loop, i.counts.solves, i.counts.iterations, i.counts.most, i.counts.residual});
  }
  return loops;
}

}  // namespace leadlag
