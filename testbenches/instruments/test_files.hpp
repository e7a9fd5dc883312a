// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "instruments/data_error.hpp"

/// What tests of data files share.
namespace leadlag::test {

namespace fs = std::filesystem;

/// A folder that lasts as long as the test case.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("leadlag-series-" + std::to_string(getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string file(const std::string& name) const { return (path / name).string(); }
};

inline void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// What the DataError of a call says; "" if there is none.
template <class F>
std::string mistakes(F&& f) {
  try {
    f();
  } catch (const DataError& e) {
    return e.what();
  }
  return "";
}

}  // namespace leadlag::test
