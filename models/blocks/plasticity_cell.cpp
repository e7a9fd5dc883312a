// SPDX-License-Identifier: Apache-2.0
#include "blocks/plasticity_cell.hpp"

#include "technology/relations.hpp"

namespace leadlag {

Datasheet PlasticityCell::datasheet(const Params& p, const Technology& t, const OperatingPoint& at,
                                    UpdateBy update) {
  const bool stores = update == UpdateBy::host, zeroes = p.offset_removal == OffsetRemoval::auto_zero;
  const bool switches = p.offset_removal != OffsetRemoval::none;
  const Area capacitors = ((stores ? p.store : Capacitance{}) + (zeroes ? p.zero_capacitor : Capacitance{})) /
                          t.capacitor_density;
  Datasheet d{.block = stem,
              .arcs = {{"error_i", "product_o", settle_time(multiplier_pole(t, p.bias), at.settle_bits),
                        "multiplier's pole tau(bias) ln 2^(settle_bits+1)"}},
              .static_current = t.supply_multiplier * p.bias,
              .static_derivation = "Gilbert cell and its mirror, supply_multiplier bias",
              .energies = {},
              .area = transistor_area(t, stem) + capacitors,
              .area_derivation = stores ? "transistors + store / density" : "transistors"};
  if (stores) {
    d.energies.push_back({Event::accumulate, p.store * t.v_dd * at.full_scale.voltage,
                          "one packet on the store, store V_dd V_fs (an upper bound)"});
  }
  if (switches) {
    d.area = d.area + offset_switches(t);
    d.area_derivation += zeroes ? " + switches + zero_capacitor / density" : " + switches";
    d.static_current += 2.0 * t.parasitic_capacitance * t.v_dd / at.clock;
    d.static_derivation += " + gates of the switches in every cycle, 2 C_par V_dd / clock";
  }
  if (zeroes) {
    d.static_current += p.bias;
    d.static_derivation += " + a branch that holds the zero, bias";
  }
  return d;
}

PlasticityCellModule::PlasticityCellModule(const sc_core::sc_module_name& name, UpdateBy update, Hop hop,
                                           FullScale full_scale, Activity& activity, CellPlace place)
    : sc_module(name),
      place_(place),
      stores_(update == UpdateBy::host),
      full_scale_(full_scale),
      activity_(activity) {
  SC_METHOD(multiply);
  sensitive << error_i << rate_i << chopped_;
  if ((stores_ || (place.cells != nullptr && place.cells->chopped)) && hop != Hop::continuous) {
    SC_METHOD(on_edge);
    sensitive << clk_i.pos();
    dont_initialize();
  }
}

double PlasticityCellModule::product(double error, double rate) const {
  if (place_.cells == nullptr) return PlasticityCell::product(error, rate);
  const MadeCells& made = *place_.cells;
  return made.gain[place_.index] * PlasticityCell::product(made.bent(error), made.bent(rate)) +
         sign_ * made.offset[place_.index];
}

void PlasticityCellModule::multiply() {
  product_o.write(product(error_i.read() / full_scale_.voltage, rate_i.read() / full_scale_.voltage));
}

void PlasticityCellModule::on_edge() {
  if (!learn_i.read()) return;
  if (stores_) accumulate(product_o.read());
  chop();
}

void PlasticityCellModule::chop() {
  if (place_.cells == nullptr || !place_.cells->chopped) return;
  sign_ = -sign_;
  chopped_.notify(sc_core::SC_ZERO_TIME);
}

void PlasticityCellModule::accumulate(double product) {
  accumulated_ += product;
  if (product != 0.0) ++activity_[Event::accumulate];
}

}  // namespace leadlag
