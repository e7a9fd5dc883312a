// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "measure/timing.hpp"

// Timing of a chip that is drawn as a netlist: between two clock edges everything without a state settles one
// after the other.
namespace leadlag {
namespace {

using Arcs = std::vector<PathArc>;

Time total(const Arcs& arcs) {
  Time sum{};
  for (const PathArc& a : arcs) sum += a.arc.settle;
  return sum;
}

class CircuitPaths {
 public:
  CircuitPaths(const Design& design, const std::vector<BlockGroup>& bill)
      : design_(design), bill_(bill), c_(design.circuit()) {
    for (const auto& column : c_.columns) {
      into_.emplace_back(column.kind ? column.kind->inputs().size() : 0);
      out_.emplace_back(column.kind ? column.kind->outputs().size() : 1);
      if (column.pad == Circuit::Pad::x) append(out_.back()[0], column.name, InputDriver::stem);
    }
    for (const CircuitStep& step : signal_order(c_)) settle(step);
  }

  std::vector<Path> all() {
    std::vector<Path> paths;
    const auto add = [&](const std::string& kind, const std::string& to, Arcs arcs) {
      const Time time = total(arcs);
      if (!arcs.empty()) paths.push_back({kind, to, std::move(arcs), time, design_.chip.period() - time});
    };
    for (std::size_t k = 0; k < c_.columns.size(); ++k) {
      const auto& column = c_.columns[k];
      if (!column.kind || column.kind->states() == 0) continue;
      Arcs latest;
      for (std::size_t pin = 0; pin < into_[k].size(); ++pin) {
        if (total(into_[k][pin]) > total(latest)) latest = into_[k][pin];
      }
      append(latest, column.name, std::string(column.kind->stem()));
      add("state", column.name, std::move(latest));
    }
    for (std::size_t k = 0; k < c_.crossbars.size(); ++k) {
      Arcs latest;
      bool learns = false;
      for (const auto& p : c_.products) {
        if (p.crossbar != k || !c_.crossbars[k].plastic) continue;
        learns = true;
        for (const auto s : {p.post, p.pre}) {
          if (total(out_[s.column][s.pin]) > total(latest)) latest = out_[s.column][s.pin];
        }
      }
      if (!learns) continue;
      append(latest, c_.crossbars[k].name,
             c_.crossbars[k].contrast ? ContrastCell::stem : PlasticityCell::stem);
      add("update", c_.crossbars[k].name, std::move(latest));
    }
    Arcs readout = out_[c_.output.column][c_.output.pin];
    const std::string& output = design_.arrays[design_.learning.output].name;
    append(readout, output, Readout::stem);
    add("readout", output, std::move(readout));
    return paths;
  }

 private:
  void append(Arcs& arcs, const std::string& array, const std::string& block,
              const std::string& pin = {}) const {
    // One way through a block; the slowest where a column has several of a kind (summing nodes).
    const Arc* slowest = nullptr;
    for (const BlockGroup& g : bill_) {
      if (g.array != array || g.sheet.block != block) continue;
      for (const Arc& arc : g.sheet.arcs) {
        if (!pin.empty() && arc.from != pin) continue;
        if (slowest == nullptr || arc.settle > slowest->settle) slowest = &arc;
        if (pin.empty()) break;
      }
    }
    if (slowest != nullptr) arcs.push_back({array, block, *slowest});
  }
  static void keep_later(Arcs& arcs, Arcs other) {
    if (total(other) >= total(arcs)) arcs = std::move(other);
  }
  void settle(const CircuitStep& step) {
    if (step.kind == CircuitStep::Kind::read) {
      const Circuit::Read& r = c_.reads[step.index];
      Arcs arcs = out_[r.from.column][r.from.pin];
      append(arcs, c_.crossbars[r.crossbar].name, Synapse::stem, r.transposed ? "error_i" : "rate_i");
      append(arcs, c_.columns[r.to.column].name, SummingNode::stem);
      keep_later(into_[r.to.column][r.to.pin], std::move(arcs));
    } else if (step.kind == CircuitStep::Kind::link) {
      const Circuit::Link& l = c_.links[step.index];
      keep_later(into_[l.to.column][l.to.pin], out_[l.from.column][l.from.pin]);
    } else {
      const auto& column = c_.columns[step.index];
      for (std::size_t pin = 0; pin < into_[step.index].size(); ++pin) {
        if (!column.kind->passes(pin)) continue;
        for (std::size_t o = column.kind->states(); o < out_[step.index].size(); ++o) {
          Arcs arcs = into_[step.index][pin];
          append(arcs, column.name, std::string(column.kind->stem()));
          keep_later(out_[step.index][o], std::move(arcs));
        }
      }
    }
  }

  const Design& design_;
  const std::vector<BlockGroup>& bill_;
  const Circuit c_;
  std::vector<std::vector<Arcs>> into_, out_;  // by column and pin
};

}  // namespace

Timing circuit_timing(const Design& design, const std::vector<BlockGroup>& bill) {
  Timing timing;
  timing.paths = CircuitPaths(design, bill).all();
  std::stable_sort(timing.paths.begin(), timing.paths.end(),
                   [](const Path& a, const Path& b) { return a.slack < b.slack; });
  const Circuit circuit = design.circuit();
  timing.forward_cycles = circuit.cycles(true);
  timing.error_cycles = circuit.cycles(false) - circuit.cycles(true);
  return timing;
}

}  // namespace leadlag
