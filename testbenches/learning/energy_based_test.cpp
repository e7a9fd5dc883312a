// SPDX-License-Identifier: Apache-2.0
// Energy-based systems on the die against the oracles of their energies.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "learning/layered_rig.hpp"
#include "oracles/contrastive.hpp"
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

/// `learning:` of a chip whose weights a host would write: products stay in the cells.
std::string learning(const std::string& system, const std::string& params) {
  return "{system: " + system + ", " + system + ": {" + params + "}, update: host}";
}

/// Entries of W_1, W_2, .. out of theta.
VectorXd weights(const LayeredNet& net, const VectorXd& theta) {
  return concatenate(with_parameters(net, theta).W);
}

constexpr double two_ticks = 2.0;  // per tau: 400 cycles are 100 and more of the slowest time constants
const std::string settled = "free: 400, nudged: 400", settled_clamp = "free: 400, clamped: 400";

}  // namespace

TEST_CASE("E8 EP on the die: Euler trace of N2, free and nudged, and its energy falls in both phases",
          "[learning]") {
  const json golden = golden_json("ep_chl_ref.json")["euler_dt0.1"];
  const Sample n2 = net_n2();
  LayeredRig rig("e8", n2.net, learning("ep", "beta: 0.5, free: 100, nudged: 100"), 10.0);
  rig.show(n2.x, n2.y);
  const std::vector<VectorXd> seen = rig.cycles(1 + 100 + 100 + 1, "state");
  // The first cycle returns nodes to rest; the cycle that takes the free products is the first nudged one.
  const std::vector<VectorXd> free(seen.begin() + 1, seen.begin() + 102),
      nudged(seen.begin() + 101, seen.end());
  REQUIRE(free.size() == 101);
  REQUIRE(nudged.size() == 101);
  REQUIRE(golden["free"].size() == 8);
  REQUIRE(golden["nudged_beta0.5"].size() == 8);
  for (const auto& [n, x] : golden["free"].items()) {
    CHECK(distance(free.at(std::stoul(n)), flat(x)) < 1e-9);
  }
  for (const auto& [n, x] : golden["nudged_beta0.5"].items()) {
    CHECK(distance(nudged.at(std::stoul(n)), flat(x)) < 1e-9);
  }
  const HopfieldEnergy energy = hopfield_n2();
  for (std::size_t n = 1; n < free.size(); ++n) {
    REQUIRE(energy.value(free[n], 0.0) < energy.value(free[n - 1], 0.0));
    REQUIRE(energy.value(nudged[n], 0.5) < energy.value(nudged[n - 1], 0.5));
  }
  CHECK(distance(-rig.update(), contrast_of(energy, nudged.back(), 0.5, free.back(), 0.0)) < 1e-12);
}

TEST_CASE(
    "4.4 EP on the die: settled updates of N2 by beta, one-sided and symmetric, and how their errors fall",
    "[learning]") {
  const json table = golden_json("ep_chl_ref.json")["EP_table"];
  REQUIRE(table.size() == 8);
  const Sample n2 = net_n2();
  const HopfieldEnergy energy = hopfield_n2();
  const VectorXd exact = fixed_point_gradient(energy, free_equilibrium(energy));
  struct Row {
    double beta;
    bool symmetric;
    VectorXd expected;
    double error;
  };
  std::vector<Row> rows;
  for (const json& row : table) {
    rows.push_back({row["beta"].get<double>(), false, flat(row["one_sided"]), row["rel_one"].get<double>()});
    if (!row.contains("symmetric")) continue;
    rows.push_back({row["beta"].get<double>(), true, flat(row["symmetric"]), row["rel_sym"].get<double>()});
  }
  REQUIRE(rows.size() == 15);
  std::deque<LayeredRig> rigs;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    rigs.emplace_back("ep" + std::to_string(k), n2.net,
                      learning("ep", "beta: " + std::to_string(rows[k].beta) + ", " + settled +
                                         ", form: " + (rows[k].symmetric ? "symmetric" : "one_sided")),
                      two_ticks);
    rigs.back().show(n2.x, n2.y);
  }
  std::map<std::pair<double, bool>, double> error;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    CAPTURE(rows[k].beta, rows[k].symmetric);
    rigs[k].sample();
    const VectorXd estimate = -rigs[k].update();
    CHECK(relative_error(estimate, rows[k].expected) < 1e-6);
    error[{rows[k].beta, rows[k].symmetric}] = relative_error(estimate, exact);
    CHECK_THAT(relative_error(estimate, exact), WithinRel(rows[k].error, 1e-3));
  }
  // E1: one-sided errors are as beta, symmetric ones as beta squared.
  CHECK_THAT((error[{0.1, false}] / error[{0.01, false}]), WithinAbs(10.0, 1.0));
  CHECK_THAT((error[{0.1, true}] / error[{0.01, true}]), WithinAbs(101.0, 1.5));
}

TEST_CASE(
    "E3 EP on the die: what is left of settling spoils the one-sided form, and cancels in the symmetric",
    "[learning]") {
  const json golden = golden_json("ep_chl_ref.json")["gradient_error_vs_settling_steps(beta0.1,dt0.1)"];
  REQUIRE(golden.size() == 6);
  const Sample n2 = net_n2();
  const HopfieldEnergy energy = hopfield_n2();
  const VectorXd exact = fixed_point_gradient(energy, free_equilibrium(energy));
  std::deque<LayeredRig> rigs;
  for (const auto& [steps, row] : golden.items()) {
    for (const std::string form : {"one_sided", "symmetric"}) {
      rigs.emplace_back(
          "e3_" + steps + form, n2.net,
          learning("ep", "beta: 0.1, form: " + form + ", free: " + steps + ", nudged: " + steps), 10.0);
      rigs.back().show(n2.x, n2.y);
    }
  }
  std::size_t k = 0;
  for (const auto& [steps, row] : golden.items()) {
    for (const std::string form : {"one_rel", "sym_rel"}) {
      CAPTURE(steps, form);
      rigs[k].sample();
      CHECK_THAT(relative_error(-rigs[k++].update(), exact), WithinRel(row[form].get<double>(), 1e-9));
    }
  }
  REQUIRE(k == 12);
}

TEST_CASE("EP on the die: a coin for each sample nudges one way or the other", "[learning]") {
  const Sample n2 = net_n2();
  const HopfieldEnergy energy = hopfield_n2();
  const VectorXd free = free_equilibrium(energy);
  const VectorXd up = contrast(energy, free, 0.2, Contrast::one_sided);
  const VectorXd down = contrast(energy, free, 0.2, Contrast::negative);
  LayeredRig rig("coin", n2.net, learning("ep", "beta: 0.2, form: random_sign, " + settled), two_ticks);
  rig.show(n2.x, n2.y);
  std::string tosses;
  for (int n = 0; n < 24; ++n) {
    rig.sample();
    const VectorXd estimate = -rig.update();
    const bool plus = relative_error(estimate, up) < 1e-6, minus = relative_error(estimate, down) < 1e-6;
    REQUIRE(plus != minus);
    tosses += plus ? '+' : '-';
  }
  // Neither side is left out, and it does not alternate. A fair coin gives 24 tosses within [5, 19] of one
  // side in all but one case of 600.
  const auto ups = std::count(tosses.begin(), tosses.end(), '+');
  CAPTURE(tosses);
  CHECK(ups >= 5);
  CHECK(ups <= 19);
  CHECK(tosses.find("++") != std::string::npos);
  CHECK(tosses.find("--") != std::string::npos);
}

TEST_CASE("4.8 energy-based on the die: without an error nothing moves but rounding", "[learning]") {
  const Sample n2 = net_n2();
  const std::vector<std::pair<std::string, std::string>> systems{
      {"ep", "beta: 0.5, " + settled},
      {"ep", "beta: 0.5, form: symmetric, " + settled},
      {"ep", "beta: 0.5, energy: leaky, feedback: 0.5, " + settled},
      {"chl", "feedback: 0.5, " + settled_clamp},
      {"coupled_learning", "eta: 0.5, " + settled_clamp},
      {"pc", "lambda: 0.5, relax: 100"},
      {"bp", "settle: 100"}};
  std::deque<LayeredRig> rigs;
  for (std::size_t k = 0; k < systems.size(); ++k) {
    rigs.emplace_back("zero" + std::to_string(k), n2.net, learning(systems[k].first, systems[k].second),
                      two_ticks);
  }
  for (std::size_t k = 0; k < systems.size(); ++k) {
    CAPTURE(systems[k].first, systems[k].second);
    LayeredRig& rig = rigs[k];
    rig.show(n2.x, n2.y);
    const VectorXd own = rig.infer();
    rig.show(n2.x, own);
    rig.sample();
    const VectorXd still = rig.update();
    CHECK(still.lpNorm<Eigen::Infinity>() < 1e-14);
    // Its sign turns with the error's, to first order.
    const VectorXd error{{1e-6, -2e-6}};
    rig.show(n2.x, own + error);
    rig.sample();
    const VectorXd up = rig.update();
    rig.show(n2.x, own - error);
    rig.sample();
    const VectorXd down = rig.update();
    CHECK(up.norm() > 1e-7);
    CHECK((up + down).norm() < 1e-4 * up.norm());
  }
}

TEST_CASE("E8 EP on the die: the clipped net of Scellier and Bengio, 20 + 4 steps of one half",
          "[learning]") {
  const json golden = golden_json("ep_chl_ref.json")["scellier_bengio_trace"];
  const ClippedNet net = clipped_net();
  // Their cost has no 1/2, so their beta of 0.5 is 1 here, and dW per unit of beta half as large.
  const LayeredNet layered{
      .W = {net.w1, net.w2}, .b = {net.b1, net.b2}, .hidden = oracle::Activation::linear};
  LayeredRig rig("clip", layered, learning("ep", "energy: clip, beta: 1.0, free: 20, nudged: 4"), 2.0);
  rig.show(net.x, net.y);
  const std::vector<VectorXd> seen = rig.cycles(1 + 20 + 4 + 1, "state");
  REQUIRE(golden["free"].size() == 7);
  REQUIRE(golden["nudged_beta0.5"].size() == 4);
  for (const auto& [n, x] : golden["free"].items()) {
    CHECK(distance(seen.at(1 + std::stoul(n)), flat(x)) < 1e-12);
  }
  for (const auto& [n, x] : golden["nudged_beta0.5"].items()) {
    CHECK(distance(seen.at(21 + std::stoul(n)), flat(x)) < 1e-12);
  }
  const LayeredNet update = with_parameters(layered, -2.0 * rig.update());
  CHECK(distance(concatenate(Matrices{update.W[0]}), flat(golden["dW1_hat"])) < 1e-12);
  CHECK(distance(concatenate(Matrices{update.W[1]}), flat(golden["dW2_hat"])) < 1e-12);
}

TEST_CASE("E2 CHL on the die: a full clamp of N2 is correlated with the gradient, and not it", "[learning]") {
  const json golden = golden_json("ep_chl_ref.json")["CHL_same_net"];
  const Sample n2 = net_n2();
  const HopfieldEnergy energy = hopfield_n2();
  LayeredRig rig("e2", n2.net, learning("chl", "energy: hopfield, feedback: 1, " + settled_clamp), two_ticks);
  rig.show(n2.x, n2.y);
  rig.sample();
  const VectorXd estimate = -rig.update();
  CHECK(relative_error(estimate, flat(golden["dE_diff(clamped-free)"])) < 1e-6);
  CHECK_THAT(angle_degrees(estimate, fixed_point_gradient(energy, free_equilibrium(energy))),
             WithinAbs(golden["angle_deg"].get<double>(), 1e-4));
}

TEST_CASE("E7 CHL on the die: backpropagation with weak feedback, and the wrong way with strong",
          "[learning]") {
  const json table = golden_json("ep_chl_ref.json")["gamma_net_N1"]["table"];
  REQUIRE(table.size() == 7);
  const Sample n1 = net_n1();
  const VectorXd bp = concatenate(backprop(n1.net, n1.x, n1.y).dW);
  std::deque<LayeredRig> rigs;
  for (const json& row : table) {
    rigs.emplace_back(
        "e7_" + std::to_string(rigs.size()), n1.net,
        learning("chl", "feedback: " + std::to_string(row["gamma"].get<double>()) + ", " + settled_clamp),
        two_ticks);
    rigs.back().show(n1.x, n1.y);
  }
  for (std::size_t k = 0; k < rigs.size(); ++k) {
    const double gamma = table[k]["gamma"].get<double>();
    CAPTURE(gamma);
    rigs[k].sample();
    const VectorXd estimate = weights(n1.net, -rigs[k].update());
    // gamma^(k-L) reaches 1e6 and multiplies a difference of rates that are good to 1e-15.
    CHECK(relative_error(estimate, flat(table[k]["CHL_grad_est"])) < 1e-6);
    CHECK_THAT(angle_degrees(estimate, bp), WithinAbs(table[k]["angle_CHL"].get<double>(), 1e-4));
    if (gamma == 1.0) CHECK(angle_degrees(estimate, bp) > 90.0);
    if (gamma == 0.01) CHECK(angle_degrees(estimate, bp) < 4.0);
  }
}

TEST_CASE("E7 EP on the die: nets of weak feedback descend their own cost, with slopes beta and beta^2",
          "[learning]") {
  const Sample n1 = net_n1();
  const ReciprocalNet energy = gamma_net_n1(0.5);
  const VectorXd free = free_equilibrium(energy);
  const VectorXd exact = fixed_point_gradient(energy, free);
  const std::vector<double> betas{0.2, 0.02};
  std::deque<LayeredRig> rigs;
  for (const double beta : betas) {
    for (const std::string form : {"one_sided", "symmetric"}) {
      rigs.emplace_back("g" + std::to_string(rigs.size()), n1.net,
                        learning("ep", "energy: leaky, feedback: 0.5, beta: " + std::to_string(beta) +
                                           ", form: " + form + ", " + settled),
                        two_ticks);
      rigs.back().show(n1.x, n1.y);
    }
  }
  std::vector<double> errors;
  for (std::size_t k = 0; k < rigs.size(); ++k) {
    rigs[k].sample();
    const VectorXd estimate = -rigs[k].update();
    const Contrast form = k % 2 == 0 ? Contrast::one_sided : Contrast::symmetric;
    CHECK(relative_error(estimate, contrast(energy, free, betas[k / 2], form)) < 1e-6);
    errors.push_back(relative_error(estimate, exact));
  }
  REQUIRE(errors.size() == 4);
  CHECK_THAT(errors[0] / errors[2], WithinAbs(10.0, 2.0));
  CHECK_THAT(errors[1] / errors[3], WithinAbs(100.0, 8.0));
}

TEST_CASE(
    "2.1 coupled learning on the die: the clamped contrast at every share, and never quite the gradient",
    "[learning]") {
  const Sample n2 = net_n2();
  const HopfieldEnergy energy = hopfield_n2();
  const VectorXd free = free_equilibrium(energy);
  const VectorXd exact = fixed_point_gradient(energy, free);
  const std::vector<double> shares{1.0, 0.5, 0.1, 0.01};
  std::deque<LayeredRig> rigs;
  for (const double eta : shares) {
    rigs.emplace_back("share" + std::to_string(rigs.size()), n2.net,
                      learning("coupled_learning", "eta: " + std::to_string(eta) + ", " + settled_clamp),
                      two_ticks);
    rigs.back().show(n2.x, n2.y);
  }
  for (std::size_t k = 0; k < rigs.size(); ++k) {
    CAPTURE(shares[k]);
    rigs[k].sample();
    const VectorXd estimate = -rigs[k].update();
    CHECK(relative_error(estimate, clamped_contrast(energy, free, shares[k])) < 1e-6);
    CHECK(angle_degrees(estimate, exact) > 1.0);
    CHECK(angle_degrees(estimate, exact) < 45.0);
  }
}

TEST_CASE("4.8h energy-based on the die: each learns N1 by its own circuits alone, by three decades and more",
          "[learning]") {
  const Sample n1 = net_n1();
  const std::vector<std::pair<std::string, double>> systems{
      {"{system: ep, ep: {beta: 0.1, free: 100, nudged: 100}}", 0.1},
      {"{system: ep, ep: {beta: 0.1, form: symmetric, free: 100, nudged: 100}}", 0.1},
      {"{system: ep, ep: {beta: 0.1, form: random_sign, free: 100, nudged: 100}}", 0.1},
      {"{system: chl, chl: {feedback: 0.1, free: 100, clamped: 100}}", 0.1},
      {"{system: coupled_learning, coupled_learning: {eta: 0.1, free: 100, clamped: 100}}", 0.1},
      {"{system: pc, pc: {lambda: 1, relax: 50}}", 0.1},
      {"{system: pc, pc: {lambda: 0.1, schedule: fixed_prediction, relax: 50}}", 0.1}};
  std::deque<LayeredRig> rigs;
  for (const auto& [system, rate] : systems) {
    rigs.emplace_back("smoke" + std::to_string(rigs.size()), n1.net, system, two_ticks);
  }
  for (std::size_t k = 0; k < rigs.size(); ++k) {
    CAPTURE(systems[k].first);
    LayeredRig& rig = rigs[k];
    rig.show(n1.x, n1.y);
    const double before = loss(rig.infer(), n1.y);
    for (int n = 0; n < 100; ++n) rig.sample(systems[k].second);
    const double after = loss(rig.infer(), n1.y);
    CAPTURE(before, after);
    CHECK(after < 1e-3 * before);
  }
}
