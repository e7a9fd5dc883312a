// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "instruments/instrument.hpp"

namespace leadlag {

struct Summary {
  std::size_t samples = 0;
  double min = 0.0, max = 0.0, mean = 0.0;
  double rms = 0.0;  ///< root of the mean square, DC included
};
/// Throws std::invalid_argument for no samples.
Summary summarise(std::span<const double> values);

/// Records a signal and reads its extremes, mean and rms.
class Voltmeter final : public Probe {
 public:
  Voltmeter(const sc_core::sc_module_name& name, Time period, const Gate& gate = {})
      : Probe(name, period, gate) {}
  Summary reading() const { return summarise(record().values); }
};

}  // namespace leadlag
