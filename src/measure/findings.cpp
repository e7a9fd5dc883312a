// SPDX-License-Identifier: Apache-2.0
#include "measure/findings.hpp"

#include <algorithm>
#include <cmath>

#include "design/measurement_table.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

Position position(const Design& design, const std::string& path, Position otherwise = {}) {
  const auto found = design.positions.find(path);
  return found == design.positions.end() ? otherwise : found->second;
}

Verdict verdict(bool met) { return met ? Verdict::met : Verdict::violated; }

Dimension dimension_of(const std::string& measurement) {
  for (const MeasurementKind& kind : measurement_table) {
    if (kind.name == measurement) return kind.dimension;
  }
  return {};
}

void check_island(const Design& design, const IslandFigures& f, std::vector<Finding>& findings) {
  const Position at = position(design, "arrays." + design.arrays[f.arrays[0]].name);
  const Time most = 0.1 * f.fastest;
  findings.push_back({"LL-LAG-1", "parasitic lag", f.name, "<= " + to_text(most), to_text(f.lag),
                      to_text(most - f.lag), verdict(f.lag <= most), at});
  if (!f.loops) return;
  Finding stable{"LL-LOOP-2", "growth of the loops", f.name, "< 0 Hz", "-", "-", Verdict::not_measured, at};
  if (f.growth) {
    stable.actual = format_quantity(*f.growth, Frequency::dimension);
    stable.slack = format_quantity(-*f.growth, Frequency::dimension);
    stable.verdict = verdict(*f.growth < 0.0);
  } else {
    stable.actual = std::to_string(f.states) + " states, more than " +
                    std::to_string(IslandFigures::most_states) + ": use loops: parasitic_pole";
  }
  findings.push_back(std::move(stable));
}

void check_network(const Design& design, const NetworkFigures& f, std::vector<Finding>& findings) {
  const Time period = design.chip.period();
  for (const Circuit::Phase& p : design.circuit().phases) {
    if (p.name != "free" && p.name != "pulled") continue;
    const Time most = static_cast<double>(p.cycles) * period;
    findings.push_back({"LL-SETTLE-1", "settling of the network", p.name, "<= " + to_text(most),
                        std::isfinite(f.settle.si) ? to_text(f.settle) : "a node has no way to an input",
                        std::isfinite(f.settle.si) ? to_text(most - f.settle) : "", verdict(f.settle <= most),
                        design.learning.at});
  }
  findings.push_back({"LL-SETTLE-2", "fastest node of the network", design.chip.name, ">= " + to_text(period),
                      to_text(f.fastest), to_text(f.fastest - period), verdict(f.fastest >= period),
                      position(design, "chip.clock")});
}

void check_digital(const Design& design, const DigitalFigures& f, std::vector<Finding>& findings) {
  const Position at = position(design, "fixed", position(design, "chip.fidelity"));
  for (const DigitalBlock& b : f.modules) {
    if (f.clock == Frequency{}) continue;
    const Time most = 1.0 / f.clock;
    findings.push_back({"LL-CLOCK-1", "critical path", b.module, "<= " + to_text(most),
                        to_text(b.critical_path) + ", " + b.critical_pins, to_text(most - b.critical_path),
                        verdict(b.critical_path <= most * (1.0 + 1e-12)), at});
  }
  for (const std::string& module : f.unmeasured) {
    findings.push_back({"LL-CLOCK-1", "critical path", module, "figures in the technology's digital:",
                        "none for these words: leadlag characterize --digital", "", Verdict::not_measured,
                        at});
  }
  const FixedWords& w = design.words;
  const double most = std::exp2(w.signal_bits - 1 - w.signal_fraction);
  for (const DigitalFigures::Array& a : f.arrays) {
    const Position array = position(design, "arrays." + a.name);
    findings.push_back({"LL-WORD-1", "drive, 4 sigma", a.name, "<= " + format_quantity(most, {}),
                        format_quantity(a.drive, {}), format_quantity(most - a.drive, {}),
                        verdict(a.drive <= most), array});
    findings.push_back({"LL-WORD-2", "error of tau_m", a.name, "<= 1 %", percent(a.tau_error),
                        percent(0.01 - a.tau_error), verdict(a.tau_error <= 0.01), array});
    findings.push_back({"LL-WORD-3", "guard bits", a.name, ">= " + std::to_string(a.guard),
                        std::to_string(w.guard_bits), std::to_string(w.guard_bits - a.guard),
                        verdict(w.guard_bits >= a.guard), array});
  }
}

/// A chip of conductances alone has no transconductors.
bool has_transconductors(const Design& design) {
  if (design.is_digital()) return false;
  if (design.blocks.synapse.conducts()) return false;
  if (!design.has_circuit()) return true;
  const Circuit circuit = design.circuit();
  return std::any_of(circuit.crossbars.begin(), circuit.crossbars.end(),
                     [](const auto& c) { return !c.conducts(); });
}

/// Three standard deviations, at the neurons that a crossbar drives.
void check_offsets(const Design& design, std::vector<Finding>& findings) {
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    const std::size_t synapses = drive_synapses(design, a);
    if (synapses == 0) continue;
    const double rest = 3.0 * design.synapse_offset() * std::sqrt(static_cast<double>(synapses));
    findings.push_back({"LL-OFFSET-1", "drive at rest, 3 sigma", design.arrays[a].name, "<= 1",
                        format_quantity(rest, {}), format_quantity(1.0 - rest, {}), verdict(rest <= 1.0),
                        position(design, "blocks.summing_node.offset_removal")});
  }
}

}  // namespace

std::vector<Finding> check_rules(const Design& design, const Measurements& m) {
  std::vector<Finding> findings;
  for (const CrossbarDesign& c : design.crossbars) {
    const bool mapped = c.tile.rows > 0;
    findings.push_back({"LL-MAP-1", "tile map", c.name, "tile: ROWSxCOLUMNS",
                        mapped ? std::to_string(c.tile.rows) + "x" + std::to_string(c.tile.columns) : "none",
                        "", verdict(mapped), c.at});
  }
  if (m.digital) check_digital(design, *m.digital, findings);
  const Voltage full = design.full_scale.voltage, range = design.technology.linear_range;
  if (!design.is_digital())
    findings.push_back({"LL-RANGE-1", "full-scale voltage", design.chip.name, "<= " + to_text(range),
                        to_text(full), to_text(range - full), verdict(full <= range),
                        position(design, "chip.full_scale.voltage")});
  const Technology& t = design.technology;
  const Current unit = design.full_scale.current;
  const Current most = std::tanh(t.kappa * full / (2.0 * t.thermal_voltage())) * design.blocks.synapse.bias;
  if (has_transconductors(design)) {
    findings.push_back({"LL-RANGE-2", "full-scale current", design.chip.name, "<= " + to_text(most),
                        to_text(unit), to_text(most - unit), verdict(unit <= most),
                        position(design, "chip.full_scale.current")});
  }
  if (design.synapse_offset() > 0.0) check_offsets(design, findings);
  for (const Path& p : m.timing.paths) {
    findings.push_back({"LL-TIME-1", p.kind + " path", p.to, "<= " + to_text(design.chip.period()),
                        to_text(p.settle), to_text(p.slack), verdict(p.slack >= Time{}),
                        position(design, "chip.clock")});
  }
  for (const IslandFigures& f : m.islands) check_island(design, f, findings);
  if (m.network) check_network(design, *m.network, findings);
  const bool registered = design.chip.schedule == Ordering::registered &&
                          std::any_of(design.arrays.begin(), design.arrays.end(), [](const ArrayDesign& a) {
                            return a.is_neuron() && !a.is_continuous();
                          });
  if (const auto k = m.values.find("loop_gain"); k != m.values.end() && registered) {
    findings.push_back({"LL-LOOP-1", "loop gain K", design.arrays[design.learning.output].name, "< 1",
                        format_quantity(k->second, {}), format_quantity(1.0 - k->second, {}),
                        verdict(k->second < 1.0), design.learning.at});
  }
  return findings;
}

Finding check_finite(const Design& design, const Observations& seen) {
  const bool finite = seen.diverged.empty();
  return {"LL-FINITE-1",
          "signals",
          finite ? design.chip.name : seen.diverged,
          "finite",
          finite ? "finite" : "infinite or not a number in cycle " + std::to_string(seen.cycles),
          "",
          verdict(finite),
          design.learning.at};
}

std::vector<Finding> check_loops(const Design& design, const Observations& seen) {
  std::vector<Finding> findings;
  for (const IslandLoops& i : seen.islands) {
    if (i.loop.empty()) continue;
    const bool open = seen.open_loop == i.loop;
    std::string name;
    for (const std::size_t a : i.arrays) name += (name.empty() ? "" : " + ") + design.arrays[a].name;
    findings.push_back({"LL-LOOP-3", "loops of the island", open ? i.loop : name, "closed in every tick",
                        open ? "no solution in cycle " + std::to_string(seen.cycles)
                             : std::to_string(i.iterations) + " Newton steps in " + std::to_string(i.solves) +
                                   " solves, at most " + std::to_string(i.most),
                        "", verdict(!open), position(design, "arrays." + design.arrays[i.arrays[0]].name)});
  }
  return findings;
}

std::vector<Finding> judge_limits(const Design& design, const Measurements& m) {
  std::vector<Finding> findings;
  for (const Limit& limit : design.limits) {
    const Dimension d = dimension_of(limit.measurement);
    Finding f{"limit", limit.measurement, design.chip.name, {}, "-", "-", Verdict::not_measured, limit.at};
    if (limit.min) f.required = ">= " + format_quantity(*limit.min, d);
    if (limit.max) f.required += (limit.min ? ", <= " : "<= ") + format_quantity(*limit.max, d);
    if (const auto found = m.values.find(limit.measurement); found != m.values.end()) {
      const double x = found->second;
      double slack = limit.min ? x - *limit.min : *limit.max - x;
      if (limit.min && limit.max) slack = std::min(x - *limit.min, *limit.max - x);
      f.actual = format_quantity(x, d);
      f.slack = format_quantity(slack, d);
      f.verdict = verdict(slack >= 0.0);
    }
    findings.push_back(std::move(f));
  }
  return findings;
}

bool all_met(const std::vector<Finding>& findings) {
  return std::all_of(findings.begin(), findings.end(),
                     [](const Finding& f) { return f.verdict == Verdict::met; });
}

}  // namespace leadlag
