// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "synth/gate_bench.hpp"

namespace leadlag {

/// Commands for ABC: mapping by area-flow and delay, buffers for large fan-outs, sizes.
std::string abc_script();
/// Commands for Yosys: RTL -> gates.v, gates.json, area.txt.
std::string yosys_script(const DigitalModule& module, const std::string& liberty);
/// Commands for OpenSTA: slowest path, then the power at each phase's switching, with the pins' activities in
/// activity_K.tcl.
std::string sta_script(const DigitalModule& module, const GateNetlist& netlist, const std::string& liberty);
std::string activity_script(const std::vector<BenchNet>& nets, const PhaseCounts& counts);

/// The slowest path of a clock cycle, registers and ports as OpenSTA names them.
struct SlowestPath {
  std::string start, end;
  double delay = 0.0;  ///< arrival and setup, s
};
/// From what sta_script printed. Throws FlowError if it is not there.
SlowestPath slowest_path(const std::string& log);

struct PowerTotals {
  double internal = 0.0, switching = 0.0, leakage = 0.0;  ///< W
};
/// Of each report_power in the log. Throws FlowError if there are not as many as expected.
std::vector<PowerTotals> power_totals(const std::string& log, std::size_t expected);

}  // namespace leadlag
