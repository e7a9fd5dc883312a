// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "learning/energy_based.hpp"
#include "units/field.hpp"

namespace leadlag {

/// Energies that equilibrium propagation, contrastive Hebbian and coupled learning can be drawn for. A new
/// one is a function that draws its nodes, in a file of its own, and its name here and in energy_of().
enum class EnergyKind {
  hopfield,  ///< I = 1/2 |v|^2 - sum phi(v) W phi(v) - b phi(v)
  leaky,     ///< Hopfield (1984): I = sum G(r) - r W r - b r, G' the inverse of phi
  clip,      ///< Scellier and Bengio (2017): I = 1/2 |s|^2 - s W s - b s, s held within [0, 1]
  resistive  ///< Kendall et al. (2020): co-content of conductances and diodes, 1/2 g (V_i - V_j)^2 + ...
};
template <>
struct Names<EnergyKind> {
  static constexpr std::array<std::string_view, 4> value{"hopfield", "leaky", "clip", "resistive"};
};
EnergyDrawing energy_of(EnergyKind kind);

EnergyDrawing hopfield_energy();
EnergyDrawing leaky_energy();
EnergyDrawing clip_energy();
EnergyDrawing resistive_energy();
/// I = - sum J cos(phi_i - phi_j) - h cos(phi) - S/2 cos(2 phi). `harmonic`: how far a nudge turns S.
EnergyDrawing phase_energy(double harmonic);

}  // namespace leadlag
