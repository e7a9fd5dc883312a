// SPDX-License-Identifier: Apache-2.0
#include "instruments/supply_meter.hpp"

#include <cmath>

namespace leadlag {

SupplyMeter::SupplyMeter(const sc_core::sc_module_name& name, std::vector<Load> loads, Time period)
    : sc_module(name), loads_(std::move(loads)), seen_(loads_.size()), period_(period) {
  SC_METHOD(measure);
  sensitive << clk_i.neg();
  dont_initialize();
}

Charge SupplyMeter::new_events() {
  Charge charge{};
  for (std::size_t k = 0; k < loads_.size(); ++k) {
    if (loads_[k].activity == nullptr) continue;
    for (std::size_t e = 0; e < event_kinds; ++e) {
      const auto now = loads_[k].activity->events[e];
      charge += static_cast<double>(now - seen_[k].events[e]) * loads_[k].charge[e];
      seen_[k].events[e] = now;
    }
  }
  return charge;
}

void SupplyMeter::add(Charge charge) {
  const double sum = total_ + charge.si;
  compensation_ +=
      std::abs(total_) >= std::abs(charge.si) ? (total_ - sum) + charge.si : (charge.si - sum) + total_;
  total_ = sum;
}

void SupplyMeter::measure() {
  Charge cycle = new_events();
  for (const Load& load : loads_) cycle += load.static_current * period_;
  const Current current = cycle / period_;
  if (current > peak_) peak_ = current;
  add(cycle);
}

void SupplyMeter::finish() { add(new_events()); }

}  // namespace leadlag
