// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "units/field.hpp"
#include "units/quantity.hpp"

namespace leadlag {

/// What circuits do and the papers' equations do not. `fidelity: circuit` has all of them, or those that
/// `physics.effects` names, so that each can be seen alone.
enum class Effect {
  mismatch,    ///< time constants and gains differ from instance to instance (Pelgrom)
  offset,      ///< a DC error of every amplifier
  noise,       ///< thermal noise of capacitors and amplifiers, read noise of weight devices
  saturation,  ///< transconductors are linear over a few U_T only
  plasticity,  ///< offset current and gain mismatch of the cells that multiply
  leakage,     ///< weights on capacitors droop, devices drift
  resolution,  ///< weights have steps
  converters,  ///< what crosses the chip's edge is quantised
};
template <>
struct Names<Effect> {
  static constexpr std::array<std::string_view, 8> value{"mismatch",   "offset",  "noise",      "saturation",
                                                         "plasticity", "leakage", "resolution", "converters"};
};

/// `physics:` of a blueprint with fidelity: circuit.
struct Physics {
  struct Params {
    std::int64_t die = 1;
    Temperature temperature{};

    static constexpr auto fields() {
      return std::tuple{Field{"die", &Params::die, domain::non_negative,
                              "which die of the wafer: seed of mismatch and offsets, apart from chip.seed"},
                        Field{"temperature", &Params::temperature, domain::between(0.0, 450.0),
                              "junction temperature; 0 K: that of the technology file"}};
    }
  };
  Params params;
  std::array<bool, Names<Effect>::value.size()> on{};  ///< none at ideal fidelity

  bool has(Effect e) const { return on[static_cast<std::size_t>(e)]; }
};

}  // namespace leadlag
