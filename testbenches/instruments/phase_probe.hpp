// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "instruments/instrument.hpp"

namespace leadlag {

/// offset + amplitude sin(2 pi f t + phase), fitted; t = 0 is rising edge 0.
struct SineFit {
  double amplitude = 0.0, phase = 0.0, offset = 0.0;  ///< phase in radians, (-pi, pi]
  double residual = 0.0;                              ///< rms of what the sine does not explain
  std::size_t samples = 0;                            ///< used
};
/// Three-parameter least-squares sine fit at a known frequency (IEEE Std 1057), over the last whole periods
/// of the record: tones at other multiples of f do not disturb it. Throws std::invalid_argument when the
/// record is shorter than a period, or f is not below half the sampling rate.
SineFit fit_sine(const Record& record, Frequency frequency);

/// Gain and phase of one signal against another at a known frequency.
struct Transfer {
  double gain = 0.0;
  double phase = 0.0;               ///< radians, (-pi, pi]; positive: the signal leads
  double residual = 0.0;            ///< of the signal, relative to its amplitude
  double reference_residual = 0.0;  ///< of the reference, relative to its amplitude
};
Transfer transfer(const Record& signal, const Record& reference, Frequency frequency);

/// Compares `in` with `reference`: bind that to the pin a Source drives, or to any other signal.
class PhaseProbe final : public Probe {
 public:
  sc_core::sc_in<double> SC_NAMED(reference);

  /// Starts the comparison at gate.from: after transients have died.
  PhaseProbe(const sc_core::sc_module_name& name, Time period, const Gate& gate = {})
      : Probe(name, period, gate), reference_record_{.period = period} {}
  Transfer transfer(Frequency frequency) const;

 private:
  void sample() override;
  Record reference_record_;
};

}  // namespace leadlag
