// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "instruments/instrument.hpp"

namespace leadlag {

/// Equal bins over [low, high).
struct Histogram {
  double low = 0.0, high = 1.0;
  std::vector<std::uint64_t> counts{};
  std::uint64_t below = 0, above = 0;  ///< samples outside, not lost
  double centre(std::size_t bin) const {
    return low + (high - low) * (static_cast<double>(bin) + 0.5) / static_cast<double>(counts.size());
  }
};
/// Counts by Boost.Histogram. Throws std::invalid_argument unless low < high and there is a bin.
Histogram histogram(std::span<const double> values, std::size_t bins, double low, double high);

/// What drove the converter whose codes were counted: a ramp visits all voltages equally often, a sine most
/// often its peaks.
enum class Stimulus { ramp, sine };

/// Static linearity of a converter by code density (IEEE Std 1241), in LSB; gain and offset removed by a line
/// through the first and last transition. One entry per inner code, 1 ... codes - 2: the first and last code
/// have no width.
struct Linearity {
  std::vector<double> dnl;                  ///< width of the code - 1
  std::vector<double> inl;                  ///< lower transition of the code, less its ideal place
  double worst_dnl = 0.0, worst_inl = 0.0;  ///< largest magnitudes
};
/// One bin per code: low = first code's level - LSB/2, high = last one's + LSB/2. Throws
/// std::invalid_argument for fewer than 4 codes, or when the stimulus did not reach the first or the last.
Linearity linearity(const Histogram& codes, Stimulus stimulus);

/// Records a signal and counts its values.
class HistogramProbe final : public Probe {
 public:
  HistogramProbe(const sc_core::sc_module_name& name, Time period, std::size_t bins, double low, double high,
                 const Gate& gate = {})
      : Probe(name, period, gate), bins_(bins), low_(low), high_(high) {}
  Histogram histogram() const { return leadlag::histogram(record().values, bins_, low_, high_); }

 private:
  std::size_t bins_;
  double low_, high_;
};

}  // namespace leadlag
