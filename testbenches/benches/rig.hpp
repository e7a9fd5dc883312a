// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <systemc>
#include <vector>

#include "arrays/die_module.hpp"
#include "design/design.hpp"
#include "design/die.hpp"

namespace leadlag {

/// One die on the bench without a task: whoever holds it sets the pins of a cycle, clocks it and looks. The
/// kernel elaborates once, so there is one rig in a process; reset() starts a new measurement.
///
/// Time base: edge n after a reset is at n clock periods, exactly. Pins of cycle n are what edge n samples;
/// where an analog island reads them they stand (or move, as a ramp) from edge n - 1 to edge n.
class Rig {
 public:
  /// `design` must have one replica and outlive the rig.
  Rig(const Design& design, const Die& die);

  // Pins of the next cycle.
  bool target_on = false, learn = false;
  double eta = 0.0;  ///< learning rate of updates on the die
  std::vector<double> x, target;

  void reset();
  /// Pins, rising edge, falling edge, and the cycles that the chip then replays. A circuit whose state is no
  /// longer finite ends with sc_core::sc_report "leadlag/non-finite".
  void cycle();
  double read(std::size_t array, std::size_t unit, const char* signal) const {
    return chip_->probe(false, array, signal, unit);
  }
  DieModule& chip() { return *chip_; }
  const Design& design() const { return design_; }
  /// Called every thousand cycles with the number since the start: progress, or an exception to stop.
  std::function<void(std::int64_t)> watch;

 private:
  void settle();

  const Design& design_;
  std::unique_ptr<DieModule> chip_;
  sc_core::sc_signal<bool> clk_{"clk"}, rst_n_{"rst_n", true}, target_on_{"target_on"}, learn_{"learn"},
      window_{"window"};
  sc_core::sc_signal<double> eta_{"eta"};
  LaneBus<double> x_, target_, value_, sum_;
  std::int64_t cycles_ = 0;
};

}  // namespace leadlag
