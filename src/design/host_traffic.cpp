// SPDX-License-Identifier: Apache-2.0
#include "design/host_traffic.hpp"

namespace leadlag {
namespace {

/// Multiply-adds per weight; a division or a root counts as one.
std::uint64_t operations_of(Optimiser optimiser) {
  switch (optimiser) {
    case Optimiser::momentum:
      return 2;
    case Optimiser::adam:
      return 8;  // two for each average, a square, a root, a division, the step
    case Optimiser::sgd:
      break;
  }
  return 1;
}

/// Of a neuron or of its error unit in a cycle: a lag, a lead, and a curve or a gate.
constexpr std::uint64_t per_unit = 3;

}  // namespace

HostTraffic host_traffic(const Design& design) {
  HostTraffic t;
  if (design.learning.params.system != System::bptt) return t;
  const bool model = design.learning.bptt.loop == GradientOf::model;
  t.capacity = HostLink::capacity(design.blocks.host_link, design.chip.period());
  for (const ArrayDesign& a : design.arrays) {
    if (!a.is_neuron()) continue;
    if (model) t.forward += per_unit * a.size;
    t.backward += per_unit * a.size;
    if (!model) t.bits_out += static_cast<std::int64_t>(a.size) * design.blocks.readout.bits;
  }
  for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
    const CrossbarDesign& crossbar = design.crossbars[c];
    const std::uint64_t rows = design.arrays[crossbar.to].size, columns = design.arrays[crossbar.from].size,
                        weights = rows * (columns + (crossbar.bias ? 1 : 0));
    if (model) t.forward += weights;
    if (design.arrays[crossbar.from].is_neuron()) t.backward += rows * columns;
    if (!design.is_plastic(Plastic::Kind::weights, c)) continue;
    t.backward += weights;
    t.bits_in += static_cast<std::int64_t>(weights) * design.blocks.weight_register.bits;
    t.step += operations_of(design.learning.params.optimiser) * weights;
  }
  return t;
}

}  // namespace leadlag
