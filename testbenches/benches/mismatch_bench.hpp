// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "benches/row_bench.hpp"

namespace leadlag {

struct MismatchOptions {
  std::optional<int> dies;
};

/// The neurons of a row on so many dies, all on one bench: each hears the same step.
struct DieRow {
  NeuronRow row;  ///< unit d * units + i is neuron i of die d + 1
  std::size_t dies = 0, units = 0;
  std::vector<Die> made;  ///< with error units, where the chip has them; not measured, but read
  NeuronRow drawn;        ///< one die's worth, as drawn
};
/// Other effects than mismatch and offset are off, and curves are straight lines. Throws DesignError where
/// the neurons have neither.
DieRow make_die_row(const Design& design, const std::string& of, const MismatchOptions& options);

/// Spread of what fabrication does, against Pelgrom's law: sigma(dVth) = A_VT / sqrt(W L), sigma(dC / C) =
/// A_C / sqrt(area), and their sums (docs/physics.md), worked out here from the technology file.
struct Spreads {
  struct Quantity {
    std::string key, label;
    bool measured = true;                ///< of the step response; else read from the die
    std::vector<double> value;           ///< by die and unit: ln of a ratio, or volts
    double expected = 0.0, sigma = 0.0;  ///< standard deviations; of unequal neurons the rms
    double mean = 0.0;
    double low = 0.0, high = 0.0;  ///< where `sigma` is to be found, 99.9 % of all times
  };
  struct Correlation {
    std::string key, label;
    double expected = 0.0, found = 0.0, low = 0.0, high = 0.0;
  };
  std::vector<Quantity> quantities;
  std::vector<Correlation> correlations;
  double amplitude = 0.0;
};
Spreads measure_mismatch(Rig& rig, const DieRow& dies);

}  // namespace leadlag
