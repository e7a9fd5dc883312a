// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "blocks/converter.hpp"
#include "blocks/weight_device.hpp"
#include "design/design.hpp"

namespace leadlag {

/// Weight cells of this design have steps or ends: a crossbar without a range gets Design::cell_range().
bool needs_range(const Design& design);
/// `cells` weight and plasticity cells (weights, then biases) of a crossbar, drawn by the die's number and
/// the crossbar's name; null where all is ideal. range: as stated; initial: what missing ends are taken from.
std::shared_ptr<const MadeCells> make_cells(const Design& design, const std::string& crossbar,
                                            WeightRange range, std::span<const double> initial,
                                            std::size_t cells);
/// Seed of a digital tile's shift registers, a parameter of its RTL.
std::uint32_t tile_seed(const Design& design);
/// One per unit; empty without Effect::converters.
std::vector<Converter> make_input_converters(const Design& design, const ArrayDesign& array);
std::vector<Converter> make_output_converters(const Design& design);

}  // namespace leadlag
