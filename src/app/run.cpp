// SPDX-License-Identifier: Apache-2.0
#include <omp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/commands.hpp"
#include "app/progress.hpp"
#include "app/simulate.hpp"
#include "instruments/task.hpp"
#include "report/report.hpp"

namespace leadlag {
namespace {

namespace fs = std::filesystem;

/// A folder that appears whole or not at all: written beside its place, then renamed.
class OutputFolder {
 public:
  explicit OutputFolder(const std::string& target) : target_(fs::path(target).lexically_normal()) {
    if (!target_.has_filename()) target_ = target_.parent_path();  // "out/" is "out"
    if (fs::exists(target_) && !fs::is_directory(target_))
      throw UsageError("--out " + target + " is not a folder");
    if (fs::exists(target_) && !fs::is_empty(target_) && !fs::exists(target_ / "report.json")) {
      throw UsageError("--out " + target + " exists and is not a report folder; choose another or empty it");
    }
    partial_ = target_;
    partial_ += ".partial-" + std::to_string(getpid());
    std::error_code error;
    fs::create_directories(partial_ / "weights", error);
    if (error) throw UsageError("--out " + target + " cannot be made: " + error.message());
  }
  ~OutputFolder() {
    std::error_code ignored;
    fs::remove_all(partial_, ignored);
  }
  std::string path(const std::string& file) const { return (partial_ / file).string(); }
  void write(const std::string& file, const std::string& text) const {
    std::ofstream out(partial_ / file, std::ios::binary);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + path(file));
  }
  void publish() const {
    if (fs::exists(target_)) fs::remove_all(target_);
    fs::rename(partial_, target_);
  }

 private:
  fs::path target_, partial_;
};

/// A control run in a process of its own (SystemC elaborates once), its results back through a file.
struct ControlRun {
  const Control* control;
  std::string file;
  pid_t process = 0;
};

std::string settings_text(const Control& control) {
  std::string text;
  for (const auto& [path, value] : control.settings) text += (text.empty() ? "" : ", ") + path + "=" + value;
  return text;
}

[[noreturn]] void control_child(const RunOptions& options, const Design& main, const Control& control,
                                const std::string& file) {
  std::signal(SIGINT, SIG_DFL), std::signal(SIGTERM, SIG_DFL);
  int status = exit_our_bug;
  try {
    ReadOptions read = options.read;
    read.settings.insert(read.settings.end(), control.settings.begin(), control.settings.end());
    const Design design = parse_design(main.file, main.text, read);  // the file may have changed meanwhile
    const Die die = fabricate(design);
    const Observations seen = simulate(design, die, *make_task(design), {});
    nlohmann::ordered_json json{{"values", measure(design, die, seen).values}, {"curve", nullptr}};
    for (const CurvePoint& p : seen.curve) json["curve"].push_back({p.cycle, p.sample, p.value});
    std::ofstream(file) << json.dump();
    status = exit_met;
  } catch (const std::exception& e) {
    std::cerr << "control " << control.name << ": " << e.what() << "\n";
  }
  std::cerr.flush();
  _exit(status);
}

void start(ControlRun& run, const RunOptions& options, const Design& main) {
  run.process = fork();
  if (run.process == 0) {
    omp_set_num_threads(1);
    control_child(options, main, *run.control, run.file);
  }
}

ControlResult finish(const ControlRun& run) {
  int status = 0;
  waitpid(run.process, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error("control " + run.control->name + " did not finish");
  }
  std::ifstream file(run.file);
  const auto json = nlohmann::json::parse(file);
  ControlResult result{run.control->name, settings_text(*run.control), {}, {}};
  for (const auto& [name, value] : json["values"].items()) {
    if (value.is_number()) result.values[name] = value.get<double>();  // not finite: not measured
  }
  for (const auto& point : json["curve"]) {
    const double value = point[2].is_null() ? std::nan("") : point[2].get<double>();  // JSON has no infinity
    result.curve.push_back({point[0].get<std::int64_t>(), point[1].get<std::int64_t>(), value, {}});
  }
  file.close();
  fs::remove(run.file);
  return result;
}

/// Runs the blueprint's controls, `jobs` at a time, before this process elaborates its own chip: children
/// must fork from a process without a kernel or threads.
std::vector<ControlResult> run_controls(const Design& design, const RunOptions& options,
                                        const OutputFolder& out, int jobs, Progress& progress) {
  std::vector<ControlRun> runs;
  for (const Control& c : design.controls) runs.push_back({&c, out.path("control-" + c.name + ".json")});
  std::vector<ControlResult> results;
  std::size_t started = 0;
  for (std::size_t k = 0; k < runs.size(); ++k) {
    while (started < runs.size() && started < k + static_cast<std::size_t>(jobs))
      start(runs[started++], options, design);
    progress.note("control " + std::to_string(k + 1) + " of " + std::to_string(runs.size()) + ": " +
                  runs[k].control->name);
    results.push_back(finish(runs[k]));
  }
  return results;
}

volatile std::sig_atomic_t interrupted = 0;

/// Control-C ends the run between two chunks, so that the partial folder is removed.
struct Interrupted : std::runtime_error {
  Interrupted() : std::runtime_error("interrupted; nothing was written") {}
};

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
}

}  // namespace

int run_command(const RunOptions& options) {
  const Design design = read_design(options.blueprint, options.read);
  const Die die = fabricate(design);
  const std::unique_ptr<Task> task = make_task(design);  // data errors before anything is written
  const OutputFolder out(options.out);
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const int threads = std::max(1, options.threads);
  Progress progress(!options.quiet);
  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::signal(SIGTERM, [](int) { interrupted = 1; });

  std::vector<ControlResult> controls;
  if (!options.no_controls) controls = run_controls(design, options, out, std::max(cores, threads), progress);
  omp_set_num_threads(threads);
  const Provenance provenance = provenance_of(design, threads);
  const Observations seen =
      simulate(design, die, *task,
               {.waves = out.path("waves"),
                .weights = out.path("weights"),
                .comment = provenance_line(provenance),
                .progress = [&](std::int64_t cycle, std::int64_t cycles, const Observations& now) {
                  if (interrupted != 0) throw Interrupted();
                  progress.show(design.chip.name, cycle, cycles, progress_text(now));
                }});
  progress.finish();

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
