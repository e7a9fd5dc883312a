// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "benches/reference.hpp"
#include "oracles/frequency_response.hpp"

namespace leadlag {

/// What is to be measured, as the user names it. One of:
///   of "hidden[3]", "hidden[3].error"            a neuron or its error unit, taken out of the chip
///   from "line[0]" or "target[0]", to "output[0].rate" or ".error"     a path through the chip as wired
/// Nothing at all: the path from the first input to the first output.
struct Endpoints {
  std::string of, from, to;
};

/// A device on the bench: which die, what drives it, what is looked at.
struct Subject {
  Design design;
  Die die;
  oracle::Excitation drive;  ///< a pin of the inputs, or one of the target
  std::size_t array = 0, unit = 0;
  bool error = false;      ///< the error unit's output, not the neuron's rate
  bool target_on = false;  ///< paths that begin at the target or end at an error
  bool alone = false;
  /// Operating point: of the driven pin; of a block alone the drive of its neuron (an error unit's target
  /// then rests at the neuron's rate, its error at 0).
  double offset = 0.0;
  std::string name, drive_name, seen_name;
  Position at;  ///< of the array in the blueprint

  const char* signal() const { return error ? "error" : "rate"; }
  double period() const { return design.chip.period() / design.chip.time_scale; }  ///< in model time units
};

/// Finds both ends and takes a block out of its chip where one is asked for:
///   - a block alone hears one analog pin through a synapse of weight 1, and of its parameters and its chip's
///     clock, coupling and integration nothing changes; it is not nudged. An error unit alone is driven by a
///     target through beta = 1, loss mse.
///   - a chip has plasticity off, one replica, double precision.
/// Pins are ramps (an analog generator) or steps at the clock's edges. Throws DesignError with every mistake.
Subject make_subject(const Design& design, const Endpoints& ends, Reconstruction pins);

/// The whole chip, for a bench that drives all its pins.
Subject whole_chip(const Design& design, Reconstruction pins);

/// The instant of rest at the operating point: what the small signals move around. Throws DesignError where
/// the response there is not defined (a rate on a kink of its curve).
oracle::Instant operating_point(const Subject& subject, const oracle::Network& network);

/// Pins at the operating point.
Eigen::VectorXd resting_input(const Subject& subject);
/// Empty: no target.
Eigen::VectorXd resting_target(const Subject& subject);
double resting_pin(const Subject& subject);  ///< of these, the driven one

}  // namespace leadlag
