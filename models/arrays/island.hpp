// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "arrays/loop_solver.hpp"
#include "blocks/lead_lag.hpp"

namespace leadlag {

/// Blocks of an analog island that are evaluated together: a column in tile detail, one block in structural
/// detail.
class IslandStage {
 public:
  virtual ~IslandStage() = default;
  virtual void settle(Instant at) = 0;  ///< outputs from inputs of the same instant
  virtual void keep() = 0;              ///< what has just settled is this tick's
  virtual void advance() = 0;           ///< capacitors towards the next tick
  virtual std::string name() const = 0;
  /// Error units are evaluated after all neurons and filters: they read slopes, which no wire of a loop
  /// carries.
  virtual bool is_error() const { return false; }
  /// Output wires, for stages whose outputs close a loop: unit-major, replicas inside.
  virtual std::size_t wires() const = 0;
  virtual void read(std::span<double> out) const = 0;
  virtual void write(std::span<const double> in) = 0;
};

/// How hard the loops of an island were to close.
struct LoopCounts {
  std::uint64_t solves = 0, iterations = 0;
  int most = 0;           ///< iterations of the hardest solve
  double residual = 0.0;  ///< largest residual that was accepted, of full scale
};

/// The one scheduler of an analog island: evaluates its stages in the order of their signals, and closes
/// loops by Newton on the outputs of the stages that a depth-first walk finds read before they are computed.
/// No delta cycle iterates physics.
class Island {
 public:
  /// Stage `second` reads what stage `first` puts out at the same instant.
  using Dependence = std::pair<std::size_t, std::size_t>;
  Island(std::vector<std::unique_ptr<IslandStage>> stages, const std::vector<Dependence>& dependences,
         std::size_t replicas);

  /// Sets what enters the island at this fraction of the way from the last clock edge to the present one.
  using MoveInputs = std::function<void(double fraction)>;
  /// The first edge after a reset: time 0, capacitors empty.
  void start(const MoveInputs& move);
  /// A clock period of `ticks` ticks. `jumps`: something that enters steps at the edge that began it.
  void run_period(int ticks, bool jumps, const MoveInputs& move);

  const LoopCounts& loops() const { return loops_; }
  /// The stages on its loops, in the order of their signals: "hidden.rate -> output.rate -> output.error".
  const std::string& path() const { return path_; }

 private:
  void settle(Instant at);
  void keep();
  void advance();
  void pass(Instant at);

  std::vector<std::unique_ptr<IslandStage>> stages_;
  std::vector<std::size_t> order_, torn_;
  std::size_t replicas_;
  LoopSolver solver_;
  LoopSolver::Values values_;  // on the torn wires; columns are replicas
  LoopCounts loops_;
  std::string path_;
};

}  // namespace leadlag
