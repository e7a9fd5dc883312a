// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "learning/forward_chip.hpp"

namespace leadlag {

/// Systems whose nodes settle where a scalar is least, and which learn from what a pull at the output changes
/// there:
///
///   F = I(s, theta) + pull C(s, target)       tau ds/dt = -dF/ds       dtheta = -sum_k gain_k dI/dtheta|k
///
/// | system                    | I                | states compared, with their gain              |
/// | predictive coding         | prediction error | nudged 1/lambda (at lambda = 0 dI/dtheta is 0)|
/// | equilibrium propagation   | hopfield, ...    | nudged 1/beta, free -1/beta                   |
/// |   its symmetric form      |                  | +beta 1/(2 beta), -beta -1/(2 beta)           |
/// | contrastive Hebbian       |                  | output clamped to the target 1, free -1       |
/// | coupled learning          |                  | output clamped eta of the way 1/eta, free -1/eta |
/// | phase oscillators         | phase            | as equilibrium propagation                    |
///
/// An energy here is bilinear over the wires: I = sum_a (own terms of array a) - sum over channels c and
/// crossbars rho_c(to) . W rho_c(from). So each crossbar is read in both directions, from rho to drive, and
/// -dI/dW is the product of the two rates. What is left to an energy is its node: a new one is a function
/// that draws it (energies.hpp).
struct EnergyNodes {
  /// rho as the upper and as the lower end of a crossbar, and the drives that a read upwards and downwards
  /// feeds; what is left out is not wired.
  struct Channel {
    Circuit::Signal post{}, pre{}, up{}, down{};
    double gain = 1.0;  ///< of its products
  };
  std::vector<Channel> channels;               ///< the first one carries biases, nudge and readout
  Circuit::Signal state{};                     ///< what has to be kept to return to this point
  Circuit::Signal held{}, start{}, restore{};  ///< pins: voltage, and two lines of the sequencer
};
struct EnergyDrawing {
  std::string_view keyword;
  /// Still an energy when the reads downwards have another gain than those upwards.
  bool any_feedback = false;
  std::function<EnergyNodes(Circuit&, const ForwardChip&, std::size_t array)> nodes;
  /// What it needs of the chip's arrays; empty function: nothing.
  std::function<std::vector<std::string>(const ForwardChip&)> objections;
  /// Channels of an array of inputs; empty function: the pad alone.
  std::function<EnergyNodes(Circuit&, const ForwardChip&, std::size_t array, std::size_t pad)> inputs{};
  /// Weights are conductances between the wires of the first channel: not below 0, and a clamp is a source
  /// that holds the node itself.
  bool conducts = false;
};

/// A chip drawn for an energy, all but the table of phases.
class EnergyCircuit {
 public:
  /// Who pulls at the output: a target unit through the drive, a switch that ties the rate, or the nodes
  /// themselves (the system links target and line).
  enum class Pull { nudge, clamp, own };
  struct Options {
    Pull pull = Pull::nudge;
    double feedback = 1.0;  ///< gain gamma of the reads downwards; products get gamma^(layer - output layer)
    bool restores = false;  ///< a sample-and-hold per node, to return to the free state
    bool holds_output = false;  ///< Pull::clamp: a sample-and-hold keeps the free output
  };
  EnergyCircuit(const ForwardChip& chip, const EnergyDrawing& energy, const Options& options);

  /// A pulled phase and the gain of the products at its end.
  struct Step {
    double pull, gain;
  };
  /// start, free (read out), pulled phases. `gain`: of the products at the end of the free phase. Every phase
  /// after the first pulled one starts from the free state again.
  void add_phases(std::int64_t free, std::int64_t pulled, double gain, const std::vector<Step>& steps);

  Circuit circuit;
  std::size_t target;                                      ///< pad
  std::vector<EnergyNodes> nodes;                          ///< by array; empty for inputs
  std::vector<double> factor;                              ///< gamma^(layer - output layer) by array
  std::size_t pull, learn, write, sample, start, restore;  ///< lines

 private:
  void draw_array(const ForwardChip& chip, const EnergyDrawing& energy, std::size_t array);
  void draw_output(const ForwardChip& chip, const EnergyDrawing& energy);
  void draw_crossbar(const ForwardChip& chip, const EnergyDrawing& energy, std::size_t crossbar);

  Options options_;
  std::vector<std::size_t> pads_;
};

/// The target unit of an output array: its nudge, `line` times the descent direction of the loss, goes to
/// `into`. Returns the nudge.
Circuit::Signal draw_target_unit(Circuit& circuit, const ForwardChip& chip, std::size_t target,
                                 Circuit::Signal rate, Circuit::Signal into, std::size_t line);

/// What every energy-based system needs, and what `energy` and its feedback need.
std::vector<std::string> energy_objections(const ForwardChip& chip, const EnergyDrawing& energy,
                                           double feedback);

}  // namespace leadlag
