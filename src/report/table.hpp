// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace leadlag {

/// Rows of text as aligned columns; numbers (cells that start with a digit or sign) are flushed right.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  std::string text(const std::string& indent = "  ") const;
  /// The header first.
  const std::vector<std::vector<std::string>>& rows() const { return rows_; }

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// A quantity rather than a word or a sentence that starts with one: short, and begins with a digit or a
/// sign.
bool is_figure(const std::string& cell);

/// One line of CSV; cells with a comma or a quote are quoted.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace leadlag
