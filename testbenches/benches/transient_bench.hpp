// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "benches/rig.hpp"
#include "benches/subject.hpp"
#include "instruments/settling_probe.hpp"
#include "instruments/waveform.hpp"

namespace leadlag {

/// What the driven pin did, what came out, and what should have.
struct Transient {
  std::vector<double> time;  ///< s, from the beginning of the stimulus
  std::vector<double> pin, measured, reference;
  std::vector<double> analog;  ///< sampled coupling: the same network in continuous time; else empty
  double size = 0.0;           ///< largest excursion of the reference from rest
  double difference = 0.0;     ///< largest |measured - reference| / size
  double tolerance = 0.0;
  std::string reference_name;
};

struct StepOptions {
  std::optional<double> amplitude, tolerance, settle_to;
  std::optional<Time> duration;
};
struct StepResult {
  Transient transient;
  double amplitude = 0.0, settle_to = 0.0;
  Settling measured, predicted;             ///< of the chip and of its reference
  std::optional<Settling> analog;           ///< sampled coupling: of the network in continuous time
  double initial = 0.0, final_value = 0.0;  ///< of the reference at rest, before and after
  Time resolution{};                        ///< of the predicted settling time
};
/// Lets the die come to rest, steps the driven pin and records. Reference: the closed form of a block alone;
/// of a path the differential equations, or in sampled coupling the clocked network. Duration unless given:
/// twice what the reference takes to settle.
StepResult measure_step(Rig& rig, const Subject& subject, const StepOptions& options);

struct ChirpOptions {
  std::optional<Frequency> min, max;
  std::optional<double> amplitude, tolerance;
  std::optional<Time> duration;
  waveform::Sweep sweep = waveform::Sweep::exponential;
};
struct ChirpResult {
  Transient transient;
  waveform::Chirp chirp;
};
/// A sine of moving frequency on the driven pin, from rest.
ChirpResult measure_chirp(Rig& rig, const Subject& subject, const ChirpOptions& options);

}  // namespace leadlag
