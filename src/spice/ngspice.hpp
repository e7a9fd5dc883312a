// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "units/quantity.hpp"

namespace leadlag {

/// ngspice did not finish, or wrote what cannot be read; what() says which.
struct SpiceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// ngspice is not there; what() says how to install it.
struct SpiceMissing : SpiceError {
  using SpiceError::SpiceError;
};

/// Vectors of one analysis as ngspice writes them in its binary raw format, real numbers only.
struct SpiceRecord {
  std::vector<std::string> names;            ///< "time", "v(hidden_0_u)"
  std::vector<std::vector<double>> columns;  ///< by name; the first is the axis

  const std::vector<double>& column(const std::string& name) const;  ///< throws SpiceError
  /// A vector at an instant of the axis, on the straight line between its neighbours. Instants may come in
  /// any order; outside the record: its ends.
  double at(const std::vector<double>& values, double instant) const;
};

/// Reads a file written by ngspice's `write` with `set filetype=binary`.
SpiceRecord read_raw(const std::string& path);

/// Runs `ngspice -b FILE` in a folder; what it prints goes to ngspice.log there. Throws SpiceMissing if
/// ngspice is not installed, and SpiceError with the first line of the log that names an error if it
/// fails. `waiting` is called ten times a second and may throw, which ends ngspice.
void run_ngspice(const std::string& folder, const std::string& file, const std::function<void()>& waiting);

}  // namespace leadlag
