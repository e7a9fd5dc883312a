// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "learning/energies.hpp"

namespace leadlag {

/// Contrastive Hebbian learning (Movellan 1991) with weak feedback (Xie and Seung 2003): a free phase, and
/// one with the outputs tied to the target.
///
///   dW_l = gamma^(l - L) (r_l r_(l-1)^T |clamped - r_l r_(l-1)^T |free)
///
/// Towards backpropagation's as gamma -> 0 with a linear output; with gamma = 1 only correlated with it.
struct ContrastiveHebbian {
  static constexpr const char* keyword = "chl";
  struct Params {
    EnergyKind energy = EnergyKind::leaky;
    double feedback = 0.1;
    std::int64_t free = 20, clamped = 10;

    static constexpr auto fields() {
      return std::tuple{
          Field{"energy", &Params::energy, Domain{}, "what the nodes descend on"},
          Field{"feedback", &Params::feedback, domain::positive, "gain gamma of the reads downwards"},
          Field{"free", &Params::free, domain::between(1, 1e6), "cycles of the free phase"},
          Field{"clamped", &Params::clamped, domain::between(1, 1e6), "cycles of the clamped phase"}};
    }
  };
  static std::vector<std::string> objections(const ForwardChip&, const Params&);
  static Circuit draw(const ForwardChip&, const Params&);
};

/// Coupled learning (Stern et al. 2021): the output is held a share eta of the way from its free value to the
/// target. One chip does in two phases what the published twin networks do at once.
///
///   dW = (r r^T |clamped - r r^T |free) / eta
struct CoupledLearning {
  static constexpr const char* keyword = "coupled_learning";
  struct Params {
    EnergyKind energy = EnergyKind::hopfield;
    double eta = 0.1;
    std::int64_t free = 20, clamped = 10;

    static constexpr auto fields() {
      return std::tuple{
          Field{"energy", &Params::energy, Domain{}, "what the nodes descend on"},
          Field{"eta", &Params::eta, domain::between(1e-6, 1.0),
                "share of the way from the free output to the target"},
          Field{"free", &Params::free, domain::between(1, 1e6), "cycles of the free phase"},
          Field{"clamped", &Params::clamped, domain::between(1, 1e6), "cycles of the clamped phase"}};
    }
  };
  static std::vector<std::string> objections(const ForwardChip&, const Params&);
  static Circuit draw(const ForwardChip&, const Params&);
};

}  // namespace leadlag
