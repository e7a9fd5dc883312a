// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "app/commands.hpp"
#include "app/output_folder.hpp"
#include "app/progress.hpp"
#include "report/report.hpp"

namespace leadlag {

/// The blueprint's controls, each in a process of its own (SystemC elaborates once), `jobs` processes at a
/// time with the main run among them. Children must fork from a process without a kernel or threads: the
/// constructor starts them all and waits until the last of them fit beside the main run.
class ControlRuns {
 public:
  ControlRuns(const Design& design, const RunOptions& options, const OutputFolder& out, std::size_t jobs,
              Progress& progress);
  ~ControlRuns();  ///< ends what still runs
  ControlRuns(const ControlRuns&) = delete;
  ControlRuns& operator=(const ControlRuns&) = delete;

  /// Waits for the rest; results in the order of the blueprint. Throws std::runtime_error if one failed.
  std::vector<ControlResult> collect(Progress& progress);

 private:
  ControlRuns() = default;  // so that the destructor runs if the public constructor throws
  struct Run {
    const Control* control;
    std::string file;  // its results come back through it
    pid_t process = 0;
  };
  void finish_next(Progress& progress);

  std::vector<Run> runs_;
  std::vector<ControlResult> results_;
};

}  // namespace leadlag
