// SPDX-License-Identifier: Apache-2.0
#include "elaborate/circuit_die.hpp"

#include "blocks/conductor.hpp"
#include "design/reader.hpp"

namespace leadlag {

CircuitWeights circuit_weights(const Circuit& circuit, const Die& die) {
  CircuitWeights all;
  for (const Circuit::Crossbar& c : circuit.crossbars) {
    const bool drawn = c.drawn != Circuit::none;
    all.weights.push_back(drawn ? die.weights[c.drawn] : c.initial(die.weights));
    all.biases.push_back(drawn ? die.biases[c.drawn] : std::vector<double>(c.bias ? c.rows : 0, 0.0));
  }
  return all;
}

std::vector<CircuitGroup> circuit_groups(const Circuit& circuit) {
  std::vector<CircuitGroup> groups;
  for (std::size_t k = 0; k < circuit.crossbars.size(); ++k) {
    const Circuit::Crossbar& c = circuit.crossbars[k];
    const bool host = c.plastic && !c.on_die;
    groups.push_back({k, false, {c.name, c.rows * c.columns, host, c.range}});
    if (c.bias) groups.push_back({k, true, {c.name + ".bias", c.rows, host, c.range}});
  }
  return groups;
}

std::shared_ptr<const CellPhysics> cell_physics(const Design& design) {
  if (!design.has_physics()) return nullptr;
  auto physics = std::make_shared<CellPhysics>();
  physics->technology = design.technology, physics->full_scale = design.full_scale;
  physics->physics = design.physics;
  for (const std::string& stem : block_kinds()) {
    if (design.fidelity_of(stem) == Fidelity::circuit) physics->kinds.insert(stem);
  }
  return physics;
}

CircuitDie::CircuitDie(const sc_core::sc_module_name& name, const Design& design, const Die& die)
    : DieModule(name), circuit_(design.circuit()) {
  for (const ArrayDesign& a : design.arrays) names_.push_back(a.name);
  const CircuitWeights initial = circuit_weights(circuit_, die);
  const CellContext context{design.chip.period(),
                            design.chip.time_scale,
                            design.chip.input(),
                            static_cast<std::uint64_t>(design.chip.seed),
                            {},
                            cell_physics(design)};
  tile_ = std::make_unique<CircuitTile>("tile", circuit_, context, initial.weights, initial.biases,
                                        design.learning.params.update, die.cells, die.read_offsets);
  std::size_t pad = 0, pin = 0;
  for (std::size_t k = 0; k < design.arrays.size(); ++k) {
    const ArrayDesign& a = design.arrays[k];
    if (!a.is_input()) continue;
    rates_.push_back(std::make_unique<LaneBus<double>>((a.name + "_rate").c_str(), a.size, 1));
    inputs_.push_back(std::make_unique<InputArray<double>>(a.name.c_str(), std::get<0>(a.blocks), pin, 1,
                                                           die.input_converters[k]));
    pin += a.size;
    inputs_.back()->x_i(x_i);
    inputs_.back()->rate_o(*rates_.back());
    tile_->x_i[pad++](*rates_.back());
  }
  tile_->target_i(target_i);
  output_ = std::make_unique<LaneBus<double>>("output", design.outputs(), 1);
  readout_ = std::make_unique<ReadoutArray<double>>("readout", design.outputs(), 1, Hop::transparent,
                                                    die.output_converters);
  readout_->clk_i(clk_i), readout_->window_i(window_i), readout_->rate_i(*output_);
  readout_->value_o(value_o), readout_->sum_o(sum_o);
  handles_ = circuit_groups(circuit_);
  for (const CircuitGroup& g : handles_) groups_.push_back(g.group);
  list_activities();
  activities_[{design.arrays[design.learning.output].name, Readout::stem}] = &readout_->activity;
  SC_METHOD(on_edge);
  sensitive << clk_i.pos();
  dont_initialize();
  SC_METHOD(on_reset);
  sensitive << rst_ni.neg();
  dont_initialize();
}

void CircuitDie::list_activities() {
  for (std::size_t k = 0; k < circuit_.columns.size(); ++k) {
    const Circuit::Column& c = circuit_.columns[k];
    if (c.kind) activities_[{c.name, std::string(c.kind->stem())}] = &tile_->column_activity[k];
  }
  std::size_t pad = 0;
  for (const Circuit::Column& c : circuit_.columns) {
    if (c.pad == Circuit::Pad::x) activities_[{c.name, InputDriver::stem}] = &inputs_[pad++]->activity;
  }
  for (std::size_t k = 0; k < circuit_.crossbars.size(); ++k) {
    const CrossbarActivity& activity = tile_->crossbar(k).activity;
    const std::string& crossbar = circuit_.crossbars[k].name;
    activities_[{crossbar, circuit_.crossbars[k].conducts() ? Conductor::stem : Synapse::stem}] =
        &activity.synapse;
    activities_[{crossbar, circuit_.crossbars[k].contrast ? ContrastCell::stem : PlasticityCell::stem}] =
        &activity.plasticity_cell;
    activities_[{crossbar, WeightRegister::stem}] = &activity.weight_register;
  }
  activities_[{"chip", PhaseSequencer::stem}] = &tile_->sequencer_activity;
}

void CircuitDie::on_edge() {
  if (!rst_ni.read()) return;
  tile_->run(learn_i.read(), eta_i.read());
  readout_->sample(tile_->signal(circuit_.output));
}

void CircuitDie::on_reset() { tile_->reset(); }

void CircuitDie::read(std::size_t group, std::span<double> out) const {
  const auto& crossbar = tile_->crossbar(handles_[group].crossbar);
  handles_[group].bias ? crossbar.read_bias(out) : crossbar.read_weights(out);
}

void CircuitDie::write(std::size_t group, std::span<const double> in) {
  auto& crossbar = tile_->crossbar(handles_[group].crossbar);
  handles_[group].bias ? crossbar.write_bias(in) : crossbar.write_weights(in);
  tile_->touch(handles_[group].crossbar);
}

void CircuitDie::take(std::size_t group, std::span<double> out) {
  auto& crossbar = tile_->crossbar(handles_[group].crossbar);
  handles_[group].bias ? crossbar.take_accumulated_bias(out) : crossbar.take_accumulated(out);
}

double CircuitDie::probe(bool crossbar, std::size_t index, const std::string& signal,
                         std::size_t element) const {
  if (crossbar) {
    const std::size_t columns = tile_->crossbar(index).columns();
    return tile_->crossbar(index).weight(element / columns, element % columns);
  }
  return tile_->signal(circuit_.probes.at({names_[index], signal}))[element];
}

}  // namespace leadlag
