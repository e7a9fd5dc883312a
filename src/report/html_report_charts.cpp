// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "report/html_report.hpp"
#include "report/report_tables.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

bool is_images(const Design& d) { return d.task.sampled(); }

/// Curves of images run over the images shown, those of continuous tasks over chip time.
std::vector<double> curve_xs(const std::vector<CurvePoint>& curve, const Design& d) {
  std::vector<double> xs;
  for (const CurvePoint& p : curve) {
    xs.push_back(is_images(d) ? static_cast<double>(p.sample)
                              : static_cast<double>(p.cycle) * d.chip.period().si);
  }
  return xs;
}

std::vector<double> curve_values(const std::vector<CurvePoint>& curve) {
  std::vector<double> values;
  for (const CurvePoint& p : curve) values.push_back(p.value);
  return values;
}

/// Limits on what the curve's panel shows, controls' limits included: they are of the same quantity.
std::vector<ChartMark> curve_marks(const Report& r) {
  std::vector<ChartMark> marks;
  for (const Limit& l : r.design.limits) {
    const bool shown =
        is_images(r.design) ? l.measurement.ends_with("accuracy") : l.measurement.ends_with("final_mse");
    if (!shown) continue;
    const auto text = [&](double value) {
      return is_images(r.design) ? percent(value) : format_quantity(value, {});
    };
    if (l.min) marks.push_back({"limit: " + l.measurement + " >= " + text(*l.min), *l.min});
    if (l.max) marks.push_back({"limit: " + l.measurement + " <= " + text(*l.max), *l.max});
  }
  if (r.seen.test_accuracy) {
    marks.push_back({"test accuracy " + percent(*r.seen.test_accuracy), *r.seen.test_accuracy, false});
  }
  return marks;
}

LinePanel curve_panel(const Report& r) {
  const bool images = is_images(r.design);
  LinePanel panel{images ? "accuracy while learning" : "mean squared error",
                  images ? ChartAxis{"accuracy", "%"} : ChartAxis{"error", "", true},
                  {{r.design.chip.name, curve_values(r.seen.curve), {}}},
                  curve_marks(r)};
  for (const ControlResult& c : r.controls) {
    if (c.curve.empty()) continue;
    panel.series.push_back({"control " + c.name, curve_values(c.curve), curve_xs(c.curve, r.design)});
  }
  return panel;
}

/// Weights in one panel, time constants in another.
std::vector<LinePanel> parameter_panels(const Report& r) {
  LinePanel weights{"plastic weights", {"weight", ""}, {}, {}},
      tau{"plastic time constants", {"tau", "s"}, {}, {}};
  for (std::size_t k = 0; k < r.seen.parameter_names.size(); ++k) {
    const std::string& name = r.seen.parameter_names[k];
    const bool is_tau =
        name.find(".tau_m[") != std::string::npos || name.find(".tau_r[") != std::string::npos;
    std::vector<double> values;
    for (const CurvePoint& p : r.seen.curve) {
      if (k < p.parameters.size())
        values.push_back(p.parameters[k] * (is_tau ? r.design.chip.time_scale.si : 1.0));
    }
    (is_tau ? tau : weights).series.push_back({name, std::move(values), {}});
  }
  std::vector<LinePanel> panels;
  if (!weights.series.empty()) panels.push_back(std::move(weights));
  if (!tau.series.empty()) panels.push_back(std::move(tau));
  return panels;
}

struct Spent {
  Energy fixed, dynamic;
  Energy sum() const { return fixed + dynamic; }
};

/// One view of the energy: rows summed by what `key` makes of them, the greatest first.
template <class Key>
BarView energy_view(const Report& r, const std::string& name, const Key& key) {
  std::map<std::string, Spent> groups;
  for (const EnergyRow& row : r.measurements.energy) {
    Spent& s = groups[key(row)];
    s.fixed += row.static_energy, s.dynamic += row.dynamic_energy;
  }
  std::vector<std::pair<std::string, Spent>> sorted(groups.begin(), groups.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second.sum() > b.second.sum(); });
  BarView view{name, {"energy", "J"}, {}, {{"static", {}}, {"dynamic", {}}}, {}, {}};
  const double total = r.measurements.ledger.si > 0.0 ? r.measurements.ledger.si : 1.0;
  for (const auto& [category, spent] : sorted) {
    view.categories.push_back(category);
    view.parts[0].values.push_back(spent.fixed.si);
    view.parts[1].values.push_back(spent.dynamic.si);
    view.labels.push_back(to_text(spent.sum()) + ", " + percent(spent.sum().si / total));
  }
  return view;
}

std::string path_name(const Path& p) { return p.kind + " to " + p.to; }

BarView settling_view(const Report& r) {
  const auto& paths = r.measurements.timing.paths;
  const Time period = r.design.chip.period();
  BarView view{"settling time by block",
               {"settling time", "s"},
               {},
               {},
               {},
               {{"clock period " + to_text(period), period.si}}};
  for (std::size_t k = 0; k < paths.size(); ++k) {
    view.categories.push_back(path_name(paths[k]));
    view.labels.push_back(to_text(paths[k].settle) + (paths[k].slack < Time{} ? " \u2717" : " \u2713"));
    for (const PathArc& a : paths[k].arcs) {
      auto part = std::find_if(view.parts.begin(), view.parts.end(),
                               [&](const auto& p) { return p.name == a.block; });
      if (part == view.parts.end())
        part = view.parts.insert(part, {a.block, std::vector<double>(paths.size(), 0.0)});
      part->values[k] += a.arc.settle.si;
    }
  }
  return view;
}

BarView slack_view(const Report& r) {
  BarView view{"slack", {"slack", "s"}, {}, {{"slack", {}}}, {}, {}};
  for (const Path& p : r.measurements.timing.paths) {
    view.categories.push_back(path_name(p));
    view.parts[0].values.push_back(p.slack.si);
    view.labels.push_back(to_text(p.slack) + (p.slack < Time{} ? " \u2717" : " \u2713"));
  }
  return view;
}

/// At most so many signals of a panel are drawn before the reader asks for more.
constexpr std::size_t first_signals = 4;
/// What is seen of an image task at first, in images.
constexpr std::int64_t first_images = 25;

std::pair<double, double> first_view(const Report& r) {
  const Waves& w = r.seen.waves;
  std::int64_t cycles = static_cast<std::int64_t>(w.exact);
  if (is_images(r.design))
    cycles = std::min(cycles, first_images * r.design.schedule.params.cycles_per_sample);
  const double period = r.design.chip.period().si;
  return {period, period * static_cast<double>(std::max<std::int64_t>(2, cycles))};
}

}  // namespace

std::optional<LineChart> learning_chart(const Report& r) {
  if (r.seen.curve.empty()) return std::nullopt;
  const bool images = is_images(r.design);
  LineChart chart{
      "learning-curve",
      "Learning curve",
      images
          ? "Share of the training samples that were classified correctly while they were learnt, over the "
            "samples since the point before."
          : "Mean squared error of the outputs against the target, over the time since the point before.",
      images ? ChartAxis{"training samples", ""} : ChartAxis{"chip time", "s"},
      curve_xs(r.seen.curve, r.design),
      {curve_panel(r)},
      {}};
  for (LinePanel& p : parameter_panels(r)) chart.panels.push_back(std::move(p));
  return chart;
}

std::optional<BarChart> energy_chart(const Report& r) {
  if (r.measurements.energy.empty()) return std::nullopt;
  return BarChart{"energy-breakdown",
                  "Where the energy goes",
                  "Energy of the run, all dies together; shares are of the ledger.",
                  {energy_view(r, "by block", [](const EnergyRow& row) { return row.block; }),
                   energy_view(r, "by array", [](const EnergyRow& row) { return row.array; }),
                   energy_view(r, "by array and block",
                               [](const EnergyRow& row) { return row.array + " " + row.block; })}};
}

std::optional<BarChart> timing_chart(const Report& r) {
  if (r.measurements.timing.paths.empty()) return std::nullopt;
  return BarChart{"timing-slack",
                  "Settling time of every path, worst first",
                  "A path must settle within the clock period; what is left is its slack.",
                  {settling_view(r), slack_view(r)}};
}

std::optional<LineChart> wave_chart(const Report& r) {
  const Waves& w = r.seen.waves;
  if (w.signals.empty() || w.cycles.size() < 2) return std::nullopt;
  const std::int64_t bucketed = w.traced - static_cast<std::int64_t>(w.exact);
  std::string summary = "Signals of die 0 at the falling edges of " + std::to_string(w.traced) + " cycles. ";
  summary += bucketed <= 0
                 ? "Every cycle is here."
                 : "The first " + std::to_string(w.exact) +
                       " cycles are here one by one, the later ones as smallest and largest value of every " +
                       std::to_string(w.bucket) + " cycles; waves.vcd has them all.";
  if (w.left_out > 0)
    summary += " " + std::to_string(w.left_out) + " more traced signals are in waves.vcd only.";
  LineChart chart{"waves", "Traced signals", summary, {"chip time", "s"}, {}, {}, first_view(r)};
  for (const std::int64_t cycle : w.cycles)
    chart.xs.push_back(static_cast<double>(cycle) * r.design.chip.period().si);
  for (const Waves::Signal& s : w.signals) {
    const std::string title = s.array + "." + s.signal;
    auto panel = std::find_if(chart.panels.begin(), chart.panels.end(),
                              [&](const LinePanel& p) { return p.title == title; });
    if (panel == chart.panels.end()) panel = chart.panels.insert(panel, {title, {s.signal, s.unit}, {}, {}});
    const bool shown = panel->series.size() < first_signals;
    panel->series.push_back({s.array + "[" + s.element + "]." + s.signal, s.values, {}, shown, true});
  }
  return chart;
}

}  // namespace leadlag
