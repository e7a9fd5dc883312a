// SPDX-License-Identifier: Apache-2.0
// Predictive coding on the die against its oracle.
#include <catch2/catch.hpp>
#include <deque>
#include <string>
#include <vector>

#include "learning/layered_rig.hpp"
#include "oracles/energy_testing.hpp"
#include "oracles/golden_json.hpp"
#include "oracles/reference_energies.hpp"

using namespace leadlag;
using namespace leadlag::oracle;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using Eigen::VectorXd;
using nlohmann::json;

namespace {

std::string pc(const std::string& params) { return "{system: pc, pc: {" + params + "}, update: host}"; }
VectorXd weights(const LayeredNet& net, const VectorXd& theta) {
  return concatenate(with_parameters(net, theta).W);
}
/// Value nodes of N1 among all rates.
VectorXd values(const VectorXd& rates) { return rates.head(7); }

}  // namespace

TEST_CASE("P2 PC on the die: settled values and updates of N1 by lambda, with an error in proportion to it",
          "[learning]") {
  const json golden = golden_json("pc_ref.json");
  const json& table = golden["equilibrium_by_lambda"];
  REQUIRE(table.size() == 6);
  const Sample n1 = net_n1();
  const LayeredGradient bp = backprop(n1.net, n1.x, n1.y);
  const VectorXd exact = oracle::parameters(bp.dW, bp.db);
  std::deque<LayeredRig> rigs;
  for (const auto& [lambda, row] : table.items()) {
    rigs.emplace_back("p2_" + std::to_string(rigs.size()), n1.net, pc("lambda: " + lambda + ", relax: 400"),
                      2.0);
    rigs.back().show(n1.x, n1.y);
  }
  std::map<std::string, double> error;
  std::size_t k = 0;
  for (const auto& [lambda, row] : table.items()) {
    CAPTURE(lambda);
    const std::vector<VectorXd> seen = rigs[k].cycles(3 + 400 + 1, "rate");
    CHECK(distance(values(seen.back()), flat(json{row["x1"], row["x2"]})) < 1e-6);
    const VectorXd estimate = -rigs[k++].update();
    CHECK(relative_error(weights(n1.net, estimate), flat(row["dE_dW_over_lambda"])) < 1e-6);
    CHECK_THAT(relative_error(weights(n1.net, estimate), weights(n1.net, exact)),
               WithinRel(row["rel_err_vs_BP"].get<double>(), 1e-4));
    error[lambda] = relative_error(estimate, exact);  // with the biases
  }
  REQUIRE(error.count("0.01") == 1);
  CHECK_THAT(error["0.01"] / error["0.001"], WithinAbs(10.0, 0.3));
}

TEST_CASE("P1 PC on the die: Z-IL and held predictions are backpropagation to rounding", "[learning]") {
  const Sample n1 = net_n1();
  const LayeredGradient bp = backprop(n1.net, n1.x, n1.y);
  const VectorXd exact = oracle::parameters(bp.dW, bp.db);
  // As many steps of one as there are layers, or steps of one half until it has settled.
  const std::vector<std::pair<std::string, double>> schedules{
      {"lambda: 1, schedule: z_il", 1.0},
      {"lambda: 0.1, schedule: z_il", 1.0},
      {"lambda: 1, schedule: fixed_prediction, relax: 3", 1.0},
      {"lambda: 0.1, schedule: fixed_prediction, relax: 120", 2.0}};
  std::deque<LayeredRig> rigs;
  for (const auto& [schedule, ticks] : schedules) {
    rigs.emplace_back("p1_" + std::to_string(rigs.size()), n1.net, pc(schedule), ticks);
  }
  for (std::size_t k = 0; k < rigs.size(); ++k) {
    CAPTURE(schedules[k].first);
    for (const double sign : {1.0, -1.0}) {  // the second sample starts from what the first one left
      const VectorXd x = sign * n1.x;
      const LayeredGradient at = backprop(n1.net, x, n1.y);
      rigs[k].show(x, n1.y);
      rigs[k].sample();
      CHECK(relative_error(-rigs[k].update(), oracle::parameters(at.dW, at.db)) < 1e-12);
    }
  }
  CHECK(exact.norm() > 0.01);
}

TEST_CASE("P5 PC on the die: trace of N1, errors travel one layer a step, and the energy falls",
          "[learning]") {
  const json golden = golden_json("pc_ref.json")["trace_mu0.1_lam1"];
  REQUIRE(golden.size() == 11);
  const Sample n1 = net_n1();
  const oracle::PredictiveCoding energy = predictive_coding_n1();
  LayeredRig rig("p5", n1.net, pc("lambda: 1, relax: 400"), 10.0);
  rig.show(n1.x, n1.y);
  const std::vector<VectorXd> seen = rig.cycles(3 + 400 + 1, "rate");
  const std::vector<VectorXd> relaxed(seen.begin() + 3, seen.end());
  REQUIRE(relaxed.size() == 401);
  for (const auto& [n, row] : golden.items()) {
    CHECK(distance(values(relaxed.at(std::stoul(n))), flat(json{row["x1"], row["x2"]})) < 1e-9);
  }
  CHECK(relaxed[1].head(4) == relaxed[0].head(4));
  CHECK(relaxed[1].segment(4, 3) != relaxed[0].segment(4, 3));
  CHECK(relaxed[2].head(4) != relaxed[0].head(4));
  for (std::size_t n = 1; n < 200; ++n) {  // later steps are as small as rounding
    REQUIRE(energy.value(values(relaxed[n]), 1.0) < energy.value(values(relaxed[n - 1]), 1.0));
  }
}

TEST_CASE("P3 PC on the die: a linear net settles where the closed form says", "[learning]") {
  const json golden = golden_json("pc_ref.json")["linear_net_no_bias"];
  REQUIRE(golden.size() == 3);
  Sample n1 = net_n1();
  n1.net.hidden = oracle::Activation::linear;
  for (VectorXd& b : n1.net.b) b.setZero();
  const oracle::PredictiveCoding energy(n1.net, n1.x, n1.y);
  std::deque<LayeredRig> rigs;
  for (const auto& [lambda, row] : golden.items()) {
    rigs.emplace_back("p3_" + std::to_string(rigs.size()), n1.net, pc("lambda: " + lambda + ", relax: 400"),
                      2.0);
    rigs.back().show(n1.x, n1.y);
  }
  std::size_t k = 0;
  for (const auto& [lambda, row] : golden.items()) {
    CAPTURE(lambda);
    const VectorXd x = values(rigs[k++].cycles(3 + 400 + 1, "rate").back());
    CHECK_THAT(energy.value(x, std::stod(lambda)), WithinRel(row["F_closed"].get<double>(), 1e-9));
    CHECK(distance(x, flat(json{row["x1"], row["x2"]})) < 1e-6);
  }
}

TEST_CASE("P4 PC on the die: Euler steps beyond 2 over the largest curvature do not come to rest",
          "[learning]") {
  const Sample n1 = net_n1();
  const oracle::PredictiveCoding energy = predictive_coding_n1();
  const VectorXd rest = equilibrium(energy, 1.0, energy.start());
  const double limit = euler_limit(energy, rest, 1.0);
  CHECK(limit < 0.8845);  // that of the free point
  std::deque<LayeredRig> rigs;
  for (const double mu : {0.98 * limit, 1.02 * limit}) {
    rigs.emplace_back("p4_" + std::to_string(rigs.size()), n1.net, pc("lambda: 1, relax: 400"), 1.0 / mu);
    rigs.back().show(n1.x, n1.y);
  }
  std::vector<double> early, late;
  for (LayeredRig& rig : rigs) {
    const std::vector<VectorXd> seen = rig.cycles(3 + 120, "rate");
    early.push_back(distance(values(seen[3 + 40]), rest));
    late.push_back(distance(values(seen[3 + 119]), rest));
  }
  REQUIRE(late.size() == 2);
  CHECK(late[0] < 0.1 * early[0]);
  CHECK(late[1] > 2.0 * early[1]);
}
