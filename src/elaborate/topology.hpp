// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "design/design.hpp"

namespace leadlag {

std::vector<std::size_t> crossbars_into(const Design& design, std::size_t array);
/// Neuron arrays from the inputs up, for the schedule without registers (the reader has excluded cycles).
std::vector<std::size_t> signal_order(const Design& design);

}  // namespace leadlag
