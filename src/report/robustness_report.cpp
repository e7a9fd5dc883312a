// SPDX-License-Identifier: Apache-2.0
#include "report/robustness_report.hpp"

#include <algorithm>

#include "design/measurement_table.hpp"
#include "report/html_page.hpp"
#include "report/table.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

const MeasurementKind& kind_of(const StudyCurve& curve) {
  return *std::find_if(measurement_table.begin(), measurement_table.end(),
                       [&](const MeasurementKind& m) { return m.name == curve.measure; });
}

bool is_share(const StudyCurve& curve) { return curve.measure.ends_with("accuracy"); }

std::string value_text(const StudyCurve& curve, double value) {
  return is_share(curve) ? percent(value) : format_quantity(value, kind_of(curve).dimension, 4);
}

std::vector<RobustnessPoint> points_of(const RobustnessReport& r, const std::string& curve) {
  std::vector<RobustnessPoint> points;
  std::copy_if(r.points.begin(), r.points.end(), std::back_inserter(points),
               [&](const RobustnessPoint& p) { return p.curve == curve; });
  return points;
}

Table table_of(const RobustnessReport& r, const StudyCurve& curve) {
  Table t({curve.vary, "chip", "mean", "deviation", "lowest", "highest", "seeds"});
  for (const RobustnessPoint& p : points_of(r, curve.name)) {
    std::string seeds = std::to_string(p.seeds);
    if (p.failed > 0) seeds += ", " + std::to_string(p.failed) + " without a figure";
    if (p.failed == p.seeds) {
      t.row({p.value, p.line, "-", "-", "-", "-", seeds});
      continue;
    }
    t.row({p.value, p.line, value_text(curve, p.mean), value_text(curve, p.deviation),
           value_text(curve, p.low), value_text(curve, p.high), seeds});
  }
  return t;
}

LineChart chart_of(const RobustnessReport& r, const StudyCurve& curve) {
  const std::vector<RobustnessPoint> points = points_of(r, curve.name);
  const CurveAxis axis = axis_of(curve.values);
  const std::string unit = is_share(curve) ? "%" : unit_name(kind_of(curve).dimension);
  LineChart chart{"curve-" + curve.name,
                  curve.measure + " against " + curve.vary,
                  "mean over the seeds; lowest and highest can be switched on",
                  {curve.vary, axis.unit, axis.log, axis.zero},
                  axis.at,
                  {{curve.measure, {curve.measure, unit}, {}, {}}},
                  {}};
  std::sort(chart.xs.begin(), chart.xs.end());
  std::vector<std::string> lines;
  for (const RobustnessPoint& p : points) {
    if (std::find(lines.begin(), lines.end(), p.line) == lines.end()) lines.push_back(p.line);
  }
  const auto add = [&](const std::string& line, const std::string& name, double RobustnessPoint::*of,
                       bool shown) {
    std::vector<std::pair<double, double>> at;
    for (const RobustnessPoint& p : points) {
      if (p.line != line) continue;
      const auto k = std::find(curve.values.begin(), curve.values.end(), p.value) - curve.values.begin();
      at.emplace_back(axis.at[static_cast<std::size_t>(k)], p.*of);
    }
    std::sort(at.begin(), at.end());
    LineSeries series{name, {}, {}, shown, false};
    for (const auto& [x, y] : at) series.x.push_back(x), series.y.push_back(y);
    chart.panels[0].series.push_back(std::move(series));
  };
  for (const std::string& line : lines) add(line, line, &RobustnessPoint::mean, true);
  for (const std::string& line : lines) {
    add(line, line + ", lowest", &RobustnessPoint::low, false);
    add(line, line + ", highest", &RobustnessPoint::high, false);
  }
  return chart;
}

std::string how(const RobustnessReport& r) {
  std::string seeds;
  for (const std::int64_t s : r.design.study.seeds) seeds += (seeds.empty() ? "" : ", ") + std::to_string(s);
  return "Each point is the mean over seeds " + seeds +
         ", which are values of chip.seed (weights, order of the data, noise) and, at circuit fidelity, of "
         "physics.die as well (mismatch, offsets).";
}

}  // namespace

std::string robustness_text(const RobustnessReport& r) {
  std::string text = "Robustness: " + r.design.chip.name + "\n\n" + how(r) + "\n";
  for (const StudyCurve& curve : r.design.study.curves) {
    text += "\n" + curve.name + ": " + curve.measure + "\n" + table_of(r, curve).text();
  }
  return text + "\n" + provenance_line(r.provenance) + "\n";
}

std::string robustness_csv(const RobustnessReport& r) {
  std::string out = provenance_line(r.provenance) + "\n" +
                    csv_line({"curve", "vary", "chip", "value", "seed", "measure", "measured"});
  for (const RobustnessRun& run : r.runs) {
    const auto& curves = r.design.study.curves;
    const auto curve =
        std::find_if(curves.begin(), curves.end(), [&](const StudyCurve& c) { return c.name == run.curve; });
    out += csv_line({run.curve, curve->vary, run.line, run.value, std::to_string(run.seed), curve->measure,
                     run.measured ? shortest(*run.measured) : ""});
  }
  return out;
}

std::string robustness_html(const RobustnessReport& r) {
  Page page{r.design.chip.name, "robustness", {}, {}, {}, r.provenance, ""};
  for (const StudyCurve& curve : r.design.study.curves) {
    page.sections.push_back(
        {"of-" + curve.name, curve.name, {chart_of(r, curve), PageTable{"All points", table_of(r, curve)}}});
  }
  page.sections.front().parts.insert(page.sections.front().parts.begin(), Paragraph{how(r)});
  page.sections.push_back({"blueprint", "Blueprint", {Listing{"Blueprint", r.design.text}}});
  return html_page(page);
}

}  // namespace leadlag
