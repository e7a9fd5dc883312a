// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "app/commands.hpp"
#include "app/job_pool.hpp"
#include "app/simulate.hpp"
#include "instruments/task.hpp"
#include "report/report_tables.hpp"
#include "report/study_report.hpp"

// Every system with every seed is a job.
namespace leadlag {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

ReadOptions variant(const RunOptions& options, const std::string& system, std::int64_t seed) {
  ReadOptions read = options.read;
  read.presets.push_back(system);
  read.settings.emplace_back("chip.seed", std::to_string(seed));
  return read;
}

/// Energy up to a cycle: between two readings of the supply meter it is a straight line.
double energy_at(const Observations& seen, const Design& design, std::int64_t cycle) {
  std::pair<std::int64_t, double> before{0, 0.0};
  for (const auto& [at, charge] : seen.supply) {
    const double energy = (charge * design.technology.v_dd).si / design.chip.replicas;
    if (at >= cycle && at > before.first) {
      const double share = static_cast<double>(cycle - before.first) / static_cast<double>(at - before.first);
      return before.second + share * (energy - before.second);
    }
    before = {at, energy};
  }
  return before.second;
}

Json run_json(const Design& design, const std::string& system) {
  const Die die = fabricate(design);
  const Observations seen = simulate(design, die, *make_task(design), {});
  const Measurements m = measure(design, die, seen);
  const double period = design.chip.period().si;
  const std::int64_t replicas = design.chip.replicas;
  // Cycles of the task; those that a chip replays (VLE exact) belong to its training.
  const std::int64_t cycles = seen.cycles - seen.replay_cycles;
  const std::int64_t shows = (design.schedule.params.train_samples + replicas - 1) / replicas;
  const std::int64_t train_cycles = std::min(cycles, shows * design.schedule.params.cycles_per_sample);
  const double stretch = 1.0 + static_cast<double>(seen.replay_cycles) /
                                   static_cast<double>(std::max<std::int64_t>(1, train_cycles));
  const double train_energy = energy_at(seen, design, train_cycles), energy = energy_at(seen, design, cycles);
  Json curve = Json::array();
  for (const CurvePoint& p : seen.curve) {
    curve.push_back({p.sample, p.value, stretch * static_cast<double>(p.cycle) * period,
                     energy_at(seen, design, p.cycle)});
  }
  const auto value = [&](const char* name) {
    const auto found = m.values.find(name);
    return found == m.values.end() ? 0.0 : found->second;
  };
  return {{"system", system},
          {"seed", design.chip.seed},
          {"diverged", seen.diverged},
          {"accuracy", seen.test_accuracy ? Json(*seen.test_accuracy) : Json(nullptr)},
          {"curve", curve},
          {"train_samples", seen.train_samples},
          {"test_samples", seen.test_samples},
          {"train_time", stretch * static_cast<double>(train_cycles) * period},
          {"train_energy", train_energy},
          {"test_time", static_cast<double>(cycles - train_cycles) * period},
          {"test_energy", energy - train_energy},
          {"area", value("area")},
          {"power", value("average_power")},
          {"host_energy", value("host_energy") / design.chip.replicas},
          {"worst_slack", value("worst_slack")},
          {"phases", phases_text(design)}};
}

StudyRun run_of(const Json& j) {
  StudyRun r;
  r.system = j.at("system"), r.seed = j.at("seed"), r.diverged = j.at("diverged"), r.phases = j.at("phases");
  if (j.at("accuracy").is_number()) r.accuracy = j.at("accuracy").get<double>();
  for (const Json& p : j.at("curve")) r.curve.push_back({p.at(0), p.at(1), p.at(2), p.at(3)});
  r.train_samples = j.at("train_samples"), r.test_samples = j.at("test_samples");
  r.train_time = j.at("train_time"), r.train_energy = j.at("train_energy");
  r.test_time = j.at("test_time"), r.test_energy = j.at("test_energy");
  r.area = j.at("area"), r.power = j.at("power"), r.host_energy = j.at("host_energy"),
  r.worst_slack = j.at("worst_slack");
  return r;
}

std::vector<Job> jobs_of(const RunOptions& options, const Design& base, const fs::path& runs) {
  std::vector<Job> jobs;
  for (const std::string& system : base.study.systems) {
    for (const std::int64_t seed : base.study.seeds) {
      Design design = parse_design(base.file, base.text, variant(options, system, seed));
      if (!design.task.sampled()) {
        throw UsageError("a study compares test accuracy: task.kind must be idx_images or series");
      }
      jobs.push_back({system + ", seed " + std::to_string(seed), system, std::move(design),
                      runs / (system + "-" + std::to_string(seed) + ".json")});
    }
  }
  return jobs;
}

}  // namespace

int study_command(const RunOptions& options) {
  const Design base = read_design(options.blueprint, options.read);
  if (base.study.systems.empty()) {
    throw UsageError(options.blueprint + " has no study: section that lists systems to compare");
  }
  const fs::path out = options.out, runs = runs_folder(options.out);
  const std::vector<Job> jobs = jobs_of(options, base, runs);
  make_task(jobs.front().design);  // data errors before anything is written
  fs::create_directories(runs);
  Progress progress(!options.quiet);
  run_jobs(jobs, processes(options), progress,
           [](const Job& job) { return run_json(job.design, job.group); });

  std::vector<StudyRun> found;
  for (const Job& job : jobs) found.push_back(run_of(finished_json(job)));
  const StudyReport report{base, found, compare_systems(found, base.study.params.converged),
                           provenance_of(base, 1)};
  write_file(out / "study.txt", study_text(report));
  write_file(out / "study.csv", study_csv(report));
  write_file(out / "curves.csv", study_curves_csv(report));
  write_file(out / "study.html", study_html(report));
  std::cout << study_text(report) << "report in " << options.out << "/study.html and study.txt\n";
  const bool all =
      std::all_of(report.rows.begin(), report.rows.end(), [](const auto& r) { return r.converged; });
  return all ? exit_met : exit_violated;
}

}  // namespace leadlag
