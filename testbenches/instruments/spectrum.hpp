// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "instruments/instrument.hpp"

namespace leadlag {

/// rectangular: for whole periods in the record, exact then. hann: general use. blackman_harris (4 terms,
/// side lobes at -92 dB): distortion and noise of a sine that is not coherent. flat_top (5 terms): amplitudes
/// between bins, within 0.02 dB.
enum class Window { rectangular, hann, blackman_harris, flat_top };

/// One-sided spectrum of a record. Bin k is at k times the resolution.
struct Spectrum {
  Frequency resolution{};  ///< 1 / (samples period)
  std::size_t samples = 0;
  Window window = Window::rectangular;
  double noise_bandwidth = 1.0;     ///< of the window, in bins
  std::vector<double> amplitude{};  ///< peak of a sine at the bin; magnitude of the mean at bin 0
  std::vector<double> power{};      ///< mean square per bin; adds up to that of the record (Parseval)

  /// The bin next to f. Throws std::invalid_argument beyond half the sampling rate.
  std::size_t bin(Frequency f) const;
};
/// Fourier transform by Eigen's FFT (KissFFT): lengths with small prime factors are fast. Throws
/// std::invalid_argument for fewer than 2 samples.
Spectrum spectrum(std::span<const double> values, Time period, Window window);

/// Quality of a sine by the definitions of IEEE Std 1241. Powers are sums over the window's main lobe.
struct SineQuality {
  double amplitude = 0.0;  ///< of the fundamental, peak
  double thd = 0.0;        ///< rms of harmonics 2...last over rms of the fundamental
  double snr_db = 0.0;     ///< fundamental over all but DC and harmonics
  double sinad_db = 0.0;   ///< fundamental over all but DC
  double sfdr_db = 0.0;    ///< fundamental over the largest other bin
  double enob = 0.0;       ///< (sinad_db - 1.76) / 6.02, the sine taken as full scale
};
/// Harmonics above half the sampling rate are looked for where they fold to. A bin counts once: for DC, then
/// the fundamental, then harmonics in order. Throws std::invalid_argument when the fundamental is too near to
/// DC or the edge, or not on a bin of a rectangular window.
SineQuality sine_quality(const Spectrum& spectrum, Frequency fundamental, int last_harmonic = 10);

/// Records a signal and shows its spectrum.
class SpectrumProbe final : public Probe {
 public:
  SpectrumProbe(const sc_core::sc_module_name& name, Time period, Window window, const Gate& gate = {})
      : Probe(name, period, gate), window_(window) {}
  Spectrum spectrum() const { return leadlag::spectrum(record().values, period(), window_); }
  SineQuality sine_quality(Frequency fundamental, int last_harmonic = 10) const {
    return leadlag::sine_quality(spectrum(), fundamental, last_harmonic);
  }

 private:
  Window window_;
};

}  // namespace leadlag
