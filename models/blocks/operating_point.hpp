// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "units/field.hpp"
#include "units/quantity.hpp"

namespace leadlag {

/// What one unit of a dimensionless model signal is on the die: voltages between blocks, currents into nodes.
struct FullScale {
  Voltage voltage = 25_mV;
  Current current{0.3e-9};
};

/// What a Datasheet needs beside parameters and technology.
struct OperatingPoint {
  FullScale full_scale;
  Time clock = 1_us;
  int settle_bits = 8;  ///< accuracy to which a signal must settle within its hop
};

/// When a block's output changes: at the clock edge (one register per hop), within the tick as its input
/// does, or whenever the scheduler of its analog island says so.
enum class Hop { registered, transparent, continuous };

/// What a held number becomes between two clock edges where an analog island reads it.
enum class Reconstruction {
  hold,  ///< a step at the edge: a DAC or a sample-and-hold
  ramp,  ///< a straight line from edge to edge: an analog pin, known at the edges
};
template <>
struct Names<Reconstruction> {
  static constexpr std::array<std::string_view, 2> value{"hold", "ramp"};
};

}  // namespace leadlag
