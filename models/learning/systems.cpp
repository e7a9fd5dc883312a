// SPDX-License-Identifier: Apache-2.0
#include "learning/systems.hpp"

#include <algorithm>

namespace leadlag {
namespace {

/// Crossbars that the system adds must not be named as one of the designer's: parameters are found by name.
std::vector<std::string> name_clashes(const Circuit& circuit, const ForwardChip& chip) {
  std::vector<std::string> clashes;
  for (const Circuit::Crossbar& added : circuit.crossbars) {
    if (added.drawn != Circuit::none) continue;
    std::string flat = added.name;  // as modules are named
    std::replace(flat.begin(), flat.end(), '.', '_');
    for (const ForwardChip::Crossbar& drawn : chip.crossbars) {
      if (drawn.name == flat)
        clashes.push_back("the system adds a crossbar of that name: call '" + flat + "' otherwise");
    }
  }
  return clashes;
}

}  // namespace

Circuit draw_system(std::size_t index, const ForwardChip& chip, const CircuitSystems::Params& params) {
  Circuit circuit;
  std::size_t k = 0;
  CircuitSystems::for_each(params, [&]<class S>(const typename S::Params& p) {
    if (k++ == index) circuit = S::draw(chip, p);
  });
  return circuit;
}

std::vector<std::string> objections_to(std::size_t index, const ForwardChip& chip,
                                       const CircuitSystems::Params& params) {
  std::vector<std::string> objections;
  std::size_t k = 0;
  CircuitSystems::for_each(params, [&]<class S>(const typename S::Params& p) {
    if (k++ != index) return;
    objections = S::objections(chip, p);
    if (chip.depths().empty()) return;
    for (std::string& clash : name_clashes(S::draw(chip, p), chip)) objections.push_back(std::move(clash));
  });
  return objections;
}

}  // namespace leadlag
