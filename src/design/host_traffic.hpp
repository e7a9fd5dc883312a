// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "design/design.hpp"

namespace leadlag {

/// What system: bptt moves between one die and its host, and what the host computes; counted from the
/// shapes.
struct HostTraffic {
  std::int64_t capacity = 1;  ///< bits that the link moves each way in a clock cycle
  std::int64_t bits_out =
      0;  ///< in a cycle with plasticity on: every neuron's rate, one word each (loop: chip)
  std::int64_t bits_in = 0;  ///< after a step of the host: every plastic weight and bias
  // Multiply-adds of the host.
  std::uint64_t forward = 0;   ///< in every cycle of the training (loop: model)
  std::uint64_t backward = 0;  ///< in every cycle with plasticity on: errors, and products with the rates
  std::uint64_t step = 0;      ///< of one step of the optimiser
};
HostTraffic host_traffic(const Design& design);

}  // namespace leadlag
