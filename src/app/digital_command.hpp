// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace leadlag {

struct DigitalOptions {
  std::string module = "all";          ///< of digital_modules
  std::string technology = "cmos180";  ///< whose file the numbers are for
  std::string liberty, cells;          ///< empty: the OSU library of qflow
  std::vector<std::string> words;      ///< "signal_bits=12,signal_fraction=8"; none: FixedWords
  std::vector<std::string> foreign;    ///< options that were given and measure transistors
  std::string out, cache;
  int jobs = 2;
  bool quiet = false;
};

/// Synthesises modules of rtl_ref, measures them and writes digital.yaml and digital.txt into a folder.
/// exit_violated if energies do not predict a held-out stimulus within held_out_limit, or a tool fails.
int digital_command(const DigitalOptions& options);

}  // namespace leadlag
