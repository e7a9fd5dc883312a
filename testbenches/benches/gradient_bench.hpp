// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "benches/rig.hpp"
#include "benches/subject.hpp"

namespace leadlag {

struct GradientOptions {
  std::optional<std::int64_t> cycles, start;  ///< of the run; cycle at which plasticity begins
};

/// One group of plastic parameters, "w1", "w1.bias", "hidden.tau_m" or "hidden.tau_r": what the plasticity
/// cells gathered, and what they should have. Descent directions per cycle, errors divided by beta.
struct GroupGradient {
  std::string name;
  std::vector<double> chip, exact, instantaneous;
};
/// How one list of numbers points against another; empty where one of them is zero.
struct Agreement {
  std::optional<double> cosine, norm_ratio, same_sign;  ///< of those that are not 0 in the second
};
Agreement agreement(const std::vector<double>& a, const std::vector<double>& b);

struct GradientResult {
  std::vector<GroupGradient> groups;
  std::int64_t cycles = 0, start = 0;
  std::string stimulus;
  std::vector<double> all(std::vector<double> GroupGradient::*part) const;
};

/// Runs the chip on its task's inputs and targets (a task of images: tones at the corners of its time
/// constants, target 0) with weights held, and takes what its plasticity cells have gathered since `start`.
/// Exact: the derivative of the same loss over the same cycles through the network without nudging, by
/// backpropagation through time. Throws DesignError for a chip that does not learn.
GradientResult measure_gradient(Rig& rig, const Subject& subject, const GradientOptions& options);

/// The same for a chip that is drawn as a netlist: a few samples, each learnt in all its phases with weights
/// held. Exact: central differences of the loss after the chip's own inference, free of any learning circuit.
/// `instantaneous` is empty, there is no such control. Throws DesignError above 4000 plastic parameters.
GradientResult measure_circuit_gradient(Rig& rig, const Subject& subject);

/// The whole chip with plasticity cells that gather and a host that never writes. Throws DesignError for a
/// chip without plastic parameters.
Subject learning_chip(const Design& design);

}  // namespace leadlag
