// SPDX-License-Identifier: Apache-2.0
#include "elaborate/structural_arrays.hpp"

namespace leadlag {
namespace {

std::string numbered(const char* stem, std::size_t i) { return std::string(stem) + "_" + std::to_string(i); }

std::optional<double> pole(const std::vector<double>& decays, std::size_t i) {
  return decays.empty() ? std::nullopt : std::optional(decays[i]);
}

std::optional<CircuitStageOfOne> circuit(const std::vector<StagePhysics>& physics, NoiseKeys keys,
                                         std::size_t i, const LeadLag::Coefficients<double>& filter) {
  if (physics.empty()) return std::nullopt;
  return CircuitStageOfOne(physics[i], filter, keys, i);
}

}  // namespace

StructuralSource::StructuralSource(const sc_core::sc_module_name& name,
                                   const std::vector<InputDriver::Params>& params, FullScale full_scale,
                                   const std::vector<Converter>& converters)
    : sc_module(name) {
  rate.resize(params.size());
  for (std::size_t i = 0; i < params.size(); ++i) {
    drivers.push_back(std::make_unique<InputDriverModule>(numbered(InputDriver::stem, i).c_str(), params[i],
                                                          full_scale, activity,
                                                          converters.empty() ? nullptr : &converters[i]));
    drivers[i]->rate_o(rate[i]);
  }
}

StructuralSource::StructuralSource(const sc_core::sc_module_name& name,
                                   const std::vector<LeadLag::Coefficients<double>>& coefficients, Hop hop,
                                   FullScale full_scale)
    : sc_module(name) {
  rate.resize(coefficients.size());
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    filters.push_back(std::make_unique<SynapticLowPassModule>(numbered(SynapticLowPass::stem, i).c_str(),
                                                              coefficients[i], hop, full_scale, activity));
    filters[i]->rate_o(rate[i]);
  }
}

namespace {

Current at_rest(const std::vector<double>& offsets, std::size_t i, FullScale full_scale) {
  return offsets.empty() ? Current{} : offsets[i] * full_scale.current;
}

}  // namespace

StructuralNeurons::StructuralNeurons(const sc_core::sc_module_name& name, const NeuronArrayParams& params,
                                     FullScale full_scale, std::size_t drive_inputs, std::size_t back_inputs)
    : sc_module(name) {
  const std::size_t n = params.neurons.size();
  rate.resize(n), error.resize(n), epsilon.resize(n), slope.resize(n), drive.resize(n), back.resize(n);
  drive_used_.resize(n), back_used_.resize(n);
  if (params.gain_stage) raw_error_.resize(n), driven_.resize(n), lookahead_.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    drive_nodes.push_back(std::make_unique<SummingNodeModule>(numbered("drive_node", i).c_str(), drive_inputs,
                                                              at_rest(params.drive_offsets, i, full_scale)));
    drive_nodes[i]->sum_o(drive[i]);
    neurons.push_back(std::make_unique<ProspectiveNeuronModule>(
        numbered(ProspectiveNeuron::stem, i).c_str(), params.neurons[i],
        ProspectiveNeuron::coefficients(params.neurons[i], params.tick, params.input), params.hop, full_scale,
        activity.prospective_neuron, pole(params.neuron_poles, i),
        circuit(params.neuron_physics, params.neuron_noise, i,
                ProspectiveNeuron::coefficients(params.neurons[i], params.tick, params.input))));
    neurons[i]->drive_i(drive[i]), neurons[i]->error_i(error[i]);
    neurons[i]->rate_o(rate[i]), neurons[i]->slope_o(slope[i]);
    if (params.error_units.empty()) continue;
    error_units.push_back(std::make_unique<ErrorUnitModule>(
        numbered(ErrorUnit::stem, i).c_str(),
        ErrorUnit::coefficients(params.error_units[i], params.tick, params.input), params.errors, params.hop,
        full_scale, activity.error_unit, pole(params.error_poles, i),
        circuit(params.error_physics, params.error_noise, i,
                ErrorUnit::coefficients(params.error_units[i], params.tick, params.input))));
    error_units[i]->slope_i(slope[i]), error_units[i]->epsilon_i(epsilon[i]);
    error_units[i]->back_i(back[i]), error_units[i]->error_o(params.gain_stage ? raw_error_[i] : error[i]);
    if (params.gain_stage) {
      gain_stages.push_back(std::make_unique<GainStageModule>(
          numbered(GainStage::stem, i).c_str(),
          GainStage::coefficients(*params.gain_stage, params.neurons[i], params.tick), params.hop,
          full_scale));
      neurons[i]->driven_o(driven_[i]), neurons[i]->lookahead_o(lookahead_[i]);
      gain_stages[i]->driven_i(driven_[i]), gain_stages[i]->lookahead_i(lookahead_[i]);
      gain_stages[i]->error_i(raw_error_[i]), gain_stages[i]->error_o(error[i]);
    }
    if (back_inputs == 0) continue;
    back_nodes.push_back(std::make_unique<SummingNodeModule>(numbered("back_node", i).c_str(), back_inputs,
                                                             at_rest(params.back_offsets, i, full_scale)));
    back_nodes[i]->sum_o(back[i]);
  }
}

void StructuralNeurons::connect_drive(std::size_t i, sc_core::sc_signal<Current>& wire) {
  drive_nodes[i]->currents_i[drive_used_[i]++](wire);
}
void StructuralNeurons::connect_back(std::size_t i, sc_core::sc_signal<Current>& wire) {
  back_nodes[i]->currents_i[back_used_[i]++](wire);
}

StructuralCrossbar::StructuralCrossbar(const sc_core::sc_module_name& name, std::size_t row_count,
                                       std::size_t column_count, const std::vector<double>& weights,
                                       const std::vector<double>& bias, WeightRange range, bool plastic,
                                       UpdateBy update, Hop hop, FullScale full_scale,
                                       std::shared_ptr<const MadeCells> made)
    : sc_module(name),
      rows(row_count),
      columns(column_count),
      stride_(column_count + (bias.empty() ? 0 : 1)),
      made_(std::move(made)),
      one_("one", full_scale.voltage) {
  const std::size_t n = rows * stride_;
  weight.resize(n), product.resize(n), current.resize(n), back.resize(n);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < stride_; ++j) {
      const std::size_t k = cell(i, j);
      const CellPlace made_cell{made_.get(), j < columns ? i * columns + j : rows * columns + i};
      const std::string place = "_" + std::to_string(i) + "_" + (j < columns ? std::to_string(j) : "bias");
      synapses.push_back(std::make_unique<SynapseModule>((Synapse::stem + place).c_str(), full_scale));
      synapses[k]->weight_i(weight[k]), synapses[k]->current_o(current[k]), synapses[k]->back_o(back[k]);
      registers.push_back(std::make_unique<WeightRegisterModule>(
          (WeightRegister::stem + place).c_str(), j < columns ? weights[i * columns + j] : bias[i], range,
          plastic ? update : UpdateBy::host, hop, activity.weight_register, made_cell));
      registers[k]->product_i(product[k]), registers[k]->weight_o(weight[k]);
      if (!plastic) continue;
      cells.push_back(std::make_unique<PlasticityCellModule>((PlasticityCell::stem + place).c_str(), update,
                                                             hop, full_scale, activity.plasticity_cell,
                                                             made_cell));
      cells[k]->product_o(product[k]);
    }
  }
  if (hop == Hop::continuous) return;  // its postsynaptic island counts
  SC_METHOD(count);
  sensitive << clk_i.pos();
  dont_initialize();
}

void StructuralCrossbar::wire(Wires<Voltage>& rate, Wires<Voltage>& error, const Controls& controls) {
  rate_ = &rate;
  clk_i(controls.clk_i);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < stride_; ++j) {
      const std::size_t k = cell(i, j);
      sc_core::sc_signal<Voltage>& source = j < columns ? rate[j] : one_;
      synapses[k]->rate_i(source), synapses[k]->error_i(error[i]);
      registers[k]->clk_i(controls.clk_i), registers[k]->learn_i(controls.learn_i);
      registers[k]->eta_i(controls.eta_i);
      if (cells.empty()) continue;
      cells[k]->rate_i(source), cells[k]->error_i(error[i]);
      cells[k]->clk_i(controls.clk_i), cells[k]->learn_i(controls.learn_i);
    }
  }
}

void StructuralCrossbar::count() {
  std::size_t active = has_bias() ? 1 : 0;
  for (const auto& wire : *rate_) active += wire.read() != Voltage{} ? 1U : 0U;
  activity.synapse.operations += active * rows;
}

}  // namespace leadlag
