// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "units/field.hpp"
#include "units/quantity.hpp"

namespace leadlag {

/// Whose trajectories a computer beside the chip differentiates.
enum class GradientOf {
  chip,   ///< the chip's own, read through converters: chip in the loop
  model,  ///< those of the host's own simulation of the chip as it was drawn
};
template <>
struct Names<GradientOf> {
  static constexpr std::array<std::string_view, 2> value{"chip", "model"};
};

/// `learning: {system: bptt, bptt: ...}`: a die that only infers, and a computer beside it that computes the
/// exact gradient by backpropagation through time over learning.window cycles and writes the weights.
struct OffChip {
  static constexpr const char* keyword = "bptt";
  struct Params {
    GradientOf loop = GradientOf::chip;
    double range = 1.0;
    Energy mac_energy{25e-12};

    static constexpr auto fields() {
      return std::tuple{
          Field{"loop", &Params::loop, Domain{}, "whose trajectories the host differentiates"},
          Field{"range", &Params::range, domain::positive,
                "largest rate that the converters read, in full scales (loop: chip)"},
          Field{
              "mac_energy", &Params::mac_energy, domain::non_negative,
              "the host's energy for a multiply-add with its operands; 25 pJ is 4.6 pJ for 32-bit floats and "
              "20 pJ for 64 bits from a 32 kB cache, in 45 nm (Horowitz, ISSCC 2014)"}};
    }
  };
};

}  // namespace leadlag
