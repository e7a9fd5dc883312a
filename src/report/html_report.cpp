// SPDX-License-Identifier: Apache-2.0
#include "report/html_report.hpp"

#include <algorithm>

#include "report/report_tables.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

/// The finding of the limit that binds a measurement.
const Finding* limit_of(const Report& r, const std::string& measurement) {
  const auto found = std::find_if(r.findings.begin(), r.findings.end(),
                                  [&](const Finding& f) { return f.id == "limit" && f.what == measurement; });
  return found == r.findings.end() ? nullptr : &*found;
}

/// How good, how fast, how hungry, how large: each measurement that exists, against its limit, with what to
/// look at next.
std::vector<KeyFigure> key_figures(const Report& r) {
  const Measurements& m = r.measurements;
  std::vector<KeyFigure> figures;
  const auto add = [&](const std::string& name, const std::string& label, Dimension d,
                       const std::string& note) {
    const auto found = m.values.find(name);
    const Finding* limit = limit_of(r, name);
    const bool measured = found != m.values.end();
    if (!measured && limit == nullptr) return;
    KeyFigure figure{label, "not measured", note, {}};
    if (measured) {
      figure.value = name.ends_with("accuracy") ? percent(found->second) : format_quantity(found->second, d);
    }
    if (limit != nullptr) {
      figure.verdict = limit->verdict;
      figure.note =
          std::string(name_of(limit->verdict)) + ": " + limit->required + (note.empty() ? "" : "; ") + note;
    }
    if (figure.note.empty()) figure.note = "no limit stated";
    figures.push_back(figure);
  };
  add("test_accuracy", "test accuracy", {}, "");
  add("final_mse", "final mean squared error", {}, "");
  if (!m.timing.paths.empty()) {
    const Path& worst = m.timing.paths.front();
    add("worst_slack", "worst slack", Time::dimension,
        worst.kind + " path to " + worst.to + " settles in " + to_text(worst.settle) + " of " +
            to_text(r.design.chip.period()));
    if (!figures.empty() && figures.back().label == "worst slack") {  // a rule binds it even without a limit
      figures.back().verdict = worst.slack < Time{} ? Verdict::violated : Verdict::met;
    }
  }
  const auto spent = [](const EnergyRow& row) { return row.static_energy + row.dynamic_energy; };
  const auto most =
      std::max_element(m.energy.begin(), m.energy.end(),
                       [&](const EnergyRow& a, const EnergyRow& b) { return spent(a) < spent(b); });
  const bool known = most != m.energy.end() && m.ledger.si > 0.0;
  add("average_power", "average power of a die", Power::dimension,
      known ? percent(spent(*most) / m.ledger) + " of it in " + most->array + "'s " + most->block : "");
  add("energy_per_sample", "energy per sample", Energy::dimension, "");
  add("area", "area of a die", Area::dimension, "");
  return figures;
}

PageSection learning_section(const Report& r) {
  PageSection s{"learning", "Learning", {}};
  if (auto chart = learning_chart(r)) s.parts.emplace_back(std::move(*chart));
  if (!r.controls.empty()) {
    s.parts.emplace_back(PageTable{"Controls: the same chip with something changed", controls_table(r)});
  }
  for (const std::string& line : learning_lines(r)) s.parts.emplace_back(Paragraph{line});
  return s;
}

PageSection energy_section(const Report& r) {
  PageSection s{"energy", "Energy and area", {}};
  if (auto chart = energy_chart(r)) s.parts.emplace_back(std::move(*chart));
  s.parts.emplace_back(Paragraph{energy_line(r)});
  s.parts.emplace_back(PageTable{"Energy and area by array", energy_by_array_table(r)});
  s.parts.emplace_back(PageTable{"Energy and area by array and block", energy_by_block_table(r), true});
  if (!r.measurements.host.empty())
    s.parts.emplace_back(PageTable{"The host, beside the die and not in the ledger", host_table(r)});
  return s;
}

PageSection timing_section(const Report& r) {
  PageSection s{"timing", "Timing", {}};
  if (auto chart = timing_chart(r)) s.parts.emplace_back(std::move(*chart));
  s.parts.emplace_back(Paragraph{timing_line(r)});
  s.parts.emplace_back(PageTable{"Paths between two registers", timing_table(r)});
  if (!r.measurements.islands.empty()) s.parts.emplace_back(PageTable{"Analog islands", islands_table(r)});
  return s;
}

PageSection wave_section(const Report& r) {
  PageSection s{"waveforms", "Waveforms", {}};
  if (auto chart = wave_chart(r)) {
    s.parts.emplace_back(std::move(*chart));
  } else {
    s.parts.emplace_back(
        Paragraph{"No signals were traced; a blueprint asks for them with trace: [hidden.rate]."});
  }
  return s;
}

Table provenance_table(const Provenance& p) {
  Table table({"", "value"});
  table.row({"leadlag", "version " + p.version});
  table.row({"blueprint", p.blueprint});
  table.row({"hash of its text and options", p.hash});
  table.row({"options", p.options});
  table.row({"seed", std::to_string(p.seed)});
  table.row({"tick", p.tick});
  return table;
}

}  // namespace

std::string html_report(const Report& r) {
  const Design& d = r.design;
  Page page{d.chip.name, chip_line(r), r.findings, key_figures(r), {}, r.provenance, json_report(r)};
  page.sections = {
      {"findings", "Findings", {FindingsTable{r.findings, d.text}}},
      learning_section(r),
      energy_section(r),
      timing_section(r),
      wave_section(r),
      {"measurements", "Measurements", {PageTable{"What the run measured", measurements_table(r)}}},
      {"coefficients",
       "Coefficients",
       {PageTable{"Energy of each event, with its formula", event_energy_table(r), true},
        PageTable{"Numbers of technology " + d.technology.name + ", corner " + d.technology.corner +
                      ", with their sources",
                  technology_table(d.technology), true}}},
      {"provenance",
       "Provenance",
       {PageTable{"What the results depend on, beside the task's data", provenance_table(r.provenance)},
        Listing{"Blueprint, as it was run", d.text}}}};
  return html_page(page);
}

}  // namespace leadlag
