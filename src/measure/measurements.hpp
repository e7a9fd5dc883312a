// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "design/design.hpp"
#include "measure/bill.hpp"
#include "measure/digital.hpp"
#include "measure/energy_row.hpp"
#include "measure/islands.hpp"
#include "measure/network.hpp"
#include "measure/observations.hpp"
#include "measure/timing.hpp"

namespace leadlag {

/// What a computer beside the dies spends on learning, all dies together.
struct HostRow {
  std::string what;
  std::uint64_t count;
  Energy each;
  std::string derivation;

  Energy total() const { return static_cast<double>(count) * each; }
};

struct Measurements {
  std::map<std::string, double> values;  ///< SI, by the names of measurement_table; missing: not measured
  std::vector<EnergyRow> energy;
  Timing timing;
  std::vector<IslandFigures> islands;
  std::optional<NetworkFigures> network;  ///< of conductances
  std::optional<DigitalFigures> digital;
  Energy ledger, supply;
  std::uint64_t operations = 0, updates = 0, host_reads = 0, host_writes = 0;
  std::vector<HostRow> host;  ///< system: bptt; not in the ledger
  Time duration;              ///< of the run on the die
};

/// The event ledger: counts x energies plus static power x time, per group; and everything derived from it.
Measurements measure(const Design& design, const Die& die, const Observations& seen);
/// The part that needs no run: timing, area, loop gain, lag and stability of analog islands.
Measurements measure_static(const Design& design, const Die& die);

/// K of the registered nudging loop: largest eigenvalue of beta sum_a gamma_a J_a J_a^T, J_a = d r_out / d
/// s_a at the steepest slopes. Nothing when no neuron is nudged.
std::optional<double> loop_gain(const Design& design, const Die& die);

}  // namespace leadlag
