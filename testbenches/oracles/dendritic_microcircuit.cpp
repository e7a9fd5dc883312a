// SPDX-License-Identifier: Apache-2.0
#include "oracles/dendritic_microcircuit.hpp"

#include <utility>

#include "oracles/chain.hpp"

namespace leadlag::oracle {

using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

VectorXd rates(const VectorXd& u) {
  return u.unaryExpr([](double x) { return value(Activation::softplus, x); });
}

}  // namespace

DendriticMicrocircuit::DendriticMicrocircuit(MatrixXd up_to_hidden, MatrixXd up_to_output,
                                             MatrixXd down_to_apical)
    : up_hidden(std::move(up_to_hidden)),
      up_output(std::move(up_to_output)),
      down(std::move(down_to_apical)),
      inter_to_pyramidal(-down),
      pyramidal_to_inter(up_output * (g.basal / (g.leak + g.basal)) * ((g.leak + g.basal) / g.basal)) {
  u_hidden = ahead_hidden = basal_hidden = apical = VectorXd::Zero(up_hidden.rows());
  u_inter = ahead_inter = u_output = ahead_output = VectorXd::Zero(up_output.rows());
}

void DendriticMicrocircuit::step(const VectorXd& x, const std::optional<VectorXd>& target) {
  const VectorXd r = rates(ahead_hidden);
  basal_hidden = up_hidden * x;
  apical = down * rates(ahead_output) + inter_to_pyramidal * rates(ahead_inter);
  const double g_hidden = hidden_conductance(), g_output = output_conductance();
  const VectorXd hidden = (g.basal * basal_hidden + g.apical * apical) / g_hidden;
  const VectorXd inter = (g.basal * (pyramidal_to_inter * r) + g.soma * ahead_output) / g_output;
  const VectorXd basal_output = up_output * r;
  const VectorXd output = target ? VectorXd((g.basal * basal_output + g.soma * *target) / g_output)
                                 : VectorXd(g.basal * basal_output / (g.leak + g.basal));
  const auto advance = [this](VectorXd& u, VectorXd& ahead, const VectorXd& steady, double conductance) {
    const VectorXd du = conductance * (steady - u);
    ahead = u + du / conductance;
    u += dt * du;
  };
  advance(u_hidden, ahead_hidden, hidden, g_hidden);
  advance(u_inter, ahead_inter, inter, g_output);
  advance(u_output, ahead_output, output, g_output);
}

}  // namespace leadlag::oracle
