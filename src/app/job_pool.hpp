// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "app/progress.hpp"
#include "design/design.hpp"

namespace leadlag {

/// One run of a study: a chip, and the file that keeps what it found, so that a study that was interrupted
/// goes on where it was.
struct Job {
  std::string name;   ///< "gle, seed 2", in messages
  std::string group;  ///< what its runs are compared by
  Design design;
  std::filesystem::path file;
};

/// What an earlier study of the same blueprint, options and program left; null if nothing or something else.
nlohmann::ordered_json finished_json(const Job& job);

/// Runs the jobs that are not finished, each in a process of its own, `at_once` at a time; `work` returns
/// what the run found. Progress per job. Throws std::runtime_error if one fails.
void run_jobs(const std::vector<Job>& jobs, std::size_t at_once, Progress& progress,
              const std::function<nlohmann::ordered_json(const Job&)>& work);

/// options.threads, or one per core.
std::size_t processes(const RunOptions& options);

/// The folder in which a study keeps its runs, not made yet. Throws UsageError if `out` holds
/// something else.
std::filesystem::path runs_folder(const std::string& out);

/// Whole or not at all.
void write_file(const std::filesystem::path& path, const std::string& text);

}  // namespace leadlag
