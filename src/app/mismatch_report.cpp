// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "app/bench_report.hpp"

namespace leadlag {
namespace {

/// Met when the closed form lies within the interval that the draws leave open.
Finding within(const std::string& what, const NeuronRow& row, double actual, double low, double high,
               const std::string& unit) {
  const bool met = actual >= low && actual <= high;  // false for NaN
  return {"testbench",
          what,
          row.name,
          figure_text(low, unit) + " to " + figure_text(high, unit),
          figure_text(actual, unit),
          figure_text(std::min(actual - low, high - actual), unit),
          met ? Verdict::met : Verdict::violated,
          row.at};
}

}  // namespace

BenchReport mismatch_report(const DieRow& dies, const Spreads& s) {
  BenchReport r;
  const NeuronRow& row = dies.drawn;
  r.kind = "mismatch";
  r.subject = row.name + " on " + std::to_string(dies.dies) + " dies";
  r.reference = "Pelgrom's law and its sums, from the areas of the technology file";
  r.csv_header = {"unit", "die"};
  for (const Spreads::Quantity& q : s.quantities) {
    if (q.measured) r.csv_header.push_back(q.key);
  }
  for (std::size_t k = 0; k < dies.dies * dies.units; ++k) {
    std::vector<double> cells{static_cast<double>(k / dies.units + 1)};
    for (const Spreads::Quantity& q : s.quantities) {
      if (q.measured) cells.push_back(k < q.value.size() ? q.value[k] : std::nan(""));
    }
    r.csv_names.push_back(row.units[k % dies.units]), r.csv_rows.push_back(std::move(cells));
  }
  BenchTable spreads{"spreads",
                     "Standard deviations over dies and neurons, and where 99.9 % of right answers lie",
                     {"quantity", "sigma", "closed_form", "low", "high", "mean"},
                     {}};
  const auto add = [&](const std::string& key, const std::string& label, double value,
                       const std::string& unit, bool first = false) {
    r.figures.push_back({key, label, value, unit, first});
  };
  add("dies", "dies", static_cast<double>(dies.dies), "", true);
  add("neurons", "neurons of each", static_cast<double>(dies.units), "");
  for (const Spreads::Quantity& q : s.quantities) {
    const std::string unit = q.key.find("offset") == std::string::npos ? "" : "V";
    r.findings.push_back(within("sigma: " + q.label + (q.measured ? "" : ", read from the die"), row, q.sigma,
                                q.low, q.high, unit));
    spreads.rows.push_back({q.key, {q.sigma, q.expected, q.low, q.high, q.mean}});
    add(q.key + ".sigma", "sigma: " + q.label, q.sigma, unit, q.measured);
    add(q.key + ".closed_form", "the same in closed form", q.expected, unit);
  }
  BenchTable correlations{"correlations",
                          "Correlations, and where 99.9 % of right answers lie",
                          {"pair", "correlation", "closed_form", "low", "high"},
                          {}};
  for (const Spreads::Correlation& c : s.correlations) {
    r.findings.push_back(within("correlation of " + c.label, row, c.found, c.low, c.high, ""));
    correlations.rows.push_back({c.key, {c.found, c.expected, c.low, c.high}});
    add(c.key + ".correlation", "correlation of " + c.label, c.found, "", c.key == "lag_lead");
    add(c.key + ".closed_form", "the same in closed form", c.expected, "");
  }
  add("amplitude", "step of the pin", s.amplitude, "");
  r.tables = {std::move(spreads), std::move(correlations)};
  r.notes.push_back(
      "The same neurons as fabricated on dies 1, 2, 3 ... (physics.die), side by side on one bench. Each "
      "hears a "
      "step; the membrane's decay is the lag, the jump of the output over its end the lead, what the output "
      "shows "
      "before the step its offset, and the height of the step its gain. All effects but mismatch and offset "
      "are "
      "off and curves are straight lines. Error units are read from the die. The closed form has to lie "
      "where "
      "chi squared (sigma) and Fisher's z (correlation) leave a right answer 999 times in 1000.");
  LinePanel panel{"deviations", {"in standard deviations", ""}, {}, {}};
  std::vector<double> normal;
  const std::size_t n = s.quantities.empty() ? 0 : s.quantities[0].value.size();
  for (std::size_t k = 0; k < n; ++k) {
    normal.push_back(
        quantile(boost::math::normal(), (static_cast<double>(k) + 0.5) / static_cast<double>(n)));
  }
  panel.series.push_back({"closed form", normal, {}});
  for (const Spreads::Quantity& q : s.quantities) {
    if (!q.measured || q.value.size() != n) continue;
    std::vector<double> sorted;
    for (const double v : q.value) sorted.push_back(v / q.expected);
    std::sort(sorted.begin(), sorted.end());
    panel.series.push_back({q.label, std::move(sorted), {}});
  }
  r.charts.emplace_back(LineChart{"quantiles",
                                  "Deviations in order",
                                  "Against those of a normal law: a straight line of slope 1.",
                                  {"normal quantile", ""},
                                  normal,
                                  {panel},
                                  {}});
  const bool leads = r.csv_header.size() > 3 && r.csv_header[3] == "lead";
  r.plot =
      "set xlabel 'ln of the lag over drawn'\nset ylabel '" +
      std::string(leads ? "ln of the lead over drawn" : "offset, V") + "'\nset title '" + row.name +
      "' noenhanced\nplot 'mismatch.csv' using 3:4 with points lt 1 ps 0.4 title 'one neuron of one die'\n";
  return r;
}

}  // namespace leadlag
