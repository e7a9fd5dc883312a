// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "synth/gate_bench.hpp"

namespace leadlag {

/// Commands for ABC: mapping by area-flow and delay, buffers for large fan-outs, sizes.
std::string abc_script();
/// Commands for Yosys: RTL -> gates.v, gates.json, area.txt.
std::string yosys_script(const DigitalModule& module, const std::string& liberty);
/// Commands for OpenSTA: slowest path and leakage.
std::string timing_script(const DigitalModule& module, const GateNetlist& netlist,
                          const std::string& liberty);
/// Commands for OpenSTA: powers of every cell when each net but the clock switches once in a cycle, and
/// never.
std::string energy_script(const DigitalModule& module, const GateNetlist& netlist,
                          const std::string& liberty);

/// The slowest path of a clock cycle, registers and ports as OpenSTA names them.
struct SlowestPath {
  std::string start, end;
  double delay = 0.0;  ///< arrival and setup, s
};
/// From what sta_script printed. Throws FlowError if it is not there.
SlowestPath slowest_path(const std::string& log);

struct CellPower {
  double internal = 0.0, switching = 0.0, leakage = 0.0;  ///< W
};
/// By the instance's name, of the report_power -instances behind a line; "Total": of a report_power. Empty if
/// there is no such line.
std::map<std::string, CellPower> cell_powers(const std::string& log, const std::string& line);

}  // namespace leadlag
