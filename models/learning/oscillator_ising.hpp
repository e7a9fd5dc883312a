// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "learning/equilibrium_propagation.hpp"

namespace leadlag {

/// Equilibrium propagation in the phases of coupled oscillators (oscillator Ising machines, arXiv
/// 2505.02103). Rates are cos(phi); inputs are fields; couplings J, fields h and locks S learn:
///
///   dJ = [cos(phi_i - phi_j)]    dh = [cos(phi)]    dS = [1/2 cos(2 phi)]     [] the contrast of two nudges
///
/// A nudge turns the output oscillators' h by beta y and S by -beta second_harmonic. With 1/2 that is the
/// gradient of 1/2 |cos(phi) - y|^2; a published code turns S by 1/4, which is not.
struct OscillatorIsing {
  static constexpr const char* keyword = "oim";
  struct Params {
    ContrastForm form = ContrastForm::symmetric;
    double beta = 0.1;
    double second_harmonic = 0.5;
    double lock = 0.0;
    std::int64_t free = 60, nudged = 20;

    static constexpr auto fields() {
      return std::tuple{
          Field{"form", &Params::form, Domain{}, "which two equilibria are compared"},
          Field{"beta", &Params::beta, domain::positive, "strength of the nudge"},
          Field{"second_harmonic", &Params::second_harmonic, domain::non_negative,
                "how far a nudge of 1 turns the output's S; 1/2 is the gradient's"},
          Field{"lock", &Params::lock, domain::between(-100.0, 100.0), "initial S of every oscillator"},
          Field{"free", &Params::free, domain::between(1, 1e6), "cycles of the free phase"},
          Field{"nudged", &Params::nudged, domain::between(1, 1e6), "cycles of a nudged phase"}};
    }
  };
  static std::vector<std::string> objections(const ForwardChip&, const Params&);
  static Circuit draw(const ForwardChip&, const Params&);
};

}  // namespace leadlag
