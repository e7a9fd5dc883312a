// SPDX-License-Identifier: Apache-2.0
#include "blocks/plasticity_cell.hpp"

#include "technology/relations.hpp"

namespace leadlag {

Datasheet PlasticityCell::datasheet(const Params& p, const Technology& t, const OperatingPoint& at,
                                    UpdateBy update) {
  const bool stores = update == UpdateBy::host;
  Datasheet d{.block = stem,
              .arcs = {{"error_i", "product_o", settle_time(multiplier_pole(t, p.bias), at.settle_bits),
                        "multiplier's pole tau(bias) ln 2^(settle_bits+1)"}},
              .static_current = t.supply_multiplier * p.bias,
              .static_derivation = "Gilbert cell and its mirror, supply_multiplier bias",
              .energies = {},
              .area = transistor_area(t, stem) + (stores ? p.store / t.capacitor_density : Area{}),
              .area_derivation = stores ? "transistors + store / density" : "transistors"};
  if (stores) {
    d.energies.push_back({Event::accumulate, p.store * t.v_dd * at.full_scale.voltage,
                          "one packet on the store, store V_dd V_fs (an upper bound)"});
  }
  return d;
}

PlasticityCellModule::PlasticityCellModule(const sc_core::sc_module_name& name, UpdateBy update, Hop hop,
                                           FullScale full_scale, Activity& activity)
    : sc_module(name), full_scale_(full_scale), activity_(activity) {
  SC_METHOD(multiply);
  sensitive << error_i << rate_i;
  if (update == UpdateBy::host && hop != Hop::continuous) {
    SC_METHOD(on_edge);
    sensitive << clk_i.pos();
    dont_initialize();
  }
}

void PlasticityCellModule::multiply() {
  product_o.write(
      PlasticityCell::product(error_i.read() / full_scale_.voltage, rate_i.read() / full_scale_.voltage));
}

void PlasticityCellModule::on_edge() {
  if (learn_i.read()) accumulate(product_o.read());
}

void PlasticityCellModule::accumulate(double product) {
  accumulated_ += product;
  if (product != 0.0) ++activity_[Event::accumulate];
}

}  // namespace leadlag
