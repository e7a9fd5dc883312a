// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "design/reader.hpp"

namespace leadlag {

/// Exit codes: what a script can rely on.
enum ExitCode { exit_met = 0, exit_violated = 1, exit_wrong_input = 2, exit_our_bug = 3 };

/// The command line is wrong; what() says how, and the usage line follows.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct RunOptions {
  std::string blueprint, out;
  ReadOptions read;
  int threads = 0;  ///< 0: not stated, one
  bool quiet = false, no_controls = false;
};

struct DataOptions {
  std::string kind, out;
  TaskParams params;  ///< samples, length, data_seed
  bool csv = false;
};

int run_command(const RunOptions& options);
int check_command(const RunOptions& options);
/// Compares the presets that the blueprint's study: lists. options.out keeps finished runs and may be
/// resumed.
int study_command(const RunOptions& options);
/// Draws the curves that the blueprint's study: lists, in the same way.
int robustness_command(const RunOptions& options);
int new_command(const std::string& name);
int data_command(const DataOptions& options);
int blocks_command(const std::string& kind);
int technology_command(const std::string& file);

/// Folder of the SPICE subcircuits, found as the technologies are.
std::string spice_folder();
/// Folder of the SystemVerilog twins, found in the same way.
std::string rtl_folder();
/// Folder of the shipped technologies: beside this program where it is installed, or else in the source tree.
std::string technology_folder();

}  // namespace leadlag
