// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "technology/technology.hpp"
#include "units/field.hpp"

namespace leadlag {

/// What is done about an amplifier's offset, or a multiplier's output current at e = r = 0.
enum class OffsetRemoval {
  none,
  auto_zero,  ///< measured and subtracted in every cycle: one over `zero_gain` of it stays
  chopped,    ///< its sign changes from one learning cycle to the next: it ripples, and its mean is zero
};
template <>
struct Names<OffsetRemoval> {
  static constexpr std::array<std::string_view, 3> value{"none", "auto_zero", "chopped"};
};

/// The same where nothing could turn the signals round.
enum class Zeroing {
  none,
  auto_zero,
};
template <>
struct Names<Zeroing> {
  static constexpr std::array<std::string_view, 2> value{"none", "auto_zero"};
};

/// Layout area of the two crossed pairs of switches that both remedies need, each as small as a hold switch.
inline Area offset_switches(const Technology& t) {
  constexpr Area gate{0.5e-6 * 0.5e-6};
  return t.layout_overhead * 4.0 * gate;
}

}  // namespace leadlag
