// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "arrays/neuron_array.hpp"
#include "blocks/gain_stage.hpp"
#include "blocks/input_driver.hpp"
#include "blocks/plasticity_cell.hpp"
#include "blocks/readout.hpp"
#include "blocks/summing_node.hpp"
#include "blocks/synapse.hpp"
#include "blocks/synaptic_low_pass.hpp"
#include "blocks/weight_register.hpp"

namespace leadlag {

template <class T>
using Wires = std::deque<sc_core::sc_signal<T>>;  // deque: signals do not move

/// Input drivers or low-pass filters of one array, one module each.
struct StructuralSource final : sc_core::sc_module {
  std::vector<std::unique_ptr<InputDriverModule>> drivers;
  std::vector<std::unique_ptr<SynapticLowPassModule>> filters;
  Wires<Voltage> rate;
  Activity activity;

  /// One driver per set of parameters; converters: by driver, or none.
  StructuralSource(const sc_core::sc_module_name& name, const std::vector<InputDriver::Params>& params,
                   FullScale full_scale, const std::vector<Converter>& converters);
  /// One filter per set of coefficients.
  StructuralSource(const sc_core::sc_module_name& name,
                   const std::vector<LeadLag::Coefficients<double>>& coefficients, Hop hop,
                   FullScale full_scale);

  SC_HAS_PROCESS(StructuralSource);
};

/// Neurons, error units and summing nodes of one array.
struct StructuralNeurons final : sc_core::sc_module {
  std::vector<std::unique_ptr<ProspectiveNeuronModule>> neurons;
  std::vector<std::unique_ptr<ErrorUnitModule>> error_units;
  std::vector<std::unique_ptr<GainStageModule>> gain_stages;  ///< behind the error units, or none
  std::vector<std::unique_ptr<SummingNodeModule>> drive_nodes, back_nodes;
  Wires<Voltage> rate, error,
      epsilon;  ///< error: what all others read, behind the gain stage if there is one
  Wires<double> slope;
  Wires<Current> drive, back;
  NeuronArrayActivity activity;

  /// drive_inputs: synapses (and bias) on each neuron's drive; back_inputs: synapses on each error unit's
  /// input.
  StructuralNeurons(const sc_core::sc_module_name& name, const NeuronArrayParams& params,
                    FullScale full_scale, std::size_t drive_inputs, std::size_t back_inputs);

  /// The error that the last edge used.
  Voltage last_error(std::size_t i) const {
    return gain_stages.empty() ? error_units[i]->last() : gain_stages[i]->last();
  }

  /// Wires a synapse's current into the next free input of unit i's node.
  void connect_drive(std::size_t i, sc_core::sc_signal<Current>& current);
  void connect_back(std::size_t i, sc_core::sc_signal<Current>& current);

  SC_HAS_PROCESS(StructuralNeurons);

 private:
  Wires<Voltage> raw_error_, driven_, lookahead_;  // between neuron, error unit and gain stage
  std::vector<std::size_t> drive_used_, back_used_;
};

/// Synapses, plasticity cells and weight registers of one crossbar, the bias column included.
struct StructuralCrossbar final : sc_core::sc_module {
  sc_core::sc_in<bool> SC_NAMED(clk_i);

  std::size_t rows, columns;
  std::vector<std::unique_ptr<SynapseModule>> synapses;  // rows x (columns + bias), row-major
  std::vector<std::unique_ptr<PlasticityCellModule>> cells;
  std::vector<std::unique_ptr<WeightRegisterModule>> registers;
  Wires<double> weight, product;
  Wires<Current> current, back;
  CrossbarActivity activity;

  struct Controls {
    sc_core::sc_in<bool>&learn_i, &clk_i;
    sc_core::sc_in<double>& eta_i;
  };
  StructuralCrossbar(const sc_core::sc_module_name& name, std::size_t row_count, std::size_t column_count,
                     const std::vector<double>& weights, const std::vector<double>& bias, WeightRange range,
                     bool plastic, UpdateBy update, Hop hop, FullScale full_scale,
                     std::shared_ptr<const MadeCells> made);
  /// rate: by column; error: by row, or null where nothing sends errors.
  void wire(Wires<Voltage>& rate, Wires<Voltage>& error, const Controls& controls);

  bool has_bias() const { return stride_ > columns; }
  std::size_t cell(std::size_t row, std::size_t column) const { return row * stride_ + column; }

  SC_HAS_PROCESS(StructuralCrossbar);

 private:
  void count();

  std::size_t stride_;
  std::shared_ptr<const MadeCells> made_;  // null at ideal fidelity
  sc_core::sc_signal<Voltage> one_;
  Wires<Voltage>* rate_ = nullptr;
};

}  // namespace leadlag
