// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "arrays/neuron_array.hpp"
#include "design/design.hpp"
#include "design/die.hpp"

namespace leadlag {

std::vector<std::size_t> crossbars_into(const Design& design, std::size_t array);
/// What array `a` of a Die is made of, the same for both details.
NeuronArrayParams neuron_array_params(const Design& design, const Die& die, const Wiring& wiring,
                                      std::size_t a);
/// The pole of plasticity cells' multipliers by clock periods, where the cells are circuits that settle.
std::optional<LeadLag::Coefficients<double>> cell_lag(const Design& design);
/// Array `from` is evaluated at the same instant as array `to`: both in one analog island, or `from` drives
/// the inputs.
bool same_instant(const Design& design, std::size_t from, std::size_t to);
/// Neuron arrays from the inputs up, for the schedule without registers (the reader has excluded cycles).
std::vector<std::size_t> signal_order(const Design& design);

}  // namespace leadlag
