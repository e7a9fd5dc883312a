// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <systemc>
#include <vector>

#include "technology/datasheet.hpp"
#include "units/quantity.hpp"

namespace leadlag {

/// Measures the current into the chip's supply node in every clock cycle: each load's static current, and the
/// charge of the events that happened since the last falling edge. Integrates it; independent of the event
/// ledger, which multiplies the counts of a whole run by their energies.
class SupplyMeter final : public sc_core::sc_module {
 public:
  struct Load {
    const Activity* activity;  ///< null: static current only
    Current static_current;    ///< of all instances on all dies
    std::array<Charge, event_kinds> charge;
  };

  sc_core::sc_in<bool> SC_NAMED(clk_i);

  SC_HAS_PROCESS(SupplyMeter);
  SupplyMeter(const sc_core::sc_module_name& name, std::vector<Load> loads, Time period);

  /// Takes in what the host did on the last falling edge; to be called once, after the run.
  void finish();

  Charge charge() const { return {total_ + compensation_}; }
  Current peak() const { return peak_; }

 private:
  void measure();
  Charge new_events();
  void add(Charge charge);

  std::vector<Load> loads_;
  std::vector<Activity> seen_;
  Time period_;
  double total_ = 0.0, compensation_ = 0.0;  // Neumaier sum: 1e9 cycles must close to 1e-9
  Current peak_{};
};

}  // namespace leadlag
