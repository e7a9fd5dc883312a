// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "synth/modules.hpp"
#include "synth/netlist.hpp"

namespace leadlag {

/// A part of the gate simulation with its own counts.
struct BenchPhase {
  std::string_view name;
  int cycles = 0;
  int wait = 0;  ///< mean wait between two runs of working cycles, in runs; 0: one cycle
  int seed = 0;
  int smaller = 0;  ///< bits that random words with a sign lose
  enum class Kind { runs, waiting, moving, dense } kind = Kind::runs;
};

/// Energies come from the first three. The next two are held out: other seeds, other shares of working
/// cycles. The last two say what the energies do not cover.
inline constexpr std::array<BenchPhase, 7> bench_phases{
    {{"working", 800, 3, 1, 0, BenchPhase::Kind::runs},
     {"waiting", 32, 0, 2, 0, BenchPhase::Kind::waiting},
     {"waiting, inputs move", 40, 0, 3, 0, BenchPhase::Kind::moving},
     {"held out, few", 1200, 7, 4, 0, BenchPhase::Kind::runs},
     {"held out, many", 320, 0, 5, 0, BenchPhase::Kind::runs},
     {"small words", 300, 2, 6, 4, BenchPhase::Kind::runs},
     {"without waits", 120, 0, 7, 0, BenchPhase::Kind::dense}}};
enum BenchPhaseIndex : std::size_t {
  in_work,
  in_wait,
  in_moving,
  held_out_few,
  held_out_many,
  in_small,
  in_dense
};

/// A clock slow enough for every path; energies of a cycle do not depend on it.
inline constexpr double bench_period_ns = 100.0;

/// Switching in a phase.
struct PhaseCounts {
  int cycles = 0, worked = 0;
  std::map<std::size_t, double> toggles;  ///< of a net of the netlist, per cycle
};

/// Nets whose switching is counted: bits of input ports but the clock, then outputs of cells.
struct BenchNet {
  std::string verilog;  ///< as the bench refers to it
  std::size_t net = 0;  ///< of the netlist
};
std::vector<BenchNet> bench_nets(const GateNetlist& netlist);

/// A Verilog bench for the gates with the library's delays: plays the phases and prints, per phase, "PHASE
/// cycles worked" and a line "toggles high" per net.
std::string gate_bench(const DigitalModule& module, const GateNetlist& netlist);
/// What that printed. Throws FlowError if it is not complete.
std::vector<PhaseCounts> read_counts(const std::string& text, const std::vector<BenchNet>& nets);

}  // namespace leadlag
