// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace leadlag {

/// A program that Leadlag runs is not on the PATH; what() says how to install it.
struct ToolMissing : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Runs a program in a folder to its end; what it prints on both streams goes to `log` there. Returns its
/// exit code, or 128 and more if a signal ended it. `waiting` is called many times a second and may throw,
/// which ends the program. Throws ToolMissing if it is not installed; `package` is its name in Debian.
int run_tool(const std::vector<std::string>& words, const std::string& folder, const std::string& log,
             const std::string& package, const std::function<void()>& waiting);

/// Text of a file. Throws std::runtime_error if it cannot be read.
std::string file_contents(const std::string& path);
/// Writes a file whole or not at all.
void keep_file(const std::string& path, const std::string& text);

/// work(0) ... work(jobs - 1) on `at_once` threads; after one has thrown no other begins, and the first that
/// threw is thrown again.
void in_parallel(std::size_t jobs, int at_once, const std::function<void(std::size_t)>& work);

/// The first line of a log that names an error, or else its last line.
std::string first_error(const std::string& log);

}  // namespace leadlag
