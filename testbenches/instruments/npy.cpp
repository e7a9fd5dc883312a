// SPDX-License-Identifier: Apache-2.0
#include "instruments/npy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include "instruments/data_error.hpp"

// The format: "\x93NUMPY", version (2 bytes), length of the header (2 bytes in version 1, 4 in 2 and 3), the
// header as a Python dictionary of descr, fortran_order and shape, then the values. Source: NEP 1 and
// numpy.lib.format.
namespace leadlag {
namespace {

static_assert(std::endian::native == std::endian::little);
constexpr std::string_view magic{"\x93NUMPY", 6};
constexpr std::size_t most_values = std::size_t{1} << 32;

struct Type {
  std::string_view name;
  std::size_t bytes;
  double (*value)(const char*);
};
template <class V>
double value_at(const char* bytes) {
  V value;
  std::memcpy(&value, bytes, sizeof value);
  return static_cast<double>(value);
}
constexpr std::array types{Type{"|u1", 1, value_at<std::uint8_t>}, Type{"<i8", 8, value_at<std::int64_t>},
                           Type{"<f4", 4, value_at<float>}, Type{"<f8", 8, value_at<double>}};

/// The header's dictionary, key by key.
class Header {
 public:
  Header(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  [[noreturn]] void bad(const std::string& why) const { throw DataError(path_ + ": " + why); }

  std::string_view text_of(std::string_view key) const {
    const std::string_view rest = after(key);
    const std::size_t end = rest.empty() ? rest.npos : rest.find(rest[0], 1);
    if (rest.empty() || (rest[0] != '\'' && rest[0] != '"') || end == rest.npos) {
      bad("NPY header: " + std::string(key) + " is not a name, so this is no array of plain numbers");
    }
    return rest.substr(1, end - 1);
  }
  bool flag_of(std::string_view key) const {
    const std::string_view rest = after(key);
    if (!rest.starts_with("True") && !rest.starts_with("False")) {
      bad("NPY header: " + std::string(key) + " is neither True nor False");
    }
    return rest.starts_with("True");
  }
  std::vector<std::size_t> tuple_of(std::string_view key) const {
    const std::string_view rest = after(key);
    const std::size_t end = rest.find(')');
    if (!rest.starts_with("(") || end == rest.npos) bad("NPY header: " + std::string(key) + " is no tuple");
    std::vector<std::size_t> tuple;
    std::string_view inside = rest.substr(1, end - 1);
    while (!(inside = trimmed(inside)).empty()) {
      std::size_t number = 0;
      const auto [stop, error] = std::from_chars(inside.data(), inside.data() + inside.size(), number);
      if (error != std::errc{})
        bad("NPY header: " + std::string(key) + " holds something else than whole numbers");
      tuple.push_back(number);
      inside = trimmed(inside.substr(static_cast<std::size_t>(stop - inside.data())));
      if (inside.starts_with(',')) {
        inside.remove_prefix(1);
      } else if (!inside.empty()) {
        bad("NPY header: " + std::string(key) + " holds something else than whole numbers");
      }
    }
    return tuple;
  }

 private:
  static std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(' ');
    return first == text.npos ? std::string_view{} : text.substr(first);
  }
  std::string_view after(std::string_view key) const {
    for (const char quote : {'\'', '"'}) {
      const std::size_t at = text_.find(quote + std::string(key) + quote);
      if (at == text_.npos) continue;
      const std::string_view rest = trimmed(text_.substr(at + key.size() + 2));
      if (rest.starts_with(':')) return trimmed(rest.substr(1));
    }
    bad("NPY header has no " + std::string(key));
  }

  std::string_view text_;
  const std::string& path_;
};

std::size_t little_endian(const char* bytes, std::size_t count) {
  std::size_t value = 0;
  for (std::size_t k = count; k > 0; --k) value = value << 8 | static_cast<unsigned char>(bytes[k - 1]);
  return value;
}

void write(const std::string& path, const char* type, const std::vector<std::size_t>& shape,
           const void* bytes, std::size_t count) {
  std::string header = "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (";
  for (const std::size_t n : shape) header += std::to_string(n) + ",";
  header += "), }";
  header.append(63 - (10 + header.size()) % 64, ' ');  // magic + header + newline fill whole 64-byte blocks
  header += '\n';
  const char size[2] = {static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  std::ofstream file(path, std::ios::binary);
  file.write("\x93NUMPY\x01\x00", 8).write(size, 2) << header;
  file.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(count));
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace

Npy read_npy(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw DataError(path + ": no such file");
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto bad = [&path](const std::string& why) { return DataError(path + ": " + why); };
  if (!bytes.starts_with(magic)) throw bad("not an NPY file (it starts with \\x93NUMPY)");
  if (bytes.size() < 10) throw bad("NPY header is cut short");
  const int version = static_cast<unsigned char>(bytes[6]);
  if (version < 1 || version > 3)
    throw bad("NPY version " + std::to_string(version) + "; read are 1, 2 and 3");
  const std::size_t first = version == 1 ? 10 : 12;
  if (bytes.size() < first) throw bad("NPY header is cut short");
  const std::size_t length = little_endian(&bytes[8], first - 8);
  if (bytes.size() - first < length) throw bad("NPY header is cut short");

  const Header header{std::string_view(bytes).substr(first, length), path};
  const std::string name(header.text_of("descr"));
  const auto type = std::find_if(types.begin(), types.end(), [&](const Type& t) { return t.name == name; });
  if (type == types.end()) throw bad("values of type " + name + "; read are |u1, <i8, <f4 and <f8");
  if (header.flag_of("fortran_order")) throw bad("column-major (fortran_order: True); save it row-major");
  Npy npy{header.tuple_of("shape"), {}};
  std::size_t count = 1;
  for (const std::size_t n : npy.shape) {
    if (n != 0 && count > most_values / n) throw bad("NPY header asks for too much");
    count *= n;
  }
  const std::size_t data = bytes.size() - first - length;
  if (data != count * type->bytes) {
    throw bad("NPY header promises " + std::to_string(count) + " values of " + std::to_string(type->bytes) +
              " bytes, the file has " + std::to_string(data) + " bytes of data");
  }
  npy.values.reserve(count);
  for (std::size_t k = 0; k < count; ++k)
    npy.values.push_back(type->value(&bytes[first + length + k * type->bytes]));
  return npy;
}

void write_npy(const std::string& path, const std::vector<std::size_t>& shape,
               std::span<const double> values) {
  write(path, "<f8", shape, values.data(), values.size_bytes());
}

void write_npy(const std::string& path, const std::vector<std::size_t>& shape,
               std::span<const std::int64_t> values) {
  write(path, "<i8", shape, values.data(), values.size_bytes());
}

}  // namespace leadlag
