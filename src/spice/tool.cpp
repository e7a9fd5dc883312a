// SPDX-License-Identifier: Apache-2.0
#include "spice/tool.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

namespace leadlag {
namespace {

constexpr int not_installed = 127;

[[noreturn]] void become(const std::vector<char*>& words, const std::string& folder, const std::string& log) {
  if (chdir(folder.c_str()) != 0) _exit(126);
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644),
            nothing = open("/dev/null", O_RDONLY);
  if (out < 0 || nothing < 0) _exit(126);
  dup2(out, STDOUT_FILENO), dup2(out, STDERR_FILENO), dup2(nothing, STDIN_FILENO);
  setenv("OMP_NUM_THREADS", "1", 1);
  // ngspice asks for threads of its own whatever OMP_NUM_THREADS says, and on a machine with other work they
  // spend some thirty times the circuit's time waiting for each other.
  setenv("OMP_THREAD_LIMIT", "1", 1);
  execvp(words.front(), words.data());
  _exit(not_installed);
}

}  // namespace

std::string file_contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw std::runtime_error("cannot read " + path);
  return text.str();
}

void keep_file(const std::string& path, const std::string& text) {
  const std::string partial = path + ".partial" + std::to_string(getpid());
  std::ofstream out(partial, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw std::runtime_error("cannot write " + partial);
  std::filesystem::rename(partial, path);
}

void in_parallel(std::size_t jobs, int at_once, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto worker = [&] {
    for (std::size_t k = next++; k < jobs; k = next++) {
      try {
        work(k);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = jobs;
      }
    }
  };
  std::vector<std::jthread> threads;
  for (int t = 0; t < at_once; ++t) threads.emplace_back(worker);
  threads.clear();
  if (failure) std::rethrow_exception(failure);
}

std::string first_error(const std::string& path) {
  std::ifstream log(path);
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

int run_tool(const std::vector<std::string>& words, const std::string& folder, const std::string& log,
             const std::string& package, const std::function<void()>& waiting) {
  std::vector<std::string> copy = words;
  std::vector<char*> pointers;
  for (std::string& word : copy) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error(words.front() + " cannot be started");
  if (child == 0) become(pointers, folder, log);
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
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (code == not_installed)
    throw ToolMissing(words.front() + " was not found: install it (Debian: apt-get install " + package +
                      ") and see that it is on the PATH");
  return code;
}

}  // namespace leadlag
