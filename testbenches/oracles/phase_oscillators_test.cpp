// SPDX-License-Identifier: Apache-2.0
#include "oracles/phase_oscillators.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "oracles/energy_testing.hpp"
#include "oracles/golden_json.hpp"
#include "oracles/layered_net.hpp"
#include "oracles/reference_energies.hpp"

using namespace leadlag::oracle;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using Eigen::VectorXd;
using nlohmann::json;

TEST_CASE("4.6 OIM oracle: free phases, stability and gradient", "[oracle]") {
  const json golden = golden_json("oim_ref.json");
  PhaseOscillators net = oscillator_reference();
  CHECK(net.theta == flat(json{golden["J_hidden_output"], golden["h"], golden["S"]}));
  const VectorXd free = free_equilibrium(net);
  CHECK(distance(free, flat(golden["phi_free"])) < 1e-12);
  CHECK(distance(free.array().cos(), flat(golden["cos_phi_free"])) < 1e-12);
  CHECK_THAT(net.cost(free), WithinRel(golden["C"].get<double>(), 1e-11));
  CHECK_THAT(net.internal(free), WithinRel(golden["V_free"].get<double>(), 1e-12));
  const double slowest =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(net.hessian(free, 0.0)).eigenvalues()(0);
  CHECK_THAT(-slowest, WithinAbs(golden["max_real_eig_Jacobian"].get<double>(), 1e-8));
  // The golden gradient is by finite differences of 1e-5.
  CHECK(relative_error(fixed_point_gradient(net, free), flat(golden["true_grad_FD"])) < 1e-7);
}

TEST_CASE("4.6 OIM oracle: turning h by beta y and S by -beta/2 nudges the cost, by -beta/4 another one",
          "[oracle]") {
  const json golden = golden_json("oim_ref.json");
  const PhaseOscillators net = oscillator_reference();
  const VectorXd free = free_equilibrium(net);
  const VectorXd exact = fixed_point_gradient(net, free);
  const json& table = golden["table"];
  REQUIRE(table.size() == 6);
  for (const json& row : table) {
    const double beta = row["beta"].get<double>();
    CAPTURE(beta);
    for (const bool derived : {true, false}) {
      CAPTURE(derived);
      const double harmonic = derived ? 0.5 : 0.25;
      const json& at = row[derived ? "derived_S-beta/2" : "code_S-beta/4"];
      const VectorXd up = equilibrium(net.nudged(beta, harmonic), 0.0, free);
      const VectorXd down = equilibrium(net.nudged(-beta, harmonic), 0.0, free);
      CHECK(distance(up, flat(at["phi_plus"])) < 1e-10);
      CHECK(distance(down, flat(at["phi_minus"])) < 1e-10);
      const VectorXd symmetric = knob_contrast(net, free, beta, harmonic);
      CHECK(relative_error(symmetric, flat(at["sym"])) < 1e-8);
      CHECK_THAT(relative_error(symmetric, exact), WithinRel(at["rel_sym"].get<double>(), 1e-4));
      CHECK_THAT(angle_degrees(symmetric, exact), WithinAbs(at["angle_sym"].get<double>(), 1e-4));
      const VectorXd one = (net.internal_dtheta(up) - net.internal_dtheta(free)) / beta;
      CHECK_THAT(relative_error(one, exact), WithinRel(at["rel_one"].get<double>(), 1e-6));
    }
    CHECK(relative_error(knob_contrast(net, free, beta, 0.5),
                         contrast(net, free, beta, Contrast::symmetric)) < 1e-10);
    CHECK(relative_error(knob_contrast(net, free, beta, 0.25), exact) > 1.1);
  }
}

TEST_CASE("O1 OIM oracle: the energy falls along the trace from pi/2", "[oracle]") {
  const json golden = golden_json("oim_ref.json")["trace_dt0.05_from_pi/2"];
  const PhaseOscillators net = oscillator_reference();
  const std::vector<VectorXd> trace = euler_trace(net, 0.0, net.start(), 0.05, 1000);
  REQUIRE(golden.size() == 10);
  for (const auto& [n, row] : golden.items()) {
    CAPTURE(n);
    CHECK(distance(trace.at(std::stoul(n)), flat(row["phi"])) < 1e-11);
    CHECK_THAT(net.internal(trace.at(std::stoul(n))), WithinAbs(row["V"].get<double>(), 1e-12));
  }
  REQUIRE(trace.size() == 1001);
  for (std::size_t n = 1; n < trace.size(); ++n) {
    CHECK(net.internal(trace[n]) < net.internal(trace[n - 1]));
  }
}

TEST_CASE("4.6 OIM oracle: a coarse reading of phases requires a strong nudge", "[oracle]") {
  const json golden = golden_json("oim_ref.json")["phase_quantised_sym_rel_err"];
  const PhaseOscillators net = oscillator_reference();
  const VectorXd free = free_equilibrium(net);
  const VectorXd exact = fixed_point_gradient(net, free);
  int seen = 0;
  for (const int bits : {4, 6, 8, 10, 12}) {
    const double step = 2.0 * std::numbers::pi / std::pow(2.0, bits);
    const auto read = [&](const VectorXd& phi) -> VectorXd { return (phi / step).array().rint() * step; };
    for (const std::string beta : {"0.1", "0.5"}) {
      CAPTURE(bits, beta);
      const double b = std::stod(beta);
      const VectorXd estimate =
          contrast_of(net, read(equilibrium(net, b, free)), b, read(equilibrium(net, -b, free)), -b);
      const json& error = golden.at(std::to_string(bits) + "bit_beta" + beta);
      CHECK_THAT(relative_error(estimate, exact), WithinRel(error.get<double>(), 1e-6));
      ++seen;
    }
  }
  CHECK(static_cast<std::size_t>(seen) == golden.size());
}
