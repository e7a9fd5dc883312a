// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "synth/modules.hpp"
#include "technology/digital.hpp"

namespace leadlag {

/// Standard cells and where things are.
struct DigitalFlow {
  std::string rtl;      ///< folder of rtl_ref
  std::string liberty;  ///< .lib
  std::string cells;    ///< .v with the same cells, for simulation
  std::string cache;    ///< folder; made if it is not there
  int at_once = 1;
  std::function<void()> waiting;  ///< may throw, which ends all
  std::function<void(std::size_t done, std::size_t all)> progress;
};

struct DigitalJob {
  std::string module;  ///< of digital_modules
  FixedWords words;
};

/// Energy of a phase of the gate bench, by OpenSTA at the switching that was counted in it.
struct PhaseEnergy {
  double share = 0.0;   ///< of its cycles: worked
  double energy = 0.0;  ///< of a cycle without leakage, J
};

/// A module's numbers. E(share) = idle + share (active - idle), from the phases "working" and "waiting"; in
/// both, inputs stand still between working cycles.
struct DigitalResult {
  DigitalBlock block;
  std::vector<PhaseEnergy> phases;  ///< as bench_phases

  double predicted(double share) const;
  double error(std::size_t phase) const;  ///< predicted / OpenSTA - 1, leakage included, at a clock of 50 MHz
};

/// Largest error of a held-out phase that is met.
inline constexpr double held_out_limit = 0.10;

/// "osu018_stdcells, 1.8 V, 25 C": as the Liberty file calls itself.
std::string library_name(const std::string& liberty_text);

/// Gates, area, timing and energies of each job; what a tool made is kept in the cache under a key of all
/// that it was made from. Throws FlowError with the job's name, or ToolMissing.
std::vector<DigitalResult> characterize_digital(const std::vector<DigitalJob>& jobs, const DigitalFlow& flow);

}  // namespace leadlag
