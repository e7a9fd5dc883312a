// SPDX-License-Identifier: Apache-2.0
#include "app/npy.hpp"

#include <bit>
#include <fstream>
#include <stdexcept>

namespace leadlag {

void write_npy(const std::string& path, const std::vector<std::size_t>& shape,
               std::span<const double> values) {
  static_assert(std::endian::native == std::endian::little);
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (";
  for (const std::size_t n : shape) header += std::to_string(n) + ",";
  header += "), }";
  header.append(63 - (10 + header.size()) % 64, ' ');  // magic + header + newline fill whole 64-byte blocks
  header += '\n';
  const char size[2] = {static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  std::ofstream file(path, std::ios::binary);
  file.write("\x93NUMPY\x01\x00", 8).write(size, 2) << header;
  file.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size_bytes()));
  if (!file) throw std::runtime_error("cannot write " + path);
}

}  // namespace leadlag
