// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "synth/netlist.hpp"

namespace leadlag {

/// Of one cell, in its netlist: at its own slews and load. J.
struct CellEnergy {
  double clock = 0.0;    ///< inside, of a clock cycle in which nothing else moves
  double inputs = 0.0;   ///< inside, of a transition of a data input; mean of its inputs
  double outputs = 0.0;  ///< inside and in the load, of a transition of an output; mean of its outputs
};
using SwitchingEnergies = std::vector<CellEnergy>;  // as the netlist's cells

/// What OpenSTA printed for energy_script with the energies of the library and with ones.
struct PowerLogs {
  std::string real, ones;
};

/// Energies of a transition. `unit`: J of an energy of 1 in the library. Throws FlowError if a cell is
/// missing.
SwitchingEnergies switching_energies(const GateNetlist& netlist, const PowerLogs& outputs,
                                     const PowerLogs& inputs, double unit);

/// Energy of a clock cycle with these transitions per net: clock + sum inputs n_in + sum outputs n_out, J.
double cycle_energy(const GateNetlist& netlist, const SwitchingEnergies& cells,
                    const std::map<std::size_t, double>& toggles);

}  // namespace leadlag
