// SPDX-License-Identifier: Apache-2.0
#include "oracles/hopfield_energy.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "oracles/contrastive.hpp"
#include "oracles/energy_testing.hpp"
#include "oracles/golden_json.hpp"
#include "oracles/reference_energies.hpp"

using namespace leadlag::oracle;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using Eigen::VectorXd;
using nlohmann::json;

namespace {

/// States of N2 rounded to a grid of 2^bits steps between -2 and 2.
VectorXd rounded(const VectorXd& x, int bits) {
  const double step = 4.0 / std::pow(2.0, bits);
  return (x / step).array().rint() * step;
}

}  // namespace

TEST_CASE("4.4 EP oracle: free equilibrium of N2, its curvature and its gradient", "[oracle]") {
  const json golden = golden_json("ep_chl_ref.json");
  HopfieldEnergy n2 = hopfield_n2();
  const VectorXd free = free_equilibrium(n2);
  REQUIRE(free.size() == 6);
  CHECK(distance(free.head(4), flat(golden["free"]["h"])) < 1e-12);
  CHECK(distance(free.tail(2), flat(golden["free"]["o"])) < 1e-12);
  CHECK_THAT(n2.cost(free), WithinRel(golden["free"]["C"].get<double>(), 1e-12));
  const VectorXd curvature =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(n2.hessian(free, 0.0)).eigenvalues();
  CHECK(distance(curvature, flat(golden["free"]["hess_eigs"])) < 1e-10);  // both ascend
  const VectorXd exact = fixed_point_gradient(n2, free);
  CHECK(relative_error(exact, flat(golden["true_grad_RBP"])) < 1e-10);
  CHECK(relative_error(difference_gradient(n2, free, 1e-6), exact) < 1e-8);
  CHECK(relative_error(first_order_answer(n2, free),
                       flat(golden["first_order"]["dz_dbeta_pred=-H^-1 dC/dz"])) < 1e-10);
  // The equilibrium is the only one: two hundred starts come to it.
  Gauss gauss(3);
  for (int n = 0; n < 200; ++n) {
    REQUIRE(distance(equilibrium(n2, 0.0, 2.0 * gauss.vector(6)), free) < 1e-9);
  }
}

TEST_CASE("4.4 EP oracle: contrasts of N2 by beta, and where a negative nudge is no longer held",
          "[oracle]") {
  const json golden = golden_json("ep_chl_ref.json");
  const HopfieldEnergy n2 = hopfield_n2();
  const VectorXd free = free_equilibrium(n2);
  const VectorXd exact = fixed_point_gradient(n2, free);
  const json& table = golden["EP_table"];
  REQUIRE(table.size() == 8);
  int both_sides = 0;
  for (const json& row : table) {
    const double beta = row["beta"].get<double>();
    CAPTURE(beta);
    CHECK(distance(equilibrium(n2, beta, free), flat(row["z_plus"])) < 1e-10);
    const VectorXd one = contrast(n2, free, beta, Contrast::one_sided);
    CHECK(relative_error(one, flat(row["one_sided"])) < 1e-9);
    CHECK_THAT(relative_error(one, exact), WithinRel(row["rel_one"].get<double>(), 1e-6));
    if (!row.contains("z_minus")) continue;
    ++both_sides;
    CHECK(distance(equilibrium(n2, -beta, free), flat(row["z_minus"])) < 1e-10);
    const VectorXd symmetric = contrast(n2, free, beta, Contrast::symmetric);
    CHECK(relative_error(symmetric, flat(row["symmetric"])) < 1e-9);
    CHECK_THAT(relative_error(symmetric, exact), WithinRel(row["rel_sym"].get<double>(), 1e-5));
    CHECK_THAT(relative_error(contrast(n2, free, beta, Contrast::negative), exact),
               WithinRel(row["rel_neg"].get<double>(), 1e-6));
  }
  CHECK(both_sides == 7);
  // E1
  const auto error = [&](double beta, Contrast form) {
    return relative_error(contrast(n2, free, beta, form), exact);
  };
  CHECK_THAT(error(0.1, Contrast::one_sided) / error(0.01, Contrast::one_sided), WithinAbs(10.0, 1.0));
  CHECK_THAT(error(0.1, Contrast::symmetric) / error(0.01, Contrast::symmetric), WithinAbs(101.0, 1.0));
  // Linear stability at the free point ends where the least eigenvalue is 0.
  double low = -5.0, high = 0.0;
  for (int n = 0; n < 60; ++n) {
    const double middle = 0.5 * (low + high);
    const bool stable =
        Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(n2.hessian(free, middle)).eigenvalues()(0) > 0.0;
    (stable ? high : low) = middle;
  }
  CHECK_THAT(high,
             WithinAbs(golden["negative_beta_linear_stability_limit_at_free_point"].get<double>(), 1e-9));
}

TEST_CASE("E2 CHL oracle: a full clamp is the limit of a strong nudge, and not the gradient", "[oracle]") {
  const json golden = golden_json("ep_chl_ref.json")["CHL_same_net"];
  const HopfieldEnergy n2 = hopfield_n2();
  const VectorXd free = free_equilibrium(n2);
  const VectorXd chl = clamped_contrast(n2, free, 1.0);
  CHECK(distance(clamped_equilibrium(n2, free, 1.0).head(4), flat(golden["h_clamped"])) < 1e-10);
  CHECK(relative_error(chl, flat(golden["dE_diff(clamped-free)"])) < 1e-10);
  CHECK_THAT(angle_degrees(chl, fixed_point_gradient(n2, free)),
             WithinAbs(golden["angle_deg"].get<double>(), 1e-6));
  const VectorXd strong = 1e6 * contrast(n2, free, 1e6, Contrast::one_sided);
  CHECK_THAT(relative_error(strong, chl), WithinRel(golden["EP_beta1e6_equals_CHL_rel"].get<double>(), 1e-2));
}

TEST_CASE("E3 EP oracle: what is left of settling cancels in the symmetric contrast only", "[oracle]") {
  const json golden = golden_json("ep_chl_ref.json")["gradient_error_vs_settling_steps(beta0.1,dt0.1)"];
  const HopfieldEnergy n2 = hopfield_n2();
  const VectorXd exact = fixed_point_gradient(n2, free_equilibrium(n2));
  REQUIRE(golden.size() == 6);
  for (const auto& [key, row] : golden.items()) {
    const int steps = std::stoi(key);
    CAPTURE(steps);
    const VectorXd free = euler_trace(n2, 0.0, VectorXd::Zero(6), 0.1, steps).back();
    const VectorXd up = euler_trace(n2, 0.1, free, 0.1, steps).back();
    const VectorXd down = euler_trace(n2, -0.1, free, 0.1, steps).back();
    CHECK_THAT(relative_error(contrast_of(n2, up, 0.1, free, 0.0), exact),
               WithinRel(row["one_rel"].get<double>(), 1e-9));
    CHECK_THAT(relative_error(contrast_of(n2, up, 0.1, down, -0.1), exact),
               WithinRel(row["sym_rel"].get<double>(), 1e-9));
  }
  CHECK(golden["50"]["one_rel"].get<double>() > 20.0 * golden["50"]["sym_rel"].get<double>());
}

TEST_CASE("E4 EP oracle: noise of the held states against the bias of beta", "[oracle]") {
  // Mean squared errors over 400 draws in the golden file, 4000 here; told apart beyond four standard errors.
  const json golden = golden_json("ep_chl_ref.json")["sample_hold_noise"];
  const HopfieldEnergy n2 = hopfield_n2();
  const VectorXd free = free_equilibrium(n2);
  const VectorXd exact = fixed_point_gradient(n2, free);
  const double noise = golden["eps_rms_on_each_held_state"].get<double>();
  Gauss gauss(4);
  std::vector<double> best;
  for (const bool symmetric : {false, true}) {
    const json& table = golden[symmetric ? "rms_rel_err_sym" : "rms_rel_err_one"];
    REQUIRE(table.size() == 6);
    double least = 1.0, least_at = 0.0;
    for (const auto& [key, rms] : table.items()) {
      const double beta = std::stod(key), other = symmetric ? -beta : 0.0;
      CAPTURE(symmetric, beta);
      const VectorXd up = equilibrium(n2, beta, free), down = equilibrium(n2, other, free);
      std::vector<double> squares;
      for (int n = 0; n < 4000; ++n) {
        const VectorXd estimate =
            contrast_of(n2, up + noise * gauss.vector(6), beta, down + noise * gauss.vector(6), other);
        squares.push_back(std::pow(relative_error(estimate, exact), 2));
      }
      const Sampled sampled(squares);
      CHECK_THAT(sampled.mean, WithinAbs(std::pow(rms.get<double>(), 2), sampled.four_errors(400)));
      CHECK_THAT(std::sqrt(sampled.mean), WithinRel(rms.get<double>(), 0.15));
      if (sampled.mean < least) least = sampled.mean, least_at = beta;
    }
    best.push_back(least_at);
  }
  REQUIRE(best.size() == 2);
  CHECK(best[0] == 0.05);
  CHECK(best[1] == 0.1);
}

TEST_CASE("E5 EP oracle: held states through a converter of 6 to 16 bits", "[oracle]") {
  const json golden = golden_json("ep_chl_ref.json")["quantised_states_rel_err"];
  const HopfieldEnergy n2 = hopfield_n2();
  const VectorXd free = free_equilibrium(n2);
  const VectorXd exact = fixed_point_gradient(n2, free);
  int seen = 0;
  for (const int bits : {6, 8, 10, 12, 16}) {
    for (const std::string beta : {"0.1", "0.5"}) {
      CAPTURE(bits, beta);
      const double b = std::stod(beta);
      const VectorXd up = rounded(equilibrium(n2, b, free), bits);
      const VectorXd down = rounded(equilibrium(n2, -b, free), bits);
      const json& error = golden.at(std::to_string(bits) + "bit_beta" + beta + "_sym");
      CHECK_THAT(relative_error(contrast_of(n2, up, b, down, -b), exact),
                 WithinRel(error.get<double>(), 1e-6));
      ++seen;
    }
  }
  CHECK(static_cast<std::size_t>(seen) == golden.size());
}

TEST_CASE("E6 EP oracle: an offset on both phases cancels, on one it does not", "[oracle]") {
  const json golden = golden_json("ep_chl_ref.json");
  const HopfieldEnergy n2 = hopfield_n2();
  const VectorXd free = free_equilibrium(n2);
  const VectorXd exact = fixed_point_gradient(n2, free);
  const VectorXd offset = 0.02 * VectorXd{{1, -1, 1, 1, -1, 1}};
  const VectorXd up = equilibrium(n2, 0.1, free), down = equilibrium(n2, -0.1, free);
  CHECK_THAT(relative_error(contrast_of(n2, up + offset, 0.1, down + offset, -0.1), exact),
             WithinRel(golden["static_offset_0.02_both_phases_rel_err"].get<double>(), 1e-6));
  CHECK_THAT(relative_error(contrast_of(n2, up + offset, 0.1, down, -0.1), exact),
             WithinRel(golden["offset_0.02_only_plus_phase_rel_err"].get<double>(), 1e-6));
}

TEST_CASE("E8 EP oracle: Euler traces of N2, free and nudged", "[oracle]") {
  const json golden = golden_json("ep_chl_ref.json")["euler_dt0.1"];
  const HopfieldEnergy n2 = hopfield_n2();
  const std::vector<VectorXd> free = euler_trace(n2, 0.0, VectorXd::Zero(6), 0.1, 100);
  const std::vector<VectorXd> nudged = euler_trace(n2, 0.5, free.back(), 0.1, 100);
  REQUIRE(golden["free"].size() == 8);
  REQUIRE(golden["nudged_beta0.5"].size() == 8);
  for (const auto& [n, x] : golden["free"].items()) {
    CHECK(distance(free.at(std::stoul(n)), flat(x)) < 1e-12);
  }
  for (const auto& [n, x] : golden["nudged_beta0.5"].items()) {
    CHECK(distance(nudged.at(std::stoul(n)), flat(x)) < 1e-12);
  }
}

TEST_CASE("4.7 EP oracle: feedback weights that differ from the forward ones turn the contrast", "[oracle]") {
  // Means over 40 draws in the golden file, 400 here; told apart beyond four standard errors.
  const json golden = golden_json("ebm_nonideal_ref.json");
  const HopfieldEnergy n2 = hopfield_n2();
  const VectorXd free = free_equilibrium(n2);
  REQUIRE(n2.transposes().size() == 1);
  const auto weights_of = [&](const VectorXd& estimate) -> VectorXd {  // W_1 and W_2 without biases
    VectorXd w(20);
    w << estimate.head(12), estimate.segment(16, 8);
    return w;
  };
  const auto estimate = [&](const Matrices& back) {
    const VectorXd rest = n2.asymmetric_rest(free, 0.0, back);
    return weights_of(contrast_of(n2, n2.asymmetric_rest(rest, 0.02, back), 0.02,
                                  n2.asymmetric_rest(rest, -0.02, back), -0.02));
  };
  const VectorXd symmetric = estimate(n2.transposes());
  CHECK(relative_error(symmetric, weights_of(contrast(n2, free, 0.02, Contrast::symmetric))) < 1e-9);
  Gauss gauss(5);
  double before = 0.0;
  for (const std::string spread : {"0.01", "0.02", "0.05", "0.1", "0.2"}) {
    CAPTURE(spread);
    const json& expected = golden.at("EP_backward_weight_mismatch_" + spread);
    std::vector<double> angles, errors;
    for (int n = 0; n < 400; ++n) {
      Matrices back = n2.transposes();
      back[0].array() *= 1.0 + std::stod(spread) * gauss.matrix(4, 2).array();
      const VectorXd turned = estimate(back);
      angles.push_back(angle_degrees(turned, symmetric));
      errors.push_back(relative_error(turned, symmetric));
    }
    const Sampled angle(angles), error(errors);
    CHECK_THAT(angle.mean,
               WithinAbs(expected["mean_angle_deg_vs_symmetric"].get<double>(), angle.four_errors(40)));
    CHECK_THAT(error.mean, WithinAbs(expected["mean_rel"].get<double>(), error.four_errors(40)));
    CHECK(angle.mean > 1.8 * before);  // grows with the spread: 1, 2, 5, 10, 20 %
    before = angle.mean;
  }
}
