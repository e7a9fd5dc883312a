// SPDX-License-Identifier: Apache-2.0
#include "instruments/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <unsupported/Eigen/FFT>

namespace leadlag {
namespace {

/// Weights of the cosines: w(n) = sum (-1)^j a_j cos(2 pi j n / N), periodic form. Blackman-Harris: Harris
/// 1978, minimum 4-term; flat top: ISO 18431-2.
std::vector<double> terms(Window window) {
  switch (window) {
    case Window::rectangular:
      return {1.0};
    case Window::hann:
      return {0.5, 0.5};
    case Window::blackman_harris:
      return {0.35875, 0.48829, 0.14128, 0.01168};
    case Window::flat_top:
      return {1.0, 1.933, 1.286, 0.388, 0.0322};
  }
  throw std::invalid_argument("unknown window");
}

/// A sine's energy lies within so many bins of it.
std::size_t half_lobe(Window window) { return window == Window::rectangular ? 0 : terms(window).size(); }

double decibel(double power_ratio) { return 10.0 * std::log10(power_ratio); }

}  // namespace

std::size_t Spectrum::bin(Frequency f) const {
  const double k = std::round(f / resolution);
  if (!(k >= 0.0) || k >= static_cast<double>(amplitude.size()))
    throw std::invalid_argument("no bin: the frequency is not below half the sampling rate");
  return static_cast<std::size_t>(k);
}

Spectrum spectrum(std::span<const double> values, Time period, Window window) {
  const std::size_t n = values.size();
  if (n < 2) throw std::invalid_argument("a spectrum needs two samples");
  const auto a = terms(window);
  std::vector<double> shaped(n);
  double sum = 0.0, squares = 0.0;
  for (std::size_t k = 0; k < n; ++k) {
    double w = 0.0, sign = 1.0;
    for (std::size_t j = 0; j < a.size(); ++j, sign = -sign) {
      const double turns = static_cast<double>(j * k % n) / static_cast<double>(n);
      w += sign * a[j] * std::cos(2.0 * std::numbers::pi * turns);
    }
    shaped[k] = w * values[k], sum += w, squares += w * w;
  }
  Eigen::FFT<double> fft;
  fft.SetFlag(Eigen::FFT<double>::HalfSpectrum);
  std::vector<std::complex<double>> bins;
  fft.fwd(bins, shaped);

  Spectrum s{.resolution = 1.0 / (static_cast<double>(n) * period), .samples = n, .window = window};
  s.noise_bandwidth = static_cast<double>(n) * squares / (sum * sum);
  for (std::size_t k = 0; k < bins.size(); ++k) {
    const double sides = k == 0 || 2 * k == n ? 1.0 : 2.0;
    s.amplitude.push_back(sides * std::abs(bins[k]) / sum);
    s.power.push_back(sides * std::norm(bins[k]) / (static_cast<double>(n) * squares));
  }
  return s;
}

SineQuality sine_quality(const Spectrum& s, Frequency fundamental, int last_harmonic) {
  const std::size_t lobe = half_lobe(s.window), first = s.bin(fundamental);
  if (first <= 2 * lobe || first + lobe >= s.power.size())
    throw std::invalid_argument(
        "the fundamental is too near to DC or to half the sampling rate for the window");
  if (s.window == Window::rectangular &&
      std::abs(fundamental / s.resolution - std::round(fundamental / s.resolution)) > 1e-6)
    throw std::invalid_argument(
        "a rectangular window needs whole periods in the record; or take blackman_harris");

  std::vector<bool> taken(s.power.size(), false);
  const auto take = [&](std::size_t centre) {
    double power = 0.0;
    for (std::size_t k = centre - std::min(centre, lobe); k <= std::min(centre + lobe, s.power.size() - 1);
         ++k) {
      if (!taken[k]) power += s.power[k];
      taken[k] = true;
    }
    return power;
  };
  take(0);
  const double carrier = take(first);
  double largest = 0.0, rest = 0.0;
  for (std::size_t k = 0; k < s.power.size(); ++k) {
    if (taken[k]) continue;
    rest += s.power[k];
    largest = std::max(largest, s.amplitude[k]);
  }
  double harmonics = 0.0;
  const double rate = static_cast<double>(s.samples);  // in bins
  for (int h = 2; h <= last_harmonic; ++h) {
    const double at = std::fmod(h * (fundamental / s.resolution), rate);
    harmonics +=
        take(std::min(static_cast<std::size_t>(std::round(std::min(at, rate - at))), s.power.size() - 1));
  }
  double noise = 0.0;
  for (std::size_t k = 0; k < s.power.size(); ++k) noise += taken[k] ? 0.0 : s.power[k];
  SineQuality q{.amplitude = std::sqrt(2.0 * carrier)};
  q.thd = std::sqrt(harmonics / carrier);
  q.snr_db = decibel(carrier / noise);
  q.sinad_db = decibel(carrier / rest);
  q.sfdr_db = decibel(s.amplitude[first] * s.amplitude[first] / (largest * largest));
  q.enob = (q.sinad_db - decibel(1.5)) / decibel(4.0);
  return q;
}

}  // namespace leadlag
