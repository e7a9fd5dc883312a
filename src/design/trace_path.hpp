// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "design/design.hpp"

namespace leadlag {

/// What a path names: "hidden[3].rate", "hidden[*].error", "output.rate", "w1[2,7].weight", "w1[*,0].weight".
struct ResolvedTrace {
  Trace trace;            ///< without its position in the blueprint
  std::size_t count = 0;  ///< signals that the path names; trace.elements has them unless there are too many
};

/// Signals of an array are "rate", of a neuron array also "slope" and, with a learning system, "error"; of a
/// crossbar "weight". Lists the elements if there are at most `most`. Throws std::invalid_argument, what()
/// says what is wrong with the path.
ResolvedTrace resolve_trace(const Design& design, const std::string& path, std::size_t most);

}  // namespace leadlag
