// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "benches/row_bench.hpp"

namespace leadlag {

struct NoiseOptions {
  std::optional<std::int64_t> cycles;
  std::optional<double> tolerance;
};

/// Neurons at rest: density and variance of each membrane and of each adder's output, against closed forms
/// that are made here from the numbers of the technology file.
///
///   membrane   gamma k T / C; behind the pole a = e^(-T / tau_m) of a clocked stage
///              S(f) = 2 T sigma^2 (1 - a^2) / (1 - 2 a cos(2 pi f T) + a^2), whose corner is 1 / (2 pi
///              tau_m)
///   output     (1 - rho)^2 times that, and gamma k T / C_p of the adder, white; with 1/f noise
///              flicker^2 / (W L) of each transistor as the rows that the neuron draws
struct Noise {
  struct Signal {
    double variance = 0.0, closed_form = 0.0;  ///< V^2
    double deviation = 0.0;  ///< relative standard deviation of the measured variance that theory expects
  };
  struct Unit {
    Signal membrane, output;
    Frequency corner{}, closed_form_corner{};  ///< 1 / (2 pi tau_m)
    double corner_deviation = 0.0;
  };
  /// Means over the units, V^2/Hz.
  struct Densities {
    std::vector<double> frequency;  ///< Hz
    std::vector<double> membrane, membrane_form, output, output_form;
    std::vector<double> deviation;  ///< relative, of one point
  };
  std::vector<Unit> units;
  Densities density;
  std::int64_t cycles = 0;
  std::size_t segments = 0, segment = 0;
  double tolerance = 0.0;
};

/// The row with nothing but its noise: other effects are off, and curves are straight lines. Throws
/// DesignError where the neurons have none.
NeuronRow noisy_row(const Design& design, const std::string& of);
Noise measure_noise(Rig& rig, const NeuronRow& row, const NoiseOptions& options);

}  // namespace leadlag
