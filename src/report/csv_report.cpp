// SPDX-License-Identifier: Apache-2.0
#include "report/report.hpp"
#include "report/table.hpp"
#include "units/text.hpp"

namespace leadlag {

std::string timing_csv(const Report& report) {
  std::string out = provenance_line(report.provenance) + "\n";
  out += csv_line({"path", "to", "arc", "array", "block", "from_pin", "to_pin", "settle_s", "path_settle_s",
                   "path_slack_s", "derivation"});
  for (const Path& p : report.measurements.timing.paths) {
    for (std::size_t k = 0; k < p.arcs.size(); ++k) {
      const PathArc& a = p.arcs[k];
      out += csv_line({p.kind, p.to, std::to_string(k), a.array, a.block, a.arc.from, a.arc.to,
                       shortest(a.arc.settle.si), shortest(p.settle.si), shortest(p.slack.si),
                       a.arc.derivation});
    }
  }
  return out;
}

std::string energy_csv(const Report& report) {
  std::string out = provenance_line(report.provenance) + "\n";
  out += csv_line({"array", "block", "instances_per_die", "kind", "count", "each_J", "total_J",
                   "static_power_per_die_W", "area_per_die_m2", "derivation"});
  for (const EnergyRow& row : report.measurements.energy) {
    out += csv_line({row.array, row.block, std::to_string(row.instances), "static", "", "",
                     shortest(row.static_energy.si), shortest(row.static_power.si), shortest(row.area.si),
                     row.static_derivation});
    for (const auto& e : row.events) {
      out += csv_line({row.array, row.block, std::to_string(row.instances), std::string(name_of(e.event)),
                       std::to_string(e.count), shortest(e.each.si), shortest(e.total.si), "", "",
                       e.derivation});
    }
  }
  return out;
}

std::string learning_csv(const Report& report) {
  const bool images = report.design.task.sampled();
  std::string out = provenance_line(report.provenance) + "\n";
  std::vector<std::string> header{"cycle", "sample", "chip_time_s", images ? "train_accuracy" : "mse"};
  header.insert(header.end(), report.seen.parameter_names.begin(), report.seen.parameter_names.end());
  out += csv_line(header);
  for (const CurvePoint& p : report.seen.curve) {
    const double time = static_cast<double>(p.cycle) * report.design.chip.period().si;
    std::vector<std::string> cells{std::to_string(p.cycle), std::to_string(p.sample), shortest(time),
                                   shortest(p.value)};
    for (const double x : p.parameters) cells.push_back(shortest(x));
    out += csv_line(cells);
  }
  return out;
}

}  // namespace leadlag
