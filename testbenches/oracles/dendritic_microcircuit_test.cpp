// SPDX-License-Identifier: Apache-2.0
// T14: LE's dendritic microcircuit, self-predicting start, no learning.
#include "oracles/dendritic_microcircuit.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "oracles/golden.hpp"

using namespace leadlag::oracle;
using Catch::Matchers::WithinAbs;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::Vector2d;
using Eigen::VectorXd;

namespace {

/// Drawn by numpy's default_rng(1), uniform in [-1, 1].
DendriticMicrocircuit circuit() {
  MatrixXd up_hidden(3, 2), up_output(2, 3), down(3, 2);
  up_hidden << 0.023643249400513433, 0.9009273926518706, -0.7116807745607325, 0.8972988942744877,
      -0.3763370959790291, -0.1533471020548487;
  up_output << 0.6554051876408835, -0.18160172726167745, 0.09918737534611899, -0.9448817735138633,
      0.5070262173496132, 0.07628662643855644;
  down << -0.34053656700181567, 0.5768574068568086, -0.39361034141671003, -0.09300422103869699,
      -0.7319166055056705, -0.19377402710574154;
  return {up_hidden, up_output, down};
}
const Vector2d x(0.5, -0.3);

/// One row of the golden file without its step: lookaheads of hidden, inter and output cells, v_api,
/// membranes.
VectorXd row_of(const DendriticMicrocircuit& c) {
  VectorXd row(13);
  row << c.ahead_hidden, c.ahead_inter, c.ahead_output, c.apical, c.u_hidden;
  return row;
}

}  // namespace

TEST_CASE("T14 oracle: golden trace of the microcircuit without a target", "[oracle]") {
  const auto golden = read_csv(golden_path("golden_microcircuit.csv"));
  REQUIRE(golden.rows.size() == 40);
  DendriticMicrocircuit c = circuit();
  double worst = 0.0;
  for (const auto& row : golden.rows) {
    REQUIRE(row.size() == 14);
    c.step(x);
    const VectorXd seen = row_of(c);
    for (Index k = 0; k < seen.size(); ++k) {
      const double off = std::abs(seen(k) - row[static_cast<std::size_t>(k) + 1]);
      if (!(off <= worst)) worst = off;  // NaN too
    }
  }
  CHECK(worst <= 1e-9);  // ten printed digits of numbers below 1
}

TEST_CASE("T14 oracle: self-prediction silences the apical compartments, the lookahead settles in 17 steps",
          "[oracle]") {
  DendriticMicrocircuit c = circuit();
  std::vector<VectorXd> ahead, membranes;
  double late_apical = 0.0, early_apical = 0.0;
  for (int n = 0; n < 40; ++n) {
    c.step(x);
    ahead.push_back(row_of(c).head(7));
    membranes.push_back(c.u_hidden);
    (n < 6 ? early_apical : late_apical) =
        std::max(n < 6 ? early_apical : late_apical, c.apical.lpNorm<Eigen::Infinity>());
  }
  CHECK(early_apical > 1e-2);
  CHECK_THAT(late_apical, WithinAbs(7.777639198e-6, 1e-14));
  std::size_t settled = 0;
  while ((ahead[settled] - ahead.back()).lpNorm<Eigen::Infinity>() >= 1e-12) ++settled;
  CHECK(settled == 17);
  // The membranes, tau = 1 / G = 52.6 steps, are far from there.
  CHECK_THAT(1.0 / c.hidden_conductance() / c.dt, WithinAbs(52.63157894736842, 1e-12));
  double nearest = 1.0;
  for (const VectorXd& u : membranes) {
    const double off = (u.array() / ahead.back().head(3).array() - 1.0).abs().maxCoeff();
    nearest = std::min(nearest, off);
  }
  CHECK(nearest > 0.01);
}

TEST_CASE("T14 oracle: a nudge appears in the apical compartments and shifts the hidden cells by it",
          "[oracle]") {
  DendriticMicrocircuit settled = circuit();
  for (int n = 0; n < 40; ++n) settled.step(x);
  struct Nudge {
    double size;
    std::vector<double> apical, linear;
  };
  const std::vector<Nudge> nudges{
      {1e-3,
       {-0.0003127523586619052, -0.00012651310961614426, -0.00022880721981588525},
       {-0.0003127784228396098, -0.00012646053113436802, -0.00022870718257273498}},
      {1e-2,
       {-0.003125132463713154, -0.001269856290557314, -0.002297064026110962},
       {-0.0031277388147914155, -0.001264600578769793, -0.0022870643350961003}}};
  for (const Nudge& nudge : nudges) {
    CAPTURE(nudge.size);
    DendriticMicrocircuit c = circuit();
    const double share = c.g.soma / c.output_conductance();
    const VectorXd target = settled.ahead_output + nudge.size * Vector2d(1.0, -1.0) / share;
    for (int n = 0; n < 60; ++n) c.step(x, target);
    // v_api is the output cells' phi' times what they say above their interneurons, sent down.
    const VectorXd slope =
        settled.ahead_output.unaryExpr([](double u) { return 1.0 / (1.0 + std::exp(-u)); });
    const VectorXd linear = c.down * slope.cwiseProduct(c.ahead_output - c.ahead_inter);
    const VectorXd shift = c.ahead_hidden - c.g.basal / c.hidden_conductance() * c.basal_hidden;
    for (Index k = 0; k < 3; ++k) {
      const auto i = static_cast<std::size_t>(k);
      CHECK_THAT(c.apical(k), WithinAbs(nudge.apical[i], 1e-13));
      CHECK_THAT(linear(k), WithinAbs(nudge.linear[i], 1e-13));
      CHECK_THAT(c.apical(k), WithinAbs(linear(k), 0.2 * nudge.size * nudge.size));  // second order
      // (ga / G) v_api, exactly: the lookahead undoes the membrane.
      CHECK_THAT(shift(k), WithinAbs(c.g.apical / c.hidden_conductance() * c.apical(k), 1e-15));
    }
  }
}
