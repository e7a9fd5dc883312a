// SPDX-License-Identifier: Apache-2.0
#include "blocks/summing_node.hpp"

namespace leadlag {

Datasheet SummingNode::datasheet(const Params& p, const Technology& t, const OperatingPoint& at,
                                 std::size_t cells) {
  const double n = static_cast<double>(cells);
  const Time elmore =
      0.5 * (t.wire_resistance * t.cell_pitch) * (t.wire_capacitance * t.cell_pitch) * (n * n);
  // The wire's capacitance loads the regulator as well: its pole moves down with the column's length.
  const double load = 1.0 + n * (t.wire_capacitance * t.cell_pitch) / t.parasitic_capacitance;
  const Time tau = elmore + parasitic_pole(t, p.bias) * load;
  Datasheet d{.block = stem,
              .arcs = {{"currents_i", "sum_o", settle_time(tau, at.settle_bits),
                        "(0.5 R C n^2 + tau_p(bias)(1 + C_wire/C_par)) ln 2^(settle_bits+1), n = " +
                            std::to_string(cells) + " cells"}},
              .static_current = 2.0 * p.bias,
              .static_derivation = "regulator and its mirror, 2 bias",
              .energies = {},
              .area = transistor_area(t, stem),
              .area_derivation = "transistors"};
  if (p.offset_removal == Zeroing::auto_zero) {
    d.static_current += p.bias + 2.0 * t.parasitic_capacitance * t.v_dd / at.clock;
    d.static_derivation +=
        " + a branch that holds the zero, bias + gates of the switches in every cycle, 2 C_par V_dd / clock";
    d.area = d.area + offset_switches(t) + p.zero_capacitor / t.capacitor_density;
    d.area_derivation += " + switches + zero_capacitor / density";
  }
  return d;
}

SummingNodeModule::SummingNodeModule(const sc_core::sc_module_name& name, std::size_t inputs, Current offset)
    : sc_module(name), currents_i("currents_i", inputs), offset_(offset) {
  SC_METHOD(add);
  for (auto& port : currents_i) sensitive << port;
}

void SummingNodeModule::add() {
  sum_o.write({SummingNode::sum<double>(currents_i.size(),
                                        [this](std::size_t k) { return currents_i[k]->read().si; }) +
               offset_.si});
}

}  // namespace leadlag
