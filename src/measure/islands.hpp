// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "design/design.hpp"
#include "design/die.hpp"
#include "measure/timing.hpp"

namespace leadlag {

/// What an analog island owes to the parasitics of its blocks: the ideal equations have none.
struct IslandFigures {
  std::string name;  ///< its arrays, "first + second"
  std::vector<std::size_t> arrays;
  std::vector<PathArc> arcs;  ///< the longest way up through it and the same way down through its error units
  Time lag;                   ///< sum of the arcs' time constants, settle / ln 2^(settle_bits+1)
  Time fastest;               ///< the shortest tau_m, tau_r or tau_s of its blocks
  bool loops = false;         ///< rates return to themselves, or errors nudge neurons
  std::size_t states = 0;     ///< capacitors and parasitic poles
  /// Largest real part of the eigenvalues (1/s) when every adder has its parasitic pole, at the initial
  /// weights and the steepest slopes: negative is stable. Only where there are loops, and at most
  /// `most_states` states.
  std::optional<double> growth;

  static constexpr std::size_t most_states = 600;
};

std::vector<IslandFigures> analyse_islands(const Design& design, const Die& die,
                                           const std::vector<BlockGroup>& bill);

}  // namespace leadlag
