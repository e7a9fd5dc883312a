// SPDX-License-Identifier: Apache-2.0
#include "oracles/reference_energies.hpp"

namespace leadlag::oracle {

using Eigen::MatrixXd;
using Eigen::VectorXd;

Sample net_n2() {
  const Sample n1 = net_n1();
  const MatrixXd w2{{0.5, -0.4, 0.3, 0.6}, {-0.2, 0.6, 0.55, -0.7}};
  const VectorXd b2{{0.01, -0.02}};
  return {{.W = {n1.net.W[0], w2}, .b = {n1.net.b[0], b2}}, n1.x, n1.y};
}

HopfieldEnergy hopfield_n2() {
  const Sample n2 = net_n2();
  return {n2.net, n2.x, n2.y};
}

PredictiveCoding predictive_coding_n1() {
  const Sample n1 = net_n1();
  return {n1.net, n1.x, n1.y};
}

ReciprocalNet gamma_net_n1(double gamma) {
  const Sample n1 = net_n1();
  return {n1.net, n1.x, n1.y, gamma};
}

ClippedNet clipped_net() {
  const Sample n2 = net_n2();
  return {.w1 = 0.7 * n2.net.W[0].cwiseAbs(),
          .w2 = 0.5 * n2.net.W[1],
          .b1 = n2.net.b[0].array() + 0.15,
          .b2 = n2.net.b[1].array() + 0.25,
          .x = VectorXd{{0.9, 0.1, 0.6}},
          .y = VectorXd{{1.0, 0.0}}};
}

ReciprocalNet logistic_net() {
  const ClippedNet c = clipped_net();
  return {{.W = {c.w1, c.w2}, .b = {c.b1, c.b2}}, c.x, c.y, 1.0, ReciprocalNet::Units::steep_logistic};
}

ResistiveNetwork resistive_reference() {
  // Nodes: 0, 1 with diodes; 2, 3 outputs; 4, 5, 6 held.
  const std::vector<Conductor> wires{{0, 4}, {0, 5}, {0, 6}, {1, 4}, {1, 5}, {1, 6},
                                     {2, 0}, {2, 1}, {3, 0}, {3, 1}, {2},    {3}};
  const VectorXd g{{12.0, 30.0, 8.0, 25.0, 6.0, 15.0, 20.0, 10.0, 7.0, 18.0, 4.0, 5.0}};
  return {4, VectorXd{{0.6, -0.4, 0.25}}, wires, g, {{0}, {1}}, {2, 3}, VectorXd{{0.10, -0.05}}};
}

PhaseOscillators oscillator_reference() {
  return {MatrixXd{{0.5, -0.3}, {-0.4, 0.6}, {0.3, 0.45}}, VectorXd{{0.30, -0.20, 0.25, 0.10, -0.15}},
          VectorXd{{0.05, -0.04, 0.03, -0.10, -0.12}}, VectorXd{{0.6, -0.3}}};
}

}  // namespace leadlag::oracle
