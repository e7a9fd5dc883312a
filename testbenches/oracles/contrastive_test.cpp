// SPDX-License-Identifier: Apache-2.0
#include "oracles/contrastive.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "oracles/energy_testing.hpp"
#include "oracles/golden_json.hpp"
#include "oracles/reference_energies.hpp"

using namespace leadlag::oracle;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using Eigen::VectorXd;
using nlohmann::json;

namespace {

/// Entries of W_1, W_2, .. out of theta.
VectorXd weights(const LayeredNet& net, const VectorXd& theta) {
  return concatenate(with_parameters(net, theta).W);
}

}  // namespace

TEST_CASE("E7 CHL oracle: with weak feedback the gamma net's clamped contrast is backpropagation",
          "[oracle]") {
  const json golden = golden_json("ep_chl_ref.json")["gamma_net_N1"];
  const Sample n1 = net_n1();
  const VectorXd bp = concatenate(backprop(n1.net, n1.x, n1.y).dW);
  CHECK(relative_error(bp, flat(golden["BP_dW"])) < 1e-12);
  const json& table = golden["table"];
  REQUIRE(table.size() == 7);
  for (const json& row : table) {
    const double gamma = row["gamma"].get<double>();
    CAPTURE(gamma);
    const ReciprocalNet net = gamma_net_n1(gamma);
    const VectorXd free = free_equilibrium(net);
    CHECK(distance(free, flat(row["free"])) < 1e-10);
    CHECK(distance(net.update(free, 0.0), free) < 1e-12);  // at rest in the rates' own dynamics
    CHECK(distance(clamped_equilibrium(net, free, 1.0), flat(row["clamped"])) < 1e-10);
    // gamma^(k-L) reaches 1e6 and multiplies a difference of states that are good to 1e-15.
    const VectorXd chl = weights(n1.net, clamped_contrast(net, free, 1.0));
    CHECK(relative_error(chl, flat(row["CHL_grad_est"])) < 1e-6);
    CHECK_THAT(relative_error(chl, bp), WithinRel(row["rel_err_CHL_vs_BP"].get<double>(), 1e-5));
    CHECK_THAT(angle_degrees(chl, bp), WithinAbs(row["angle_CHL"].get<double>(), 1e-4));
    const VectorXd ep = weights(n1.net, contrast(net, free, 0.01, Contrast::symmetric));
    CHECK_THAT(relative_error(ep, bp), WithinRel(row["rel_err_EPsym_b0.01_vs_ffBP"].get<double>(), 1e-4));
  }
}

TEST_CASE("E8 EP oracle: trace of the clipped net of Scellier and Bengio", "[oracle]") {
  const json golden = golden_json("ep_chl_ref.json")["scellier_bengio_trace"];
  const ClippedNet net = clipped_net();
  CHECK(distance(concatenate(Matrices{net.w1, net.w2}),
                 concatenate(Matrices{to_matrix(golden["W1"]), to_matrix(golden["W2"])})) < 1e-15);
  const auto joined = [](const ClippedState& s) { return concatenate(Vectors{s.h, s.o}); };
  const std::vector<ClippedState> free = clipped_trace(net, {VectorXd::Zero(4), VectorXd::Zero(2)}, 0.0, 20);
  const std::vector<ClippedState> nudged = clipped_trace(net, free.back(), 0.5, 4);
  REQUIRE(golden["free"].size() == 7);
  REQUIRE(golden["nudged_beta0.5"].size() == 4);
  for (const auto& [n, x] : golden["free"].items()) {
    CHECK(distance(joined(free.at(std::stoul(n))), flat(x)) < 1e-12);
  }
  for (const auto& [n, x] : golden["nudged_beta0.5"].items()) {
    CHECK(distance(joined(nudged.at(std::stoul(n))), flat(x)) < 1e-12);
  }
  const ClippedContrast update = clipped_contrast(net, nudged.back(), free.back(), 0.5);
  CHECK(distance(concatenate(Matrices{update.w1}), flat(golden["dW1_hat"])) < 1e-12);
  CHECK(distance(concatenate(Matrices{update.w2}), flat(golden["dW2_hat"])) < 1e-12);
  // It clips: states beyond the ends are brought back, and the nudge alone moves them.
  const ClippedState outside =
      clipped_trace(net, {VectorXd::Constant(4, 2.0), VectorXd::Constant(2, -1.0)}, 0.0, 1)[1];
  CHECK(joined(outside) == (VectorXd(6) << 1, 1, 1, 1, 0, 0).finished());
}

TEST_CASE("E8 EP oracle: trace of the discrete net of Laborieux, which settles in the energy's minimum",
          "[oracle]") {
  const json golden = golden_json("ep_chl_ref.json")["laborieux_trace"];
  const ReciprocalNet net = logistic_net();
  const auto trace = [&](VectorXd x, double beta, int steps) {
    std::vector<VectorXd> all{x};
    for (int n = 0; n < steps; ++n) all.push_back(net.update(all.back(), beta));
    return all;
  };
  const std::vector<VectorXd> free = trace(VectorXd::Zero(6), 0.0, 30);
  REQUIRE(golden["free"].size() == 5);
  for (const auto& [n, x] : golden["free"].items()) {
    CHECK(distance(free.at(std::stoul(n)), flat(x)) < 1e-12);
  }
  const std::vector<VectorXd> plus = trace(free.back(), 0.1, 10), minus = trace(free.back(), -0.1, 10);
  for (const std::string n : {"1", "2", "5", "10"}) {
    CHECK(distance(plus.at(std::stoul(n)), flat(golden["plus"].at(n))) < 1e-12);
    CHECK(distance(minus.at(std::stoul(n)), flat(golden["minus"].at(n))) < 1e-12);
  }
  const VectorXd estimate = contrast_of(net, plus.back(), 0.1, minus.back(), -0.1);
  REQUIRE(estimate.size() == 12 + 4 + 8 + 2);
  CHECK(distance(estimate.segment(16, 8), flat(golden["dW2_est_sym"])) < 1e-12);
  const VectorXd settled = free_equilibrium(net);
  CHECK(distance(free.back(), settled) < 1e-8);
  CHECK(distance(trace(free.back(), 0.1, 200).back(), equilibrium(net, 0.1, settled)) < 1e-12);
}
