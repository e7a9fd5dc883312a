// SPDX-License-Identifier: Apache-2.0
#include "elaborate/structural_die.hpp"

#include <algorithm>

#include "elaborate/structural_arrays.hpp"
#include "elaborate/structural_island.hpp"
#include "elaborate/structural_pins.hpp"
#include "elaborate/topology.hpp"

namespace leadlag {

StructuralDie::~StructuralDie() = default;

namespace {

/// Errors that leave an island for a sampled array are sampled at the edge itself: the island hands them
/// over. All others travel on wires.
bool back_on_wires(const Design& design, std::size_t crossbar, std::size_t below) {
  return !design.arrays[design.crossbars[crossbar].to].is_continuous() ||
         design.arrays[below].is_continuous();
}

}  // namespace

StructuralDie::StructuralDie(const sc_core::sc_module_name& name, const Design& design, const Die& die)
    : DieModule(name), full_scale_(design.full_scale) {
  const Wiring wiring = wire(design.learning.params.system, design.topology());
  const std::size_t output = design.learning.output, outputs = design.outputs();
  pins_ = std::make_unique<StructuralPins>("pins", design.inputs(), outputs);
  pins_->x_i(x_i), pins_->target_i(target_i), pins_->value_o(value_o), pins_->sum_o(sum_o);

  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    const ArrayDesign& array = design.arrays[a];
    sources_.push_back(nullptr), neurons_.push_back(nullptr);
    if (!array.is_neuron()) {
      if (array.is_input()) {
        sources_[a] = std::make_unique<StructuralSource>(array.name.c_str(), std::get<0>(array.blocks),
                                                         full_scale_, die.input_converters[a]);
      } else {
        std::vector<LeadLag::Coefficients<double>> coefficients;
        for (const auto& p : die.low_passes[a]) {
          coefficients.push_back(SynapticLowPass::coefficients(p, design.tick(a), design.input(a)));
        }
        sources_[a] =
            std::make_unique<StructuralSource>(array.name.c_str(), coefficients, design.hop(a), full_scale_);
      }
      activities_[{array.name, array.is_input() ? InputDriver::stem : SynapticLowPass::stem}] =
          &sources_[a]->activity;
      continue;
    }
    std::size_t drive_inputs = 0, back_inputs = 0;
    for (const std::size_t c : crossbars_into(design, a)) {
      drive_inputs += design.arrays[design.crossbars[c].from].size + (design.crossbars[c].bias ? 1 : 0);
    }
    for (std::size_t c = 0; c < wiring.back_to.size(); ++c) {
      if (wiring.back_to[c] == a && back_on_wires(design, c, a)) {
        back_inputs += design.arrays[design.crossbars[c].to].size;
      }
    }
    const NeuronArrayParams params = neuron_array_params(design, die, wiring, a);
    neurons_[a] = std::make_unique<StructuralNeurons>(array.name.c_str(), params, full_scale_, drive_inputs,
                                                      back_inputs);
    activities_[{array.name, ProspectiveNeuron::stem}] = &neurons_[a]->activity.prospective_neuron;
    if (wiring.has_errors[a]) activities_[{array.name, ErrorUnit::stem}] = &neurons_[a]->activity.error_unit;
  }

  const auto rate_of = [&](std::size_t a) -> Wires<Voltage>& {
    return neurons_[a] ? neurons_[a]->rate : sources_[a]->rate;
  };
  std::size_t pin = 0;
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    if (neurons_[a]) {
      for (auto& n : neurons_[a]->neurons) n->clk_i(clk_i), n->rst_ni(rst_ni);
      for (auto& e : neurons_[a]->error_units) e->clk_i(clk_i), e->rst_ni(rst_ni);
      for (auto& g : neurons_[a]->gain_stages) g->clk_i(clk_i), g->rst_ni(rst_ni);
      continue;
    }
    for (auto& driver : sources_[a]->drivers) driver->x_i(pins_->x[pin++]);
    for (std::size_t i = 0; i < sources_[a]->filters.size(); ++i) {
      auto& filter = *sources_[a]->filters[i];
      filter.clk_i(clk_i), filter.rst_ni(rst_ni), filter.rate_i(rate_of(design.arrays[a].source)[i]);
    }
  }

  const StructuralCrossbar::Controls controls{learn_i, clk_i, eta_i};
  for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
    const CrossbarDesign& drawn = design.crossbars[c];
    const bool plastic = design.is_plastic(Plastic::Kind::weights, c);
    crossbars_.push_back(std::make_unique<StructuralCrossbar>(
        drawn.name.c_str(), design.arrays[drawn.to].size, design.arrays[drawn.from].size, die.weights[c],
        die.biases[c], drawn.range, plastic, design.learning.params.update, design.hop(drawn.to), full_scale_,
        die.cells[c]));
    StructuralCrossbar& crossbar = *crossbars_[c];
    crossbar.wire(rate_of(drawn.from), neurons_[drawn.to]->error, controls);
    for (std::size_t i = 0; i < crossbar.rows; ++i) {
      for (std::size_t j = 0; j < crossbar.columns + (crossbar.has_bias() ? 1 : 0); ++j) {
        neurons_[drawn.to]->connect_drive(i, crossbar.current[crossbar.cell(i, j)]);
        if (wiring.sends_back[c] && j < crossbar.columns && back_on_wires(design, c, wiring.back_to[c])) {
          neurons_[wiring.back_to[c]]->connect_back(j, crossbar.back[crossbar.cell(i, j)]);
        }
      }
    }
    activities_[{drawn.name, Synapse::stem}] = &crossbar.activity.synapse;
    activities_[{drawn.name, PlasticityCell::stem}] = &crossbar.activity.plasticity_cell;
    activities_[{drawn.name, WeightRegister::stem}] = &crossbar.activity.weight_register;
    groups_.push_back({drawn.name, crossbar.rows * crossbar.columns, plastic, drawn.range});
    handles_.push_back({c, false});
    if (!crossbar.has_bias()) continue;
    groups_.push_back({drawn.name + ".bias", crossbar.rows, plastic, drawn.range});
    handles_.push_back({c, true});
  }

  if (wiring.has_target) {
    pins_->target_unit =
        std::make_unique<TargetUnitModule>("target_unit", design.blocks.target_unit, outputs, full_scale_);
    pins_->target_unit->target_on_i(target_on_i);
  }
  for (std::size_t i = 0; i < outputs; ++i) {
    if (wiring.has_target) {
      pins_->target_unit->rates_i[i](neurons_[output]->rate[i]);
      pins_->target_unit->targets_i[i](pins_->target[i]);
      pins_->target_unit->epsilons_o[i](neurons_[output]->epsilon[i]);
    }
    pins_->readouts.push_back(std::make_unique<ReadoutModule>(
        ("readout_" + std::to_string(i)).c_str(), design.hop(output), full_scale_, pins_->readout_activity,
        die.output_converters.empty() ? nullptr : &die.output_converters[i]));
    ReadoutModule& r = *pins_->readouts[i];
    r.clk_i(clk_i), r.window_i(window_i), r.rate_i(neurons_[output]->rate[i]);
    r.value_o(pins_->value[i]), r.sum_o(pins_->sum[i]);
  }
  activities_[{design.arrays[output].name, Readout::stem}] = &pins_->readout_activity;
  build_islands(design, wiring);
}

void StructuralDie::build_islands(const Design& design, const Wiring& wiring) {
  for (const auto& members : design.islands()) {
    StructuralIsland::Parts parts;
    for (const auto& s : sources_) parts.sources.push_back(s.get());
    for (const auto& n : neurons_) parts.neurons.push_back(n.get());
    for (const auto& c : crossbars_) parts.crossbars.push_back(c.get());
    parts.target = &pins_->target;
    if (std::find(members.begin(), members.end(), design.learning.output) != members.end()) {
      for (const auto& r : pins_->readouts) parts.readouts.push_back(r.get());
    }
    const std::string name = "island_" + std::to_string(islands_.size());
    islands_.push_back(
        std::make_unique<StructuralIsland>(name.c_str(), design, wiring, std::move(parts), members));
    StructuralIsland& island = *islands_.back();
    island.clk_i(clk_i), island.rst_ni(rst_ni), island.learn_i(learn_i);
    island.target_on_i(target_on_i), island.eta_i(eta_i);
  }
}

std::vector<DieModule::IslandReport> StructuralDie::islands() const {
  std::vector<IslandReport> reports;
  for (const auto& i : islands_) {
    reports.push_back({i->members(), i->scheduler().path(), i->scheduler().loops()});
  }
  return reports;
}

void StructuralDie::read(std::size_t group, std::span<double> out) const {
  const Handle h = handles_[group];
  const StructuralCrossbar& crossbar = *crossbars_[h.crossbar];
  const std::size_t columns = h.bias ? 1 : crossbar.columns, first = h.bias ? crossbar.columns : 0;
  for (std::size_t k = 0; k < out.size(); ++k) {
    out[k] = crossbar.registers[crossbar.cell(k / columns, first + k % columns)]->weight();
  }
}

void StructuralDie::write(std::size_t group, std::span<const double> in) {
  const Handle h = handles_[group];
  StructuralCrossbar& crossbar = *crossbars_[h.crossbar];
  const std::size_t columns = h.bias ? 1 : crossbar.columns, first = h.bias ? crossbar.columns : 0;
  for (std::size_t k = 0; k < in.size(); ++k) {
    crossbar.registers[crossbar.cell(k / columns, first + k % columns)]->load(in[k]);
  }
  crossbar.activity.weight_register[Event::weight_write] += in.size();
}

void StructuralDie::take(std::size_t group, std::span<double> out) {
  const Handle h = handles_[group];
  StructuralCrossbar& crossbar = *crossbars_[h.crossbar];
  const std::size_t columns = h.bias ? 1 : crossbar.columns, first = h.bias ? crossbar.columns : 0;
  for (std::size_t k = 0; k < out.size(); ++k) {
    PlasticityCellModule& cell = *crossbar.cells[crossbar.cell(k / columns, first + k % columns)];
    out[k] = cell.accumulated();
    cell.clear();
  }
  crossbar.activity.weight_register[Event::weight_read] += out.size();
}

double StructuralDie::probe(bool crossbar, std::size_t index, const std::string& signal,
                            std::size_t element) const {
  if (crossbar) {
    const StructuralCrossbar& x = *crossbars_[index];
    return x.registers[x.cell(element / x.columns, element % x.columns)]->weight();
  }
  if (sources_[index]) return sources_[index]->rate[element].read() / full_scale_.voltage;
  const StructuralNeurons& n = *neurons_[index];
  if (signal == "slope") return n.slope[element].read();
  if (signal == "membrane") return n.neurons[element]->membrane() / full_scale_.voltage;
  const Voltage v = signal == "error" ? n.last_error(element) : n.rate[element].read();
  return v / full_scale_.voltage;
}

}  // namespace leadlag
