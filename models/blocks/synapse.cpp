// SPDX-License-Identifier: Apache-2.0
#include "blocks/synapse.hpp"

#include "technology/relations.hpp"

namespace leadlag {

Datasheet Synapse::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const Time settle = settle_time(multiplier_pole(t, p.bias), at.settle_bits);
  return {.block = stem,
          .arcs = {{"rate_i", "current_o", settle, "multiplier's pole tau(bias) ln 2^(settle_bits+1)"},
                   {"error_i", "back_o", settle, "multiplier's pole tau(bias) ln 2^(settle_bits+1)"}},
          .static_current = 2.0 * t.supply_multiplier * p.bias,
          .static_derivation = "two transconductors, tail and mirror each, 2 supply_multiplier bias",
          .energies = {},
          .area = transistor_area(t, stem),
          .area_derivation = "transistors"};
}

SynapseModule::SynapseModule(const sc_core::sc_module_name& name, FullScale full_scale)
    : sc_module(name), full_scale_(full_scale) {
  SC_METHOD(read_forward);
  sensitive << weight_i << rate_i;
  SC_METHOD(read_transposed);
  sensitive << weight_i << error_i;
}

void SynapseModule::read_forward() {
  current_o.write(Synapse::output(weight_i.read(), rate_i.read() / full_scale_.voltage) *
                  full_scale_.current);
}
void SynapseModule::read_transposed() {
  back_o.write(Synapse::output(weight_i.read(), error_i.read() / full_scale_.voltage) * full_scale_.current);
}

}  // namespace leadlag
