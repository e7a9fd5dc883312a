// SPDX-License-Identifier: Apache-2.0
#include <omp.h>

#include <algorithm>
#include <iostream>
#include <thread>

#include "app/commands.hpp"
#include "app/controls.hpp"
#include "app/output_folder.hpp"
#include "app/progress.hpp"
#include "app/simulate.hpp"
#include "instruments/task.hpp"
#include "report/report.hpp"

namespace leadlag {
namespace {

std::string progress_text(const Observations& seen) {
  if (seen.test_accuracy) return "testing, accuracy " + std::to_string(*seen.test_accuracy).substr(0, 6);
  if (seen.curve.empty()) return "";
  const std::string value = std::to_string(seen.curve.back().value).substr(0, 8);
  return (seen.train_samples > 0 ? "accuracy while learning " : "mean squared error ") + value;
}

/// Control results are measurements too: limits may bind "controls.NAME.test_accuracy".
void add_control_values(Measurements& m, const std::vector<ControlResult>& controls) {
  for (const ControlResult& c : controls) {
    for (const auto& [name, value] : c.values) m.values["controls." + c.name + "." + name] = value;
  }
  const auto own = m.values.find("test_accuracy");
  std::optional<double> best;
  for (const ControlResult& c : controls) {
    const auto found = c.values.find("test_accuracy");
    if (found != c.values.end()) best = std::max(best.value_or(found->second), found->second);
  }
  if (own != m.values.end() && best) m.values["control_margin"] = own->second - *best;
}

}  // namespace

int run_command(const RunOptions& options) {
  const Design design = read_design(options.blueprint, options.read);
  const Die die = fabricate(design);
  const std::unique_ptr<Task> task = make_task(design);  // data errors before anything is written
  const OutputFolder out(options.out, "report.json");
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const int threads = std::max(1, options.threads);
  Progress progress(!options.quiet);
  catch_interruption();

  ControlRuns control_runs(design, options, out, static_cast<std::size_t>(std::max(cores, threads)),
                           progress);
  omp_set_num_threads(threads);
  const Provenance provenance = provenance_of(design, threads);
  const Observations seen =
      simulate(design, die, *task,
               {.waves = out.path("waves"),
                .weights = out.subfolder("weights"),
                .comment = provenance_line(provenance),
                .progress = [&](std::int64_t cycle, std::int64_t cycles, const Observations& now) {
                  throw_if_interrupted();
                  progress.show(design.chip.name, cycle, cycles, progress_text(now));
                }});
  progress.finish();

  const std::vector<ControlResult> controls = control_runs.collect(progress);
  Measurements measurements = measure(design, die, seen);
  add_control_values(measurements, controls);
  std::vector<Finding> findings = check_rules(design, measurements);
  findings.push_back(check_finite(design, seen));
  for (Finding& f : check_loops(design, seen)) findings.push_back(std::move(f));
  const std::vector<Finding> limits = judge_limits(design, measurements);
  findings.insert(findings.begin(), limits.begin(), limits.end());
  const Report report{design, measurements, seen, findings, controls, provenance};
  out.write("report.txt", text_report(report));
  out.write("report.html", html_report(report));
  out.write("report.json", json_report(report));
  out.write("timing.csv", timing_csv(report));
  out.write("energy.csv", energy_csv(report));
  out.write("learning.csv", learning_csv(report));
  out.publish();
  std::cout << findings_text(findings, design) << "report in " << options.out
            << "/report.html and report.txt\n";
  return all_met(findings) ? exit_met : exit_violated;
}

int check_command(const RunOptions& options) {
  const Design design = read_design(options.blueprint, options.read);
  const auto findings = check_rules(design, measure_static(design, fabricate(design)));
  std::cout << findings_text(findings, design);
  return all_met(findings) ? exit_met : exit_violated;
}

}  // namespace leadlag
