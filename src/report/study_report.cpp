// SPDX-License-Identifier: Apache-2.0
#include "report/study_report.hpp"

#include <algorithm>

#include "report/html_page.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

std::string accuracy_text(const StudyRow& r) {
  return percent(r.mean) + (r.seeds > 1 ? " +- " + format_quantity(100.0 * r.deviation, {}, 2) : "");
}

std::string verdict_text(const StudyRow& r) { return r.converged ? "converged" : "NOT CONVERGED: " + r.why; }

std::string behind_text(const StudyRow& r) {
  if (r.behind == 0.0) return "best";
  const std::string points = format_quantity(100.0 * r.behind, {}, 2) + " points";
  if (!r.half_width) return points;
  return points + " +- " + format_quantity(100.0 * *r.half_width, {}, 2) +
         (r.within_spread ? ", within spread" : "");
}

Table accuracy_table(const StudyReport& s) {
  Table t({"system", "test accuracy", "seeds", "behind the best", "verdict"});
  for (const StudyRow& r : s.rows) {
    t.row({r.system, accuracy_text(r), std::to_string(r.seeds), behind_text(r), verdict_text(r)});
  }
  return t;
}

Table cost_table(const StudyReport& s) {
  Table t({"system", "training takes", "training costs", "beside the die", "per training sample",
           "per inference", "inference takes", "power", "area", "worst slack"});
  const auto text = [](double v, Dimension d) { return format_quantity(v, d, 3); };
  for (const StudyRow& r : s.rows) {
    t.row({r.system, text(r.train_time, Time::dimension), text(r.train_energy, Energy::dimension),
           r.host_energy > 0.0 ? text(r.host_energy, Energy::dimension) : "-",
           text(r.sample_energy, Energy::dimension), text(r.inference_energy, Energy::dimension),
           text(r.inference_time, Time::dimension), text(r.power, Power::dimension),
           text(r.area, Area::dimension), text(r.worst_slack, Time::dimension)});
  }
  return t;
}

Table phases_table(const StudyReport& s) {
  Table t({"system", "phases of a training sample, in clock cycles"});
  for (const StudyRow& r : s.rows) t.row({r.system, r.phases});
  return t;
}

std::string what_is_compared(const StudyReport& s) {
  const Design& d = s.design;
  std::string seeds;
  for (const std::int64_t seed : d.study.seeds) seeds += (seeds.empty() ? "" : ", ") + std::to_string(seed);
  return "The same network, data, technology (" + d.technology.name + ") and clock (" +
         to_text(d.chip.clock) + ") for every system; " + std::to_string(d.schedule.params.train_samples) +
         " training samples unless a preset says otherwise; seeds " + seeds +
         ". A system counts as converged from a test accuracy of " + percent(d.study.params.converged) +
         ". \"+-\" is the standard deviation over seeds, and Welch's 95 % interval for the difference to the "
         "best.";
}

LineChart curves(const StudyReport& s, const std::string& id, const std::string& title, const ChartAxis& x,
                 double (*of)(const StudyRun::Point&)) {
  LineChart chart{id, title, "accuracy on training samples as they are shown, mean over the seeds", x, {},
                  {}, {}};
  LinePanel panel{
      "accuracy", {"accuracy", "%", false}, {}, {{"converged", s.design.study.params.converged, true}}};
  for (const StudyRow& r : s.rows) {
    LineSeries line{r.system, {}, {}, true, false};
    for (const auto& p : r.curve) line.x.push_back(of(p)), line.y.push_back(p.accuracy);
    chart.xs.insert(chart.xs.end(), line.x.begin(), line.x.end());
    if (!line.x.empty()) panel.series.push_back(std::move(line));
  }
  std::sort(chart.xs.begin(), chart.xs.end());
  chart.panels.push_back(std::move(panel));
  return chart;
}

BarView bars(const StudyReport& s, const std::string& name, const ChartAxis& axis, double StudyRow::*value,
             Dimension dimension) {
  BarView view{name, axis, {}, {{name, {}}}, {}, {}};
  for (const StudyRow& r : s.rows) {
    view.categories.push_back(r.system);
    view.parts[0].values.push_back(r.*value);
    view.labels.push_back(axis.unit == "%" ? percent(r.*value) : format_quantity(r.*value, dimension, 3));
  }
  return view;
}

}  // namespace

std::string study_text(const StudyReport& s) {
  return "Study of learning systems: " + s.design.chip.name + "\n\n" + what_is_compared(s) + "\n\n" +
         accuracy_table(s).text() + "\n" + cost_table(s).text() + "\n" + phases_table(s).text() + "\n" +
         provenance_line(s.provenance) + "\n";
}

std::string study_csv(const StudyReport& s) {
  std::string out =
      provenance_line(s.provenance) + "\n" +
      csv_line({"system", "seeds", "accuracy", "deviation", "behind", "half_width", "converged",
                "train_time_s", "train_energy_J", "sample_energy_J", "inference_energy_J", "inference_time_s",
                "power_W", "area_m2", "worst_slack_s", "host_energy_J", "phases", "why"});
  for (const StudyRow& r : s.rows) {
    out += csv_line({r.system, std::to_string(r.seeds), shortest(r.mean), shortest(r.deviation),
                     shortest(r.behind), r.half_width ? shortest(*r.half_width) : "", r.converged ? "1" : "0",
                     shortest(r.train_time), shortest(r.train_energy), shortest(r.sample_energy),
                     shortest(r.inference_energy), shortest(r.inference_time), shortest(r.power),
                     shortest(r.area), shortest(r.worst_slack), shortest(r.host_energy), r.phases, r.why});
  }
  return out;
}

std::string study_curves_csv(const StudyReport& s) {
  std::string out = provenance_line(s.provenance) + "\n" +
                    csv_line({"system", "seed", "sample", "time_s", "energy_J", "accuracy"});
  for (const StudyRun& r : s.runs) {
    for (const auto& p : r.curve) {
      out += csv_line({r.system, std::to_string(r.seed), std::to_string(p.sample), shortest(p.time),
                       shortest(p.energy), shortest(p.accuracy)});
    }
  }
  return out;
}

std::string study_html(const StudyReport& s) {
  const auto samples = [](const StudyRun::Point& p) { return static_cast<double>(p.sample); };
  const auto time = [](const StudyRun::Point& p) { return p.time; };
  const auto energy = [](const StudyRun::Point& p) { return p.energy; };
  const auto learnt = std::count_if(s.rows.begin(), s.rows.end(), [](const auto& r) { return r.converged; });
  Page page{s.design.chip.name, "study of learning systems", {}, {}, {}, s.provenance, ""};
  page.figures.push_back({"systems that converged",
                          std::to_string(learnt) + " of " + std::to_string(s.rows.size()),
                          "test accuracy of " + percent(s.design.study.params.converged) + " or more",
                          {}});
  for (const StudyRow& r : s.rows) {
    const double converged = s.design.study.params.converged;
    page.findings.push_back({"study",
                             "test accuracy",
                             r.system,
                             ">= " + percent(converged),
                             percent(r.mean),
                             percent(r.mean - converged),
                             r.converged ? Verdict::met : Verdict::violated,
                             {}});
  }
  page.sections = {
      {"accuracy",
       "Accuracy",
       {Paragraph{what_is_compared(s)}, PageTable{"Test accuracy", accuracy_table(s)}}},
      {"curves",
       "Learning curves",
       {curves(s, "by-samples", "Accuracy against samples", {"training samples", "", false}, samples),
        curves(s, "by-time", "Accuracy against chip time", {"chip time", "s", true}, time),
        curves(s, "by-energy", "Accuracy against energy", {"energy", "J", true}, energy)}},
      {"costs",
       "Time, energy and area",
       {BarChart{
            "costs-bars",
            "What each system costs",
            "means over the seeds",
            {bars(s, "test accuracy", {"test accuracy", "%", false}, &StudyRow::mean, {}),
             bars(s, "energy to train", {"energy", "J", false}, &StudyRow::train_energy, Energy::dimension),
             bars(s, "time to train", {"chip time", "s", false}, &StudyRow::train_time, Time::dimension),
             bars(s, "energy per inference", {"energy", "J", false}, &StudyRow::inference_energy,
                  Energy::dimension),
             bars(s, "area", {"area", "m2", false}, &StudyRow::area, Area::dimension)}},
        PageTable{"Costs", cost_table(s)}}},
      {"phases", "Phases", {PageTable{"Phase budgets", phases_table(s)}}},
      {"blueprint", "Blueprint", {Listing{"Blueprint with the presets that are compared", s.design.text}}}};
  return html_page(page);
}

}  // namespace leadlag
