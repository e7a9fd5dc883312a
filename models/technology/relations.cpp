// SPDX-License-Identifier: Apache-2.0
#include "technology/relations.hpp"

#include <cmath>

namespace leadlag {

Current adder_supply(const Technology& t, double rho, Current bias) {
  return (t.supply_adder + t.supply_lead * rho + t.supply_direct * std::abs(1.0 - rho)) * bias;
}

Time multiplier_pole(const Technology& t, Current i) {
  return (t.multiplier_capacitance / t.parasitic_capacitance) * parasitic_pole(t, i);
}

}  // namespace leadlag
