// SPDX-License-Identifier: Apache-2.0
#include "elaborate/structural_island.hpp"

#include <algorithm>

#include "blocks/target_unit.hpp"
#include "elaborate/topology.hpp"

namespace leadlag {
namespace {

/// A stage is one block here: one wire, one die.
struct BlockStage : IslandStage {
  std::string label;
  double& output;  ///< where the other stages read it
  BlockStage(std::string name_, double& output_) : label(std::move(name_)), output(output_) {}
  std::string name() const override { return label; }
  std::size_t wires() const override { return 1; }
  void read(std::span<double> out) const override { out[0] = output; }
};

std::string unit_name(const ArrayDesign& array, std::size_t unit, const char* signal) {
  const std::string index = array.size == 1 ? "" : "[" + std::to_string(unit) + "]";
  return array.name + index + "." + signal;
}

}  // namespace

struct StructuralIsland::NeuronStage final : BlockStage {
  StructuralIsland& island;
  ProspectiveNeuronModule& neuron;
  std::size_t array, unit;
  NeuronStage(StructuralIsland& i, const ArrayDesign& drawn, std::size_t a, std::size_t u)
      : BlockStage(unit_name(drawn, u, "rate"), i.rates_[a][u]),
        island(i),
        neuron(*i.parts_.neurons[a]->neurons[u]),
        array(a),
        unit(u) {}
  void settle(Instant at) override {
    neuron.settle(island.drive(array, unit), island.errors_[array][unit], at);
    output = neuron.rate();
  }
  void keep() override { neuron.keep(); }
  void advance() override {
    neuron.advance();
    output = neuron.rate();
  }
  void write(std::span<const double> in) override { output = in[0]; }
};

struct StructuralIsland::ErrorStage final : BlockStage {
  StructuralIsland& island;
  ErrorUnitModule& error_unit;
  GainStageModule* gain_stage;  ///< or null
  const ProspectiveNeuronModule& neuron;
  std::size_t array, unit;
  ErrorStage(StructuralIsland& i, const ArrayDesign& drawn, std::size_t a, std::size_t u)
      : BlockStage(unit_name(drawn, u, "error"), i.errors_[a][u]),
        island(i),
        error_unit(*i.parts_.neurons[a]->error_units[u]),
        gain_stage(i.parts_.neurons[a]->gain_stages.empty() ? nullptr
                                                            : i.parts_.neurons[a]->gain_stages[u].get()),
        neuron(*i.parts_.neurons[a]->neurons[u]),
        array(a),
        unit(u) {}
  bool is_error() const override { return true; }
  void settle(Instant at) override {
    const ErrorPath path = error_unit.path();
    const bool cut = path == ErrorPath::output_only || path == ErrorPath::open;
    const double gated = path == ErrorPath::open
                             ? 0.0
                             : ErrorUnit::gate(neuron.slope(), cut ? 0.0 : island.back(array, unit),
                                               island.epsilon(array, unit));
    error_unit.settle(gated, at);
    take();
  }
  void keep() override {
    error_unit.keep();
    if (gain_stage != nullptr) gain_stage->keep(neuron.driven(), neuron.lookahead());
  }
  void advance() override {
    error_unit.advance();
    if (gain_stage != nullptr) gain_stage->advance();
    take();
  }
  void take() {
    output = gain_stage == nullptr ? error_unit.error() : gain_stage->settle(error_unit.error());
  }
  void write(std::span<const double> in) override { output = in[0]; }
};

struct StructuralIsland::FilterStage final : BlockStage {
  SynapticLowPassModule& filter;
  const double& source;
  FilterStage(StructuralIsland& i, const ArrayDesign& drawn, std::size_t a, std::size_t u)
      : BlockStage(unit_name(drawn, u, "rate"), i.rates_[a][u]),
        filter(*i.parts_.sources[a]->filters[u]),
        source(i.rates_[drawn.source][u]) {}
  void settle(Instant at) override {
    filter.settle(source, at);
    output = filter.rate();
  }
  void keep() override { filter.keep(); }
  void advance() override { filter.advance(); }
  void write(std::span<const double> in) override { output = in[0]; }
};

/// Lists the stages and what waits for what.
struct StructuralIsland::Builder {
  StructuralIsland& island;
  const Design& design;
  std::vector<std::unique_ptr<IslandStage>> stages{};
  std::vector<Island::Dependence> dependences{};
  std::vector<std::size_t> rate{},
      error{};  // first stage of each array's neurons or filters, and error units

  void list_stages(const Wiring& wiring) {
    rate.assign(design.arrays.size(), Wiring::nowhere), error = rate;
    for (const std::size_t a : island.members_) {
      const ArrayDesign& drawn = design.arrays[a];
      rate[a] = stages.size();
      for (std::size_t u = 0; u < drawn.size; ++u) {
        if (drawn.is_neuron())
          stages.push_back(std::make_unique<NeuronStage>(island, drawn, a, u));
        else
          stages.push_back(std::make_unique<FilterStage>(island, drawn, a, u));
      }
    }
    for (const std::size_t a : island.members_) {
      if (!wiring.has_errors[a]) continue;
      error[a] = stages.size();
      for (std::size_t u = 0; u < design.arrays[a].size; ++u) {
        stages.push_back(std::make_unique<ErrorStage>(island, design.arrays[a], a, u));
      }
    }
  }
  bool rates_wait(std::size_t a) const {
    return !design.arrays[a].is_neuron() || !island.parts_.neurons[a]->neurons[0]->output_is_state();
  }
  bool errors_wait(std::size_t a) const {
    return !island.parts_.neurons[a]->error_units[0]->output_is_state();
  }
  void rate_to(std::size_t from, std::size_t unit, std::size_t stage) {
    if (rates_wait(from)) dependences.emplace_back(rate[from] + unit, stage);
  }
  void list_dependences(const Wiring& wiring) {
    for (const std::size_t a : island.members_) {
      const ArrayDesign& drawn = design.arrays[a];
      for (std::size_t u = 0; u < drawn.size; ++u) {
        if (drawn.is_low_pass() && island.contains(drawn.source)) rate_to(drawn.source, u, rate[a] + u);
        if (error[a] == Wiring::nowhere) continue;
        rate_to(a, u, error[a] + u);
        for (std::size_t v = 0; a == design.learning.output && v < drawn.size; ++v)
          rate_to(a, v, error[a] + u);
        if (drawn.neurons()[u].nudging != 0.0 && errors_wait(a)) {
          dependences.emplace_back(error[a] + u, rate[a] + u);
        }
      }
    }
    for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
      const CrossbarDesign& drawn = design.crossbars[c];
      if (!island.contains(drawn.to)) continue;
      const std::size_t below = wiring.back_to[c];
      for (std::size_t i = 0; i < design.arrays[drawn.to].size; ++i) {
        for (std::size_t j = 0; j < design.arrays[drawn.from].size; ++j) {
          if (island.contains(drawn.from)) rate_to(drawn.from, j, rate[drawn.to] + i);
          if (below != Wiring::nowhere && island.contains(below) && errors_wait(drawn.to)) {
            dependences.emplace_back(error[drawn.to] + i, error[below] + j);
          }
        }
      }
    }
  }
};

StructuralIsland::StructuralIsland(const sc_core::sc_module_name& name, const Design& design,
                                   const Wiring& wiring, Parts parts, const std::vector<std::size_t>& members)
    : sc_module(name),
      target_unit_(design.blocks.target_unit),
      update_(design.learning.params.update),
      output_(design.learning.output),
      has_target_(wiring.has_target),
      ticks_(design.chip.ticks_per_clock),
      full_scale_(design.full_scale),
      parts_(std::move(parts)),
      members_(members),
      target_(design.outputs()),
      wire_target_(design.outputs()),
      last_target_(design.outputs()) {
  for (const ArrayDesign& array : design.arrays) {
    rates_.emplace_back(array.size), errors_.emplace_back(array.size);
    wire_.emplace_back(array.size), last_wire_.emplace_back(array.size);
    held_.emplace_back(array.size), next_held_.emplace_back(array.size);
    low_pass_source_.push_back(array.source);
    auto& ramps = ramps_.emplace_back(array.size, false);
    for (std::size_t i = 0; array.is_input() && i < array.size; ++i) {
      ramps[i] = std::get<0>(array.blocks)[i].reconstruction == Reconstruction::ramp;
    }
  }
  lagged_rates_.assign(design.crossbars.size(), ProductLag<double>(cell_lag(design)));
  lagged_errors_.assign(design.arrays.size(), ProductLag<double>(cell_lag(design)));
  std::vector<bool> reads(design.arrays.size());
  for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
    const CrossbarDesign& drawn = design.crossbars[c];
    crossbars_.push_back(
        {drawn.from, drawn.to, wiring.back_to[c], design.is_plastic(Plastic::Kind::weights, c)});
    if (contains(drawn.to)) reads[drawn.from] = true;
    const std::size_t below = wiring.back_to[c];
    if (below != Wiring::nowhere && contains(below) && !contains(drawn.to)) jumps_ = true;
  }
  for (const std::size_t a : members_) {
    if (design.arrays[a].is_low_pass()) reads[design.arrays[a].source] = true;
    jumps_ = jumps_ || (a == output_ && has_target_ && target_unit_.reconstruction == Reconstruction::hold);
  }
  for (std::size_t a = 0; a < reads.size(); ++a) {
    if (!reads[a] || contains(a)) continue;
    inputs_.push_back(a);
    jumps_ = jumps_ || std::find(ramps_[a].begin(), ramps_[a].end(), false) != ramps_[a].end();
  }
  Builder builder{*this, design};
  builder.list_stages(wiring);
  builder.list_dependences(wiring);
  island_ = std::make_unique<Island>(std::move(builder.stages), builder.dependences, 1);
  SC_METHOD(run);
  sensitive << clk_i.pos() << rst_ni.neg();
  dont_initialize();
}

bool StructuralIsland::contains(std::size_t array) const {
  return std::find(members_.begin(), members_.end(), array) != members_.end();
}

double StructuralIsland::weight(std::size_t crossbar, std::size_t row, std::size_t column) const {
  const StructuralCrossbar& x = *parts_.crossbars[crossbar];
  return x.registers[x.cell(row, column)]->held();
}

double StructuralIsland::drive(std::size_t array, std::size_t unit) const {
  double sum = parts_.neurons[array]->drive_nodes[unit]->offset() / full_scale_.current;
  for (std::size_t c = 0; c < crossbars_.size(); ++c) {
    if (crossbars_[c].to != array) continue;
    const StructuralCrossbar& x = *parts_.crossbars[c];
    const auto& rates = rates_[crossbars_[c].from];
    sum += SummingNode::sum<double>(
        x.columns, [&](std::size_t j) { return Synapse::output(weight(c, unit, j), rates[j]); });
    if (x.has_bias()) sum += weight(c, unit, x.columns);
  }
  return sum;
}

double StructuralIsland::back(std::size_t array, std::size_t unit) const {
  double sum = held_[array][unit];
  const auto& nodes = parts_.neurons[array]->back_nodes;
  if (!nodes.empty()) sum += nodes[unit]->offset() / full_scale_.current;
  for (std::size_t c = 0; c < crossbars_.size(); ++c) {
    if (crossbars_[c].below != array || !contains(crossbars_[c].to)) continue;
    const auto& errors = errors_[crossbars_[c].to];
    sum += SummingNode::sum<double>(
        errors.size(), [&](std::size_t i) { return Synapse::output(weight(c, i, unit), errors[i]); });
  }
  return sum;
}

double StructuralIsland::epsilon(std::size_t array, std::size_t unit) const {
  double mine = 0.0;
  if (array != output_ || !has_target_ || !target_on_i.read()) return mine;
  TargetUnit::compare<double>(
      target_unit_, target_.size(), [&](std::size_t i) { return rates_[output_][i]; },
      [&](std::size_t i) { return target_[i]; },
      [&](std::size_t i, double value) { mine = i == unit ? value : mine; });
  return mine;
}

void StructuralIsland::read_wires() {
  for (const std::size_t a : inputs_) {
    const auto& wires = parts_.neurons[a] != nullptr ? parts_.neurons[a]->rate : parts_.sources[a]->rate;
    for (std::size_t i = 0; i < wires.size(); ++i) wire_[a][i] = wires[i].read() / full_scale_.voltage;
  }
  for (std::size_t i = 0; i < target_.size(); ++i) wire_target_[i] = (*parts_.target)[i].read();
  held_ = next_held_;
  for (auto& held : next_held_) std::fill(held.begin(), held.end(), 0.0);
  for (std::size_t c = 0; c < crossbars_.size(); ++c) {
    const auto& [from, to, below, plastic] = crossbars_[c];
    if (below == Wiring::nowhere || !contains(below) || contains(to)) continue;
    const StructuralCrossbar& x = *parts_.crossbars[c];
    for (std::size_t j = 0; j < x.columns; ++j) {
      next_held_[below][j] += SummingNode::sum<double>(
          x.rows, [&](std::size_t i) { return x.back[x.cell(i, j)].read() / full_scale_.current; });
    }
  }
}

void StructuralIsland::move_inputs(double fraction) {
  const auto between = [&](double last, double now) { return last + fraction * (now - last); };
  for (const std::size_t a : inputs_) {
    for (std::size_t i = 0; i < wire_[a].size(); ++i) {
      rates_[a][i] = ramps_[a][i] ? between(last_wire_[a][i], wire_[a][i]) : wire_[a][i];
    }
  }
  const bool ramp = target_unit_.reconstruction == Reconstruction::ramp;
  for (std::size_t i = 0; i < target_.size(); ++i) {
    target_[i] = ramp ? between(last_target_[i], wire_target_[i]) : wire_target_[i];
  }
}

void StructuralIsland::run() {
  if (!rst_ni.read()) return clear();
  const bool first = !started_;
  begin_cycle();
  if (first) clear(), started_ = true;
  read_wires();
  const auto move = [this](double fraction) { move_inputs(fraction); };
  if (first) island_->start(move);
  if (!first) island_->run_period(ticks_, jumps_, move);
  last_wire_ = wire_, last_target_ = wire_target_;
  send_back();
  learn();
  publish();
}

/// Offsets move from cycle to cycle; what has passed a parasitic pole shows it at once.
void StructuralIsland::begin_cycle() {
  for (const std::size_t a : members_) {
    if (parts_.neurons[a] == nullptr) continue;
    StructuralNeurons& array = *parts_.neurons[a];
    for (std::size_t u = 0; u < array.neurons.size(); ++u) {
      array.neurons[u]->begin_cycle();
      if (array.neurons[u]->output_is_state()) rates_[a][u] = array.neurons[u]->rate();
    }
    for (std::size_t u = 0; u < array.error_units.size(); ++u) {
      ErrorUnitModule& error = *array.error_units[u];
      error.begin_cycle();
      if (!error.output_is_state()) continue;
      errors_[a][u] = array.gain_stages.empty() ? error.error() : array.gain_stages[u]->settle(error.error());
    }
  }
}

void StructuralIsland::send_back() {
  std::vector<bool> receives(rates_.size());
  for (const Crossbar& x : crossbars_) {
    if (x.below != Wiring::nowhere && !contains(x.below) && contains(x.to)) receives[x.below] = true;
  }
  for (std::size_t a = 0; a < receives.size(); ++a) {
    for (std::size_t u = 0; receives[a] && u < rates_[a].size(); ++u) {
      parts_.neurons[a]->error_units[u]->sample_island(back(a, u));
    }
  }
}

void StructuralIsland::learn() {
  std::vector<std::span<const double>> errors(errors_.size());
  for (const std::size_t a : members_) errors[a] = lagged_errors_[a].follow(errors_[a]);
  for (std::size_t c = 0; c < crossbars_.size(); ++c) {
    const auto& [from, to, below, plastic] = crossbars_[c];
    if (!contains(to)) continue;
    StructuralCrossbar& x = *parts_.crossbars[c];
    const std::size_t columns = x.columns + (x.has_bias() ? 1 : 0);
    const auto rate = [&, source = from](std::size_t j) { return j < x.columns ? rates_[source][j] : 1.0; };
    std::size_t active = 0;
    for (std::size_t j = 0; j < columns; ++j) active += rate(j) != 0.0 ? 1U : 0U;
    x.activity.synapse.operations += active * x.rows;
    for (auto& r : x.registers) r->age();
    const auto seen = lagged_rates_[c].follow(rates_[from]);
    if (!plastic || !learn_i.read()) continue;
    for (std::size_t i = 0; i < x.rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        PlasticityCellModule& cell = *x.cells[x.cell(i, j)];
        const double product = cell.product(errors[to][i], j < x.columns ? seen[j] : 1.0);
        if (update_ == UpdateBy::host)
          cell.accumulate(product);
        else
          x.registers[x.cell(i, j)]->learn(eta_i.read(), product);
        cell.chop();
      }
    }
  }
}

void StructuralIsland::publish() {
  for (const std::size_t a : members_) {
    if (parts_.neurons[a] != nullptr) {
      for (auto& n : parts_.neurons[a]->neurons) n->publish();
      for (auto& e : parts_.neurons[a]->error_units) e->publish();
      for (auto& g : parts_.neurons[a]->gain_stages) g->publish();
    } else {
      for (auto& f : parts_.sources[a]->filters) f->publish();
    }
  }
  for (std::size_t i = 0; i < parts_.readouts.size(); ++i) parts_.readouts[i]->sample(rates_[output_][i]);
}

void StructuralIsland::clear() {
  started_ = false;
  for (auto* lags : {&lagged_rates_, &lagged_errors_}) {
    for (auto& lag : *lags) lag.clear();
  }
  for (auto* values : {&rates_, &errors_, &held_, &next_held_}) {
    for (auto& v : *values) std::fill(v.begin(), v.end(), 0.0);
  }
  for (const std::size_t a : members_) {
    if (parts_.neurons[a] != nullptr) {
      auto& neurons = parts_.neurons[a]->neurons;
      for (std::size_t u = 0; u < neurons.size(); ++u) {
        neurons[u]->clear(), neurons[u]->publish();
        rates_[a][u] = neurons[u]->rate();
      }
      for (auto& e : parts_.neurons[a]->error_units) e->clear(), e->publish();
      for (auto& g : parts_.neurons[a]->gain_stages) g->clear(), g->publish();
    } else {
      for (auto& f : parts_.sources[a]->filters) f->clear(), f->publish();
    }
  }
}

}  // namespace leadlag
