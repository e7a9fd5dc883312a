// SPDX-License-Identifier: Apache-2.0
#include "report/report_tables.hpp"

#include <algorithm>
#include <map>

#include "design/host_traffic.hpp"
#include "design/measurement_table.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

double total_of(const Measurements& m) { return m.ledger.si > 0.0 ? m.ledger.si : 1.0; }

}  // namespace

std::string dies(int count) { return std::to_string(count) + (count == 1 ? " die" : " dies"); }

std::string place_of(const Finding& finding, const Design& design) {
  return finding.at.line > 0 ? design.file + ":" + std::to_string(finding.at.line) : "default";
}

namespace {

std::string coupling(const Design& design) {
  std::size_t blocks = 0, continuous = 0;
  for (const ArrayDesign& a : design.arrays) {
    if (!a.is_input()) ++blocks, continuous += a.is_continuous() ? 1U : 0U;
  }
  if (continuous == 0) return "sampled";
  return continuous == blocks ? "continuous" : "sampled and continuous";
}

/// "ideal", "circuit (mismatch, noise; die 3)", "circuit in synapse (all effects; die 1)".
std::string fidelity(const Design& d) {
  if (d.is_digital()) {
    const FixedWords& w = d.words;
    const auto word = [](int bits, int fraction) {
      return std::to_string(bits) + "." + std::to_string(fraction);
    };
    return "fixed fidelity (words and bits behind the point: signals " +
           word(w.signal_bits, w.signal_fraction) + ", weights " + word(w.weight_bits, w.weight_fraction) +
           ")";
  }
  if (!d.has_physics()) return "ideal fidelity";
  std::string kinds, effects;
  for (const auto& [kind, own] : d.fidelities) {
    if (own != d.chip.fidelity) kinds += (kinds.empty() ? "" : ", ") + kind;
  }
  const bool all = std::all_of(d.physics.on.begin(), d.physics.on.end(), [](bool on) { return on; });
  for (std::size_t e = 0; e < d.physics.on.size() && !all; ++e) {
    if (d.physics.on[e]) effects += (effects.empty() ? "" : ", ") + std::string(Names<Effect>::value[e]);
  }
  if (all) effects = "all effects";
  const std::string but = d.chip.fidelity == Fidelity::circuit ? " but in " : " in ";
  return "circuit fidelity" + (kinds.empty() ? "" : but + kinds) + " (" +
         (effects.empty() ? "no effects" : effects) + "; die " + std::to_string(d.physics.params.die) + ")";
}

}  // namespace

std::string chip_line(const Report& r) {
  const ChipParams& c = r.design.chip;
  return std::string(name_of(c.detail)) + " detail, " + fidelity(r.design) + ", " + coupling(r.design) +
         " coupling, " + std::string(name_of(c.integration)) + " integration, " +
         std::string(name_of(c.schedule)) + " schedule, " + std::string(name_of(c.precision)) +
         " precision, " + dies(c.replicas);
}

Table measurements_table(const Report& r) {
  Table table({"measurement", "value", "meaning"});
  for (const MeasurementKind& kind : measurement_table) {
    const auto found = r.measurements.values.find(std::string(kind.name));
    if (found == r.measurements.values.end()) continue;
    const bool share = kind.name.ends_with("accuracy");
    table.row({std::string(kind.name),
               share ? percent(found->second) : format_quantity(found->second, kind.dimension),
               std::string(kind.meaning)});
  }
  return table;
}

std::string phases_text(const Design& design) {
  if (!design.has_circuit()) {
    const auto& s = design.schedule;
    return "shown " + std::to_string(s.params.cycles_per_sample) + ", plasticity in cycles " +
           std::to_string(s.plasticity.from) + " to " + std::to_string(s.plasticity.to - 1);
  }
  std::string text;
  for (const Circuit::Phase& p : design.circuit().phases) {
    text += (text.empty() ? "" : ", ") + p.name + " " + std::to_string(p.cycles);
  }
  return text;
}

std::vector<std::string> learning_lines(const Report& r) {
  const Design& d = r.design;
  const LearningParams& l = d.learning.params;
  std::string system = "system " + std::string(name_of(l.system));
  if (!d.has_circuit() && l.system != System::bptt) system += ", errors " + std::string(name_of(l.errors));
  if (l.system != System::none) {
    if (l.update == UpdateBy::die) {
      system += ", weights written on the die " +
                std::string(d.has_circuit() ? "once a sample" : "in every cycle with plasticity on") +
                ", rate " + shortest(l.rate);
    } else {
      system += l.system == System::bptt ? ", gradient of the " + std::string(name_of(d.learning.bptt.loop)) +
                                               "'s own trajectories computed and applied by a host ("
                                         : std::string(", accumulated on the die, applied by a host (");
      system += std::string(name_of(l.optimiser)) + ", rate " + shortest(l.rate) + ") every " +
                std::to_string(d.learning.every) + " " + std::string(name_of(d.learning.every_unit)) +
                (d.learning.every > 1 ? "s" : "");
    }
    if (l.anneal < 1.0) {
      system += l.anneal_shape == Anneal::linear ? ", annealed linearly to " : ", annealed exponentially to ";
      system += percent(l.anneal);
    }
  }
  std::vector<std::string> lines{
      system, std::to_string(r.measurements.updates) + " weights written, of these by the host " +
                  std::to_string(r.measurements.host_writes) + "; read by the host " +
                  std::to_string(r.measurements.host_reads)};
  if (d.has_circuit()) lines.push_back("clock cycles of a training sample: " + phases_text(d));
  for (const ArrayDesign& a : d.arrays) {
    if (!a.is_neuron()) continue;
    const auto& n = a.neurons()[0];
    std::string line = a.name + ": tau_m " + to_text(n.tau_m) + ", tau_r " + to_text(n.tau_r) +
                       " (first neuron); tau_m is " + format_quantity(n.tau_m / d.chip.period(), {}, 3) +
                       " cycles";
    if (d.task.sampled()) {
      line += ", a sample is shown for " + std::to_string(d.schedule.params.cycles_per_sample);
    }
    lines.push_back(line);
  }
  return lines;
}

Table controls_table(const Report& r) {
  Table table({"control", "changed", "result"});
  for (const ControlResult& c : r.controls) {
    std::string result;
    for (const auto& [name, value] : c.values) {
      if (!name.ends_with("accuracy") && name != "final_mse") continue;
      result += (result.empty() ? "" : ", ") + name + " " +
                (name.ends_with("accuracy") ? percent(value) : format_quantity(value, {}));
    }
    table.row({c.name, c.settings, result});
  }
  return table;
}

std::string timing_line(const Report& r) {
  const Timing& t = r.measurements.timing;
  std::string out = "clock period " + to_text(r.design.chip.period()) + "; input to output " +
                    std::to_string(t.forward_cycles) + " cycles";
  if (r.design.learning.params.system == System::vle_exact) {
    out += "; a window is recorded and replayed in " + std::to_string(t.error_cycles) + " cycles";
  } else if (r.design.learning.params.system == System::bptt) {
    const HostTraffic h = host_traffic(r.design);
    out += "; the host link moves " + std::to_string(h.capacity) + " bits each way in a cycle, " +
           std::to_string(h.bits_out) + " leave in a cycle with plasticity on and " +
           std::to_string(h.bits_in) + " arrive after a step of the host";
  } else if (t.error_cycles > 0) {
    out += "; output error to first weights " + std::to_string(t.error_cycles) +
           " cycles; first errors belong to a new input after " + std::to_string(t.alignment_cycles) +
           " cycles";
  }
  return out;
}

Table timing_table(const Report& r) {
  Table table({"path", "to", "settles in", "slack", "slowest arc"});
  for (const Path& p : r.measurements.timing.paths) {
    const auto slowest =
        std::max_element(p.arcs.begin(), p.arcs.end(),
                         [](const PathArc& a, const PathArc& b) { return a.arc.settle < b.arc.settle; });
    table.row({p.kind, p.to, to_text(p.settle), to_text(p.slack),
               slowest->array + "." + slowest->block + " " + to_text(slowest->arc.settle)});
  }
  return table;
}

Table islands_table(const Report& r) {
  Table table({"analog island", "tick", "parasitic lag", "growth of loops", "loops closed by"});
  const ChipParams& chip = r.design.chip;
  for (std::size_t k = 0; k < r.measurements.islands.size(); ++k) {
    const IslandFigures& f = r.measurements.islands[k];
    std::string closed = "no loops";
    if (f.loops && chip.loops == Loops::parasitic_pole) closed = "parasitic poles";
    if (f.loops && chip.loops == Loops::newton && k < r.seen.islands.size()) {
      const IslandLoops& i = r.seen.islands[k];
      closed = "Newton, " +
               format_quantity(static_cast<double>(i.iterations) / static_cast<double>(i.solves), {}, 3) +
               " steps a tick, residual <= " + format_quantity(i.residual, {}, 2);
    }
    table.row({f.name, to_text(chip.island_tick()), to_text(f.lag),
               f.growth ? format_quantity(*f.growth, Frequency::dimension) : "-", closed});
  }
  return table;
}

std::string energy_line(const Report& r) {
  const Measurements& m = r.measurements;
  return "ledger " + to_text(m.ledger, 10) + ", integral of the supply current " + to_text(m.supply, 10) +
         " (" + dies(r.design.chip.replicas) + ", " + to_text(m.duration) + " of chip time)";
}

Table energy_by_array_table(const Report& r) {
  std::map<std::string, std::pair<Energy, Area>> arrays;
  std::vector<std::string> order;
  for (const EnergyRow& row : r.measurements.energy) {
    if (!arrays.contains(row.array)) order.push_back(row.array);
    arrays[row.array].first += row.static_energy + row.dynamic_energy;
    arrays[row.array].second += row.area;
  }
  Table table({"array", "energy", "share", "area per die"});
  for (const std::string& name : order) {
    const auto& [energy, area] = arrays[name];
    table.row({name, to_text(energy), percent(energy.si / total_of(r.measurements)), to_text(area)});
  }
  return table;
}

Table energy_by_block_table(const Report& r) {
  Table table({"array", "block", "per die", "static power", "static", "dynamic", "share", "area"});
  for (const EnergyRow& row : r.measurements.energy) {
    const Energy sum = row.static_energy + row.dynamic_energy;
    table.row({row.array, row.block, std::to_string(row.instances), to_text(row.static_power),
               to_text(row.static_energy), to_text(row.dynamic_energy),
               percent(sum.si / total_of(r.measurements)), to_text(row.area)});
  }
  return table;
}

Table host_table(const Report& r) {
  Table table({"beside the die", "count", "each", "energy", "from"});
  for (const HostRow& row : r.measurements.host) {
    table.row({row.what, std::to_string(row.count), to_text(row.each), to_text(row.total()), row.derivation});
  }
  return table;
}

Table event_energy_table(const Report& r) {
  Table table({"block", "event", "energy", "from"});
  std::map<std::string, bool> seen;
  for (const EnergyRow& row : r.measurements.energy) {
    for (const auto& e : row.events) {
      const std::string key = row.block + std::string(name_of(e.event));
      if (seen[key]) continue;
      seen[key] = true;
      table.row({row.block, std::string(name_of(e.event)), to_text(e.each), e.derivation});
    }
    if (!seen[row.block + "static"]) {
      seen[row.block + "static"] = true;
      table.row({row.block, "static", to_text(row.static_power / static_cast<double>(row.instances)),
                 "V_dd x (" + row.static_derivation + "), mean per instance"});
    }
  }
  return table;
}

Table technology_table(const Technology& t) {
  Table table({"number", "value", "source"});
  const auto row = [&](const auto& field) {
    std::string value;
    if constexpr (requires { (t.*field.member).si; }) {
      value = to_text(t.*field.member);
    } else {
      value = shortest(t.*field.member);
    }
    const auto found = t.sources.find(std::string(field.name));
    const bool assumed = found == t.sources.end() || found->second.assumed;
    using M = typename std::remove_cvref_t<decltype(field)>::Member;
    const auto text = [](double si) {
      if constexpr (requires { M{}.si; }) return to_text(M{si});
      return shortest(si);
    };
    if (const auto ends = t.ends.find(std::string(field.name)); ends != t.ends.end()) {
      const Ends& e = ends->second;
      value += " (" + (e.min ? "from " + text(*e.min) : "") + (e.min && e.max ? " " : "") +
               (e.max ? "to " + text(*e.max) : "") + ")";
    }
    table.row({std::string(field.name), value,
               assumed ? "assumed: default for " + std::string(field.meaning) : found->second.text});
  };
  std::apply([&](const auto&... field) { (row(field), ...); }, Technology::fields());
  return table;
}

}  // namespace leadlag
