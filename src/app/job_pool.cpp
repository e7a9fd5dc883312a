// SPDX-License-Identifier: Apache-2.0
#include "app/job_pool.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>
#include <thread>

#include "app/child_process.hpp"
#include "app/simulate.hpp"
#include "report/report_tables.hpp"

namespace leadlag {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Work = std::function<Json(const Job&)>;

class Pool {
 public:
  Pool(std::vector<const Job*> jobs, const Work& work, Progress& progress)
      : jobs_(std::move(jobs)), work_(work), progress_(progress) {}
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
      if (!ended) throw std::runtime_error(job.name + " did not finish");
      progress_.note(std::to_string(done_) + " of " + std::to_string(jobs_.size()) + ": " + job.name);
    }
  }

 private:
  void start(const Job& job) {
    const pid_t pid = start_child(job.name, [&] {
      Json found = work_(job);
      found["version"] = provenance_of(job.design, 1).version;
      found["hash"] = job.design.hash;
      write_file(job.file, found.dump(1) + "\n");
    });
    running_[pid] = &job;
  }
  std::vector<const Job*> jobs_;
  const Work& work_;
  Progress& progress_;
  std::map<pid_t, const Job*> running_;
  std::size_t next_ = 0, done_ = 0;
};

}  // namespace

void write_file(const fs::path& path, const std::string& text) {
  fs::path partial = path;
  partial += ".partial";
  std::ofstream out(partial, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw std::runtime_error("cannot write " + partial.string());
  fs::rename(partial, path);
}

Json finished_json(const Job& job) {
  std::ifstream file(job.file);
  Json json = Json::parse(file, nullptr, false);
  const auto is = [&](const char* key, const std::string& value) {
    return json.is_object() && json.contains(key) && json[key] == value;
  };
  if (!is("hash", job.design.hash) || !is("version", provenance_of(job.design, 1).version)) return nullptr;
  return json;
}

void run_jobs(const std::vector<Job>& jobs, std::size_t at_once, Progress& progress, const Work& work) {
  std::vector<const Job*> open;
  for (const Job& job : jobs) {
    if (finished_json(job).is_null()) open.push_back(&job);
  }
  catch_interruption();
  if (open.size() < jobs.size()) {
    progress.note(std::to_string(jobs.size() - open.size()) + " of " + std::to_string(jobs.size()) +
                  " runs stand in " + jobs.front().file.parent_path().string());
  }
  Pool(open, work, progress).run(at_once);
}

std::size_t processes(const RunOptions& options) {
  return options.threads > 0 ? static_cast<std::size_t>(options.threads)
                             : std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

fs::path runs_folder(const std::string& out) {
  const fs::path folder = out, runs = folder / "runs";
  if (fs::exists(folder) && (!fs::is_directory(folder) || (!fs::is_empty(folder) && !fs::exists(runs)))) {
    throw UsageError("--out " + out +
                     " exists and has no runs/ of an earlier study; choose another or empty it");
  }
  return runs;
}

}  // namespace leadlag
