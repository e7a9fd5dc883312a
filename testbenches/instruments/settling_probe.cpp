// SPDX-License-Identifier: Apache-2.0
#include "instruments/settling_probe.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace leadlag {

Settling settling(const Record& record, const SettlingTest& test) {
  if (!(test.tolerance > 0.0)) throw std::invalid_argument("settling: tolerance must be more than 0");
  std::size_t start = 0;
  while (start < record.values.size() && !reached(record.time(start), test.trigger)) ++start;
  if (start == record.values.size())
    throw std::invalid_argument("settling: the record ends before the trigger");

  Settling s;
  s.initial_value = start > 0 ? record.values[start - 1] : 0.0;
  s.final_value = test.final_value.value_or(record.values.back());
  const double size = std::abs(s.final_value - s.initial_value),
               sign = s.final_value >= s.initial_value ? 1.0 : -1.0;
  std::size_t settled = start;  // first sample after the last one outside
  for (std::size_t k = start; k < record.values.size(); ++k) {
    const double beyond = sign * (record.values[k] - s.final_value);
    if (std::abs(beyond) > test.tolerance * size) settled = k + 1;
    if (size > 0.0) s.overshoot = std::max(s.overshoot, beyond / size);
  }
  if (settled == record.values.size()) return s;
  const Time taken = record.time(settled) - test.trigger;
  const Time shown = record.time(record.values.size() - 1) - record.time(settled);
  if (reached(shown, taken)) s.time = std::max(taken, Time{});
  return s;
}

}  // namespace leadlag
