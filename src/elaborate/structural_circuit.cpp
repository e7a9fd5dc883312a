// SPDX-License-Identifier: Apache-2.0
#include "elaborate/structural_circuit.hpp"

#include <cmath>

#include "blocks/conductor.hpp"
#include "blocks/contrast_cell.hpp"
#include "elaborate/structural_pins.hpp"

namespace leadlag {
namespace {

std::string numbered(const std::string& stem, std::size_t k) { return stem + "_" + std::to_string(k); }
std::string module_name(std::string name) {
  for (char& c : name) c = c == '.' ? '_' : c;
  return name;
}

}  // namespace

StructuralCircuit::~StructuralCircuit() = default;

StructuralCircuit::StructuralCircuit(const sc_core::sc_module_name& name, const Design& design,
                                     const Die& die)
    : DieModule(name),
      circuit_(design.circuit()),
      full_scale_(design.full_scale),
      columns_(circuit_.columns.size()),
      crossbars_(circuit_.crossbars.size()),
      reads_(circuit_.reads.size()),
      ground_("ground"),
      one_("one", full_scale_.voltage),
      lines_(circuit_.lines.size()) {
  for (const ArrayDesign& a : design.arrays) names_.push_back(a.name);
  std::vector<PhaseSequencer::Row> table;
  for (const auto& phase : circuit_.phases) table.push_back({phase.cycles, phase.inference, phase.lines});
  sequencer_ = std::make_unique<PhaseSequencerModule>("sequencer", std::move(table), circuit_.coin_lines,
                                                      static_cast<std::uint64_t>(design.chip.seed),
                                                      sequencer_activity_);
  sequencer_->clk_i(clk_i), sequencer_->rst_ni(rst_ni), sequencer_->learn_i(learn_i);
  for (std::size_t k = 0; k < lines_.size(); ++k) sequencer_->lines_o[k](lines_[k]);
  activities_[{"chip", PhaseSequencer::stem}] = &sequencer_activity_;
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    const Circuit::Column& drawn = circuit_.columns[k];
    const std::size_t outputs = drawn.kind ? drawn.kind->outputs().size() : 1;
    for (std::size_t pin = 0; pin < outputs; ++pin) columns_[k].out.emplace_back(drawn.size);
    if (drawn.kind) activities_[{drawn.name, std::string(drawn.kind->stem())}] = &columns_[k].activity;
  }
  build_pads(design, die);
  build_crossbars(design, die);
  build_reads(die);
  build_columns(design);
  build_readout(design, die);
  handles_ = circuit_groups(circuit_);
  for (const CircuitGroup& g : handles_) groups_.push_back(g.group);
  SC_METHOD(count_and_check);
  sensitive << clk_i.pos();
  dont_initialize();
}

void StructuralCircuit::build_pads(const Design& design, const Die& die) {
  pins_ = std::make_unique<StructuralPins>("pins", design.inputs(), design.outputs());
  pins_->x_i(x_i), pins_->target_i(target_i), pins_->value_o(value_o), pins_->sum_o(sum_o);
  std::vector<std::size_t> inputs;
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    if (design.arrays[a].is_input()) inputs.push_back(a);
  }
  std::size_t next = 0;
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    const Circuit::Column& drawn = circuit_.columns[k];
    Column& column = columns_[k];
    if (drawn.pad == Circuit::Pad::one) {
      for (auto& wire : column.out[0]) wire.write(full_scale_.voltage);
    }
    if (drawn.pad != Circuit::Pad::x && drawn.pad != Circuit::Pad::target) continue;
    const bool x = drawn.pad == Circuit::Pad::x;
    const std::size_t array = x ? inputs[next++] : 0;
    const auto* params = x ? &std::get<0>(design.arrays[array].blocks) : nullptr;
    const auto* converters =
        x && !die.input_converters[array].empty() ? &die.input_converters[array] : nullptr;
    for (std::size_t i = 0; i < drawn.size; ++i) {
      column.drivers.push_back(std::make_unique<InputDriverModule>(
          numbered(module_name(drawn.name) + "_pad", i).c_str(), x ? (*params)[i] : InputDriver::Params{},
          full_scale_, column.activity, converters == nullptr ? nullptr : &(*converters)[i]));
      column.drivers[i]->x_i(x ? pins_->x[drawn.first + i] : pins_->target[i]);
      column.drivers[i]->rate_o(column.out[0][i]);
    }
    if (x) activities_[{drawn.name, InputDriver::stem}] = &column.activity;
  }
}

void StructuralCircuit::build_crossbars(const Design& design, const Die& die) {
  const CircuitWeights initial = circuit_weights(circuit_, die);
  for (std::size_t c = 0; c < crossbars_.size(); ++c) {
    const Circuit::Crossbar& drawn = circuit_.crossbars[c];
    Crossbar& x = crossbars_[c];
    x.rows = drawn.rows, x.columns = drawn.columns, x.stride = drawn.columns + (drawn.bias ? 1 : 0);
    x.made = die.cells[c];
    const std::size_t n = x.rows * x.stride;
    x.weight.resize(n);
    std::vector<const Circuit::Product*> products;
    for (const auto& p : circuit_.products) {
      if (p.crossbar == c) products.push_back(&p);
    }
    const bool on_die = design.learning.params.update == UpdateBy::die || drawn.on_die;
    for (std::size_t k = 0; k < n; ++k) {
      const std::size_t i = k / x.stride, j = k % x.stride;
      const std::string place = module_name(drawn.name) + "_" + std::to_string(i) + "_" + std::to_string(j);
      const bool bias = j == x.columns;
      const CellPlace made{x.made.get(), bias ? x.rows * x.columns + i : i * x.columns + j};
      x.registers.push_back(std::make_unique<WeightRegisterModule>(
          (place + "_register").c_str(), bias ? initial.biases[c][i] : initial.weights[c][i * x.columns + j],
          drawn.range, UpdateBy::host, Hop::registered, x.activity.weight_register, made));
      WeightRegisterModule& weight = *x.registers[k];
      no_product_.emplace_back();
      weight.clk_i(clk_i), weight.learn_i(learn_i), weight.eta_i(eta_i), weight.product_i(no_product_.back());
      weight.weight_o(x.weight[k]);
      if (!drawn.plastic || products.empty()) continue;
      std::vector<StoringCellModule::Product> parts;
      for (const auto* p : products) parts.push_back({p->sign, p->bias});
      const bool writes = on_die && drawn.write_line != Circuit::none;
      x.cells.push_back(std::make_unique<StoringCellModule>((place + "_cell").c_str(), std::move(parts), bias,
                                                            writes, drawn.rate, drawn.decay, weight,
                                                            full_scale_, x.activity.plasticity_cell, made));
      StoringCellModule& cell = *x.cells.back();
      cell.clk_i(clk_i), cell.learn_i(learn_i), cell.eta_i(eta_i);
      if (writes) cell.write_i[0](lines_[drawn.write_line]);
      for (std::size_t p = 0; p < products.size(); ++p) {
        cell.posts_i[p](wires(products[p]->post)[i]);
        if (!bias) cell.pres_i[p](wires(products[p]->pre)[j]);
        cell.lines_i[p](lines_[products[p]->line]);
      }
    }
    activities_[{drawn.name, drawn.conducts() ? Conductor::stem : Synapse::stem}] = &x.activity.synapse;
    activities_[{drawn.name, drawn.contrast ? ContrastCell::stem : PlasticityCell::stem}] =
        &x.activity.plasticity_cell;
    activities_[{drawn.name, WeightRegister::stem}] = &x.activity.weight_register;
  }
}

void StructuralCircuit::build_reads(const Die& die) {
  for (std::size_t k = 0; k < reads_.size(); ++k) {
    const Circuit::Read& drawn = circuit_.reads[k];
    Read& read = reads_[k];
    Crossbar& x = crossbars_[drawn.crossbar];
    const bool bias = !drawn.transposed && drawn.bias && x.stride > x.columns;
    const std::size_t from = drawn.transposed ? x.rows : x.columns + (bias ? 1 : 0),
                      to = drawn.transposed ? x.columns : x.rows;
    Wires<Voltage>& source = wires(drawn.from);
    read.currents.resize(to * from), read.unused.resize(to * from), read.sums.resize(to);
    for (std::size_t i = 0; i < to; ++i) {
      const std::string node = numbered(numbered("read", k) + "_node", i);
      const bool ideal = die.read_offsets.empty() || die.read_offsets[k].empty();
      read.nodes.push_back(std::make_unique<SummingNodeModule>(
          node.c_str(), from, ideal ? Current{} : die.read_offsets[k][i] * full_scale_.current));
      read.nodes[i]->sum_o(read.sums[i]);
      for (std::size_t j = 0; j < from; ++j) {
        const std::size_t wire = i * from + j;
        read.synapses.push_back(std::make_unique<SynapseModule>(
            (numbered("read", k) + "_" + std::to_string(i) + "_" + std::to_string(j)).c_str(), full_scale_));
        SynapseModule& synapse = *read.synapses[wire];
        synapse.weight_i(x.weight[drawn.transposed ? j * x.stride + i : i * x.stride + j]);
        sc_core::sc_signal<Voltage>& signal = j < source.size() ? source[j] : one_;
        synapse.rate_i(drawn.transposed ? ground_ : signal);
        synapse.error_i(drawn.transposed ? signal : ground_);
        synapse.current_o(drawn.transposed ? read.unused[wire] : read.currents[wire]);
        synapse.back_o(drawn.transposed ? read.currents[wire] : read.unused[wire]);
        read.nodes[i]->currents_i[j](read.currents[wire]);
      }
    }
  }
}

void StructuralCircuit::build_columns(const Design& design) {
  const auto physics = cell_physics(design);
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    const Circuit::Column& drawn = circuit_.columns[k];
    if (!drawn.kind) continue;
    const CellContext context{design.chip.period(), design.chip.time_scale,
                              design.chip.input(),  static_cast<std::uint64_t>(design.chip.seed),
                              drawn.name,           physics};
    const std::size_t count = drawn.kind->whole() ? drawn.size : 1;
    for (std::size_t first = 0; first < drawn.size; first += count) {
      std::vector<CellModule::Source> voltages, currents, lines;
      std::vector<std::function<void(CellModule&)>> binds;
      for (std::size_t unit = 0; unit < count; ++unit) {
        const std::size_t at = first + unit;
        for (std::size_t r = 0; r < reads_.size(); ++r) {
          if (circuit_.reads[r].to.column != k) continue;
          binds.emplace_back(
              [&, r, at, port = currents.size()](CellModule& m) { m.currents_i[port](reads_[r].sums[at]); });
          currents.push_back({circuit_.reads[r].to.pin, unit, circuit_.reads[r].gain});
        }
        for (const Circuit::Link& l : circuit_.links) {
          if (l.to.column != k) continue;
          binds.emplace_back(
              [&, at, port = voltages.size()](CellModule& m) { m.voltages_i[port](wires(l.from)[at]); });
          voltages.push_back({l.to.pin, unit, 1.0});
        }
      }
      for (const Circuit::Control& c : circuit_.controls) {
        if (c.to.column != k) continue;
        binds.emplace_back([&, port = lines.size()](CellModule& m) { m.lines_i[port](lines_[c.line]); });
        lines.push_back({c.to.pin, 0, 1.0});
      }
      auto cell = std::make_unique<CellModule>(numbered(module_name(drawn.name), first).c_str(), *drawn.kind,
                                               first, count, context, voltages, currents, lines, full_scale_,
                                               columns_[k].activity);
      cell->clk_i(clk_i), cell->rst_ni(rst_ni);
      for (const auto& bind : binds) bind(*cell);
      for (std::size_t pin = 0; pin < columns_[k].out.size(); ++pin) {
        for (std::size_t unit = 0; unit < count; ++unit) {
          cell->outputs_o[pin * count + unit](columns_[k].out[pin][first + unit]);
        }
      }
      columns_[k].cells.push_back(std::move(cell));
    }
  }
}

void StructuralCircuit::build_readout(const Design& design, const Die& die) {
  for (std::size_t i = 0; i < design.outputs(); ++i) {
    pins_->readouts.push_back(std::make_unique<ReadoutModule>(
        numbered("readout", i).c_str(), Hop::registered, full_scale_, pins_->readout_activity,
        die.output_converters.empty() ? nullptr : &die.output_converters[i]));
    ReadoutModule& r = *pins_->readouts[i];
    r.clk_i(clk_i), r.window_i(window_i), r.rate_i(wires(circuit_.output)[i]);
    r.value_o(pins_->value[i]), r.sum_o(pins_->sum[i]);
  }
  activities_[{design.arrays[design.learning.output].name, Readout::stem}] = &pins_->readout_activity;
}

void StructuralCircuit::count_and_check() {
  for (const Circuit::Read& r : circuit_.reads) {
    if (r.transposed) continue;
    Crossbar& x = crossbars_[r.crossbar];
    std::size_t active = x.stride > x.columns ? 1 : 0;
    for (const auto& wire : wires(r.from)) active += wire.read() != Voltage{} ? 1U : 0U;
    x.activity.synapse.operations += active * x.rows;
  }
  for (std::size_t c = 0; c < crossbars_.size(); ++c) {
    const Circuit::Crossbar& drawn = circuit_.crossbars[c];
    Crossbar& x = crossbars_[c];
    for (std::size_t k = 0; drawn.conducts() && k < x.weight.size(); ++k) {
      const Voltage drop = wires(drawn.row)[k / x.columns].read() - wires(drawn.column)[k % x.columns].read();
      x.activity.synapse.heat += x.weight[k].read() * std::pow(drop / full_scale_.voltage, 2);
      ++x.activity.synapse[Event::dissipation];
    }
  }
  for (const auto& wire : wires(circuit_.output)) {
    if (!std::isfinite(wire.read().si)) {
      SC_REPORT_ERROR("leadlag/non-finite", circuit_.columns[circuit_.output.column].name.c_str());
    }
  }
}

std::size_t StructuralCircuit::cell_of(const CircuitGroup& handle, std::size_t k) const {
  const Crossbar& x = crossbars_[handle.crossbar];
  return handle.bias ? k * x.stride + x.columns : k / x.columns * x.stride + k % x.columns;
}

void StructuralCircuit::read(std::size_t group, std::span<double> out) const {
  const CircuitGroup& h = handles_[group];
  for (std::size_t k = 0; k < out.size(); ++k) {
    out[k] = crossbars_[h.crossbar].registers[cell_of(h, k)]->weight();
  }
}

void StructuralCircuit::write(std::size_t group, std::span<const double> in) {
  const CircuitGroup& h = handles_[group];
  for (std::size_t k = 0; k < in.size(); ++k) crossbars_[h.crossbar].registers[cell_of(h, k)]->load(in[k]);
  crossbars_[h.crossbar].activity.weight_register[Event::weight_write] += in.size();
}

void StructuralCircuit::take(std::size_t group, std::span<double> out) {
  const CircuitGroup& h = handles_[group];
  for (std::size_t k = 0; k < out.size(); ++k) {
    StoringCellModule& cell = *crossbars_[h.crossbar].cells[cell_of(h, k)];
    out[k] = cell.store();
    cell.clear();
  }
  crossbars_[h.crossbar].activity.weight_register[Event::weight_read] += out.size();
}

double StructuralCircuit::probe(bool crossbar, std::size_t index, const std::string& signal,
                                std::size_t element) const {
  if (crossbar) {
    const Crossbar& x = crossbars_[index];
    return x.registers[element / x.columns * x.stride + element % x.columns]->weight();
  }
  const Circuit::Signal s = circuit_.probes.at({names_[index], signal});
  return columns_[s.column].out[s.pin][element].read() / full_scale_.voltage;
}

}  // namespace leadlag
