// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace leadlag {

/// What a deck echoes: lines "RESULT name number number ...".
using SpiceRows = std::map<std::string, std::vector<std::vector<double>>>;

/// One deck that prints rows. It includes `files` of the library folder by their names, and is run in a
/// folder of its own.
struct SpiceJob {
  std::string name;
  std::string deck;
  /// The same with other solver settings, tried in turn if ngspice fails.
  std::vector<std::string> again{};
};

struct SpiceJobOptions {
  std::vector<std::string> files;  ///< paths: copied beside each deck
  std::string models;              ///< path of a card that decks include from where it is; empty: none
  std::string cache;               ///< folder; made if it is not there
  int at_once = 1;
  std::function<void()> waiting;  ///< may throw, which ends all
  std::function<void(std::size_t done, std::size_t all)> progress;
  /// A job whose decks all failed; it has no rows then and the others go on. Not given: the first ends all.
  std::function<void(const SpiceJob& job, const std::string& why)> failed;
};

/// SHA-1 in hexadecimal.
std::string content_key(const std::vector<std::string>& texts);

/// Runs decks, several at once, and returns what they printed by the name of the job. What was printed is
/// kept under a key of the deck, the files it includes and ngspice's version: a second run, or one that goes
/// on after an interruption, reads it back. Throws SpiceError with the name of the job that failed, unless
/// options.failed takes it.
std::map<std::string, SpiceRows> run_jobs(const std::vector<SpiceJob>& jobs, const SpiceJobOptions& options);

/// "39": of the ngspice on the PATH. Throws SpiceMissing.
std::string ngspice_version();

}  // namespace leadlag
