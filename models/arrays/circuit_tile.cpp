// SPDX-License-Identifier: Apache-2.0
#include "arrays/circuit_tile.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace leadlag {

CircuitTile::CircuitTile(const sc_core::sc_module_name& name, const Circuit& circuit,
                         const CellContext& context, const std::vector<std::vector<double>>& weights,
                         const std::vector<std::vector<double>>& bias, UpdateBy update,
                         const std::vector<std::shared_ptr<const MadeCells>>& cells,
                         const std::vector<std::vector<double>>& read_offsets)
    : sc_module(name),
      x_i("x_i",
          static_cast<std::size_t>(std::count_if(circuit.columns.begin(), circuit.columns.end(),
                                                 [](const auto& c) { return c.pad == Circuit::Pad::x; }))),
      column_activity(circuit.columns.size()),
      circuit_(circuit),
      update_(update),
      order_(signal_order(circuit)),
      memory_(circuit.reads.size()),
      conduction_(circuit.crossbars.size()),
      coin_(PhaseSequencer::coin(context.seed)),
      lines_(circuit.lines.size()) {
  for (std::size_t k = 0; k < circuit.crossbars.size(); ++k) {
    const Circuit::Crossbar& c = circuit.crossbars[k];
    std::string module = c.name;  // the kernel separates levels of the hierarchy by points
    std::replace(module.begin(), module.end(), '.', '_');
    auto array = std::make_unique<CrossbarArray<double>>(
        module.c_str(),
        CrossbarArray<double>::Shape{c.rows, c.columns, 1, c.tile_rows, c.tile_columns, c.range}, weights[k],
        bias[k], c.plastic, cells.empty() ? nullptr : cells[k]);
    crossbars_.push_back({std::move(array)});
  }
  for (std::size_t k = 0; k < read_offsets.size(); ++k) memory_[k].offset = read_offsets[k];
  for (const auto& phase : circuit.phases) table_.push_back({phase.cycles, phase.inference, phase.lines});
  build_columns(context);
  connect();
}

void CircuitTile::build_columns(const CellContext& context) {
  columns_.resize(circuit_.columns.size());
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    const Circuit::Column& drawn = circuit_.columns[k];
    Column& column = columns_[k];
    if (drawn.pad == Circuit::Pad::x) pads_.push_back(k);
    column.out.assign(drawn.kind ? drawn.kind->outputs().size() : 1, std::vector<double>(drawn.size));
    for (auto& o : column.out) column.outs.push_back(o.data());
    if (!drawn.kind) continue;
    CellContext own = context;
    own.name = drawn.name;
    column.cells = drawn.kind->make(0, drawn.size, own);
    for (const Pin& pin : drawn.kind->inputs()) {
      const bool line = pin.wire == Wire::line;
      column.in.emplace_back(line ? 1 : drawn.size);
      column.lanes.push_back({column.in.back().data(), line ? 0U : 1U});
    }
  }
}

void CircuitTile::connect() {
  for (const auto& l : circuit_.links) {
    Column& to = columns_[l.to.column];
    const bool voltage = circuit_.columns[l.to.column].kind->inputs()[l.to.pin].wire == Wire::voltage;
    if (voltage) to.lanes[l.to.pin].data = columns_[l.from.column].out[l.from.pin].data();
  }
  // Only links into currents are work: a voltage is the other end of a wire.
  std::erase_if(order_, [this](const CircuitStep& s) {
    if (s.kind != CircuitStep::Kind::link) return false;
    const auto to = circuit_.links[s.index].to;
    return circuit_.columns[to.column].kind->inputs()[to.pin].wire == Wire::voltage;
  });
}

void CircuitTile::reset() {
  for (Column& c : columns_) {
    if (c.cells) c.cells->reset();
  }
  sequencer_ = {};
}

void CircuitTile::take_pads() {
  for (std::size_t k = 0; k < pads_.size(); ++k) {
    const auto lanes = x_i[k]->read();
    std::copy(lanes.begin(), lanes.end(), columns_[pads_[k]].out[0].begin());
  }
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    if (circuit_.columns[k].pad == Circuit::Pad::one)
      std::fill(columns_[k].out[0].begin(), columns_[k].out[0].end(), 1.0);
    if (circuit_.columns[k].pad != Circuit::Pad::target) continue;
    const auto lanes = target_i->read();
    std::copy(lanes.begin(), lanes.end(), columns_[k].out[0].begin());
  }
}

void CircuitTile::set_lines(const std::vector<double>& lines) {
  for (std::size_t k = 0; k < lines.size(); ++k) {
    sequencer_activity[Event::code_change] += lines[k] != lines_[k] ? 1U : 0U;
  }
  lines_ = lines;
  for (const auto& c : circuit_.controls) columns_[c.to.column].in[c.to.pin][0] = lines_[c.line];
}

void CircuitTile::read(std::size_t k) {
  const Circuit::Read& wire = circuit_.reads[k];
  ReadMemory& m = memory_[k];
  Crossbar& crossbar = crossbars_[wire.crossbar];
  const std::vector<double>& input = columns_[wire.from.column].out[wire.from.pin];
  if (m.version != crossbar.version || m.input != input || crossbar.array->noisy()) {
    m.input = input, m.version = crossbar.version;
    m.result.assign(wire.transposed ? crossbar.array->columns() : crossbar.array->rows(), 0.0);
    if (wire.transposed) {
      crossbar.array->read_transposed(input, m.result);
    } else {
      crossbar.array->read(input, m.result);
      for (std::size_t i = 0; !wire.bias && crossbar.array->has_bias() && i < m.result.size(); ++i) {
        m.result[i] -= crossbar.array->bias(i);
      }
    }
    for (std::size_t i = 0; i < m.offset.size(); ++i) m.result[i] += m.offset[i];
  }
  if (!wire.transposed) crossbar.array->count_reads(input);
  std::vector<double>& to = columns_[wire.to.column].in[wire.to.pin];
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += wire.gain * m.result[i];
}

/// sum_ij g_ij (V_i - V_j)^2, opened up so that what depends on the columns alone is kept while they stand.
void CircuitTile::dissipate(std::size_t k) {
  const Circuit::Crossbar& drawn = circuit_.crossbars[k];
  Crossbar& crossbar = crossbars_[k];
  Conduction& m = conduction_[k];
  const std::vector<double>& row = columns_[drawn.row.column].out[drawn.row.pin];
  const std::vector<double>& column = columns_[drawn.column.column].out[drawn.column.pin];
  const auto read = [&](const std::vector<double>& voltage) {
    std::vector<double> current(drawn.rows, 0.0);
    crossbar.array->read(voltage, current);
    return current;
  };
  if (m.version != crossbar.version) m.sum = read(std::vector<double>(drawn.columns, 1.0));
  if (m.version != crossbar.version || m.voltage != column) {
    m.voltage = column, m.version = crossbar.version;
    m.current = read(column);
    std::vector<double> square(column.size());
    std::transform(column.begin(), column.end(), square.begin(), [](double v) { return v * v; });
    const std::vector<double> squares = read(square);
    m.square = std::accumulate(squares.begin(), squares.end(), 0.0);
  }
  Activity& activity = crossbar.array->activity.synapse;
  activity.heat += m.square;
  for (std::size_t i = 0; i < row.size(); ++i) {
    activity.heat += row[i] * (row[i] * m.sum[i] - 2.0 * m.current[i]);
  }
  activity[Event::dissipation] += drawn.rows * drawn.columns;
}

bool CircuitTile::stores(std::size_t crossbar) const { return circuit_.crossbars[crossbar].plastic; }

void CircuitTile::learn() {
  for (const Circuit::Product& p : circuit_.products) {
    const double gain = lines_[p.line] * p.sign;
    if (gain == 0.0 || !stores(p.crossbar)) continue;
    const std::vector<double>& post = columns_[p.post.column].out[p.post.pin];
    scaled_.resize(post.size());
    std::transform(post.begin(), post.end(), scaled_.begin(), [gain](double v) { return gain * v; });
    crossbars_[p.crossbar].array->update(SweepMode::Update::accumulate, columns_[p.pre.column].out[p.pre.pin],
                                         scaled_, 0.0, p.bias, gain);
  }
}

void CircuitTile::write(double eta) {
  for (std::size_t k = 0; k < crossbars_.size(); ++k) {
    const Circuit::Crossbar& c = circuit_.crossbars[k];
    if (c.write_line == Circuit::none || !stores(k) || (update_ == UpdateBy::host && !c.on_die)) continue;
    if (lines_[c.write_line] == 0.0) continue;
    crossbars_[k].array->write_accumulated(eta * c.rate * lines_[c.write_line], c.decay);
    touch(k);
  }
}

void CircuitTile::run(bool learns, double eta) {
  const PhaseSequencer::Row& row = PhaseSequencer::begin(table_, sequencer_, learns);
  PhaseSequencer::drive(row, sequencer_, circuit_.coin_lines, coin_, next_lines_);
  set_lines(next_lines_);
  take_pads();
  for (Crossbar& c : crossbars_) c.version += c.array->begin_cycle() ? 1U : 0U;
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    Column& c = columns_[k];
    if (!c.cells) continue;
    c.cells->show(c.outs.data());
    const auto& kind = *circuit_.columns[k].kind;
    for (std::size_t p = 0; p < c.in.size(); ++p) {
      if (kind.inputs()[p].wire == Wire::current) std::fill(c.in[p].begin(), c.in[p].end(), 0.0);
    }
  }
  for (const CircuitStep& s : order_) {
    if (s.kind == CircuitStep::Kind::read) {
      read(s.index);
    } else if (s.kind == CircuitStep::Kind::follow) {
      columns_[s.index].cells->follow(columns_[s.index].lanes.data(), columns_[s.index].outs.data());
    } else {
      const Circuit::Link& l = circuit_.links[s.index];
      const auto& from = columns_[l.from.column].out[l.from.pin];
      auto& to = columns_[l.to.column].in[l.to.pin];
      for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
    }
  }
  const auto output = signal(circuit_.output);
  if (!std::isfinite(std::accumulate(output.begin(), output.end(), 0.0))) {
    SC_REPORT_ERROR("leadlag/non-finite", circuit_.columns[circuit_.output.column].name.c_str());
  }
  for (std::size_t k = 0; k < crossbars_.size(); ++k) {
    if (circuit_.crossbars[k].conducts()) dissipate(k);
  }
  if (learns) learn();
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    Column& c = columns_[k];
    if (c.cells) c.cells->advance(c.lanes.data(), column_activity[k]);
  }
  if (learns) write(eta);
  PhaseSequencer::advance(table_, sequencer_);
}

}  // namespace leadlag
