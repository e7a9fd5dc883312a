// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tuple>

#include "fixed/words.hpp"
#include "units/field.hpp"
#include "units/quantity.hpp"

namespace leadlag {

/// One module of rtl_ref, synthesised at one set of word lengths to a standard-cell library, before layout.
/// Energies are of one clock cycle of the module, at the switching activities of a co-simulation.
struct DigitalBlock {
  std::string module;
  FixedWords words;
  Area area;
  Time critical_path;
  std::string critical_pins;
  Power leakage;
  Energy active;
  Energy idle;
  Energy stirred;  ///< 0: not stated
  int cells = 0;
  std::string source;

  static constexpr auto fields() {
    using B = DigitalBlock;
    return std::tuple{
        Field{"area", &B::area, domain::positive, "of its cells"},
        Field{"critical_path", &B::critical_path, domain::positive,
              "latest arrival and setup of the slowest path, from a register or an input at the clock edge"},
        Field{"leakage", &B::leakage, domain::non_negative, "power of its cells at rest, clock stopped"},
        Field{"active", &B::active, domain::positive,
              "energy of a clock cycle in which it works, waiting before and after"},
        Field{"idle", &B::idle, domain::non_negative,
              "energy of a clock cycle in which it waits and its inputs stand"},
        Field{"stirred", &B::stirred, domain::non_negative,
              "energy of a clock cycle in which it waits while its inputs change; 0 J: not stated"},
        Field{"cells", &B::cells, domain::between(1, 100000000), "standard cells"}};
  }
};

}  // namespace leadlag
