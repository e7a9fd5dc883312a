// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "technology/technology.hpp"

namespace leadlag {

/// Supply current of a lead stage's adder, mirrors included:
/// (supply_adder + supply_lead rho + supply_direct |1 - rho|) bias.
Current adder_supply(const Technology& technology, double rho, Current bias);
/// Pole of a four-quadrant multiplier biased at i: multiplier_capacitance / g, g = kappa(i) i / (2 U_T).
Time multiplier_pole(const Technology& technology, Current i);

}  // namespace leadlag
