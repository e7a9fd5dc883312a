// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <systemc>
#include <vector>

#include "arrays/die_module.hpp"
#include "design/design.hpp"
#include "design/die.hpp"
#include "technology/datasheet.hpp"
#include "units/quantity.hpp"

namespace leadlag {

/// Measures the current into the chip's supply node in every clock cycle: each load's static current, and the
/// charge of the events that happened since the last falling edge. Integrates it; independent of the event
/// ledger, which multiplies the counts of a whole run by their energies.
class SupplyMeter final : public sc_core::sc_module {
 public:
  struct Load {
    const Activity* activity;                ///< null: static current only
    Current static_current;                  ///< of all instances on all dies
    std::array<Charge, event_kinds> charge;  ///< of one event; of dissipation: per unit of heat
  };

  sc_core::sc_in<bool> SC_NAMED(clk_i);

  SC_HAS_PROCESS(SupplyMeter);
  SupplyMeter(const sc_core::sc_module_name& name, std::vector<Load> loads, Time period);

  /// Until now: with what has happened since the last falling edge, such as the host's accesses on it.
  Charge charge() const { return {total_ + (compensation_ + pending().si)}; }
  Current peak() const { return peak_; }

 private:
  void measure();
  Charge pending() const;
  void add(Charge charge);

  std::vector<Load> loads_;
  std::vector<Activity> seen_;
  Time period_;
  double total_ = 0.0, compensation_ = 0.0;  // Neumaier sum: 1e9 cycles must close to 1e-9
  Current peak_{};
};

/// What a die draws: one load per block group of its bill, all dies together.
std::vector<SupplyMeter::Load> supply_loads(const Design& design, const Die& die, const DieModule& chip);

}  // namespace leadlag
