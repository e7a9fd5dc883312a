// SPDX-License-Identifier: Apache-2.0
#include "blocks/contrast_cell.hpp"

namespace leadlag {

Datasheet ContrastCell::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  return {.block = stem,
          .arcs = {{"post_i", "product_o", settle_time(parasitic_pole(t, p.bias), at.settle_bits),
                    "tau_p(bias) ln 2^(settle_bits+1)"}},
          .static_current = 2.0 * p.bias,
          .static_derivation = "Gilbert cell and its mirror, 2 bias",
          .energies = {{Event::accumulate, p.store * t.v_dd * at.full_scale.voltage,
                        "one packet on the store, store V_dd V_fs (an upper bound)"}},
          .area = transistor_area(t, stem) + p.store / t.capacitor_density,
          .area_derivation = "transistors + store / density"};
}

}  // namespace leadlag
