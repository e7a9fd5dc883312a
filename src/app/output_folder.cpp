// SPDX-License-Identifier: Apache-2.0
#include "app/output_folder.hpp"

#include <unistd.h>

#include <fstream>

#include "app/commands.hpp"

namespace leadlag {

namespace fs = std::filesystem;

OutputFolder::OutputFolder(const std::string& target, const std::string& marker)
    : target_(fs::path(target).lexically_normal()) {
  if (!target_.has_filename()) target_ = target_.parent_path();  // "out/" is "out"
  if (fs::exists(target_) && !fs::is_directory(target_))
    throw UsageError("--out " + target + " is not a folder");
  if (fs::exists(target_) && !fs::is_empty(target_) && !fs::exists(target_ / marker)) {
    throw UsageError("--out " + target + " exists and has no " + marker +
                     " of an earlier run; choose another or empty it");
  }
  partial_ = target_;
  partial_ += ".partial-" + std::to_string(getpid());
  std::error_code error;
  fs::create_directories(partial_, error);
  if (error) throw UsageError("--out " + target + " cannot be made: " + error.message());
}

OutputFolder::~OutputFolder() {
  std::error_code ignored;
  fs::remove_all(partial_, ignored);
}

std::string OutputFolder::subfolder(const std::string& name) const {
  fs::create_directories(partial_ / name);
  return path(name);
}

void OutputFolder::write(const std::string& file, const std::string& text) const {
  std::ofstream out(partial_ / file, std::ios::binary);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + path(file));
}

void OutputFolder::publish() const {
  if (fs::exists(target_)) fs::remove_all(target_);
  fs::rename(partial_, target_);
}

}  // namespace leadlag
