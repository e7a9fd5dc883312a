// SPDX-License-Identifier: Apache-2.0
#include "report/report.hpp"
#include "report/report_tables.hpp"
#include "units/text.hpp"

#ifndef LEADLAG_VERSION
#error "LEADLAG_VERSION comes from CMake"
#endif

namespace leadlag {
namespace {

std::string heading(const std::string& title) {
  return "\n" + title + "\n" + std::string(title.size(), '-') + "\n";
}

std::string line(const std::string& text) { return "  " + text + "\n"; }

std::string learning_text(const Report& r) {
  std::string out;
  for (const std::string& text : learning_lines(r)) out += line(text);
  return out;
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
               place_of(f, design)});
  }
  return table.text();
}

std::string technology_text(const Technology& t) { return technology_table(t).text(); }

std::string text_report(const Report& r) {
  const Design& d = r.design;
  std::string out = provenance_line(r.provenance) + "\n\n" + d.chip.name + ": " +
                    (all_met(r.findings) ? "ALL MET" : "NOT ALL MET") + "\n" + line(chip_line(r));
  out += heading("Findings") + findings_text(r.findings, d);
  out += heading("Measurements") + measurements_table(r).text();
  out += heading("Learning") + learning_text(r);
  if (!r.controls.empty()) out += heading("Controls") + controls_table(r).text();
  out += heading("Timing") + line(timing_line(r)) + timing_table(r).text();
  if (!r.measurements.islands.empty()) out += "\n" + islands_table(r).text();
  out += heading("Energy and area") + line(energy_line(r)) + energy_by_array_table(r).text() + "\n" +
         energy_by_block_table(r).text();
  if (!r.measurements.host.empty()) out += "\n" + host_table(r).text();
  out += heading("Coefficients") + event_energy_table(r).text() + "\n" + technology_text(d.technology);
  return out;
}

}  // namespace leadlag
