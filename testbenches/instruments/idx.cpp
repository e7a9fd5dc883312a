// SPDX-License-Identifier: Apache-2.0
#include "instruments/idx.hpp"

#include <boost/iostreams/copy.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "instruments/data_error.hpp"

namespace leadlag {
namespace {

std::string read_bytes(const std::string& path, std::string& actual) {
  namespace io = boost::iostreams;
  actual = std::filesystem::exists(path) ? path : path + ".gz";
  std::ifstream file(actual, std::ios::binary);
  if (!file)
    throw DataError(path + ": no such file, nor " + path + ".gz (Debian package dataset-fashion-mnist?)");
  std::ostringstream out;
  try {
    io::filtering_streambuf<io::input> in;
    if (actual.ends_with(".gz")) in.push(io::gzip_decompressor());
    in.push(file);
    io::copy(in, out);
  } catch (const io::gzip_error&) {
    throw DataError(actual + ": not a complete gzip file");
  }
  return std::move(out).str();
}

std::size_t big_endian(const std::string& bytes, std::size_t at) {
  std::size_t value = 0;
  for (std::size_t k = 0; k < 4; ++k) value = value << 8 | static_cast<unsigned char>(bytes[at + k]);
  return value;
}

}  // namespace

Idx read_idx(const std::string& path) {
  std::string name;
  const std::string bytes = read_bytes(path, name);
  const auto bad = [&name](const std::string& why) { return DataError(name + ": " + why); };
  if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0)
    throw bad("not an IDX file (it starts with two zero bytes)");
  if (bytes[2] != 0x08) throw bad("IDX of another type than unsigned byte (0x08)");
  const auto dimensions = static_cast<std::size_t>(static_cast<unsigned char>(bytes[3]));
  if (bytes.size() < 4 + 4 * dimensions) throw bad("IDX header is cut short");
  Idx idx;
  std::size_t count = 1;
  for (std::size_t d = 0; d < dimensions; ++d) {
    idx.shape.push_back(big_endian(bytes, 4 + 4 * d));
    if (idx.shape.back() != 0 && count > (std::size_t{1} << 40) / idx.shape.back())
      throw bad("IDX header asks for too much");
    count *= idx.shape.back();
  }
  const std::size_t first = 4 + 4 * dimensions;
  if (bytes.size() - first != count) {
    throw bad("IDX header promises " + std::to_string(count) + " values, the file has " +
              std::to_string(bytes.size() - first));
  }
  idx.values.assign(bytes.begin() + static_cast<std::ptrdiff_t>(first), bytes.end());
  return idx;
}

}  // namespace leadlag
