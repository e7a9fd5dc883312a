// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>

#include "blocks/operating_point.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"

namespace leadlag {

/// The pads between a die and a computer beside it: `width` wires each way, one bit per wire and link clock.
///
/// A wire is charged by one random bit out of four from the supply of whoever drives it: C V_dd^2 / 4. The
/// die pays for the bits that it sends, the host for those that it receives.
struct HostLink {
  struct Params {
    int width = 8;
    Frequency clock = 10_MHz;
    Capacitance capacitance = 10_pF;

    static constexpr auto fields() {
      return std::tuple{Field{"width", &Params::width, domain::between(1, 1024), "wires in each direction"},
                        Field{"clock", &Params::clock, domain::positive, "bits per second of one wire"},
                        Field{"capacitance", &Params::capacitance, domain::positive,
                              "of one wire between the chips: pads, packages and board"}};
    }
  };
  static constexpr const char* stem = "host_link";

  static Energy bit_energy(const Params&, const Technology&);
  /// Bits that cross in one direction in a clock cycle of the die, whole bits.
  static std::int64_t capacity(const Params&, Time clock_period);

  /// What waits to cross. A clock cycle of the die that would come too early is a cycle in which it stands
  /// still: cycle n + 1 may run while the words of cycle n leave, not before they can all be gone by its end;
  /// nothing runs while weights arrive.
  struct Queue {
    std::int64_t capacity = 1, out = 0, in = 0;
    bool last = false;  ///< what waits is the end of a window: the host needs all of it

    bool busy() const { return in > 0 || out > (last ? 0 : capacity); }
    /// A clock edge; `words` bits are converted at it.
    void advance(std::int64_t words, bool ends_window) {
      out = std::max<std::int64_t>(0, out - capacity) + words;
      in = std::max<std::int64_t>(0, in - capacity);
      last = ends_window || (last && out > 0);
    }
  };

  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
