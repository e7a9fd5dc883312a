// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace leadlag {

struct CharacterizeOptions {
  std::string block;                   ///< of characterized_blocks, or "all"
  std::string technology = "cmos180";  ///< a shipped one, or a path
  std::string models, out, cache;
  int points = 6, draws = 100, jobs = 2;
  std::int64_t seed = 1;
  bool quiet = false;
};

/// Folder of finished decks: `wanted`, or $XDG_CACHE_HOME/leadlag, or ~/.cache/leadlag.
std::string cache_folder(const std::string& wanted);

/// A shipped technology by its name, or a path. Throws UsageError if there is none of that name.
std::string technology_path(const std::string& name);

/// Measures transistor circuits in ngspice and writes a technology file; compares its relations with
/// transistors at biases that were not used. exit_violated if one is further off than allowed, or ngspice
/// fails.
int characterize_command(const CharacterizeOptions& options);

}  // namespace leadlag
