// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <iostream>

#include "app/commands.hpp"
#include "app/job_pool.hpp"
#include "app/simulate.hpp"
#include "instruments/task.hpp"
#include "report/robustness_report.hpp"

// Every value of every curve with every preset and every seed is a job.
namespace leadlag {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Design variant(const RunOptions& options, const Design& base, const StudyCurve& curve,
               const std::string& preset, const std::string& value, std::int64_t seed) {
  ReadOptions read = options.read;
  if (!preset.empty()) read.presets.push_back(preset);
  read.settings.emplace_back("chip.seed", std::to_string(seed));
  read.settings.emplace_back(curve.vary, value);
  Design design = parse_design(base.file, base.text, read);
  if (!design.has_physics()) return design;
  read.settings.emplace_back("physics.die", std::to_string(seed));
  return parse_design(base.file, base.text, read);
}

/// Jobs, and what each is a run of.
struct Plan {
  std::vector<Job> jobs;
  std::vector<RobustnessRun> runs;
};

Plan plan(const RunOptions& options, const Design& base, const fs::path& folder) {
  Plan p;
  for (const StudyCurve& curve : base.study.curves) {
    std::vector<std::string> presets = curve.presets;
    if (presets.empty()) presets.emplace_back();
    for (const std::string& preset : presets) {
      const std::string line = preset.empty() ? base.chip.name : preset;
      for (std::size_t v = 0; v < curve.values.size(); ++v) {
        for (const std::int64_t seed : base.study.seeds) {
          const std::string name =
              curve.name + "-" + line + "-" + std::to_string(v) + "-" + std::to_string(seed);
          p.jobs.push_back(
              {curve.name + " " + curve.values[v] + ", " + line + ", seed " + std::to_string(seed),
               curve.measure, variant(options, base, curve, preset, curve.values[v], seed),
               folder / (name + ".json")});
          p.runs.push_back(
              {.curve = curve.name, .line = line, .value = curve.values[v], .seed = seed, .measured = {}});
        }
      }
    }
  }
  return p;
}

Json run_json(const Job& job) {
  const Design& design = job.design;
  const Die die = fabricate(design);
  const Observations seen = simulate(design, die, *make_task(design), {});
  const Measurements m = measure(design, die, seen);
  const auto found = m.values.find(job.group);
  const bool measured = seen.diverged.empty() && found != m.values.end();
  return {{"diverged", seen.diverged}, {"measured", measured ? Json(found->second) : Json(nullptr)}};
}

}  // namespace

int robustness_command(const RunOptions& options) {
  const Design base = read_design(options.blueprint, options.read);
  if (base.study.curves.empty()) {
    throw UsageError(options.blueprint + " has no study: section that lists curves to draw");
  }
  const fs::path out = options.out, runs = runs_folder(options.out);
  Plan p = plan(options, base, runs);
  make_task(p.jobs.front().design);  // data errors before anything is written
  fs::create_directories(runs);
  Progress progress(!options.quiet);
  run_jobs(p.jobs, processes(options), progress, run_json);

  for (std::size_t k = 0; k < p.jobs.size(); ++k) {
    const Json found = finished_json(p.jobs[k]);
    if (found.at("measured").is_number()) p.runs[k].measured = found.at("measured").get<double>();
  }
  const RobustnessReport report{base, p.runs, robustness_points(p.runs), provenance_of(base, 1)};
  write_file(out / "robustness.txt", robustness_text(report));
  write_file(out / "robustness.csv", robustness_csv(report));
  write_file(out / "robustness.html", robustness_html(report));
  std::cout << robustness_text(report) << "report in " << options.out
            << "/robustness.html and robustness.txt\n";
  return exit_met;
}

}  // namespace leadlag
