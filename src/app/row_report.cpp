// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "app/bench_report.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

std::vector<double> numbered(std::size_t n) {
  std::vector<double> x;
  for (std::size_t k = 0; k < n; ++k) x.push_back(static_cast<double>(k));
  return x;
}

}  // namespace

BenchReport settle_report(const NeuronRow& row, const RowSettling& result) {
  BenchReport r;
  r.kind = "settle", r.subject = row.name;
  r.reference = "closed form of each neuron in continuous time";
  r.csv_header = {"unit", "tau_m_s", "tau_r_s", "settling_s", "closed_form_s", "difference_s", "allowed_s"};
  std::size_t unsettled = 0, early = 0, slowest = 0;
  double latest = 0.0;
  std::vector<double> measured, expected;
  for (std::size_t i = 0; i < result.units.size(); ++i) {
    const RowSettling::Unit& u = result.units[i];
    const double off = u.measured ? u.measured->si - u.closed_form.si : nothing;
    measured.push_back(u.measured ? u.measured->si : nothing), expected.push_back(u.closed_form.si);
    r.csv_names.push_back(row.units[i]);
    r.csv_rows.push_back({u.tau_m.si, u.tau_r.si, measured.back(), u.closed_form.si, off, result.latest.si});
    unsettled += u.measured ? 0U : 1U;
    early += off < -1e-9 * row.design.chip.period().si ? 1U : 0U;
    if (u.measured) latest = std::max(latest, off);
    if (u.closed_form > result.units[slowest].closed_form) slowest = i;
  }
  const double allowed = result.latest.si * (1.0 + 1e-9);
  r.findings = {
      judged("neurons that do not settle", row.name, row.at, 0.0, static_cast<double>(unsettled), ""),
      judged("neurons that settle before their closed form", row.name, row.at, 0.0,
             static_cast<double>(early), ""),
      judged("settling time behind the closed form, largest", row.name, row.at, allowed, latest, "s")};
  const RowSettling::Unit& slow = result.units[slowest];
  const double period = row.design.chip.period().si;
  const auto add = [&](const std::string& key, const std::string& label, double value,
                       const std::string& unit, bool first = false) {
    r.figures.push_back({key, label, value, unit, first});
  };
  add("neurons", "neurons measured side by side", static_cast<double>(result.units.size()), "");
  if (slow.measured) {
    add("settling", "settling time of the slowest, " + row.units[slowest], slow.measured->si, "s", true);
    add("cycles", "clock cycles that is", std::ceil(slow.measured->si / period - 1e-9), "", true);
  }
  add("predicted_settling", "the same in closed form", slow.closed_form.si, "s", true);
  add("behind", "largest delay behind the closed form", latest, "s");
  add("settle_to", "settled within this share of the step: half an LSB of chip.settle_bits", result.band, "");
  add("amplitude", "step of the pin", result.amplitude, "");
  r.notes.push_back(
      "All neurons hear the same step through a synapse of weight 1 each. Settled is the first clock edge "
      "from which "
      "on a rate stays within half an LSB of its end. A linear neuron takes tau_m ln(|1 - tau_r/tau_m| "
      "2^(settle_bits+1)), one with tau_r = tau_m no time at all. Seen at clock edges, that is up to one "
      "period later, "
      "and one more for the register of a clocked neuron.");
  LinePanel times{"settling time",
                  {"settling time", "s"},
                  {{"measured", measured, {}}, {"closed form", expected, {}}},
                  {}};
  r.charts.emplace_back(LineChart{"settling",
                                  "Settling of " + row.name,
                                  "Time to within half an LSB, neuron by neuron.",
                                  {"neuron", ""},
                                  numbered(result.units.size()),
                                  {times},
                                  {}});
  LinePanel away{"distance from the end", {"of the step", "", true}, {{row.units[slowest], {}, {}}}, {}};
  std::vector<double> time;
  const std::size_t shown = std::min(
      slow.distance.size(), static_cast<std::size_t>(std::max(8.0, 1.5 * slow.closed_form.si / period)) + 2);
  for (std::size_t n = 0; n < shown; ++n) {
    time.push_back(static_cast<double>(n + 1) * period);
    away.series[0].y.push_back(std::max(slow.distance[n], 1e-16));
  }
  away.marks = {{"half an LSB", result.band, false}};
  r.charts.emplace_back(LineChart{"distance",
                                  "The slowest neuron on its way",
                                  "Distance of its rate from where it ends.",
                                  {"time", "s"},
                                  time,
                                  {away},
                                  {}});
  r.plot = "set ylabel 'settling time, s'\nset xlabel 'neuron'\nset title '" + row.name +
           "' noenhanced\nset yrange [0:*]\nset offsets 0.5,0.5,graph 0.05,0\n"
           "plot 'settle.csv' using 0:5 with points lt 2 ps 1 title 'closed form', '' using 0:4 with points "
           "lt 1 title "
           "'measured'\n";
  return r;
}

BenchReport linearity_report(const NeuronRow& row, const Linearity& result) {
  BenchReport r;
  r.kind = "linearity", r.subject = row.name;
  r.reference = "closed form of each neuron's curve";
  std::vector<std::size_t> order(result.level.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return result.level[a] < result.level[b]; });
  r.csv_header = {"unit", "level", "rate", "closed_form", "from_line"};
  for (std::size_t i = 0; i < row.units.size(); ++i) {
    const auto& m = result.units[i];
    for (const std::size_t k : order) {
      const double level = result.level[k];
      r.csv_names.push_back(row.units[i]);
      r.csv_rows.push_back(
          {level, m.rate[k], result.closed_form[i].rate[k], m.rate[k] - m.gain * level - m.offset});
    }
  }
  const std::size_t w = result.worst;
  r.findings = {judged("largest difference from the closed form, of the span", row.units[w], row.at,
                       result.tolerance, result.difference, "")};
  BenchTable table{"units",
                   "Lines through the curves, their distance from them, and distortion of a slow sine",
                   {"unit", "gain", "offset", "inl", "inl_lsb", "thd", "closed_form_inl", "closed_form_thd"},
                   {}};
  const double codes = std::exp2(row.design.chip.settle_bits);
  std::size_t bent = 0;
  for (std::size_t i = 0; i < row.units.size(); ++i) {
    const auto &m = result.units[i], &c = result.closed_form[i];
    table.rows.push_back({row.units[i], {m.gain, m.offset, m.inl, m.inl * codes, m.thd, c.inl, c.thd}});
    if (m.inl > result.units[bent].inl) bent = i;
  }
  r.tables.push_back(std::move(table));
  const auto add = [&](const std::string& key, const std::string& label, double value,
                       const std::string& unit, bool first = false) {
    r.figures.push_back({key, label, value, unit, first});
  };
  const auto &m = result.units[bent], &c = result.closed_form[bent];
  add("neurons", "neurons measured side by side", static_cast<double>(row.units.size()), "");
  add("gain", "gain of the least linear, " + row.units[bent], m.gain, "", true);
  add("inl", "its largest distance from a line, of the line's span", m.inl, "", true);
  add("inl_lsb", "the same in LSB of chip.settle_bits", m.inl * codes, "");
  add("thd", "its distortion of a slow sine", m.thd, "", true);
  add("closed_form_inl", "distance from a line in closed form", c.inl, "");
  add("closed_form_thd", "distortion in closed form", c.thd, "");
  add("largest_difference", "largest difference from the closed form, of the span", result.difference, "");
  add("amplitude", "largest level of the pin", result.amplitude, "");
  r.notes.push_back(
      "Levels A sin(2 pi k / N), each held until all neurons are at rest: a sweep of the static curve, and "
      "read in order one period of a slow sine. Distortion is the rms of harmonics 2 to 10 over that of "
      "the fundamental (IEEE Std 1241); of tanh it is A^2 / 12 for a small A.");
  std::vector<double> level, rate, form, bend;
  for (const std::size_t k : order) {
    level.push_back(result.level[k]), rate.push_back(m.rate[k]), form.push_back(c.rate[k]);
    bend.push_back(m.rate[k] - m.gain * result.level[k] - m.offset);
  }
  r.charts.emplace_back(LineChart{
      "transfer",
      "Static curve of " + row.units[bent],
      "The least linear of " + std::to_string(row.units.size()) + ".",
      {"pin", "model units"},
      level,
      {{row.units[bent], {"rate", "model units"}, {{"measured", rate, {}}, {"closed form", form, {}}}, {}},
       {"distance from the line", {"model units", ""}, {{"measured", bend, {}}}, {}}},
      {}});
  r.plot = "set multiplot layout 2,1 title '" + row.name +
           "' noenhanced\nset lmargin 12\nset ylabel 'rate, model units'\nplot 'linearity.csv' using 2:4 "
           "with points "
           "lt 2 title 'closed form', '' using 2:3 with points lt 1 ps 0.3 title 'measured'\n"
           "set ylabel 'distance from the line'\nset xlabel 'pin, model units'\n"
           "plot 'linearity.csv' using 2:5 with points lt 1 title 'measured'\nunset multiplot\n";
  return r;
}

}  // namespace leadlag
