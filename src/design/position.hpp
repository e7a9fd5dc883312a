// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace leadlag {

/// Line and column in the blueprint, from 1; {0, 0} is a value that came from a default or from --set.
struct Position {
  int line = 0, column = 0;
};

}  // namespace leadlag
