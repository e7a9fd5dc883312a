// SPDX-License-Identifier: Apache-2.0
#include "blocks/host_link.hpp"

#include <cmath>

namespace leadlag {

Energy HostLink::bit_energy(const Params& p, const Technology& t) {
  return p.capacitance * t.v_dd * t.v_dd / 4.0;
}

std::int64_t HostLink::capacity(const Params& p, Time clock_period) {
  // A link of exactly so many bits per cycle may differ from it by the rounding of 1 / clock.
  return static_cast<std::int64_t>(std::floor(p.width * (p.clock * clock_period) * (1.0 + 1e-12)));
}

Datasheet HostLink::datasheet(const Params& p, const Technology& t, const OperatingPoint&) {
  return {.block = stem,
          .arcs = {},
          .static_current = {},
          .static_derivation = "none: a wire draws only when it changes",
          .energies = {{Event::transfer, bit_energy(p, t),
                        "C V_dd^2 / 4, a random bit charges one wire in four"}},
          .area = 2.0 * p.width * transistor_area(t, stem),
          .area_derivation = "2 width x transistors of a pad driver or receiver"};
}

}  // namespace leadlag
