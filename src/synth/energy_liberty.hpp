// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace leadlag {

enum class PinKind { input, output };

/// The same library with internal_power of pins of one kind only; `unit`: with 1 for every energy.
/// OpenSTA 2.0.17 weighs internal_power by more than 1 (2 for outputs of one or two inputs, 2.5 of a NAND3, 2
/// for clocks): the quotient of its powers with the file's energies and with ones is the energy of a
/// transition, whatever its weights are.
std::string energy_liberty(const std::string& liberty, PinKind kind, bool unit);

/// J of an energy of 1 in the file: its unit of capacitance times its unit of voltage squared.
double energy_unit(const std::string& liberty);

}  // namespace leadlag
