// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "blocks/operating_point.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"

namespace leadlag {

/// Plasticity cell for two phases: one multiplier, whose current a crossed pair of switches turns round, so
/// that the store ends up with the difference of two products.
///
///   store += gain post pre       gain: the sequencer's learn line, -1/beta in the free phase, +1/beta in the
///                                nudged one (+-1/(2 beta) when both phases are nudged)
///
/// The two factors need not be kept from one phase to the next, the store keeps their product. A
/// `plasticity_cell` pair would need two multipliers that match. Not modelled: offset of the multiplier,
/// which the switches turn round with the product, so that it cancels.
struct ContrastCell {
  struct Params {
    Current bias = 1_nA;
    Capacitance store = 50_fF;

    static constexpr auto fields() {
      return std::tuple{
          Field{"bias", &Params::bias, domain::positive, "bias current of the multiplier"},
          Field{"store", &Params::store, domain::positive, "capacitor that accumulates the difference"}};
    }
  };
  static constexpr const char* stem = "contrast_cell";
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
