// SPDX-License-Identifier: Apache-2.0
#include "learning/systems.hpp"

namespace leadlag {

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
    if (k++ == index) objections = S::objections(chip, p);
  });
  return objections;
}

}  // namespace leadlag
