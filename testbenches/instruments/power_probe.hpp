// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "instruments/instrument.hpp"

namespace leadlag {

/// Power that a chip draws from its supply, from what it says it has used: `energy` gives the energy since
/// the start of the run, so
///
///   power of cycles n-k+1 ... n = (energy(n) - energy(n-k)) / (k period)
///
/// Reads one delta cycle after the falling edge, when the chip's own meter has closed the cycle. Connect it
/// to Chip::energy() or to a SupplyMeter times the supply voltage.
class PowerProbe final : public Instrument {
 public:
  SC_HAS_PROCESS(PowerProbe);
  /// Samples every k-th cycle: a ledger that is long to add up need not be read in each. Throws
  /// std::invalid_argument unless k is positive.
  PowerProbe(const sc_core::sc_module_name& name, std::function<Energy()> energy, Time period,
             std::int64_t every = 1);

  /// Instantaneous power in watts; sample j is the mean over the cycles up to edge (j + 1) k - 1.
  const std::vector<double>& power() const { return power_; }
  Energy energy() const;  ///< over the samples so far
  Power average() const;  ///< 0 before the first sample
  Power peak() const;

 private:
  void on_fall(std::int64_t edges) override;
  void read();

  std::function<Energy()> used_;
  std::int64_t every_, read_at_ = -1;
  std::vector<double> power_;
  Energy start_{}, last_{};
  sc_core::sc_event settled_;
};

}  // namespace leadlag
