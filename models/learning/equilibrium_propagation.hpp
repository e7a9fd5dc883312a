// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "learning/energies.hpp"

namespace leadlag {

/// Which two equilibria are compared.
enum class ContrastForm {
  one_sided,   ///< free and +beta: error in proportion to beta
  symmetric,   ///< +beta and, from the free state again, -beta: error in proportion to beta^2
  random_sign  ///< free and +beta or -beta, by a coin tossed for each sample: errors cancel on average
};
template <>
struct Names<ContrastForm> {
  static constexpr std::array<std::string_view, 3> value{"one_sided", "symmetric", "random_sign"};
};

/// The phases of a nudge beta in that form.
void add_contrast(EnergyCircuit& e, ContrastForm form, double beta, std::int64_t free, std::int64_t nudged);

/// Equilibrium propagation (Scellier and Bengio 2017; symmetric: Laborieux et al. 2021). Nodes settle on an
/// energy, then on the energy plus beta times the loss; each weight moves by the difference of what its own
/// two ends do:
///
///   dW = (rho rho^T |beta - rho rho^T |0) / beta      -> -dC/dW at the free equilibrium as beta -> 0
struct EquilibriumPropagation {
  static constexpr const char* keyword = "ep";
  struct Params {
    EnergyKind energy = EnergyKind::hopfield;
    ContrastForm form = ContrastForm::one_sided;
    double beta = 0.5;
    double feedback = 1.0;
    std::int64_t free = 20, nudged = 4;

    static constexpr auto fields() {
      return std::tuple{
          Field{"energy", &Params::energy, Domain{}, "what the nodes descend on"},
          Field{"form", &Params::form, Domain{}, "which two equilibria are compared"},
          Field{"beta", &Params::beta, domain::positive, "strength of the nudge"},
          Field{"feedback", &Params::feedback, domain::positive,
                "gain of the reads downwards (energy: leaky or clip)"},
          Field{"free", &Params::free, domain::between(1, 1e6), "cycles of the free phase"},
          Field{"nudged", &Params::nudged, domain::between(1, 1e6), "cycles of a nudged phase"}};
    }
  };
  static std::vector<std::string> objections(const ForwardChip&, const Params&);
  static Circuit draw(const ForwardChip&, const Params&);
};

}  // namespace leadlag
