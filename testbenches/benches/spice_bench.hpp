// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "benches/rig.hpp"
#include "spice/deck.hpp"
#include "spice/ngspice.hpp"

namespace leadlag {

/// One die without probes and controls, in double precision: what a deck can be compared with.
Design design_for_spice(const Design& design);

/// The first cycles of the chip's own task: at most `cycles`, at most what the task has, and no further than
/// where it would reset the chip's states. Unless given, 2000.
Stimulus task_stimulus(const Design& design, std::optional<std::int64_t> cycles);

/// Ratio of the simulator's sine to the deck's at one frequency.
struct ToneDifference {
  double omega = 0.0;  ///< rad/s
  double gain = 0.0;   ///< |simulator / deck| - 1
  double phase = 0.0;  ///< of simulator / deck, rad
};

/// How far one node is off, as shares of one unit (a full scale).
struct NodeDifference {
  double rms = 0.0, worst = 0.0;
  double span = 0.0;  ///< largest minus smallest value in the deck
  std::vector<ToneDifference> tones;
};

/// The larger difference; one that is no number is larger than any and stays.
inline double further(double worst, double off) { return std::isnan(worst) || off <= worst ? worst : off; }

/// Both records at the same instants, in model units, by node of the deck.
struct SpiceComparison {
  std::vector<double> time;  ///< of the clock edges, s
  std::vector<std::vector<double>> simulated, deck;
  std::vector<NodeDifference> nodes;
};

/// Runs the chip on the stimulus, from reset, and reads the deck's nodes after every edge.
std::vector<std::vector<double>> record_chip(Rig& rig, const Deck& deck, const Stimulus& stimulus);

/// `tones`: angular frequencies of the stimulus (rad/s); their sines are fitted to the second half of both
/// records, where a node has them.
SpiceComparison compare(const Design& design, const Deck& deck, std::vector<std::vector<double>> simulated,
                        const SpiceRecord& record, const std::vector<double>& tones);

/// Angular frequencies of a task that consists of sines, where nothing learns; rad/s.
std::vector<double> stationary_tones(const Design& design);

}  // namespace leadlag
