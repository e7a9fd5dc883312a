// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "arrays/circuit.hpp"
#include "blocks/clamp.hpp"
#include "blocks/compartment_neuron.hpp"
#include "blocks/conductor.hpp"
#include "blocks/contrast_cell.hpp"
#include "blocks/error_gate.hpp"
#include "blocks/error_node.hpp"
#include "blocks/high_pass.hpp"
#include "blocks/label_driver.hpp"
#include "blocks/leaky_neuron.hpp"
#include "blocks/noise_source.hpp"
#include "blocks/phase_oscillator.hpp"
#include "blocks/phase_sequencer.hpp"
#include "blocks/pi_controller.hpp"
#include "blocks/pyramidal_cell.hpp"
#include "blocks/resistive_node.hpp"
#include "blocks/sample_hold.hpp"
#include "blocks/state_node.hpp"
#include "blocks/target_unit.hpp"
#include "blocks/transfer_stage.hpp"
#include "blocks/value_node.hpp"

namespace leadlag {

/// Parameters of the blocks that learning systems add (`blocks:` of a blueprint).
struct CellDefaults {
  ValueNode::Params value_node;
  ErrorNode::Params error_node;
  ErrorGate::Params error_gate;
  TransferStage::Params transfer_stage;
  SampleHold::Params sample_hold;
  StateNode::Params state_node;
  PhaseOscillator::Params phase_oscillator;
  ResistiveNode::Params resistive_node;
  Conductor::Params conductor;
  Clamp::Params clamp;
  ContrastCell::Params contrast_cell;
  CompartmentNeuron::Params compartment_neuron;
  PyramidalCell::Params pyramidal_cell;
  PiController::Params pi_controller;
  NoiseSource::Params noise_source;
  HighPass::Params high_pass;
  LabelDriver::Params label_driver;
  PhaseSequencer::Params phase_sequencer;
};
/// Calls f(stem, Params&) for each of them.
template <class Defaults, class F>
void for_each_cell(Defaults& d, F&& f) {
  f(ValueNode::stem, d.value_node);
  f(ErrorNode::stem, d.error_node);
  f(ErrorGate::stem, d.error_gate);
  f(TransferStage::stem, d.transfer_stage);
  f(SampleHold::stem, d.sample_hold);
  f(StateNode::stem, d.state_node);
  f(PhaseOscillator::stem, d.phase_oscillator);
  f(ResistiveNode::stem, d.resistive_node);
  f(Conductor::stem, d.conductor);
  f(Clamp::stem, d.clamp);
  f(ContrastCell::stem, d.contrast_cell);
  f(CompartmentNeuron::stem, d.compartment_neuron);
  f(PyramidalCell::stem, d.pyramidal_cell);
  f(PiController::stem, d.pi_controller);
  f(NoiseSource::stem, d.noise_source);
  f(HighPass::stem, d.high_pass);
  f(LabelDriver::stem, d.label_driver);
  f(PhaseSequencer::stem, d.phase_sequencer);
}

/// The chip that the designer drew, as a learning system sees it: arrays, crossbars between them, and what
/// its own blocks are made with.
struct ForwardChip {
  struct Array {
    std::string name;
    std::size_t size = 0;
    std::size_t first_pin = 0;                 ///< of the chip's inputs
    std::vector<LeakyNeuron::Params> neurons;  ///< empty: input drivers
    bool is_input() const { return neurons.empty(); }
  };
  struct Crossbar {
    std::string name;
    std::size_t from = 0, to = 0;
    bool bias = false, plastic = false;
    std::size_t tile_rows = 0, tile_columns = 0;
    WeightRange range{};  ///< as drawn
  };
  std::vector<Array> arrays;
  std::vector<Crossbar> crossbars;
  std::size_t output = 0;
  CellDefaults cells;
  TargetUnit::Params target_unit;
  std::uint64_t seed = 0;  ///< of what a system draws at random

  /// Longest way from the inputs to each array, in crossbars; inputs have 0. Empty if there is a loop.
  std::vector<std::size_t> depths() const;
  /// Arrays by depth: those that feed come before those that they feed. Needs a chip without loops.
  std::vector<std::size_t> layers() const;

  /// A netlist with a pad column for each array of input drivers, one for the target, and the drawn
  /// crossbars (same indices). `columns` gets the pad of each input array, Circuit::none for neurons.
  Circuit begin(std::vector<std::size_t>& columns, std::size_t& target) const;
};

/// Params of a block for every neuron of an array; `set(params, neuron)` copies what is the neuron's.
template <class Params, class Set>
std::vector<Params> for_neurons(const ForwardChip::Array& array, const Params& defaults, Set&& set) {
  std::vector<Params> all(array.size, defaults);
  for (std::size_t i = 0; i < array.size; ++i) set(all[i], array.neurons[i]);
  return all;
}

}  // namespace leadlag
