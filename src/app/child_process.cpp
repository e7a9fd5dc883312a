// SPDX-License-Identifier: Apache-2.0
#include "app/child_process.hpp"

#include <omp.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <stdexcept>

#include "app/commands.hpp"

namespace leadlag {

pid_t start_child(const std::string& what, const std::function<void()>& work) {
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error(what + " cannot be started");
  if (child > 0) return child;
  omp_set_num_threads(1);
  std::signal(SIGINT, SIG_DFL), std::signal(SIGTERM, SIG_DFL);
  int status = exit_our_bug;
  try {
    work();
    status = exit_met;
  } catch (const std::exception& e) {
    std::cerr << what << ": " << e.what() << "\n";
  }
  std::cerr.flush();
  _exit(status);
}

}  // namespace leadlag
