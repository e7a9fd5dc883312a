// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace leadlag {

/// A blueprint as a user has it: a file, in a folder of its own that goes when the test ends.
struct OnDisk {
  std::string folder, path;

  OnDisk(const std::string& name, const std::string& text) {
    std::string pattern = (std::filesystem::temp_directory_path() / "leadlag-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder = pattern, path = folder + "/" + name;
    std::ofstream(path) << text;
  }
  ~OnDisk() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  OnDisk(const OnDisk&) = delete;
  OnDisk& operator=(const OnDisk&) = delete;
};

}  // namespace leadlag
