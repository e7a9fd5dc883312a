// SPDX-License-Identifier: Apache-2.0
#include "blocks/trajectory_memory.hpp"

namespace leadlag {

Datasheet TrajectoryMemory::datasheet(const Params& p, const Technology& t, const OperatingPoint& at,
                                      std::size_t words) {
  const double steps = static_cast<double>(1 << p.bits), bits = p.bits, n = static_cast<double>(words);
  const Voltage v_fs = at.full_scale.voltage;
  return {.block = stem,
          .arcs = {{"value_i", "word", 0.5 * at.clock, "b + 1 SAR cycles in half a clock, by design"},
                   {"word", "value_o", settle_time(parasitic_pole(t, p.bias), at.settle_bits),
                    "buffer, tau_p(bias) ln 2^(settle_bits+1)"}},
          .static_current = 2.0 * p.bias,
          .static_derivation = "buffer behind the DAC, 2 bias",
          .energies = {{Event::record, steps * t.adc_energy_per_step + bits * t.sram_write_energy,
                        "SAR, FoM_W 2^bits, and bits written"},
                       {Event::replay,
                        bits * t.sram_read_energy + steps * t.dac_unit_capacitor * v_fs * v_fs / 3.0,
                        "bits read, and 2^bits C_u V_fs^2 / 3 of the DAC"}},
          .area = transistor_area(t, stem) + n * bits * t.sram_bit_area +
                  2.0 * steps * t.dac_unit_capacitor / t.capacitor_density,
          .area_derivation = "transistors + words bits of SRAM + 2 x 2^bits C_u / density"};
}

}  // namespace leadlag
