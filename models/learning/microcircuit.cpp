// SPDX-License-Identifier: Apache-2.0
#include "learning/microcircuit.hpp"

namespace leadlag {

Wiring wire(System system, const Topology& topology) {
  Wiring w;
  const bool learns = has_error_units(system) && !is_circuit(system);
  for (const auto& array : topology.arrays) {
    w.has_errors.push_back(learns && array.neuron);
    w.has_gains.push_back(system == System::vle_local && array.neuron);
  }
  for (const auto& crossbar : topology.crossbars) {
    const std::size_t source = topology.arrays[crossbar.from].rates_of;
    const bool back = learns && topology.arrays[source].neuron;
    w.sends_back.push_back(back);
    w.back_to.push_back(back ? source : Wiring::nowhere);
  }
  w.records = system == System::vle_exact;
  w.has_target = learns;
  return w;
}

}  // namespace leadlag
