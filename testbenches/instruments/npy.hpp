// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace leadlag {

/// An array of NumPy's NPY format, its values converted to double.
struct Npy {
  std::vector<std::size_t> shape;
  std::vector<double> values;  ///< row-major
};

/// Reads versions 1.0 to 3.0; types |u1 (bytes), <i8, <f4, <f8; row-major only. Throws DataError with the
/// file and what is wrong with it: no NPY file, another type or order, header cut short or not understood,
/// more or fewer values than the header promises.
Npy read_npy(const std::string& path);

/// Writes version 1.0, row-major, as <f8 or <i8. Throws std::runtime_error when the file cannot be written.
void write_npy(const std::string& path, const std::vector<std::size_t>& shape,
               std::span<const double> values);
void write_npy(const std::string& path, const std::vector<std::size_t>& shape,
               std::span<const std::int64_t> values);

}  // namespace leadlag
