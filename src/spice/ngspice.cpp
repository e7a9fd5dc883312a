// SPDX-License-Identifier: Apache-2.0
#include "spice/ngspice.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

namespace leadlag {
namespace {

constexpr int not_installed = 127;
constexpr const char* install_hint =
    "install it (Debian: apt-get install ngspice) and see that it is on the PATH";

[[noreturn]] void become_ngspice(const std::string& folder, const std::string& file) {
  if (chdir(folder.c_str()) != 0) _exit(126);
  const int log = open("ngspice.log", O_WRONLY | O_CREAT | O_TRUNC, 0644),
            nothing = open("/dev/null", O_RDONLY);
  if (log < 0 || nothing < 0) _exit(126);
  dup2(log, STDOUT_FILENO), dup2(log, STDERR_FILENO), dup2(nothing, STDIN_FILENO);
  // ngspice asks for threads of its own whatever OMP_NUM_THREADS says, and on a machine with other work they
  // spend some thirty times the circuit's time waiting for each other.
  setenv("OMP_THREAD_LIMIT", "1", 1);
  execlp("ngspice", "ngspice", "-b", file.c_str(), static_cast<char*>(nullptr));
  _exit(not_installed);
}

std::string first_error(const std::string& folder) {
  std::ifstream log(folder + "/ngspice.log");
  std::string line, last;
  while (std::getline(log, line)) {
    std::string lower = line;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower.find("error") != std::string::npos || lower.find("aborted") != std::string::npos ||
        lower.find("too small") != std::string::npos)
      return line;
    if (!line.empty()) last = line;
  }
  return last.empty() ? "it printed nothing" : last;
}

}  // namespace

const std::vector<double>& SpiceRecord::column(const std::string& name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw SpiceError("ngspice wrote no vector " + name);
  return columns[static_cast<std::size_t>(found - names.begin())];
}

double SpiceRecord::at(const std::vector<double>& values, double instant) const {
  const std::vector<double>& axis = columns.front();
  const auto after = std::lower_bound(axis.begin(), axis.end(), instant);
  if (after == axis.begin()) return values.front();
  if (after == axis.end()) return values.back();
  const auto k = static_cast<std::size_t>(after - axis.begin());
  const double share = (instant - axis[k - 1]) / (axis[k] - axis[k - 1]);
  return values[k - 1] + share * (values[k] - values[k - 1]);
}

SpiceRecord read_raw(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw SpiceError("ngspice wrote no " + path);
  std::size_t variables = 0, points = 0;
  SpiceRecord record;
  const auto bad = [&](const std::string& why) { return SpiceError(path + " cannot be read: " + why); };
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("Flags:", 0) == 0 && line.find("complex") != std::string::npos)
      throw bad("complex numbers");
    if (line.rfind("No. Variables:", 0) == 0) variables = std::stoul(line.substr(14));
    if (line.rfind("No. Points:", 0) == 0) points = std::stoul(line.substr(11));
    if (line.rfind("Variables:", 0) == 0) {
      for (std::size_t k = 0; k < variables && std::getline(file, line); ++k) {
        std::istringstream words(line);
        std::string index, name;
        words >> index >> name;
        record.names.push_back(name);
      }
    }
    if (line.rfind("Binary:", 0) == 0) break;
  }
  if (variables == 0 || points == 0 || record.names.size() != variables) throw bad("it has no vectors");
  std::vector<double> row(variables);
  record.columns.assign(variables, std::vector<double>(points));
  for (std::size_t n = 0; n < points; ++n) {
    file.read(reinterpret_cast<char*>(row.data()), static_cast<std::streamsize>(variables * sizeof(double)));
    if (!file) throw bad("it ends after " + std::to_string(n) + " of " + std::to_string(points) + " points");
    for (std::size_t k = 0; k < variables; ++k) record.columns[k][n] = row[k];
  }
  return record;
}

void run_ngspice(const std::string& folder, const std::string& file, const std::function<void()>& waiting) {
  const pid_t child = fork();
  if (child < 0) throw SpiceError("ngspice cannot be started");
  if (child == 0) become_ngspice(folder, file);
  int status = 0;
  try {
    while (waitpid(child, &status, WNOHANG) == 0) {
      if (waiting) waiting();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  } catch (...) {
    kill(child, SIGTERM);
    waitpid(child, &status, 0);
    throw;
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  if (WIFEXITED(status) && WEXITSTATUS(status) == not_installed)
    throw SpiceMissing(std::string("ngspice was not found: ") + install_hint);
  throw SpiceError("ngspice failed on " + file + ": " + first_error(folder));
}

}  // namespace leadlag
