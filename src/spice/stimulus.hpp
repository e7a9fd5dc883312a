// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace leadlag {

/// What a bench puts on a chip's pins: one entry per clock cycle, in model units. Cycle n is the clock period
/// that ends with edge n; edge 0 is time 0. What is held stands from edge n - 1 to edge n.
struct Stimulus {
  std::string name;                            ///< where it comes from, for reports
  std::vector<std::vector<double>> x, target;  ///< by cycle, then by pin
  std::vector<double> target_on;               ///< by cycle, 0 or 1
  std::vector<double> learn;                   ///< by cycle, the learning rate as a share of learning.rate

  std::size_t cycles() const { return x.size(); }
};

}  // namespace leadlag
