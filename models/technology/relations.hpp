// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "technology/technology.hpp"

namespace leadlag {

/// Supply current of a lead stage's adder, mirrors included:
/// (supply_adder + supply_lead rho + supply_direct |1 - rho|) bias.
Current adder_supply(const Technology& technology, double rho, Current bias);
/// Current over transconductance of a transistor at i, over the same in weak inversion:
///   (1 + sqrt(1 + 4 i / i_s)) / 2,   i_s = 2 n mu C_ox (W / L) U_T^2
/// (C. Enz, F. Krummenacher and E. Vittoz, Analog Integrated Circuits and Signal Processing 8, 1995). 1 for
/// i_s = 0, which stands for a transistor that never leaves weak inversion.
double inversion(Current i, Current i_s);
/// Pole of a four-quadrant multiplier biased at i: multiplier_capacitance / g,
/// g = kappa(i) i / (2 U_T) / inversion(i, multiplier_specific_current). Its mirrors are narrower than the
/// pairs that kappa(i) is of, and leave weak inversion earlier.
Time multiplier_pole(const Technology& technology, Current i);
/// What the circuit of tanh' at that bias gives over the derivative:
/// slope_gain / inversion(i, slope_specific_current).
double slope_gain_at(const Technology& technology, Current i);

}  // namespace leadlag
