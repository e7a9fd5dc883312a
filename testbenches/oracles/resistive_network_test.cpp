// SPDX-License-Identifier: Apache-2.0
#include "oracles/resistive_network.hpp"

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
using Eigen::Index;
using Eigen::VectorXd;
using nlohmann::json;

TEST_CASE("4.5 resistive oracle: free state, gradient and contrasts by beta", "[oracle]") {
  const json golden = golden_json("resistive_ref.json");
  ResistiveNetwork net = resistive_reference();
  CHECK(net.theta == flat(json{golden["G1_uS"], golden["G2_uS"], golden["GL_uS"]}));
  const VectorXd free = free_equilibrium(net);
  CHECK(distance(free, flat(json{golden["free"]["h"], golden["free"]["o"]})) < 1e-12);
  CHECK_THAT(net.cost(free), WithinRel(golden["free"]["C"].get<double>(), 1e-12));
  const VectorXd exact = fixed_point_gradient(net, free);
  CHECK(relative_error(exact, flat(golden["true_dC_dG"])) < 1e-10);
  CHECK(relative_error(difference_gradient(net, free, 1e-4), exact) < 1e-8);
  const json& table = golden["table"];
  REQUIRE(table.size() == 7);
  int both_sides = 0;
  for (const json& row : table) {
    const double beta = row["beta_uS"].get<double>();
    CAPTURE(beta);
    const VectorXd up = equilibrium(net, beta, free);
    CHECK(distance(up, flat(row["v_plus"])) < 1e-12);
    CHECK(distance(-beta * net.cost_dx(up).tail(2), flat(row["nudge_current_uA"])) < 1e-10);
    const VectorXd one = contrast(net, free, beta, Contrast::one_sided);
    CHECK(relative_error(one, flat(row["one"])) < 1e-9);
    CHECK_THAT(relative_error(one, exact), WithinRel(row["rel_one"].get<double>(), 1e-6));
    if (!row.contains("v_minus")) continue;
    ++both_sides;
    CHECK(distance(equilibrium(net, -beta, free), flat(row["v_minus"])) < 1e-12);
    const VectorXd symmetric = contrast(net, free, beta, Contrast::symmetric);
    CHECK(relative_error(symmetric, flat(row["sym"])) < 1e-9);
    CHECK_THAT(relative_error(symmetric, exact), WithinRel(row["rel_sym"].get<double>(), 1e-5));
  }
  CHECK(both_sides == 4);
}

TEST_CASE("R1 resistive oracle: currents add to nothing at every node, and nodal analysis agrees",
          "[oracle]") {
  const ResistiveNetwork net = resistive_reference();
  const VectorXd free = free_equilibrium(net);
  CHECK(net.internal_dx(free).lpNorm<Eigen::Infinity>() < 1e-13);
  for (const double beta : {0.0, 0.1, 5.0, 50.0, -5.0}) {
    CAPTURE(beta);
    const VectorXd v = net.nodal_analysis(beta);
    CHECK(net.dx(v, beta).lpNorm<Eigen::Infinity>() < 1e-12);
    CHECK(distance(v, equilibrium(net, beta, free)) < 1e-13);
  }
}

TEST_CASE("R2 resistive oracle: the co-content is least at the state of rest, without diodes the power too",
          "[oracle]") {
  const ResistiveNetwork net = resistive_reference();
  ResistiveNetwork linear = net;
  linear.saturation_current = 0.0;
  Gauss gauss(7);
  const VectorXd v = free_equilibrium(net), w = free_equilibrium(linear);
  CHECK_THAT(linear.dissipated_power(w), WithinRel(2.0 * linear.internal(w), 1e-14));
  for (int n = 0; n < 1000; ++n) {
    const VectorXd by = 0.05 * gauss.vector(4);
    REQUIRE(net.internal(v + by) > net.internal(v));
    REQUIRE(linear.dissipated_power(w + by) > linear.dissipated_power(w));
  }
  CHECK(distance(v, w) > 1e-3);  // the diodes do something
}

TEST_CASE("4.5 resistive oracle: power and settling", "[oracle]") {
  const json golden = golden_json("resistive_ref.json");
  const ResistiveNetwork net = resistive_reference();
  const VectorXd v = free_equilibrium(net);
  const double power = net.dissipated_power(v), slow = net.slowest_tau(v, 1.0);
  CHECK_THAT(power, WithinRel(golden["power_free_uW"].get<double>(), 1e-10));
  CHECK_THAT(slow, WithinRel(golden["settling"]["tau_slow_us"].get<double>(), 1e-10));
  CHECK_THAT(net.fastest_tau(v, 1.0), WithinRel(golden["settling"]["tau_fast_us"].get<double>(), 1e-10));
  CHECK_THAT(6.9 * slow * power, WithinRel(golden["settling"]["energy_per_settle_pJ"].get<double>(), 1e-10));
  // After long, what is left of a disturbance decays with the slowest time constant.
  const double dt = 1e-4;
  const std::vector<VectorXd> trace = euler_trace(net, 0.0, v + VectorXd::Constant(4, 1e-3), dt, 5000);
  const double rate = std::log((trace[4000] - v).norm() / (trace[5000] - v).norm()) / (1000.0 * dt);
  CHECK_THAT(rate * slow, WithinRel(1.0, 5e-3));  // Euler: dt / 2 tau = 1e-3
}

TEST_CASE("4.5 coupled learning oracle: its update is not the gradient however weak the clamp", "[oracle]") {
  const json golden = golden_json("resistive_ref.json")["coupled_learning"];
  const ResistiveNetwork net = resistive_reference();
  const VectorXd free = free_equilibrium(net);
  const VectorXd exact = fixed_point_gradient(net, free);
  REQUIRE(golden.size() == 4);
  for (const auto& [key, row] : golden.items()) {
    const double eta = std::stod(key);
    CAPTURE(eta);
    CHECK(distance(clamped_equilibrium(net, free, eta), flat(row["v_clamped"])) < 1e-12);
    const VectorXd update = clamped_contrast(net, free, eta);
    CHECK(relative_error(update, flat(row["est"])) < 1e-9);
    CHECK_THAT(angle_degrees(update, exact), WithinAbs(row["angle_deg"].get<double>(), 1e-6));
  }
  CHECK(angle_degrees(clamped_contrast(net, free, 1e-4), exact) > 8.0);
}
