// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "learning/backpropagation.hpp"
#include "learning/contrastive_hebbian.hpp"
#include "learning/dendritic.hpp"
#include "learning/dfc.hpp"
#include "learning/equilibrium_propagation.hpp"
#include "learning/node_perturbation.hpp"
#include "learning/oscillator_ising.hpp"
#include "learning/predictive_coding.hpp"
#include "learning/strong_dfc.hpp"

namespace leadlag {

/// The learning systems that are drawn as a netlist. To add one: its file in this folder, a page in
/// docs/learning, and a line here.
template <class... Systems>
struct SystemList {
  static constexpr std::size_t size = sizeof...(Systems);
  static constexpr std::array<std::string_view, size> keywords{Systems::keyword...};
  using Params = std::tuple<typename Systems::Params...>;

  /// Calls f.template operator()<System>(params) for each system.
  template <class P, class F>
  static void for_each(P& params, F&& f) {
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      (f.template operator()<Systems>(std::get<k>(params)), ...);
    }
    (std::make_index_sequence<size>{});
  }
};
using CircuitSystems = SystemList<  //
    Backpropagation, PredictiveCoding, EquilibriumPropagation, ContrastiveHebbian, CoupledLearning,
    OscillatorIsing, Dfc, StrongDfc, Dendritic, NodePerturbation>;

/// Draws system number `index` of the list on a chip.
Circuit draw_system(std::size_t index, const ForwardChip& chip, const CircuitSystems::Params& params);
std::vector<std::string> objections_to(std::size_t index, const ForwardChip& chip,
                                       const CircuitSystems::Params& params);

}  // namespace leadlag
