// SPDX-License-Identifier: Apache-2.0
#include "instruments/supply_meter.hpp"

#include <cmath>

#include "measure/bill.hpp"

namespace leadlag {

SupplyMeter::SupplyMeter(const sc_core::sc_module_name& name, std::vector<Load> loads, Time period)
    : sc_module(name), loads_(std::move(loads)), seen_(loads_.size()), period_(period) {
  SC_METHOD(measure);
  sensitive << clk_i.neg();
  dont_initialize();
}

Charge SupplyMeter::pending() const {
  Charge charge{};
  for (std::size_t k = 0; k < loads_.size(); ++k) {
    if (loads_[k].activity == nullptr) continue;
    charge += (loads_[k].activity->heat - seen_[k].heat) *
              loads_[k].charge[static_cast<std::size_t>(Event::dissipation)];
    for (std::size_t e = 0; e < event_kinds; ++e) {
      if (e == static_cast<std::size_t>(Event::dissipation)) continue;
      charge += static_cast<double>(loads_[k].activity->events[e] - seen_[k].events[e]) * loads_[k].charge[e];
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
  Charge cycle = pending();
  for (std::size_t k = 0; k < loads_.size(); ++k) {
    cycle += loads_[k].static_current * period_;
    if (loads_[k].activity != nullptr) seen_[k] = *loads_[k].activity;
  }
  const Current current = cycle / period_;
  if (current > peak_) peak_ = current;
  add(cycle);
}

std::vector<SupplyMeter::Load> supply_loads(const Design& design, const Die& die, const DieModule& chip) {
  std::vector<SupplyMeter::Load> loads;
  const double dies = design.chip.replicas;
  for (const BlockGroup& g : bill_of_blocks(design, die)) {
    SupplyMeter::Load load{nullptr, dies * g.static_current, {}};
    const auto activity = chip.activities().find({g.array, g.sheet.block});
    if (activity != chip.activities().end()) load.activity = activity->second;
    for (const EventEnergy& e : g.sheet.energies) {
      load.charge[static_cast<std::size_t>(e.event)] = e.energy / design.technology.v_dd;
    }
    loads.push_back(load);
  }
  return loads;
}

}  // namespace leadlag
