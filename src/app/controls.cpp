// SPDX-License-Identifier: Apache-2.0
#include "app/controls.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/child_process.hpp"
#include "app/simulate.hpp"
#include "instruments/task.hpp"

namespace leadlag {
namespace {

std::string settings_text(const Control& control) {
  std::string text;
  for (const auto& [path, value] : control.settings) text += (text.empty() ? "" : ", ") + path + "=" + value;
  return text;
}

void run_control(const RunOptions& options, const Design& main, const Control& control,
                 const std::string& file) {
  ReadOptions read = options.read;
  read.settings.insert(read.settings.end(), control.settings.begin(), control.settings.end());
  const Design design = parse_design(main.file, main.text, read);  // the file may have changed meanwhile
  const Die die = fabricate(design);
  const Observations seen = simulate(design, die, *make_task(design), {});
  nlohmann::ordered_json json{{"values", measure(design, die, seen).values}, {"curve", nullptr}};
  for (const CurvePoint& p : seen.curve) json["curve"].push_back({p.cycle, p.sample, p.value});
  std::ofstream(file) << json.dump();
}

}  // namespace

ControlRuns::ControlRuns(const Design& design, const RunOptions& options, const OutputFolder& out,
                         std::size_t jobs, Progress& progress)
    : ControlRuns() {
  if (options.no_controls) return;
  for (const Control& c : design.controls) runs_.push_back({&c, out.path("control-" + c.name + ".json")});
  std::size_t started = 0;
  const auto start_until = [&](std::size_t end) {
    for (; started < std::min(runs_.size(), end); ++started) {
      Run& run = runs_[started];
      run.process = start_child("control " + run.control->name,
                                [&] { run_control(options, design, *run.control, run.file); });
    }
  };
  while (runs_.size() - results_.size() > jobs - 1) {
    start_until(results_.size() + jobs);
    finish_next(progress);
  }
  start_until(runs_.size());
}

ControlRuns::~ControlRuns() {
  for (const Run& run : runs_) {
    if (run.process <= 0) continue;
    kill(run.process, SIGTERM);
    waitpid(run.process, nullptr, 0);
  }
}

void ControlRuns::finish_next(Progress& progress) {
  Run& run = runs_[results_.size()];
  progress.note("control " + std::to_string(results_.size() + 1) + " of " + std::to_string(runs_.size()) +
                ": " + run.control->name);
  int status = 0;
  waitpid(run.process, &status, 0);
  run.process = 0;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error("control " + run.control->name + " did not finish");
  }
  ControlResult result{run.control->name, settings_text(*run.control), {}, {}};
  {
    std::ifstream file(run.file);
    const auto json = nlohmann::json::parse(file);
    for (const auto& [name, value] : json["values"].items()) {
      if (value.is_number()) result.values[name] = value.get<double>();  // not finite: not measured
    }
    for (const auto& point : json["curve"]) {
      const double value =
          point[2].is_null() ? std::nan("") : point[2].get<double>();  // JSON has no infinity
      result.curve.push_back({point[0].get<std::int64_t>(), point[1].get<std::int64_t>(), value, {}});
    }
  }
  std::filesystem::remove(run.file);
  results_.push_back(std::move(result));
}

std::vector<ControlResult> ControlRuns::collect(Progress& progress) {
  while (results_.size() < runs_.size()) finish_next(progress);
  return results_;
}

}  // namespace leadlag
