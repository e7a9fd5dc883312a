// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
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

}  // namespace leadlag
