// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "app/bench_report.hpp"

namespace leadlag {

BenchReport retention_report(const RetentionRow& row, const Retention& result) {
  BenchReport r;
  r.kind = "retention", r.subject = "weights and holds of " + row.chip->chip.name + ", taken out of it";
  r.reference = "closed forms: I t / C of capacitors, t^-drift of resistive devices";
  const Position at = row.chip->crossbars.empty() ? Position{} : row.chip->crossbars[0].at;
  r.csv_header = {"cell", "time_s", "value", "closed_form", "difference"};
  BenchTable table{"cells",
                   "What is left at the end; time to half an LSB in closed form",
                   {"cell", "first", "last", "closed_form_last", "lost", "half_lsb_s"},
                   {}};
  std::optional<Time> shortest;
  double lost = 0.0;
  for (const Retention::Cell& c : result.cells) {
    for (std::size_t k = 0; k < result.time.size(); ++k) {
      r.csv_names.push_back(c.name);
      r.csv_rows.push_back({result.time[k].si, c.value[k], c.closed_form[k], c.value[k] - c.closed_form[k]});
    }
    table.rows.push_back({c.name,
                          {c.value.front(), c.value.back(), c.closed_form.back(), c.lost,
                           c.half_lsb ? c.half_lsb->si : std::nan("")}});
    if (c.half_lsb && (!shortest || *c.half_lsb < *shortest)) shortest = c.half_lsb;
    lost = std::max(lost, c.lost);
  }
  r.tables.push_back(std::move(table));
  r.findings = {judged("largest difference from the closed form, of one unit",
                       result.cells[result.worst].name, at, result.tolerance, result.difference, "")};
  const auto add = [&](const std::string& key, const std::string& label, double value,
                       const std::string& unit, bool first = false) {
    r.figures.push_back({key, label, value, unit, first});
  };
  add("cells", "cells: nine levels of each crossbar's range, and holds",
      static_cast<double>(result.cells.size()), "");
  add("duration", "of the record", result.time.back().si, "s", true);
  add("temperature", "junction temperature", result.temperature.si, "K", true);
  add("leakage", "leakage of a capacitor's switch at that temperature", result.leakage.si, "A");
  add("lost", "lost most by one cell, of its range (holds: of one unit)", lost, "", true);
  if (shortest)
    add("half_lsb", "first cell that has lost half an LSB of `bits`, closed form", shortest->si, "s", true);
  add("largest_difference", "largest difference from the closed form, of one unit", result.difference, "");
  r.notes.push_back(
      "Cells of blocks: weight_register: (storage: " + result.storage +
      ") at nine levels of each crossbar's range, alone, with all effects but leakage off and nobody "
      "writing; of "
      "systems drawn as netlists also one sample-and-hold of each column, holding 0.5. Another temperature: "
      "--set physics.temperature=\"358 K\"; leakage doubles every 18 K.");
  LinePanel kept{"kept", {"model units", ""}, {}, {}};
  std::vector<double> time;
  for (const Time t : result.time) time.push_back(t.si);
  LinePanel gone{"change since the beginning", {"model units", ""}, {}, {}};
  const std::size_t shown = std::min<std::size_t>(result.cells.size(), 18);
  for (std::size_t k = 0; k < shown; ++k) {
    const Retention::Cell& c = result.cells[k];
    kept.series.push_back({c.name, c.value, {}, k % 4 == 0});
    std::vector<double> change;
    for (const double v : c.value) change.push_back(v - c.value.front());
    gone.series.push_back({c.name, std::move(change), {}, k % 4 == 0});
  }
  r.charts.emplace_back(LineChart{"retention",
                                  "What cells keep",
                                  "Value by time since the write; names switch cells on and off.",
                                  {"time", "s"},
                                  time,
                                  {kept, gone},
                                  {}});
  r.plot = "set ylabel 'model units'\nset xlabel 'time since the write, s'\nset title '" +
           row.chip->chip.name +
           "' noenhanced\nplot 'retention.csv' using 2:4 with points lt 2 ps 0.3 title 'closed form', '' "
           "using 2:3 "
           "with points lt 1 ps 0.15 title 'measured'\n";
  return r;
}

}  // namespace leadlag
