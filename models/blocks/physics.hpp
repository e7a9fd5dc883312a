// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
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
  slope,       ///< the circuit of tanh' has a gain, the same on all dies
  plasticity,  ///< offset current and gain mismatch of the cells that multiply
  leakage,     ///< weights on capacitors droop, devices drift
  resolution,  ///< weights have steps
  converters,  ///< what crosses the chip's edge is quantised
  flicker,     ///< 1/f noise of amplifiers
  injection,   ///< charge that hold and zeroing switches leave when they open
  settling,    ///< multipliers of plasticity cells follow their inputs with a pole of their own
};
template <>
struct Names<Effect> {
  static constexpr std::array<std::string_view, 12> value{
      "mismatch", "offset",     "noise",      "saturation", "slope",     "plasticity",
      "leakage",  "resolution", "converters", "flicker",    "injection", "settling"};
};

/// `physics:` of a blueprint with fidelity: circuit.
struct Physics {
  struct Params {
    std::int64_t die = 1;
    Voltage comparator_offset{};
    Voltage hold_noise{};
    Temperature temperature{};
    double tau_mismatch = 0.0;
    double error_noise = 0.0;

    static constexpr auto fields() {
      return std::tuple{
          Field{"die", &Params::die, domain::non_negative,
                "which die of the wafer: seed of mismatch and offsets, apart from chip.seed"},
          Field{"comparator_offset", &Params::comparator_offset, domain::non_negative,
                "standard deviation of the offset of what compares the output with its target (target units, "
                "subtractors of controllers); not stated: of their transistors' areas"},
          Field{"hold_noise", &Params::hold_noise, domain::non_negative,
                "rms noise of a sample in a netlist's sample-and-hold; not stated: kT/C"},
          Field{"temperature", &Params::temperature, domain::between(0.0, 450.0),
                "junction temperature; 0 K: that of the technology file"},
          Field{"tau_mismatch", &Params::tau_mismatch, domain::between(0.0, 2.0),
                "standard deviation of ln tau of neurons, error units and low-passes, lag and lead each; not "
                "stated: of their capacitors and mirrors"},
          Field{"error_noise", &Params::error_noise, domain::non_negative,
                "rms noise that every error unit adds to its error in each cycle, in model units, whatever "
                "the effects; not stated: none"}};
    }
  };
  /// Figures that replace those of the technology, where `physics:` states them.
  struct Stated {
    std::optional<Voltage> comparator_offset;  ///< sigma, of target units and of controllers' subtractors
    std::optional<Voltage> hold_noise;         ///< rms, of a sample-and-hold
    std::optional<double> tau_mismatch;        ///< sigma of ln tau
  };
  Params params;
  Stated stated;
  std::array<bool, Names<Effect>::value.size()> on{};  ///< none at ideal fidelity

  bool has(Effect e) const { return on[static_cast<std::size_t>(e)]; }
};

}  // namespace leadlag
