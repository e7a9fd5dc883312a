// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "design/design.hpp"
#include "design/die.hpp"

namespace leadlag {

/// How fast a network of conductances settles: time constants of C dV/dt = -G V, G the Laplacian of the
/// initial conductances with the inputs held, without diodes, which only make it faster. C_i = tau_i in units
/// of conductance; settle = slowest ln 2^(settle_bits+1).
struct NetworkFigures {
  std::size_t nodes = 0;
  Time slowest{}, fastest{}, settle{};  ///< infinite when a node has no way to an input
};
/// Nothing for a chip without conductances, or one of more than 2000 nodes.
std::optional<NetworkFigures> analyse_network(const Design& design, const Die& die);

}  // namespace leadlag
