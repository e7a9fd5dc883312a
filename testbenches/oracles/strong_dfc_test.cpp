// SPDX-License-Identifier: Apache-2.0
#include "oracles/strong_dfc.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "oracles/golden_json.hpp"

using namespace leadlag::oracle;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using nlohmann::json;

namespace {

const std::vector<std::string> rows{"Q=J0^T alpha1e-3", "Q=Jss^T alpha1e-9 (self-consistent)",
                                    "Q=Jss^T M alpha1e-9 (same column space)", "Q=weight_product alpha1e-3"};

Matrices minus(const Matrices& m) { return scaled(m, -1.0); }

LocalUpdate update(const LayeredNet& net, Rule rule, const ControlledState& s) {
  return local_update(net, rule, s.v, s.v_ff, s.r);
}

}  // namespace

TEST_CASE("S1 Strong-DFC oracle: the root, H and its derivative against the local update", "[oracle]") {
  const json golden = golden_json("strong_dfc_ref.json").at("rows");
  const auto [net, x, y] = net_n1();
  for (const std::string& name : rows) {
    CAPTURE(name);
    const json& g = golden.at(name);
    const MatrixXd q = to_matrix(g.at("Q"));
    const double alpha = g.at("alpha").get<double>();
    const ControlledState s = steady_state(net, x, q, y, alpha);
    CHECK(relative_error(s.u, to_vector(g.at("u_ss"))) < 1e-9);
    CHECK(control_cost(q, s.u) == Approx(g.at("H").get<double>()).epsilon(1e-9));
    const Matrices analytic = control_gradient(net, q, s, alpha);
    CHECK(relative_error(analytic, to_matrices(g.at("dH_dW_analytic"))) < 1e-9);
    // Differences with h = 1e-5: truncation and rounding ~ 1e-10 of dH/dW.
    const Matrices numeric = control_gradient_by_differences(net, x, q, y, alpha);
    CHECK(relative_error(analytic, numeric) < 1e-9);
    const Matrices local = update(net, Rule::voltage_difference, s).dW;
    CHECK(relative_error(local, to_matrices(g.at("local_update"))) < 1e-9);
    CHECK(relative_error(local, minus(analytic)) ==
          Approx(g.at("rel_local_vs_minus_gradH").get<double>()).epsilon(1e-4).margin(2e-9));
    CHECK(cosine(local, minus(analytic)) ==
          Approx(g.at("cos_local_vs_minus_gradH").get<double>()).epsilon(1e-9));
    CHECK(cosine(update(net, Rule::nonlinear_difference, s).dW, minus(analytic)) ==
          Approx(g.at("cos_nonlinear_rule_vs_minus_gradH").get<double>()).epsilon(1e-9));
    CHECK(condition_2(jacobian(net, s.v), q) ==
          Approx(g.at("cond1_ratio_||P Q||/||Q||").get<double>()).epsilon(1e-9));
  }
}

TEST_CASE(
    "S1 Strong-DFC oracle: Q = J^T under control is found by repetition, and H does not see a mixed Q (D7)",
    "[oracle]") {
  const json golden = golden_json("strong_dfc_ref.json").at("rows");
  const auto [net, x, y] = net_n1();
  MatrixXd q = jacobian(net, forward(net, x).v).transpose();
  for (int round = 0; round < 200; ++round) q = jacobian(net, steady_state(net, x, q, y, 1e-9).v).transpose();
  CHECK((q - to_matrix(golden.at(rows[1]).at("Q"))).norm() < 1e-12);
  const MatrixXd mixed = q * MatrixXd{{1.3, 0.2}, {-0.1, 0.8}};
  CHECK((mixed - to_matrix(golden.at(rows[2]).at("Q"))).norm() < 1e-12);
  const auto cost = [&](const MatrixXd& m, double a) {
    return control_cost(m, steady_state(net, x, m, y, a).u);
  };
  CHECK(std::abs(cost(mixed, 1e-9) - cost(q, 1e-9)) < 1e-10);
  CHECK(std::abs(cost(mixed, 1e-2) - cost(q, 1e-2)) > 1e-6);
}

TEST_CASE("S1 Strong-DFC oracle: the derivative of H for an error of cross entropy", "[oracle]") {
  const auto [net, x, y] = net_n1();
  const VectorXd label{{0.9, 0.1}};
  const Sweep free = forward(net, x);
  const MatrixXd q = jacobian(net, free.v).transpose();
  // Softmax sees one direction of two outputs only: the leak holds the other, so it must not vanish.
  for (const double a : {0.1, 0.01}) {
    const ControlledState s = steady_state(net, x, q, label, a, OutputError::cross_entropy);
    CHECK((label - softmax(s.r.back()) - a * s.u).norm() < 1e-14);
    CHECK(s.u.norm() > 0.1);
    CHECK(relative_error(control_gradient(net, q, s, a, OutputError::cross_entropy),
                         control_gradient_by_differences(net, x, q, label, a, OutputError::cross_entropy)) <
          1e-8);
  }
  // The published loop comes to rest there too.
  const ControlLoop loop{.controller = {0.1, 2.0, Leak::total}, .error = OutputError::cross_entropy};
  const auto trace = control_trace(net, x, q, label, loop, 20000);
  CHECK(relative_error(trace.back().u, steady_state(net, x, q, label, 0.1, OutputError::cross_entropy).u) <
        1e-6);
}

TEST_CASE("S2 Strong-DFC oracle: local updates lower H and the loss as the golden curve", "[oracle]") {
  const json golden = golden_json("strong_dfc_ref.json").at("learning_curve_k_H_loss");
  auto [net, x, y] = net_n1();
  const MatrixXd q = jacobian(net, forward(net, x).v).transpose();
  REQUIRE(golden.size() == 10);
  int done = 0;
  for (const json& row : golden) {
    for (; done < row.at(0).get<int>(); ++done) {
      const LocalUpdate step = update(net, Rule::nonlinear_difference, steady_state(net, x, q, y, 1e-3));
      for (std::size_t i = 0; i < 3; ++i) net.W[i] += 0.1 * step.dW[i];  // biases stay
    }
    CAPTURE(done);
    if (done > 100) break;  // below 1e-13 the loss is rounding
    CHECK(control_cost(q, steady_state(net, x, q, y, 1e-3).u) ==
          Approx(row.at(1).get<double>()).epsilon(1e-6));
    CHECK(loss(forward(net, x).r.back(), y) == Approx(row.at(2).get<double>()).epsilon(1e-6));
  }
  CHECK(done > 100);
  CHECK(loss(forward(net, x).r.back(), y) < 1e-6 * 4.46e-3);
}

TEST_CASE("S3 Strong-DFC oracle: step response of the high-pass", "[oracle]") {
  const json g = golden_json("strong_dfc_ref.json").at("hp_filter");
  std::vector<VectorXd> u(502, VectorXd::Ones(1));
  u[0](0) = 0.0;
  const auto high = high_pass(u, 0.001, 0.5);
  REQUIRE(high.size() == 502);
  CHECK(high[0](0) == 0.0);
  CHECK(high[1](0) == Approx(g.at("step_response_u_hp_after_1_step").get<double>()).epsilon(1e-12));
  CHECK(high[501](0) == Approx(g.at("step_response_after_500_steps").get<double>()).epsilon(1e-12));
  CHECK(high_pass(std::vector<VectorXd>(9, VectorXd::Ones(1)), 0.001, 0.5).back()(0) ==
        0.0);  // starts at the first u
}

TEST_CASE("S4 Strong-DFC oracle: variance and correlation time of the coloured noise", "[oracle]") {
  const double dt = 0.001, tau = 0.07;
  const Index channels = 2000;
  CorrelatedNoise noise(channels, dt, tau);
  CHECK(noise.variance() ==
        Approx(golden_json("strong_dfc_ref.json").at("noise_filter").at("stationary_var_exact").get<double>())
            .epsilon(1e-12));
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal;
  const auto next = [&] {
    return noise.next(VectorXd::NullaryExpr(channels, [&] { return normal(random); }));
  };
  for (int t = 0; t < 700; ++t) next();  // 10 tau: 4.5e-5 from stationary
  const VectorXd then = next();
  VectorXd now;
  for (int lag = 0; lag < 70; ++lag) now = next();
  // Of 2000 independent channels the mean square has a relative deviation of sqrt(2 / 2000) = 3.2 %: four of
  // them.
  CHECK(then.squaredNorm() / 2000.0 == Approx(noise.variance()).epsilon(0.127));
  // 70 steps later: correlation (1 - 1/70)^70 = 0.365, deviation sqrt((1 + 0.365^2) / 2000) = 2.4 % of the
  // variance.
  CHECK(now.dot(then) / 2000.0 / noise.variance() == Approx(std::pow(1.0 - dt / tau, 70)).margin(0.095));
}

TEST_CASE("Strong-DFC oracle: the clocked loop with the label as target rests at the root", "[oracle]") {
  const auto [net, x, y] = net_n1();
  const MatrixXd q = jacobian(net, forward(net, x).v).transpose();
  for (const Leak leak : {Leak::total, Leak::integral}) {
    const Controller controller{7.6e-6, 2.0, leak};
    const auto trace = control_trace(net, x, q, y, {.controller = controller}, 4000);
    const ControlledState rest = steady_state(net, x, q, y, effective_leak(controller));
    CHECK(relative_error(trace.back().u, rest.u) < 1e-6);
    CHECK(relative_error(settled_control(trace), rest.u) < 1e-6);
  }
}
