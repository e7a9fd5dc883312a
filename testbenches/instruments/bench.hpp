// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <systemc>

#include "arrays/die_module.hpp"
#include "design/design.hpp"
#include "instruments/host_optimiser.hpp"
#include "instruments/task.hpp"

namespace leadlag {

/// The clock period for the kernel: whole picoseconds, an even number of them. The kernel only orders events;
/// the blocks compute with the exact tick.
sc_core::sc_time kernel_period(const Design& design);

/// Plugs a chip into its task: clock, pins, readout and the host port. Everything outside the chip moves on
/// the falling edge: after rising edge n it takes the readout, lets the host write weights, and sets the pins
/// for cycle n + 1. While the chip replays a window or waits for words of
/// its link, the pins stand, the task waits, and so does the host.
class Bench final : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Bench);
  Bench(const sc_core::sc_module_name& name, DieModule& chip, const Design& design, Task& task);

  sc_core::sc_clock& clock() { return clk_; }
  std::int64_t cycle() const { return cycle_; }  ///< of the task so far
  std::int64_t edges() const {
    return edges_;
  }  ///< rising edges: cycles of the task, and those that the chip replayed
  bool done() const { return cycle_ >= task_.cycles() && !host_waits_; }
  std::int64_t host_steps() const { return host_.steps(); }
  std::int64_t learning_cycles() const { return learning_cycles_; }  ///< edges at which plasticity was on
  /// Runs the kernel for up to `cycles` more cycles, never beyond the end of the task. Not to be called by
  /// modules.
  void run(std::int64_t cycles);

 private:
  void on_fall();
  void set_pins(std::int64_t n);
  void turn_reset();
  void observe_cycle();
  void record_parameters();
  double annealed(std::int64_t n) const;

  DieModule& chip_;
  const Design& design_;
  Task& task_;
  HostOptimiser host_;
  sc_core::sc_clock clk_;
  sc_core::sc_signal<bool> rst_n_{"rst_n", true}, target_on_{"target_on"}, learn_{"learn"}, window_{"window"};
  sc_core::sc_signal<double> eta_{"eta"};
  LaneBus<double> x_, target_, value_, sum_;
  std::vector<double> next_x_, next_target_;
  sc_core::sc_event reset_turns_;
  std::int64_t cycle_ = 0, edges_ = 0, learning_cycles_ = 0;
  bool host_waits_ = false;  // a cycle of the task has ended, its replay or its traffic with the host has not
  bool host_due_ = false;    // the host has not looked at this cycle yet
  Frame frame_;
  std::size_t points_ = 0;
};

}  // namespace leadlag
