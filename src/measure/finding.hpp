// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "design/position.hpp"
#include "units/field.hpp"

namespace leadlag {

enum class Verdict { met, violated, not_measured };
template <>
struct Names<Verdict> {
  static constexpr std::array<std::string_view, 3> value{"MET", "VIOLATED", "NOT MEASURED"};
};

/// One line of a sign-off: what was required, what is, by how much, and which line of the blueprint asked.
struct Finding {
  std::string id;     ///< rule id, or "limit"
  std::string what;   ///< measurement or rule in words
  std::string where;  ///< place on the chip
  std::string required, actual, slack;
  Verdict verdict = Verdict::not_measured;
  Position at;
};

}  // namespace leadlag
