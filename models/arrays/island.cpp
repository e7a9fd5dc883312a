// SPDX-License-Identifier: Apache-2.0
#include "arrays/island.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/depth_first_search.hpp>
#include <boost/graph/strong_components.hpp>
#include <set>
#include <systemc>

#include "arrays/lane_bus.hpp"

namespace leadlag {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

/// Stages in reverse order of signals.
struct Walk : boost::default_dfs_visitor {
  std::vector<std::size_t>* reversed;
  void finish_vertex(std::size_t stage, const Graph&) const { reversed->push_back(stage); }
};

}  // namespace

Island::Island(std::vector<std::unique_ptr<IslandStage>> stages, const std::vector<Dependence>& dependences,
               std::size_t replicas)
    : stages_(std::move(stages)), replicas_(replicas) {
  const auto error = [&](std::size_t stage) { return stages_[stage]->is_error(); };
  std::vector<Dependence> within;  // rates among themselves, errors among themselves
  for (const auto& d : dependences) {
    if (error(d.first) == error(d.second)) within.push_back(d);
  }
  Walk walk;
  walk.reversed = &order_;
  boost::depth_first_search(Graph(within.begin(), within.end(), stages_.size()), boost::visitor(walk));
  std::reverse(order_.begin(), order_.end());
  std::stable_partition(order_.begin(), order_.end(), [&](std::size_t s) { return !error(s); });
  std::vector<std::size_t> place(stages_.size());
  for (std::size_t k = 0; k < order_.size(); ++k) place[order_[k]] = k;
  std::set<std::size_t> torn;
  for (const auto& [from, to] : dependences) {
    if (place[from] >= place[to]) torn.insert(from);
  }
  torn_.assign(torn.begin(), torn.end());
  std::size_t wires = 0;
  for (const std::size_t s : torn_) wires += stages_[s]->wires();
  values_.setZero(static_cast<Eigen::Index>(wires), static_cast<Eigen::Index>(replicas_));

  const Graph graph(dependences.begin(), dependences.end(), stages_.size());
  std::vector<std::size_t> component(stages_.size());
  boost::strong_components(
      graph, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, graph)));
  std::set<std::size_t> looped;
  for (const std::size_t s : torn_) looped.insert(component[s]);
  for (const std::size_t s : order_) {
    if (looped.count(component[s]) != 0) path_ += (path_.empty() ? "" : " -> ") + stages_[s]->name();
  }
}

void Island::start(const MoveInputs& move) {
  move(1.0);
  settle(Instant::after_jump);
}

void Island::run_period(int ticks, bool jumps, const MoveInputs& move) {
  if (jumps) {
    move(0.0);
    settle(Instant::after_jump);
  }
  for (int tick = 1; tick <= ticks; ++tick) {
    advance();
    move(static_cast<double>(tick) / static_cast<double>(ticks));
    settle(Instant::tick_end);
    keep();
  }
}

void Island::pass(Instant at) {
  for (const std::size_t s : order_) stages_[s]->settle(at);
}

void Island::settle(Instant at) {
  if (torn_.empty()) return pass(at);
  const std::size_t lanes = lanes_per_unit(replicas_);
  std::vector<double> wires;
  const auto evaluate = [&](const LoopSolver::Values& z, LoopSolver::Values& g) {
    Eigen::Index row = 0;
    for (const std::size_t s : torn_) {
      const std::size_t n = stages_[s]->wires();
      wires.assign(n * lanes, 0.0);
      for (std::size_t k = 0; k < n; ++k, ++row) {
        for (std::size_t b = 0; b < replicas_; ++b)
          wires[k * lanes + b] = z(row, static_cast<Eigen::Index>(b));
      }
      stages_[s]->write(wires);
    }
    pass(at);
    row = 0;
    for (const std::size_t s : torn_) {
      const std::size_t n = stages_[s]->wires();
      wires.resize(n * lanes);
      stages_[s]->read(wires);
      for (std::size_t k = 0; k < n; ++k, ++row) {
        for (std::size_t b = 0; b < replicas_; ++b)
          g(row, static_cast<Eigen::Index>(b)) = wires[k * lanes + b];
      }
    }
  };
  const LoopSolver::Result result = solver_.solve(values_, evaluate);
  ++loops_.solves;
  loops_.iterations += static_cast<std::uint64_t>(result.iterations);
  loops_.most = std::max(loops_.most, result.iterations);
  if (!result.converged) SC_REPORT_ERROR("leadlag/loop", path_.c_str());
  loops_.residual = std::max(loops_.residual, result.residual);
}

void Island::keep() {
  for (const auto& stage : stages_) stage->keep();
}

void Island::advance() {
  for (const auto& stage : stages_) stage->advance();
}

}  // namespace leadlag
