// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "design/position.hpp"

namespace leadlag {

/// Every id a diagnostic can have. Stable: scripts and docs refer to them; each has a blueprint in
/// testbenches/golden/malformed that provokes it.
inline constexpr std::array<std::string_view, 24> diagnostic_ids{
    "bad-measurement", "bad-name",       "bad-number",      "bad-trace",           "bad-unit",
    "bad-version",     "bad-window",     "cyclic-low-pass", "dangling-net",        "doubly-driven",
    "duplicate-key",   "duplicate-name", "empty-limit",     "illegal-combination", "missing-key",
    "missing-source",  "no-file",        "no-lag",          "out-of-range",        "size-mismatch",
    "unknown-key",     "unknown-name",   "wrong-type",      "yaml-syntax"};

/// One mistake in a designer's file. `id` is stable ("unknown-key"); the text says what was expected.
struct Diagnostic {
  std::string id;
  Position at;
  std::string message;
  std::string origin{};  ///< "" is the file itself; else an option ("--set chip.seed=x") or another file
};

/// Every mistake found, in the order of the file. what() is the whole text, one line each:
///   chip.yaml:12:9: error[bad-unit]: tau_m needs a time such as 20 us, but '20 mV' is a voltage
///   --set chip.clokc=1: error[unknown-key]: ...
class DesignError : public std::runtime_error {
 public:
  DesignError(const std::string& file, std::vector<Diagnostic> diagnostics);
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
};

/// The candidate nearest to `word` by edit distance, or "" when none is near enough to suggest.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace leadlag
