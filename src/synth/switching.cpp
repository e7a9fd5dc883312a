// SPDX-License-Identifier: Apache-2.0
#include "synth/switching.hpp"

#include "synth/digital_scripts.hpp"

namespace leadlag {
namespace {

constexpr double clock_edges = 2.0;  // in a cycle

/// The two reports of energy_script.
struct Powers {
  std::map<std::string, CellPower> moving, still;

  explicit Powers(const std::string& log)
      : moving(cell_powers(log, "ACTIVITY1")), still(cell_powers(log, "ACTIVITY0")) {}
  static const CellPower& of(const std::map<std::string, CellPower>& map, const std::string& cell) {
    const auto found = map.find(cell);
    if (found == map.end()) throw FlowError("OpenSTA reported no power of " + cell);
    return found->second;
  }
};

/// Weights cancel; 0 where the library has no energy.
double quotient(double real, double one, double unit) { return one > 0.0 ? real / one * unit : 0.0; }

}  // namespace

SwitchingEnergies switching_energies(const GateNetlist& netlist, const PowerLogs& outputs,
                                     const PowerLogs& inputs, double unit) {
  const Powers out(outputs.real), out_one(outputs.ones), in(inputs.real), in_one(inputs.ones);
  SwitchingEnergies energies;
  for (const auto& cell : netlist.cells) {
    const auto internal = [&](const std::map<std::string, CellPower>& map) {
      return Powers::of(map, cell.name).internal;
    };
    CellEnergy e;
    e.clock = clock_edges * quotient(internal(in.still), internal(in_one.still), unit);
    e.inputs = quotient(internal(in.moving) - internal(in.still),
                        internal(in_one.moving) - internal(in_one.still), unit);
    e.outputs = quotient(internal(out.moving) - internal(out.still),
                         internal(out_one.moving) - internal(out_one.still), unit);
    if (!cell.outputs.empty())
      e.outputs += Powers::of(out.moving, cell.name).switching * bench_period_ns * 1e-9 /
                   static_cast<double>(cell.outputs.size());
    energies.push_back(e);
  }
  return energies;
}

double cycle_energy(const GateNetlist& netlist, const SwitchingEnergies& cells,
                    const std::map<std::size_t, double>& toggles) {
  const auto of = [&](const std::vector<std::size_t>& nets) {
    double sum = 0.0;
    for (const std::size_t net : nets)
      if (const auto found = toggles.find(net); found != toggles.end()) sum += found->second;
    return sum;  // the clock is not counted
  };
  double energy = 0.0;
  for (std::size_t k = 0; k < cells.size(); ++k) {
    const auto& cell = netlist.cells[k];
    energy +=
        cells[k].clock + cells[k].inputs * of(cell.input_nets) + cells[k].outputs * of(cell.output_nets);
  }
  return energy;
}

}  // namespace leadlag
