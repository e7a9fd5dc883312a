// SPDX-License-Identifier: Apache-2.0
#include "blocks/lead_lag.hpp"

#include <cmath>

namespace leadlag {

LeadLag::Coefficients<double> LeadLag::coefficients(Time lag, Time lead, Time tick, Input input) {
  const double ratio = tick / lag;
  const double rho = lead / lag;
  if (input == Input::euler) return {1.0 - ratio, ratio, 0.0, rho};
  const double decay = std::exp(-ratio);
  const double change = -std::expm1(-ratio);  // 1 - decay without cancellation
  if (input == Input::held) return {decay, change, 0.0, rho};
  const double mean = change / ratio;  // average of the decay over the tick
  return {decay, mean - decay, 1.0 - mean, rho};
}

}  // namespace leadlag
