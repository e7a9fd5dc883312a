// SPDX-License-Identifier: Apache-2.0
#include "app/progress.hpp"

#include <unistd.h>

#include <csignal>
#include <iostream>

namespace leadlag {
namespace {

volatile std::sig_atomic_t interrupted = 0;

}  // namespace

void catch_interruption() {
  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::signal(SIGTERM, [](int) { interrupted = 1; });
}

void throw_if_interrupted() {
  if (interrupted != 0) throw Interrupted();
}

Progress::Progress(bool wanted) : on_(wanted && isatty(STDERR_FILENO) != 0) {}

void Progress::note(const std::string& text) {
  if (on_) std::cerr << "\r\033[K" << text << "\n";
}

void Progress::show(const std::string& what, std::int64_t done, std::int64_t total,
                    const std::string& detail) {
  if (!on_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::milliseconds(100) && done < total) return;
  last_ = now;
  constexpr int width = 30;
  const double share = static_cast<double>(done) / static_cast<double>(total);
  const int filled = static_cast<int>(share * width);
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const auto left = static_cast<long>(share > 0.0 ? elapsed * (1.0 - share) / share : 0.0);
  std::cerr << "\r\033[K" << what << " [" << std::string(static_cast<std::size_t>(filled), '#')
            << std::string(static_cast<std::size_t>(width - filled), ' ') << "] "
            << static_cast<int>(100.0 * share) << " %, " << left << " s left  " << detail << std::flush;
}

void Progress::finish() {
  if (on_) std::cerr << "\r\033[K" << std::flush;
}

}  // namespace leadlag
