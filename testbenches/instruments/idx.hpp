// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace leadlag {

/// An IDX file of unsigned bytes (the format of MNIST and Fashion-MNIST), plain or gzipped.
struct Idx {
  std::vector<std::size_t> shape;
  std::vector<std::uint8_t> values;  ///< row-major
};

/// Reads `path`, or `path` + ".gz" when only that exists. Throws DataError: missing, truncated, not gzip
/// inside .gz, wrong magic, another type than unsigned byte, more data than the header says.
Idx read_idx(const std::string& path);

}  // namespace leadlag
