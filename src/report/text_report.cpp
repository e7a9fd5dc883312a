// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "design/measurement_table.hpp"
#include "report/report.hpp"
#include "report/table.hpp"
#include "units/text.hpp"

#ifndef LEADLAG_VERSION
#error "LEADLAG_VERSION comes from CMake"
#endif

namespace leadlag {
namespace {

std::string percent(double share) {
  std::string text = format_quantity(100.0 * share, {}, 4);
  return text + " %";
}

std::string dies(int count) { return std::to_string(count) + (count == 1 ? " die" : " dies"); }

std::string heading(const std::string& title) {
  return "\n" + title + "\n" + std::string(title.size(), '-') + "\n";
}

std::string measured_text(const Report& r) {
  Table table({"measurement", "value", "meaning"});
  for (const MeasurementKind& kind : measurement_table) {
    const auto found = r.measurements.values.find(std::string(kind.name));
    if (found == r.measurements.values.end()) continue;
    const bool share = kind.name.ends_with("accuracy");
    table.row({std::string(kind.name),
               share ? percent(found->second) : format_quantity(found->second, kind.dimension),
               std::string(kind.meaning)});
  }
  return table.text();
}

std::string learning_text(const Report& r) {
  const Design& d = r.design;
  const LearningParams& l = d.learning.params;
  std::string out =
      "  system " + std::string(name_of(l.system)) + ", errors " + std::string(name_of(l.errors));
  if (l.system != System::none) {
    if (l.update == UpdateBy::die) {
      out += ", weights written on the die in every cycle with plasticity on, rate " + shortest(l.rate);
    } else {
      out += ", accumulated on the die, applied by a host (" + std::string(name_of(l.optimiser)) + ", rate " +
             shortest(l.rate) + ") every " + std::to_string(d.learning.every) + " " +
             std::string(name_of(d.learning.every_unit)) + (d.learning.every > 1 ? "s" : "");
    }
    if (l.anneal < 1.0) out += ", annealed linearly to " + percent(l.anneal);
  }
  out += "\n  " + std::to_string(r.measurements.updates) + " weights written, of these by the host " +
         std::to_string(r.measurements.host_writes) + "; read by the host " +
         std::to_string(r.measurements.host_reads) + "\n";
  for (const ArrayDesign& a : d.arrays) {
    if (!a.is_neuron()) continue;
    const auto& n = a.neurons()[0];
    out += "  " + a.name + ": tau_m " + to_text(n.tau_m) + ", tau_r " + to_text(n.tau_r) +
           " (first neuron); tau_m is " + format_quantity(n.tau_m / d.chip.period(), {}, 3) + " cycles";
    if (d.task.params.kind == TaskKind::idx_images) {
      out += ", an image is held for " + std::to_string(d.schedule.params.cycles_per_sample);
    }
    out += "\n";
  }
  return out;
}

std::string timing_text(const Report& r) {
  const Timing& t = r.measurements.timing;
  std::string out = "  clock period " + to_text(r.design.chip.period()) + "; input to output " +
                    std::to_string(t.forward_cycles) + " cycles";
  if (t.error_cycles > 0) {
    out += "; output error to first weights " + std::to_string(t.error_cycles) +
           " cycles; first errors belong to a new input after " + std::to_string(t.alignment_cycles) +
           " cycles";
  }
  out += "\n";
  Table table({"path", "to", "settles in", "slack", "slowest arc"});
  for (const Path& p : t.paths) {
    const auto slowest =
        std::max_element(p.arcs.begin(), p.arcs.end(),
                         [](const PathArc& a, const PathArc& b) { return a.arc.settle < b.arc.settle; });
    table.row({p.kind, p.to, to_text(p.settle), to_text(p.slack),
               slowest->array + "." + slowest->block + " " + to_text(slowest->arc.settle)});
  }
  return out + table.text();
}

std::string energy_text(const Report& r) {
  const Measurements& m = r.measurements;
  const double total = m.ledger.si > 0.0 ? m.ledger.si : 1.0;
  Table blocks({"array", "block", "per die", "static power", "static", "dynamic", "share", "area"});
  std::map<std::string, std::pair<Energy, Area>> arrays;
  std::vector<std::string> order;
  for (const EnergyRow& row : m.energy) {
    const Energy sum = row.static_energy + row.dynamic_energy;
    blocks.row({row.array, row.block, std::to_string(row.instances), to_text(row.static_power),
                to_text(row.static_energy), to_text(row.dynamic_energy), percent(sum.si / total),
                to_text(row.area)});
    if (!arrays.contains(row.array)) order.push_back(row.array);
    arrays[row.array].first += sum;
    arrays[row.array].second += row.area;
  }
  Table per_array({"array", "energy", "share", "area per die"});
  for (const std::string& name : order) {
    const auto& [energy, area] = arrays[name];
    per_array.row({name, to_text(energy), percent(energy.si / total), to_text(area)});
  }
  std::string out = "  ledger " + to_text(m.ledger, 10) + ", integral of the supply current " +
                    to_text(m.supply, 10) + " (" + dies(r.design.chip.replicas) + ", " + to_text(m.duration) +
                    " of chip time)\n";
  return out + per_array.text() + "\n" + blocks.text();
}

std::string coefficients_text(const Report& r) {
  Table energies({"block", "event", "energy", "from"});
  std::map<std::string, bool> seen;
  for (const EnergyRow& row : r.measurements.energy) {
    for (const auto& e : row.events) {
      const std::string key = row.block + std::string(name_of(e.event));
      if (seen[key]) continue;
      seen[key] = true;
      energies.row({row.block, std::string(name_of(e.event)), to_text(e.each), e.derivation});
    }
    if (!seen[row.block + "static"]) {
      seen[row.block + "static"] = true;
      energies.row({row.block, "static", to_text(row.static_power / static_cast<double>(row.instances)),
                    "V_dd x (" + row.static_derivation + "), mean per instance"});
    }
  }
  return energies.text() + "\n" + technology_text(r.design.technology);
}

std::string controls_text(const Report& r) {
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
  return table.text();
}

}  // namespace

Provenance provenance_of(const Design& design, int threads) {
  std::string options;
  for (const std::string& o : design.options) options += (options.empty() ? "" : " ") + o;
  return {LEADLAG_VERSION,
          design.file,
          design.hash,
          design.chip.seed,
          to_text(design.chip.period(), 12),
          options.empty() ? "none" : options,
          threads};
}

std::string provenance_line(const Provenance& p) {
  return "# leadlag " + p.version + ", blueprint " + p.blueprint + " (" + p.hash + "), seed " +
         std::to_string(p.seed) + ", tick " + p.tick + ", options " + p.options;
}

std::string findings_text(const std::vector<Finding>& findings, const Design& design) {
  if (findings.empty()) return "  no limits stated\n";
  Table table({"verdict", "id", "what", "where", "required", "actual", "slack", "line"});
  for (const Finding& f : findings) {
    table.row({std::string(name_of(f.verdict)), f.id, f.what, f.where, f.required, f.actual, f.slack,
               f.at.line > 0 ? design.file + ":" + std::to_string(f.at.line) : "default"});
  }
  return table.text();
}

std::string technology_text(const Technology& t) {
  Table numbers({"number", "value", "source"});
  const auto row = [&](const auto& field) {
    std::string value;
    if constexpr (requires { (t.*field.member).si; }) {
      value = to_text(t.*field.member);
    } else {
      value = shortest(t.*field.member);
    }
    const auto found = t.sources.find(std::string(field.name));
    const bool assumed = found == t.sources.end() || found->second.assumed;
    numbers.row({std::string(field.name), value,
                 assumed ? "assumed: default for " + std::string(field.meaning) : found->second.text});
  };
  std::apply([&](const auto&... field) { (row(field), ...); }, Technology::fields());
  return numbers.text();
}

std::string text_report(const Report& r) {
  const Design& d = r.design;
  std::string out = provenance_line(r.provenance) + "\n\n" + d.chip.name + ": " +
                    (all_met(r.findings) ? "ALL MET" : "NOT ALL MET") + "\n";
  out += "  " + std::string(name_of(d.chip.detail)) + " detail, " + std::string(name_of(d.chip.fidelity)) +
         " fidelity, " + std::string(name_of(d.chip.coupling)) + " coupling, " +
         std::string(name_of(d.chip.integration)) + " integration, " + std::string(name_of(d.chip.schedule)) +
         " schedule, " + std::string(name_of(d.chip.precision)) + " precision, " + dies(d.chip.replicas) +
         "\n";
  out += heading("Findings") + findings_text(r.findings, d);
  out += heading("Measurements") + measured_text(r);
  out += heading("Learning") + learning_text(r);
  if (!r.controls.empty()) out += heading("Controls") + controls_text(r);
  out += heading("Timing") + timing_text(r);
  out += heading("Energy and area") + energy_text(r);
  out += heading("Coefficients") + coefficients_text(r);
  return out;
}

}  // namespace leadlag
