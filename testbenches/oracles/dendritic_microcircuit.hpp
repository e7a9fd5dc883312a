// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <optional>

namespace leadlag::oracle {

/// Conductances per membrane capacitance, 1/ms: leak, basal (and dendritic of the interneurons), apical,
/// somatic nudge.
struct Conductances {
  double leak = 0.03, basal = 0.1, apical = 0.06, soma = 0.06;
};

/// Latent Equilibrium's dendritic microcircuit (arXiv 2110.14549, after Sacramento et al. 2018): one hidden
/// layer of pyramidal cells with basal and apical compartments, as many interneurons as there are output
/// cells, and output pyramidal cells. phi is softplus.
///
///   hidden        G1 = gl + gb + ga    v_bas = W_up x    v_api = W_dn phi(u2^) + W_pi phi(uI^)
///                 du/dt = G1 (u_ss - u),  u_ss = (gb v_bas + ga v_api) / G1
///   interneurons  GI = gl + gb + gs    u_ss = (gb W_ip r1 + gs u2^) / GI
///   output        GI                   u_ss = (gb W_up2 r1 + gs target) / GI, without target gb v_bas / (gl
///   + gb) u^ = u + (du/dt) / G               the lookahead: with tau = 1 / G it is u_ss itself
///
/// Explicit Euler; a step reads what the step before left, the lookahead comes before the membrane's step.
struct DendriticMicrocircuit {
  Conductances g;
  Eigen::MatrixXd up_hidden, up_output, down;  ///< forward to hidden and output cells, output to apical
  Eigen::MatrixXd inter_to_pyramidal, pyramidal_to_inter;
  double dt = 0.1;  ///< ms

  Eigen::VectorXd u_hidden, u_inter, u_output;              ///< membranes
  Eigen::VectorXd ahead_hidden, ahead_inter, ahead_output;  ///< u^
  Eigen::VectorXd basal_hidden, apical;                     ///< v_bas and v_api of the last step

  /// At rest, with the self-predicting weights W_pi = -W_dn and W_ip = W_up2 gb / (gl + gb) (gl + gd) / gd:
  /// interneurons then say what output cells say when no one nudges them, and v_api is 0.
  DendriticMicrocircuit(Eigen::MatrixXd up_to_hidden, Eigen::MatrixXd up_to_output,
                        Eigen::MatrixXd down_to_apical);

  void step(const Eigen::VectorXd& x, const std::optional<Eigen::VectorXd>& target = {});
  double hidden_conductance() const { return g.leak + g.basal + g.apical; }
  double output_conductance() const { return g.leak + g.basal + g.soma; }
};

}  // namespace leadlag::oracle
