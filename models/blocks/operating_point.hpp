// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// Whether a block's output waits for the clock edge (one register per hop) or follows its input within the
/// tick.
enum class Hop { registered, transparent };

}  // namespace leadlag
