// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "learning/forward_chip.hpp"
#include "units/field.hpp"

namespace leadlag {

/// Weights from the cells above to the apical compartments; they do not learn.
enum class ApicalWeights {
  random,     ///< normal, variance 1 / (cells above)
  transpose,  ///< the transposed forward weights, as they are at the start
};
template <>
struct Names<ApicalWeights> {
  static constexpr std::array<std::string_view, 2> value{"random", "transpose"};
};

/// Latent Equilibrium's dendritic microcircuit (Haider et al. 2021, arXiv 2110.14549, after Sacramento et al.
/// 2018). Beside every layer of pyramidal cells sit interneurons, one per pyramidal cell above, which learn
/// to say what the cells above say; apical compartments see the difference, which is 0 until a target moves
/// the output.
///
///   hidden       u_ss = (g_b v_bas + g_a v_api) / G1,  v_bas = W_up r + b,  v_api = W_dn r^ + W_pi r_I
///   interneuron  u_ss = (g_b W_ip r + g_s u^_above) / GI
///   output       u_ss = (g_b v_bas + g_s v_soma) / GI,  v_soma = p + nudge epsilon, p = g_b / (g_l + g_b)
///   v_bas dW_up = (phi(u^) - phi(prediction)) r^T / nudge      epsilon: of the target unit, at p dW_ip =
///   inter_rate (phi(u^_I) - phi(prediction_I)) r^T       dW_pi = -apical_rate v_api r_I^T
///
/// G1 = g_l + g_b + g_a, GI = g_l + g_b + g_s; u^ = u + tau du/dt (PyramidalCell). It starts self-predicting:
/// W_pi = -W_dn, W_ip = W_up of the layer above times (g_l + g_b) / (g_l + g_b + g_a of the cell above).
struct Dendritic {
  static constexpr const char* keyword = "dendritic";
  struct Params {
    double leak = 0.03, basal = 0.1, apical = 0.06, soma = 0.06;
    bool prospective = true;
    double nudge = 1.0;
    std::int64_t settle = 8, nudged = 8;
    ApicalWeights feedback = ApicalWeights::random;
    double feedback_scale = 1.0;
    double hidden_rate = 5.0, inter_rate = 2.0, apical_rate = 0.0;

    static constexpr auto fields() {
      return std::tuple{
          Field{"leak", &Params::leak, domain::positive,
                "leak conductance g_l; only ratios of the four count"},
          Field{"basal", &Params::basal, domain::positive,
                "conductance g_b of basal compartments, and of the dendrites of interneurons"},
          Field{"apical", &Params::apical, domain::positive,
                "conductance g_a of apical compartments (hidden cells)"},
          Field{"soma", &Params::soma, domain::positive,
                "conductance g_s by which somata are nudged (output cells, interneurons)"},
          Field{"prospective", &Params::prospective, Domain{},
                "cells send phi(u^); false: phi(u), the model before Latent Equilibrium"},
          Field{"nudge", &Params::nudge, domain::positive,
                "share of the output error by which output somata are pulled; updates are divided by it"},
          Field{"settle", &Params::settle, domain::between(1, 1e6), "cycles without a target"},
          Field{"nudged", &Params::nudged, domain::between(1, 1e6),
                "cycles with one; plasticity cells look in the last"},
          Field{"feedback", &Params::feedback, Domain{},
                "weights from the cells above to apical compartments"},
          Field{"feedback_scale", &Params::feedback_scale, domain::between(-100.0, 100.0),
                "factor of those weights"},
          Field{"hidden_rate", &Params::hidden_rate, domain::non_negative,
                "learning rate of crossbars into hidden arrays over learning.rate (update: die)"},
          Field{"inter_rate", &Params::inter_rate, domain::non_negative,
                "learning rate of W_ip over learning.rate; 0: fixed"},
          Field{"apical_rate", &Params::apical_rate, domain::non_negative,
                "learning rate of W_pi over learning.rate, from the last cycle without a target; 0: fixed"}};
    }
  };
  static std::vector<std::string> objections(const ForwardChip&, const Params&);
  static Circuit draw(const ForwardChip&, const Params&);
};

}  // namespace leadlag
