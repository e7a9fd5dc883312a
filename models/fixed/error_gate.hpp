// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixed/format.hpp"

namespace leadlag::fixed {

/// gated = sat(round(slope (back + epsilon))); twin of rtl_ref/error_gate.sv. The sum is exact, in one bit
/// more.
struct ErrorGate {
  static constexpr std::int64_t gate(const WordLengths& w, std::int64_t slope, std::int64_t back,
                                     std::int64_t epsilon) noexcept {
    return round_saturate(slope * (back + epsilon), w.slope_bits - 1, w.signal.bits);
  }
};

}  // namespace leadlag::fixed
