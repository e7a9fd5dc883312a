// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace leadlag {

/// A progress line on standard error, only when that is a terminal.
class Progress {
 public:
  explicit Progress(bool wanted);
  void note(const std::string& text);  ///< a line that stays
  void show(const std::string& what, std::int64_t done, std::int64_t total, const std::string& detail);
  void finish();  ///< clears the line

 private:
  bool on_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), last_{};
};

/// Control-C ends a simulation between two chunks, so that the partial folder is removed.
struct Interrupted : std::runtime_error {
  Interrupted() : std::runtime_error("interrupted; nothing was written") {}
};
/// From here on the signals that ask to stop are remembered.
void catch_interruption();
void throw_if_interrupted();

}  // namespace leadlag
