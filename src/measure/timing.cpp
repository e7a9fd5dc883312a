// SPDX-License-Identifier: Apache-2.0
#include "measure/timing.hpp"

#include <algorithm>

namespace leadlag {
namespace {

class Paths {
 public:
  Paths(const Design& design, const std::vector<BlockGroup>& bill) : design_(design), bill_(bill) {}

  /// The arcs of a group, or only the one that starts at `pin`.
  void append(Path& path, const std::string& array, const std::string& block,
              const std::string& pin = {}) const {
    for (const BlockGroup& g : bill_) {
      if (g.array != array || g.sheet.block != block) continue;
      for (const Arc& arc : g.sheet.arcs) {
        if (pin.empty() || arc.from == pin) path.arcs.push_back({array, block, arc});
      }
    }
  }
  void finish(Path path) {
    for (const PathArc& a : path.arcs) path.settle += a.arc.settle;
    path.slack = design_.chip.period() - path.settle;
    if (!path.arcs.empty()) paths.push_back(std::move(path));
  }

  std::vector<Path> paths;

 private:
  const Design& design_;
  const std::vector<BlockGroup>& bill_;
};

/// Longest count of registers from the pins to each array's outputs; arrays in a loop count their first
/// visit, analog islands have none.
std::vector<std::int64_t> hops(const Design& design) {
  std::vector<std::int64_t> hop(design.arrays.size(), -1);
  for (std::size_t a = 0; a < hop.size(); ++a) {
    if (design.arrays[a].is_input()) hop[a] = 0;
  }
  for (std::size_t pass = 0; pass < hop.size(); ++pass) {
    for (std::size_t a = 0; a < hop.size(); ++a) {
      if (hop[a] >= 0) continue;
      std::int64_t from = -1;
      if (design.arrays[a].is_low_pass()) from = hop[design.arrays[a].source];
      for (const CrossbarDesign& c : design.crossbars) {
        if (c.to == a) from = std::max(from, hop[c.from]);
      }
      if (from >= 0) hop[a] = from + (design.arrays[a].is_continuous() ? 0 : 1);
    }
  }
  return hop;
}

/// Registers that an error crosses from the output array's error units to array a's.
std::vector<std::int64_t> error_hops(const Design& design, const Wiring& wiring) {
  std::vector<std::int64_t> hop(design.arrays.size(), -1);
  hop[design.learning.output] = 0;
  for (std::size_t pass = 0; pass < hop.size(); ++pass) {
    for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
      const std::size_t to = design.crossbars[c].to, below = wiring.back_to[c];
      if (below == Wiring::nowhere || hop[to] < 0 || hop[below] >= 0) continue;
      hop[below] = hop[to] + (design.arrays[below].is_continuous() ? 0 : 1);
    }
  }
  return hop;
}

}  // namespace

Timing analyse_timing(const Design& design, const std::vector<BlockGroup>& bill) {
  if (design.has_circuit()) return circuit_timing(design, bill);
  const Wiring wiring = wire(design.learning.params.system, design.topology());
  const bool registered = design.chip.schedule == Ordering::registered;
  Paths all(design, bill);
  Path tick{"tick", "whole chip", {}, {}, {}};
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    if (!design.arrays[a].is_neuron() || design.arrays[a].is_continuous()) continue;
    const std::string& name = design.arrays[a].name;
    for (const CrossbarDesign& c : design.crossbars) {
      if (c.to != a) continue;
      Path forward{"forward", name, {}, {}, {}};
      Path& path = registered ? forward : tick;
      if (design.arrays[c.from].is_input()) all.append(path, design.arrays[c.from].name, InputDriver::stem);
      all.append(path, c.name, Synapse::stem, "rate_i");
      all.append(path, name, SummingNode::stem);
      all.append(path, name, ProspectiveNeuron::stem);
      if (registered) all.finish(std::move(forward));
    }
    if (!wiring.has_errors[a]) continue;
    for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
      if (design.crossbars[c].to != a) continue;
      const std::string& crossbar = design.crossbars[c].name;
      const bool plastic = design.is_plastic(Plastic::Kind::weights, c);
      Path error{"error", crossbar, {}, {}, {}}, update{"update", crossbar, {}, {}, {}};
      const auto start = [&](Path& path) {
        if (wiring.records) all.append(path, name, TrajectoryMemory::stem, "word");
        if (!wiring.records && a == design.learning.output) all.append(path, name, TargetUnit::stem);
        all.append(path, name, ErrorUnit::stem);
        all.append(path, name, GainStage::stem);
      };
      const auto go_down = [&](Path& path) {
        all.append(path, crossbar, Synapse::stem, "error_i");
        all.append(path, design.arrays[wiring.back_to[c]].name, "error_summing_node");
      };
      if (!registered) {
        start(tick);
        if (wiring.sends_back[c]) go_down(tick);
        if (plastic) all.append(tick, crossbar, PlasticityCell::stem);
        continue;
      }
      if (wiring.sends_back[c]) {
        start(error), go_down(error);
        all.finish(std::move(error));
      }
      if (plastic) {
        start(update), all.append(update, crossbar, PlasticityCell::stem);
        all.finish(std::move(update));
      }
    }
  }
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    if (!design.arrays[a].is_low_pass() || design.arrays[a].is_continuous()) continue;
    Path smooth{"low pass", design.arrays[a].name, {}, {}, {}};
    all.append(smooth, design.arrays[a].name, SynapticLowPass::stem);
    all.finish(std::move(smooth));
  }
  for (std::size_t a = 0; a < design.arrays.size() && wiring.records; ++a) {
    Path record{"record", design.arrays[a].name, {}, {}, {}};
    if (a == design.learning.output) all.append(record, design.arrays[a].name, TargetUnit::stem);
    all.append(record, design.arrays[a].name, TrajectoryMemory::stem, "value_i");
    all.finish(std::move(record));
  }
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    if (a != design.learning.output && !(design.converts_states() && design.arrays[a].is_neuron())) continue;
    Path readout{"readout", design.arrays[a].name, {}, {}, {}};
    all.append(readout, design.arrays[a].name, Readout::stem);
    all.finish(std::move(readout));
  }
  if (!registered) all.finish(std::move(tick));

  Timing timing;
  timing.paths = std::move(all.paths);
  std::stable_sort(timing.paths.begin(), timing.paths.end(),
                   [](const Path& a, const Path& b) { return a.slack < b.slack; });
  timing.forward_cycles = registered ? hops(design)[design.learning.output] : 1;
  if (wiring.has_target) {
    std::int64_t deepest = 0;
    const auto errors = error_hops(design, wiring);
    for (const std::int64_t h : errors) deepest = std::max(deepest, h);
    timing.error_cycles = registered ? deepest + 1 : 1;
    timing.alignment_cycles = registered ? timing.forward_cycles + deepest : 0;
    if (wiring.records) {  // recorded and replayed; products are of one instant
      timing.error_cycles = 2 * static_cast<std::int64_t>(design.learning.params.window);
      timing.alignment_cycles = 0;
    }
  }
  return timing;
}

}  // namespace leadlag
