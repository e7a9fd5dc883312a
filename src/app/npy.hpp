// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

namespace leadlag {

/// Writes an array in NumPy's NPY format 1.0: little-endian doubles, row-major.
void write_npy(const std::string& path, const std::vector<std::size_t>& shape,
               std::span<const double> values);

}  // namespace leadlag
