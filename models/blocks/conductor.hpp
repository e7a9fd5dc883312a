// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "blocks/operating_point.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"

namespace leadlag {

/// One crosspoint of a network of conductances: a device between two nodes, the same from both sides.
///
///   current = g (V_row - V_column)        g = w full_scale.current / full_scale.voltage, w not below 0
///
/// It has no bias: what it spends is what it dissipates, g (V_row - V_column)^2, from the voltages of each
/// cycle. Not modelled: the dependence of g on the voltages, resistance of the wires.
struct Conductor {
  /// None: its value is the weight.
  struct Params {
    static constexpr auto fields() { return std::tuple<>{}; }
  };
  static constexpr const char* stem = "conductor";
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
