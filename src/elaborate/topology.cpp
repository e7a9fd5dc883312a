// SPDX-License-Identifier: Apache-2.0
#include "elaborate/topology.hpp"

namespace leadlag {

std::vector<std::size_t> crossbars_into(const Design& design, std::size_t array) {
  std::vector<std::size_t> list;
  for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
    if (design.crossbars[c].to == array) list.push_back(c);
  }
  return list;
}

std::vector<std::size_t> signal_order(const Design& design) {
  std::vector<std::size_t> order;
  std::vector<bool> placed(design.arrays.size());
  for (std::size_t a = 0; a < placed.size(); ++a) placed[a] = design.arrays[a].is_input();
  for (bool progress = true; progress;) {
    progress = false;
    for (std::size_t a = 0; a < placed.size(); ++a) {
      if (placed[a]) continue;
      bool ready = true;
      for (const std::size_t c : crossbars_into(design, a)) ready = ready && placed[design.crossbars[c].from];
      if (!ready) continue;
      placed[a] = progress = true;
      order.push_back(a);
    }
  }
  return order;
}

}  // namespace leadlag
