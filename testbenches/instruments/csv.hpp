// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace leadlag {

/// A table of numbers from a text file.
struct Csv {
  std::size_t columns = 0;
  std::vector<double> values;      ///< row-major
  std::vector<std::size_t> lines;  ///< of each row in the file, from 1

  std::size_t rows() const { return lines.size(); }
};

/// Reads numbers separated by commas, one row per line. Blank lines and lines that start with # are skipped;
/// the first row is a header if none of its cells is a number. Throws DataError with file:line for each of
/// the first ten mistakes: no number, not finite, another count of values than the first row.
Csv read_csv(const std::string& path);

}  // namespace leadlag
