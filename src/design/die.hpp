// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "blocks/converter.hpp"
#include "blocks/stage_physics.hpp"
#include "blocks/weight_device.hpp"
#include "design/design.hpp"

namespace leadlag {

/// The chip as made: one set of parameters per instance and the weights it wakes up with. Immutable. At ideal
/// fidelity every instance is what was drawn; at circuit fidelity `physics.die` draws what fabrication does
/// to it.
struct Die {
  std::vector<std::vector<ProspectiveNeuron::Params>> neurons;  ///< by array; empty where it has none
  std::vector<std::vector<ErrorUnit::Params>> error_units;
  std::vector<std::vector<SynapticLowPass::Params>> low_passes;
  /// What circuits add to the equations of neurons and error units; empty where these are ideal.
  std::vector<std::vector<StagePhysics>> neuron_physics, error_physics;
  /// What the synapses of an array's summing nodes give at rest, in units of drive, by array; empty where
  /// these are ideal. Of a netlist: by read.
  std::vector<std::vector<double>> drive_offsets, back_offsets, read_offsets;
  std::vector<std::vector<double>> weights;  ///< by crossbar, row-major, rows are postsynaptic
  std::vector<std::vector<double>> biases;   ///< by crossbar; empty where it has none
  /// By crossbar, of the netlist if the chip is drawn as one; null at ideal fidelity.
  std::vector<std::shared_ptr<const MadeCells>> cells;
  std::vector<std::vector<Converter>> input_converters;  ///< by array; empty where x enters as it is
  std::vector<Converter> output_converters;              ///< empty: the readout takes rates as they are
};

/// Draws the initial weights (seeded by the chip's seed and the crossbar's name) and derives each error
/// unit's time constants from its neuron's, unless `blocks: error_unit:` states them.
Die fabricate(const Design& design);

/// fabricate()'s part in stages: moves time constants and sets Die::neuron_physics and error_physics of array
/// `a`. The rest of the array is already as drawn.
void fabricate_stages(const Design& design, std::size_t a, Die& die);

/// fabricate()'s part in summing nodes: sets Die::drive_offsets, back_offsets and read_offsets.
void fabricate_nodes(const Design& design, Die& die);

/// The chip that the designer drew, whatever the fidelity: every instance nominal.
Die as_drawn(const Design& design);

}  // namespace leadlag
