// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>

#include <cmath>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/bench_report.hpp"
#include "app/child_process.hpp"
#include "app/commands.hpp"
#include "app/progress.hpp"

// The gradient bench for several values of one parameter: a process for each, since SystemC elaborates once.
namespace leadlag {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json measured(const TestbenchOptions& options, const Design& design) {
  const Subject subject = learning_chip(design);
  Rig rig(subject.design, subject.die);
  const GradientResult result = measure_gradient(rig, subject, options.gradient);
  Json rows = Json::array();
  const auto add = [&](const std::string& name, const Agreement& a) {
    rows.push_back({{"name", name}, {"cosine", number(a.cosine)}, {"norm_ratio", number(a.norm_ratio)}});
  };
  add("all", agreement(result.all(&GroupGradient::chip), result.all(&GroupGradient::exact)));
  for (const GroupGradient& g : result.groups) add(g.name, agreement(g.chip, g.exact));
  return rows;
}

/// What a process found; nothing if the chip's signals left the finite numbers.
Json in_a_process(const TestbenchOptions& options, const Design& design, const std::string& file) {
  const pid_t child =
      start_child(design.chip.name, [&] { std::ofstream(file) << measured(options, design).dump(); });
  int status = 0;
  while (waitpid(child, &status, 0) < 0) throw_if_interrupted();
  std::ifstream in(file);
  return Json::parse(in, nullptr, false);
}

}  // namespace

int gradient_sweep(const TestbenchCommand& command, const TestbenchOptions& options) {
  const GradientSweep& sweep = *options.sweep;
  const Design base = read_design(command.blueprint, command.read);
  std::vector<Design> designs;  // every mistake before anything is written
  for (const std::string& value : sweep.values) {
    ReadOptions read = command.read;
    read.settings.emplace_back(sweep.path, value);
    designs.push_back(read_design(command.blueprint, read));
    learning_chip(designs.back());
  }
  const OutputFolder out(command.out, "report.json");
  Progress progress(!command.quiet);
  catch_interruption();
  BenchReport r;
  r.kind = "gradient", r.subject = "plastic parameters of " + base.chip.name + ", " + sweep.path + " varied";
  r.reference = "the exact gradient at each value";
  const Position at = base.positions.contains(sweep.path) ? base.positions.at(sweep.path) : base.learning.at;
  Table table({sweep.path, "parameters", "cosine", "angle in degrees", "norm ratio"});
  BarChart chart{"cosines",
                 "Cosine with the exact gradient",
                 "all plastic parameters",
                 {{"all", {"cosine", ""}, {}, {{"cosine", {}}}, {}, {{"exact", 1.0, false}}}}};
  for (std::size_t k = 0; k < designs.size(); ++k) {
    progress.show(sweep.path + " = " + sweep.values[k], static_cast<std::int64_t>(k),
                  static_cast<std::int64_t>(designs.size()), "");
    const std::string file = out.path("value-" + std::to_string(k) + ".json");
    const Json rows = in_a_process(options, designs[k], file);
    std::filesystem::remove(file);
    Finding f{"testbench",
              "cosine of the chip's gradient with the exact one",
              sweep.path + " = " + sweep.values[k],
              options.min_cosine ? ">= " + figure_text(*options.min_cosine, "") : "> 0",
              "-",
              "-",
              Verdict::not_measured,
              at};
    std::vector<double> line;
    for (const Json& row : rows.is_array() ? rows : Json::array()) {
      const double nan = std::nan("");
      const double cosine = row["cosine"].is_number() ? row["cosine"].get<double>() : nan;
      const double ratio = row["norm_ratio"].is_number() ? row["norm_ratio"].get<double>() : nan;
      const std::string name = row["name"];
      if (k == 0) r.csv_header.push_back(name + ".cosine"), r.csv_header.push_back(name + ".norm_ratio");
      line.push_back(cosine), line.push_back(ratio);
      const double angle = std::acos(std::min(1.0, std::max(-1.0, cosine))) * 57.29577951308232;
      table.row(
          {sweep.values[k], name, figure_text(cosine, ""), figure_text(angle, ""), figure_text(ratio, "")});
      if (name != "all" || std::isnan(cosine)) continue;
      r.figures.push_back(
          {"all.cosine." + std::to_string(k), sweep.path + " = " + sweep.values[k], cosine, "", false});
      f.actual = figure_text(cosine, ""),
      f.slack = figure_text(cosine - options.min_cosine.value_or(0.0), "");
      f.verdict = (options.min_cosine ? cosine >= *options.min_cosine : cosine > 0.0) ? Verdict::met
                                                                                      : Verdict::violated;
      chart.views[0].categories.push_back(sweep.values[k]), chart.views[0].parts[0].values.push_back(cosine);
      chart.views[0].labels.push_back(figure_text(cosine, "") + ", norm ratio " + figure_text(ratio, ""));
    }
    r.csv_names.push_back(sweep.values[k]);
    r.csv_rows.push_back(line);
    r.findings.push_back(std::move(f));
  }
  progress.finish();
  r.csv_header.insert(r.csv_header.begin(), sweep.path);
  r.notes = {"Each value is a chip of its own, measured as without --sweep."};
  r.charts.emplace_back(chart);
  r.charts.emplace_back(PageTable{"Agreement by value and group of parameters", table});
  r.plot = "set ylabel 'cosine, norm ratio'\nset xlabel '" + sweep.path +
           "' noenhanced\n"
           "plot 'gradient.csv' using 0:2:xtic(1) with linespoints title 'cosine', '' using 0:3 with "
           "linespoints title "
           "'norm ratio'\n";
  const std::string missing = write_bench_report(r, base, out);
  out.publish();
  std::cout << r.subject << "\n"
            << table.text() << missing << "report in " << command.out << "/report.html and report.txt\n";
  return all_met(r.findings) ? exit_met : exit_violated;
}

}  // namespace leadlag
