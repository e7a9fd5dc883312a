// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/child_process.hpp"
#include "app/commands.hpp"
#include "app/progress.hpp"
#include "app/simulate.hpp"
#include "instruments/task.hpp"
#include "report/report_tables.hpp"
#include "report/study_report.hpp"

// Every system with every seed in a process of its own. What a process found stays in DIR/runs, so that a
// study that was interrupted goes on where it was.
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
  return {{"version", provenance_of(design, 1).version},
          {"hash", design.hash},
          {"system", system},
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

/// Whole or not at all.
void write_file(const fs::path& path, const std::string& text) {
  fs::path partial = path;
  partial += ".partial";
  std::ofstream out(partial, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw std::runtime_error("cannot write " + partial.string());
  fs::rename(partial, path);
}

struct Job {
  std::string system;
  std::int64_t seed;
  Design design;
  fs::path file;
};

/// What an earlier study of the same blueprint, options and program left.
std::optional<StudyRun> finished(const Job& job) {
  std::ifstream file(job.file);
  const Json json = Json::parse(file, nullptr, false);
  const auto is = [&](const char* key, const std::string& value) {
    return json.is_object() && json.contains(key) && json[key] == value;
  };
  if (!is("hash", job.design.hash) || !is("version", provenance_of(job.design, 1).version)) return {};
  return run_of(json);
}

class Pool {
 public:
  Pool(std::vector<const Job*> jobs, Progress& progress) : jobs_(std::move(jobs)), progress_(progress) {}
  ~Pool() {
    for (const auto& [pid, job] : running_) {
      kill(pid, SIGTERM);
      waitpid(pid, nullptr, 0);
    }
  }
  void run(std::size_t at_once) {
    while (done_ < jobs_.size()) {
      throw_if_interrupted();
      while (running_.size() < at_once && next_ < jobs_.size()) start(*jobs_[next_++]);
      int status = 0;
      const pid_t pid = waitpid(-1, &status, 0);
      const auto found = running_.find(pid);
      if (found == running_.end()) continue;  // interrupted by a signal
      const Job& job = *found->second;
      running_.erase(found);
      ++done_;
      const bool ended = WIFEXITED(status) && WEXITSTATUS(status) == exit_met;
      if (!ended)
        throw std::runtime_error(job.system + " with seed " + std::to_string(job.seed) + " did not finish");
      progress_.note(std::to_string(done_) + " of " + std::to_string(jobs_.size()) + ": " + job.system +
                     ", seed " + std::to_string(job.seed));
    }
  }

 private:
  void start(const Job& job) {
    const pid_t pid = start_child(job.system + ", seed " + std::to_string(job.seed), [&] {
      write_file(job.file, run_json(job.design, job.system).dump(1) + "\n");
    });
    running_[pid] = &job;
  }
  std::vector<const Job*> jobs_;
  Progress& progress_;
  std::map<pid_t, const Job*> running_;
  std::size_t next_ = 0, done_ = 0;
};

std::vector<Job> jobs_of(const RunOptions& options, const Design& base, const fs::path& runs) {
  std::vector<Job> jobs;
  for (const std::string& system : base.study.systems) {
    for (const std::int64_t seed : base.study.seeds) {
      Design design = parse_design(base.file, base.text, variant(options, system, seed));
      if (!design.task.sampled()) {
        throw UsageError("a study compares test accuracy: task.kind must be idx_images or series");
      }
      jobs.push_back(
          {system, seed, std::move(design), runs / (system + "-" + std::to_string(seed) + ".json")});
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
  const fs::path out = options.out, runs = out / "runs";
  if (fs::exists(out) && (!fs::is_directory(out) || (!fs::is_empty(out) && !fs::exists(runs)))) {
    throw UsageError("--out " + options.out +
                     " exists and has no runs/ of an earlier study; choose another or empty it");
  }
  const std::vector<Job> jobs = jobs_of(options, base, runs);
  make_task(jobs.front().design);  // data errors before anything is written
  fs::create_directories(runs);
  std::vector<const Job*> open;
  for (const Job& job : jobs) {
    if (!finished(job)) open.push_back(&job);
  }
  Progress progress(!options.quiet);
  catch_interruption();
  if (open.size() < jobs.size()) {
    progress.note(std::to_string(jobs.size() - open.size()) + " of " + std::to_string(jobs.size()) +
                  " runs stand in " + runs.string());
  }
  const auto cores = static_cast<std::size_t>(std::max(1U, std::thread::hardware_concurrency()));
  Pool(open, progress).run(options.threads > 0 ? static_cast<std::size_t>(options.threads) : cores);

  std::vector<StudyRun> found;
  for (const Job& job : jobs) found.push_back(finished(job).value());
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
