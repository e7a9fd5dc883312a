// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace leadlag {

/// What an OpenSTA makes of internal_power of a Liberty file, over what the file says: a net with one rising
/// and one falling edge in two cycles draws rise_power + fall_power in two cycles. 1 is right. OpenSTA 2.0.17
/// has 1 for inputs, 2 for outputs (it adds the energies of both edges to each) and 2 for clock inputs.
struct InternalPowerFactors {
  double input = 1.0, output = 1.0, clock = 1.0;
};

/// Measured on a library of one flip-flop whose energies are 1 pJ and 3 pJ. `run` runs `sta -exit FILE` in a
/// folder of its own with the given files probe.lib and probe.v and script, and returns the log.
InternalPowerFactors probe_internal_power(
    const std::function<std::string(const std::string& liberty, const std::string& verilog,
                                    const std::string& script)>& run);

/// The same library with internal_power divided by the factors, so that OpenSTA's powers are the file's.
std::string corrected_liberty(const std::string& liberty, const InternalPowerFactors& factors);

}  // namespace leadlag
