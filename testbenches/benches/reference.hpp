// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "design/design.hpp"
#include "design/die.hpp"
#include "oracles/network.hpp"

namespace leadlag {

/// A Die as the oracles know it: equations only, nothing of the chip's models. Times are model time units.
struct ReferenceNetwork {
  oracle::Network network;
  /// By array: index of its first neuron, input pin or low-pass among those of the network.
  std::vector<std::size_t> first;
};

/// Throws std::invalid_argument for a chip that why_no_reference() names a reason for.
ReferenceNetwork reference_network(const Design& design, const Die& die);

/// What of the chip the oracles cannot express, in words for the designer; nothing: all of it.
std::optional<std::string> why_no_reference(const Design& design, const Die& die);

/// All arrays of neurons and low-passes are in analog islands (or none is: checked by why_no_reference).
bool is_analog(const Design& design);

/// Longest and shortest time constant of neurons, error units and low-passes.
struct TimeScales {
  Time slowest{}, fastest{};
};
TimeScales time_scales(const Design& design, const Die& die);

/// Neurons lead by adaptation currents.
bool adapts(const Die& die);

/// How many filters a signal may pass one after another: arrays of neurons and low-passes.
int filters_in_row(const Design& design);

}  // namespace leadlag
