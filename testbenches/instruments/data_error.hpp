// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace leadlag {

/// A data file that is missing or not what it claims to be. what() names the file.
struct DataError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace leadlag
