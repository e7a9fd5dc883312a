// SPDX-License-Identifier: Apache-2.0
#include "learning/forward_chip.hpp"

#include <algorithm>
#include <numeric>

namespace leadlag {

std::vector<std::size_t> ForwardChip::depths() const {
  std::vector<std::size_t> depth(arrays.size(), 0);
  for (std::size_t pass = 0; pass <= arrays.size(); ++pass) {
    bool moved = false;
    for (const Crossbar& c : crossbars) {
      if (depth[c.to] > depth[c.from]) continue;
      depth[c.to] = depth[c.from] + 1, moved = true;
    }
    if (!moved) return depth;
  }
  return {};
}

std::vector<std::size_t> ForwardChip::layers() const {
  const std::vector<std::size_t> depth = depths();
  std::vector<std::size_t> order(arrays.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return depth[a] < depth[b]; });
  return order;
}

Circuit ForwardChip::begin(std::vector<std::size_t>& columns, std::size_t& target) const {
  Circuit circuit;
  columns.assign(arrays.size(), Circuit::none);
  for (std::size_t a = 0; a < arrays.size(); ++a) {
    if (!arrays[a].is_input()) continue;
    columns[a] = circuit.columns.size();
    circuit.columns.push_back(
        {arrays[a].name, arrays[a].size, nullptr, Circuit::Pad::x, arrays[a].first_pin});
    circuit.probes[{arrays[a].name, "rate"}] = {columns[a], 0};
  }
  target = circuit.columns.size();
  circuit.columns.push_back({"target", arrays[output].size, nullptr, Circuit::Pad::target, 0});
  for (std::size_t k = 0; k < crossbars.size(); ++k) {
    const Crossbar& c = crossbars[k];
    Circuit::Crossbar drawn;
    drawn.name = c.name, drawn.rows = arrays[c.to].size, drawn.columns = arrays[c.from].size;
    drawn.bias = c.bias, drawn.plastic = c.plastic, drawn.drawn = k;
    drawn.tile_rows = c.tile_rows, drawn.tile_columns = c.tile_columns, drawn.range = c.range;
    circuit.crossbars.push_back(std::move(drawn));
  }
  return circuit;
}

}  // namespace leadlag
