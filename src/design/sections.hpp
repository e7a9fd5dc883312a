// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "design/document.hpp"
#include "design/reader.hpp"

namespace leadlag {

/// An index into arrays or crossbars that could not be resolved; only a design with errors has one.
inline constexpr std::size_t unresolved = std::numeric_limits<std::size_t>::max();

/// A design while it is read: each section fills its part and logs its mistakes; the rules then look at the
/// whole.
struct Draft {
  const Node& root;
  const ReadOptions& options;
  DiagnosticLog& log;
  Design design;
  std::vector<bool> broken;  ///< arrays whose kind or size is unknown: nothing more is said about them

  /// Where a path stands: its value, its key if the value is a map, or else the nearest section around it.
  Mark mark(const std::string& path) const;
  bool states(const std::string& path) const;
  const Node& section(const std::string& name) const;  ///< a map, empty if it is not stated
  std::optional<std::size_t> find_array(const std::string& name) const;
  std::optional<std::size_t> find_crossbar(const std::string& name) const;
  std::vector<std::string> array_names() const;
  std::vector<std::string> crossbar_names() const;
  bool sound(std::size_t array) const { return array != unresolved && !broken[array]; }
};

void read_chip(Draft&);
void read_blocks(Draft&);
void read_physics(Draft&);
void read_arrays(Draft&);
void read_crossbars(Draft&);
void read_learning(Draft&);
void read_task(Draft&);
void read_schedule(Draft&);
void read_limits(Draft&);
void read_traces(Draft&);
void read_controls(Draft&);
void read_study(Draft&);
void check_rules(Draft&);
void check_coupling(Draft&);
void check_physics(Draft&);
void read_fixed(Draft&);
void check_fixed(Draft&);
void check_circuit(Draft&);
/// Ranges that the blueprint leaves to circuit fidelity; before the rules look at them.
void fill_ranges(Draft&);
/// Initial weights against what the weight cells can hold; after check_circuit().
void check_ranges(Draft&);
/// Cycles and windows of a sample, from the phases of the system; after everything else is known to be sound.
void set_phases(Design&);
void check_window(Draft&);
void check_wires(Draft&);
bool has_error_filters(const Design&);
/// `digital:` of a technology file into Technology::digital.
void read_digital(DiagnosticLog&, const Node& list, Technology&);
/// An array whose own rates return to it, or ""; perhaps without leaving analog islands.
std::string recurrent_array(const Draft&, bool in_islands = false);

/// Time constants of the error unit beside a neuron: as stated in `blocks:`, else the neuron's own.
Time error_lead(const Design&, const ProspectiveNeuron::Params&);
Time error_lag(const Design&, const ProspectiveNeuron::Params&);

/// Calls f(stem, Params&) for the defaults of every block kind.
template <class Defaults, class F>
void for_each_block(Defaults& b, F&& f) {
  f(InputDriver::stem, b.input_driver);
  f(SynapticLowPass::stem, b.synaptic_low_pass);
  f(Synapse::stem, b.synapse);
  f(SummingNode::stem, b.summing_node);
  f(ProspectiveNeuron::stem, b.prospective_neuron);
  f(LeakyNeuron::stem, b.leaky_neuron);
  f(ErrorUnit::stem, b.error_unit);
  f(GainStage::stem, b.gain_stage);
  f(TargetUnit::stem, b.target_unit);
  f(TrajectoryMemory::stem, b.trajectory_memory);
  f(PlasticityCell::stem, b.plasticity_cell);
  f(WeightRegister::stem, b.weight_register);
  f(Readout::stem, b.readout);
  f(HostLink::stem, b.host_link);
  for_each_cell(b.cells, f);
}

// What a section has beside the keys of its parameter table; the schema is made from the same lists.
inline const std::vector<std::string> sections{"leadlag", "chip",      "blocks",   "physics", "fixed",
                                               "arrays",  "crossbars", "learning", "task",    "schedule",
                                               "limits",  "trace",     "controls", "presets", "study"};
inline constexpr std::array<std::string_view, 4> array_kinds{InputDriver::stem, SynapticLowPass::stem,
                                                             ProspectiveNeuron::stem, LeakyNeuron::stem};
inline const std::vector<std::string> crossbar_keys{"from", "to", "weights", "bias", "tile", "range"};
inline constexpr Domain array_size = domain::between(1, 1 << 20);

}  // namespace leadlag
