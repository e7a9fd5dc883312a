// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace leadlag {

/// A folder that appears whole or not at all: written beside its place, then renamed. Replaces an earlier one
/// of its kind, which it knows by the file `marker`, and nothing else.
class OutputFolder {
 public:
  /// Throws UsageError when `target` is there and is not an empty folder or one with `marker` in it.
  OutputFolder(const std::string& target, const std::string& marker);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  std::string path(const std::string& file) const { return (partial_ / file).string(); }
  std::string subfolder(const std::string& name) const;  ///< makes it
  void write(const std::string& file, const std::string& text) const;
  void publish() const;

 private:
  std::filesystem::path target_, partial_;
};

}  // namespace leadlag
