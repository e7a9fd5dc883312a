// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace leadlag::oracle {

/// A table of numbers with named columns.
struct CsvTable {
  std::vector<std::string> header;
  std::vector<std::vector<double>> rows;

  /// Index of a column; throws std::runtime_error when the table has none of that name.
  std::size_t column(const std::string& name) const;
};

/// Reads comma-separated numbers under one header line. Throws std::runtime_error, naming file and line, for
/// an unreadable or empty file, a table without rows, a row of another length than the header, or a cell that
/// is not a number: a golden file that is damaged must not pass as one with less to check.
CsvTable read_csv(const std::string& path);

/// Path of a file in testbenches/oracles/golden.
std::string golden_path(const std::string& file);

}  // namespace leadlag::oracle
