// SPDX-License-Identifier: Apache-2.0
#include "technology/relations.hpp"

#include <cmath>

namespace leadlag {

Current adder_supply(const Technology& t, double rho, Current bias) {
  return (t.supply_adder + t.supply_lead * rho + t.supply_direct * std::abs(1.0 - rho)) * bias;
}

double inversion(Current i, Current i_s) {
  return i_s > Current{} ? 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * (i / i_s))) : 1.0;
}

Time multiplier_pole(const Technology& t, Current i) {
  return inversion(i, t.multiplier_specific_current) *
         ((t.multiplier_capacitance / t.parasitic_capacitance) * parasitic_pole(t, i));
}

double slope_gain_at(const Technology& t, Current i) {
  return t.slope_gain / inversion(i, t.slope_specific_current);
}

}  // namespace leadlag
