// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <systemc>
#include <utility>
#include <vector>

#include "design/diagnostic.hpp"
#include "leadlag/pins.hpp"
#include "measure/energy_row.hpp"
#include "measure/finding.hpp"
#include "units/quantity.hpp"

#ifndef LEADLAG_TECHNOLOGY_DIR
#error "link Leadlag::leadlag, or define LEADLAG_TECHNOLOGY_DIR as the folder of technology files"
#endif

namespace leadlag {

/// What `leadlag run` takes from its command line.
struct ChipOptions {
  std::vector<std::string> presets{};                           ///< --preset NAME
  std::vector<std::pair<std::string, std::string>> settings{};  ///< --set PATH=VALUE, the last wins
  std::string technology_folder = LEADLAG_TECHNOLOGY_DIR;       ///< where technology names are looked up
  int threads = 1;  ///< OpenMP threads inside a cycle, for the whole process; never changes a result
};

/// What a chip has spent so far.
struct EnergyLedger {
  Energy static_energy, dynamic_energy;  ///< bias currents times time; counted events times their energies
  Energy supply;                         ///< the same as the supply meter integrated it, cycle by cycle
  std::vector<EnergyRow> rows;           ///< by array or crossbar and block
  Energy total() const { return static_energy + dynamic_energy; }
};

/// A chip as a packaged part: the die that a blueprint describes, with ordinary SystemC pins, a supply meter,
/// and the host that applies `learning.update: host`.
///
/// Pins carry model units (1 = one full scale). The chip acts on the rising edge; everything outside moves on
/// the falling edge, and so does the host. docs/testbench.md has the table of pins and their defaults when
/// they are left open: clk_i and every x_i must be bound.
class Chip final : public sc_core::sc_module {
 public:
  using Options = ChipOptions;

  sc_core::sc_in<bool> SC_NAMED(clk_i);  ///< period: clock_period()
  sc_core::sc_in<bool> SC_NAMED(
      rst_ni);  ///< asynchronous, active low: clears states, keeps weights. Open: high
  Pins<sc_core::sc_in<double>> SC_NAMED(x_i);       ///< one per input driver, in the order of the blueprint
  Pins<sc_core::sc_in<double>> SC_NAMED(target_i);  ///< one per output. All or none; open: 0
  Pins<sc_core::sc_out<double>> SC_NAMED(value_o);  ///< outputs as the readout sampled them at the last edge
  Pins<sc_core::sc_out<double>> SC_NAMED(sum_o);    ///< outputs summed over the present readout window
  sc_core::sc_in<bool> SC_NAMED(
      target_on_i);  ///< the target drives the output errors. Open: high if target_i is bound
  sc_core::sc_in<bool> SC_NAMED(learn_i);   ///< plasticity is on. Open: low
  sc_core::sc_in<bool> SC_NAMED(window_i);  ///< the readout converts. Open: high
  sc_core::sc_in<double> SC_NAMED(eta_i);   ///< learning rate of die and host. Open: the blueprint's

  SC_HAS_PROCESS(Chip);
  /// Reads the blueprint and builds the die. Throws DesignError with all mistakes of the blueprint: the text
  /// that `leadlag check` prints.
  Chip(const sc_core::sc_module_name& name, const std::string& blueprint, const Options& options = {});
  ~Chip() override;

  /// Period of clk_i. The kernel counts whole picoseconds; the blocks compute with the exact clock.
  sc_core::sc_time clock_period() const;
  Time period() const;         ///< the exact one
  Voltage full_scale() const;  ///< volts on the die per unit on a pin
  std::int64_t cycles()
      const;  ///< whole clock cycles so far: rising edges with the falling edge that follows

  /// The next rising edge does not look at the pins: the chip replays a window (learning.system: vle_exact)
  /// or stands still for its link to the host (bptt). To be asked between two sc_starts, or on the falling
  /// edge by a process that runs after the host: hold the pins, and let the task wait.
  bool busy() const;

  /// Present value of one signal in model units: "hidden[3].rate", "output.error", "w1[2,7].weight". From the
  /// first sc_start on. Throws std::invalid_argument with what is wrong with the path.
  double probe(const std::string& path) const;

  /// Names of the parameters that can be read and written: "w1", "w1.bias", "hidden.tau_m".
  std::vector<std::string> parameters() const;
  /// A parameter's values: weights row-major (rows are postsynaptic), tau_m in model time units. Costs
  /// nothing.
  std::vector<double> read(const std::string& parameter) const;
  /// Writes through the host port, which the ledger charges. Before the first sc_start, or while clk_i is
  /// low. Throws std::invalid_argument if name, number or values are illegal, std::logic_error while clk_i is
  /// high.
  void write(const std::string& parameter, std::span<const double> values);

  /// Everything measured so far in SI, by the names of docs/report.md: "total_energy", "average_power",
  /// "area", "worst_slack"... What only a task can measure (accuracy, error) is missing.
  std::map<std::string, double> measurements() const;
  EnergyLedger energy() const;
  /// Limits of the blueprint, static design rules and finiteness, judged now. As in report.txt.
  std::vector<Finding> findings() const;

 private:
  struct Package;

  void before_end_of_elaboration() override;
  void end_of_elaboration() override;
  void on_rise();
  void on_fall();
  void take_x();
  void take_target();
  void take_controls();
  void show_value();
  void show_sum();

  std::unique_ptr<Package> package_;
};

/// A clock for a chip: its period, the first rising edge after a quarter of it. So sc_start(n periods) is n
/// whole cycles, and signals may be changed between two sc_starts: the clock is low, and everything has
/// settled.
class Clock final : public sc_core::sc_clock {
 public:
  Clock(const char* name, const Chip& chip)
      : sc_clock(name, chip.clock_period(), 0.5, chip.clock_period() / 4) {}
};

}  // namespace leadlag
