// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <functional>
#include <optional>
#include <vector>

#include "benches/rig.hpp"
#include "benches/subject.hpp"

namespace leadlag {

/// Where a sweep begins and ends and how large its sine is; what is not given is derived from the chip.
struct AcOptions {
  std::optional<Frequency> min, max;
  std::optional<int> points;
  std::optional<double> amplitude, tolerance;
};

struct Sweep {
  std::vector<Frequency> frequencies;  ///< geometric
  double amplitude = 1e-4;
};
/// Default range: a hundredth of the slowest corner to ten times the fastest, at most a twentieth of the
/// clock; 25 points; 1e-4 of full scale. Throws DesignError for a range that cannot be measured.
Sweep make_sweep(const Subject& subject, const AcOptions& options);

struct AcPoint {
  Frequency frequency{};
  std::complex<double> measured, reference, analog;  ///< analog: the same network in continuous time
  double reference_delay = 0.0;                      ///< group delay of the reference, s
  double tolerance = 0.0;                            ///< of |measured / reference - 1|
  double residual = 0.0;                             ///< what is not sine, relative to the output's amplitude
  bool settled = false;
  double difference() const { return std::abs(measured / reference - 1.0); }
  double gain_error() const { return std::abs(measured) / std::abs(reference) - 1.0; }
  double phase_error() const { return std::arg(measured / reference); }
};

/// Largest relative difference that the chip's own numerics explain: in continuous coupling every filter
/// takes its drive as a straight line over the tick, which costs (w tick)^2 / 12 of its capacitor's part; in
/// sampled coupling nothing. Both plus what arithmetic resolves at this amplitude.
double ac_tolerance(const Subject& subject, double omega, double response, double amplitude);

/// Sine after sine on the driven pin; each waits until what was switched on has died away, then fits gain and
/// phase over whole periods in two windows that must agree. Reference: the linearised network at rest, as
/// clocked in sampled coupling. `progress` may be empty; it may throw to stop.
std::vector<AcPoint> measure_response(Rig& rig, const Subject& subject, const Sweep& sweep,
                                      const AcOptions& options,
                                      const std::function<void(std::size_t done)>& progress);

/// Reference alone, for figures between the points of a sweep.
oracle::Phasor reference_response(const Subject& subject, const oracle::Network& network,
                                  const oracle::Instant& point, Frequency f, bool analog);

}  // namespace leadlag
