// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "design/die.hpp"

namespace leadlag {

/// What a digital die did, in words: one entry per tick.
struct TileRun {
  struct Tick {
    std::vector<std::int64_t> rates, targets;  ///< what stood at its inputs
    bool learn = false;
    std::vector<std::int64_t> hidden_error, error;  ///< within the tick
    std::vector<std::int64_t> hidden_rate, rate;    ///< after it
  };
  std::vector<Tick> ticks;
  std::vector<std::int64_t> first, last;  ///< weights before and after, by the tile's addresses
};

/// Arrays of a chip that gle_tile.sv can be: inputs, hidden, output. Throws DesignError with all that stands
/// in the way: the tile has two layers with biases, one time constant per layer, one nudge, squared loss,
/// weights that learn on the die.
struct TileArrays {
  std::size_t input = 0, hidden = 0, output = 0;
  std::size_t first = 0, second = 0;  ///< crossbars
};
TileArrays tile_arrays(const Design& design);

/// Weights and biases in the order of the tile's addresses: a row's weights, then its bias.
std::vector<std::int64_t> tile_weights(const Design& design, const std::vector<double>& first,
                                       const std::vector<double>& first_bias,
                                       const std::vector<double>& second,
                                       const std::vector<double>& second_bias);

/// Files of an exported tile, beside the sources in rtl_ref: the configured tile, its constraints, weight
/// image, vectors, a testbench that checks itself, and what runs it in two simulators.
std::vector<std::pair<std::string, std::string>> tile_files(const Design& design, const Die& die,
                                                            const TileRun& run, Time clock);

}  // namespace leadlag
