// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <string>
#include <vector>

#include "oracles/deep_feedback_control.hpp"
#include "oracles/golden_json.hpp"

using namespace leadlag::oracle;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using nlohmann::json;

namespace {

constexpr double trace_tolerance = 1e-9, rest_tolerance = 1e-6;
const std::vector<std::string> cases{"JT", "Jpinv", "J_damped_0.1", "weight_product"};

/// N1, its J, and the control that the golden file is about: lambda 0.1, alpha 1e-3, k_p 2.
struct Bench {
  Sample n1 = net_n1();
  Sweep free = forward(n1.net, n1.x);
  MatrixXd J = jacobian(n1.net, free.v), Q = J.transpose();
  VectorXd target = control_target(free.r.back(), n1.y, 0.1), delta = target - free.r.back();
  Controller controller{.alpha = 1e-3, .k_p = 2.0};
  double a = effective_leak(controller);

  ControlledState rest(const MatrixXd& q, double leak) const {
    return steady_state(n1.net, n1.x, q, target, leak);
  }
  LocalUpdate update(Rule rule, const ControlledState& s) const {
    return local_update(n1.net, rule, s.v, s.v_ff, s.r);
  }
  std::vector<ControlState> trace(const ControlLoop& loop, std::size_t steps) const {
    return control_trace(n1.net, n1.x, Q, target, loop, steps);
  }
};

Matrices minus(const Matrices& m) { return scaled(m, -1.0); }

/// Largest distance of an eigenvalue from its partner, partners chosen nearest first.
double distance_of_sets(const Eigen::VectorXcd& found, std::vector<std::complex<double>> wanted) {
  REQUIRE(static_cast<std::size_t>(found.size()) == wanted.size());
  double worst = 0.0;
  for (const std::complex<double>& z : found) {
    const auto partner = std::min_element(wanted.begin(), wanted.end(),
                                          [z](auto p, auto q) { return std::abs(p - z) < std::abs(q - z); });
    worst = std::max(worst, std::abs(*partner - z));
    wanted.erase(partner);
  }
  return worst;
}

}  // namespace

TEST_CASE("D1 DFC oracle: Lemma 1 and the exact root for four feedback matrices, both leaks", "[oracle]") {
  const json golden = golden_json("dfc_ref.json");
  const Bench b;
  CHECK(b.a == Approx(golden.at("control").at("alpha_tilde_paper").get<double>()).epsilon(1e-14));
  CHECK((b.target - to_vector(golden.at("control").at("r_target"))).norm() < 1e-15);
  CHECK((b.delta - to_vector(golden.at("control").at("delta_L"))).norm() < 1e-15);
  const LayeredGradient bp = backprop(b.n1.net, b.n1.x, b.n1.y);
  for (const std::string& name : cases) {
    CAPTURE(name);
    const json& g = golden.at("cases").at(name);
    const MatrixXd q = to_matrix(g.at("Q"));
    const auto expect = [&](const char* key, double found, double tolerance) {
      CAPTURE(key, found);
      CHECK(std::abs(found - g.at(key).get<double>()) < tolerance);
    };
    const VectorXd u1 = linear_control(b.J, q, b.delta, b.a);
    CHECK(relative_error(u1, to_vector(g.at("u_lemma1"))) < rest_tolerance);
    CHECK(relative_error(linear_control(b.J, q, b.delta, b.controller.alpha), to_vector(g.at("u_code_NDI"))) <
          rest_tolerance);
    CHECK(relative_error(q * u1, concatenate(to_vectors(g.at("dv_lemma1")))) < rest_tolerance);
    // The two leaks differ by 2e-6 of u: compared well below that.
    const ControlledState s = b.rest(q, b.a);
    CHECK(relative_error(s.u, to_vector(g.at("u_exact_paper"))) < 1e-10);
    CHECK(relative_error(b.rest(q, b.controller.alpha).u, to_vector(g.at("u_exact_codeleak"))) < 1e-10);
    CHECK((concatenate(s.v) - concatenate(to_vectors(g.at("v_exact")))).norm() < 1e-12);
    CHECK((concatenate(s.v_ff) - concatenate(to_vectors(g.at("v_ff_exact")))).norm() < 1e-12);
    const Matrices linear = b.update(Rule::voltage_difference, s).dW;
    const Matrices nonlinear = b.update(Rule::nonlinear_difference, s).dW;
    CHECK(relative_error(linear, to_matrices(g.at("dW_ss_linear"))) < rest_tolerance);
    CHECK(relative_error(nonlinear, to_matrices(g.at("dW_ss_nonlinear"))) < rest_tolerance);
    expect("condition2_ratio", condition_2(b.J, q), 1e-12);
    expect("angle_deg_to_minusBP_linear", angle_degrees(linear, minus(bp.dW)), 1e-6);
    expect("angle_deg_to_minusBP_nonlinear", angle_degrees(nonlinear, minus(bp.dW)), 1e-6);
    // Golden GN and MN angles are those of raw updates; weighted MN is compared at rate 1 / |r|^2 per layer
    // (C1 off).
    expect("angle_deg_to_GN", angle_degrees(gauss_newton(b.n1.net, b.n1.x, b.delta).dW, linear), 1e-5);
    Matrices mn = minimum_norm(b.n1.net, b.n1.x, b.delta);
    for (std::size_t i = 0; i < mn.size(); ++i)
      mn[i] = mn[i] * b.free.r[i] * s.r[i].transpose();  // (J^+ delta)_i r_{i-1}^T: norm and rate cancel
    expect("angle_deg_to_MN", angle_degrees(mn, linear), 1e-5);
    std::vector<std::complex<double>> eig;
    for (const double z : g.at("eig_JQ").get<std::vector<double>>()) eig.emplace_back(z);
    CHECK(distance_of_sets((b.J * q).eigenvalues(), eig) < 1e-7);  // a double root splits by sqrt(1e-16)
  }
}

TEST_CASE("D1 DFC oracle: the error of Lemma 1 is quartered by half the step towards the target",
          "[oracle]") {
  const json golden = golden_json("dfc_ref.json").at("lemma1_error_vs_lambda_QJT");
  Bench b;
  REQUIRE(golden.size() == 5);
  std::vector<double> errors;
  for (const json& row : golden) {
    b.target = control_target(b.free.r.back(), b.n1.y, row.at(0).get<double>());
    errors.push_back((b.rest(b.Q, b.a).u - linear_control(b.J, b.Q, b.target - b.free.r.back(), b.a)).norm());
    CHECK(errors.back() == Approx(row.at(1).get<double>()).epsilon(1e-6));
  }
  for (std::size_t k = 1; k < errors.size(); ++k)
    CHECK(errors[k - 1] / errors[k] == Approx(4.0).epsilon(0.02));
}

TEST_CASE("D2 DFC oracle: the published loop, cycle by cycle, with both leaks (X1)", "[oracle]") {
  const json golden = golden_json("dfc_ref.json");
  const Bench b;
  for (const Leak leak : {Leak::total, Leak::integral}) {
    const json& g = golden.at(leak == Leak::total ? "dynamics_code" : "dynamics_paper");
    const auto trace = b.trace({.controller = {1e-3, 2.0, leak}}, 999);
    REQUIRE(g.at("trace").size() == 11);
    for (const auto& [step, wanted] : g.at("trace").items()) {
      const ControlState& s = trace.at(std::stoul(step));
      CAPTURE(step);
      // Absolute: u is of order 1e-2, and the leaks differ by 1e-6 after 2 steps and 1e-8 at rest.
      CHECK((s.u - to_vector(wanted.at("u"))).norm() < 1e-12);
      CHECK((s.u_int - to_vector(wanted.at("u_int"))).norm() < 1e-12);
      CHECK((s.e - to_vector(wanted.at("e_used"))).norm() < 1e-12);
      CHECK((concatenate(s.v) - concatenate(to_vectors(wanted.at("v")))).norm() < trace_tolerance);
      CHECK((s.r.back() - to_vector(wanted.at("r_L"))).norm() < trace_tolerance);
    }
    const double from_rest = relative_error(trace.back().u, b.rest(b.Q, effective_leak({1e-3, 2.0, leak})).u);
    CHECK(from_rest == Approx(g.at("rel_err_u_final").get<double>()).epsilon(1e-6));
  }
}

TEST_CASE("D3 DFC oracle: the update averaged over the transient against the one at rest", "[oracle]") {
  const json golden = golden_json("dfc_ref.json");
  const Bench b;
  const Matrices rest = b.update(Rule::nonlinear_difference, b.rest(b.Q, b.a)).dW;
  for (const Leak leak : {Leak::total, Leak::integral}) {
    const json& g = golden.at(leak == Leak::total ? "dynamics_code" : "dynamics_paper");
    const auto trace = b.trace({.controller = {1e-3, 2.0, leak}}, 999);
    const Matrices mean = time_averaged_update(b.n1.net, Rule::nonlinear_difference, trace).dW;
    CHECK(relative_error(mean, to_matrices(g.at("dW_time_average_nonlinear(DFC)"))) < trace_tolerance);
    CHECK(angle_degrees(mean, rest) == Approx(g.at("angle_deg_DFC_vs_SS").get<double>()).epsilon(1e-6));
    CHECK(concatenate(mean).norm() / concatenate(rest).norm() ==
          Approx(g.at("ratio_norm_DFC_over_SS").get<double>()).epsilon(1e-9));
  }
}

TEST_CASE("D4 DFC oracle: poles in continuous time, a destabilising Q diverges", "[oracle]") {
  const json golden = golden_json("dfc_ref.json").at("stability");
  const Bench b;
  for (const std::string& name : cases) {
    const MatrixXd q = to_matrix(golden_json("dfc_ref.json").at("cases").at(name).at("Q"));
    const MatrixXd a = stability_matrix(b.n1.net, b.rest(q, b.a).v, q, 0.2, {1e-3, 2.0, Leak::total});
    std::vector<std::complex<double>> eig;
    for (const json& z : golden.at(name).at("eigs"))
      eig.emplace_back(z.at(0).get<double>(), z.at(1).get<double>());
    CAPTURE(name);
    CHECK(distance_of_sets(a.eigenvalues(), eig) < 1e-6);  // -1 / tau_v repeats: known to sqrt(1e-16) |A|
    CHECK(spectral_abscissa(a) ==
          Approx(golden.at(name).at("max_real_eig_code").get<double>()).epsilon(1e-8));
  }
  const Controller integral_only{.alpha = 1e-3, .k_p = 0.0};
  CHECK(spectral_abscissa(stability_matrix(b.n1.net, b.free.v, -b.Q, 0.2, integral_only)) ==
        Approx(golden.at("minus_JT_unstable").at("max_real_eig").get<double>()).epsilon(1e-8));
  const auto trace = control_trace(b.n1.net, b.n1.x, -b.Q, b.target, {.controller = integral_only}, 1000);
  CHECK(trace.back().e.norm() > 1e3 * b.delta.norm());
}

TEST_CASE("D4 DFC oracle: spectral radius and stability limit of the clocked loop", "[oracle]") {
  const json golden = golden_json("dfc_ref.json").at("stability");
  const Bench b;
  const Vectors v = b.rest(b.Q, b.a).v;
  REQUIRE(golden.at("discrete_spectral_radius_JT").size() == 8);
  for (const auto& [dt, wanted] : golden.at("discrete_spectral_radius_JT").items()) {
    const ControlLoop loop{.controller = b.controller, .dt = std::stod(dt)};
    CAPTURE(dt);  // golden values are those of differences
    CHECK(spectral_radius(step_matrix(b.n1.net, v, b.Q, loop)) == Approx(wanted.get<double>()).epsilon(1e-7));
  }
  for (const Leak leak : {Leak::integral, Leak::total}) {
    for (const bool instant : {true, false}) {
      for (const bool proactive : {true, false}) {
        ControlLoop loop{
            .controller = {1e-3, 2.0, leak}, .instant_transmission = instant, .proactive = proactive};
        const double limit = stability_limit(b.n1.net, v, b.Q, loop, 0.005, 0.4);
        CAPTURE(instant, proactive, limit);
        if (leak == Leak::integral && instant && proactive)
          CHECK(limit == Approx(golden.at("max_stable_dt_JT_tau0.2_kp2").get<double>()).epsilon(1e-6));
        // The traces themselves: 3 % below the limit they come to rest, 3 % above they do not.
        loop.dt = 0.97 * limit;
        const ControlledState rest = b.rest(b.Q, effective_leak(loop.controller));
        CHECK(relative_error(b.trace(loop, 2000).back().u, rest.u) < 1e-9);
        loop.dt = std::min(1.03 * limit, loop.tau_v);
        CHECK(relative_error(b.trace(loop, 2000).back().u, rest.u) > 0.1);
      }
    }
  }
}

TEST_CASE("D4 DFC oracle: the clocked loop tends to the continuous one, both leaks and orders", "[oracle]") {
  const Bench b;
  const Vectors v = b.rest(b.Q, b.a).v;
  for (const Leak leak : {Leak::integral, Leak::total}) {
    for (const bool instant : {true, false}) {
      // exp(A dt) and the step share their eigenvalues to dt^2, but for those of u, which is no state: gone.
      const Controller controller{0.3, 2.0, leak};
      const ControlLoop loop{.controller = controller, .dt = 1e-6, .instant_transmission = instant};
      const Eigen::VectorXcd step = step_matrix(b.n1.net, v, b.Q, loop).eigenvalues();
      std::vector<std::complex<double>> rates;
      for (const std::complex<double>& z : step)
        if (std::abs(z) > 0.5) rates.push_back((z - 1.0) / loop.dt);
      CHECK(distance_of_sets(stability_matrix(b.n1.net, v, b.Q, 0.2, controller).eigenvalues(), rates) <
            2e-3);
    }
  }
}

TEST_CASE("D5 DFC oracle: Theorem 2, parallel to Gauss-Newton where layers keep the norm", "[oracle]") {
  const json g = golden_json("dfc_ref.json").at("theorem2_exact");
  LayeredNet net;
  net.W = to_matrices(g.at("W"));
  for (const MatrixXd& w : net.W) net.b.emplace_back(VectorXd::Zero(w.rows()));
  net.hidden = Activation::linear;
  const VectorXd x = to_vector(g.at("x")), y = to_vector(g.at("y"));
  const MatrixXd q = to_matrix(g.at("Q"));
  const Sweep s = forward(net, x);
  const VectorXd delta = control_target(s.r.back(), y, 0.01) - s.r.back();
  const VectorXd dv = q * linear_control(jacobian(net, s.v), q, delta, 0.0);
  CHECK(relative_error(dv, to_vector(g.at("dv"))) < 1e-12);
  Matrices dfc;
  const Vectors parts = split(dv, net.sizes());
  for (std::size_t i = 0; i < 3; ++i) dfc.emplace_back(parts[i] * s.r[i].transpose());
  const Matrices gn = gauss_newton(net, x, delta).dW;
  CHECK(relative_error(gn, to_matrices(g.at("dW_GN"))) < 1e-12);
  const VectorXd ratio = concatenate(dfc).cwiseQuotient(concatenate(gn));
  REQUIRE(ratio.size() == 12);
  CHECK((ratio.array() - x.squaredNorm()).abs().maxCoeff() < 1e-12);
  CHECK(angle_degrees(dfc, gn) < 1e-5);
  const LocalUpdate with_biases = gauss_newton(net, x, delta, true);
  CHECK(relative_error(scaled(with_biases.dW, x.squaredNorm() + 1.0), dfc) < 1e-12);
}

TEST_CASE("D5 DFC oracle: Gauss-Newton and weighted minimum norm are the pseudo-inverse of J_W", "[oracle]") {
  const Bench b;
  for (const bool biases : {false, true}) {
    // J_W, a column per weight (and bias), and how much each column's change counts.
    const Matrices jt = split_rows(b.Q, b.n1.net.sizes());
    std::vector<VectorXd> columns;
    std::vector<double> weight;
    for (std::size_t i = 0; i < 3; ++i) {
      for (Index row = 0; row < jt[i].rows(); ++row) {
        for (Index col = 0; col < b.free.r[i].size(); ++col) {
          columns.emplace_back(jt[i].row(row).transpose() * b.free.r[i](col));
          weight.push_back(b.free.r[i].norm());
        }
        if (biases) columns.emplace_back(jt[i].row(row).transpose());
      }
    }
    MatrixXd jw(2, static_cast<Index>(columns.size()));
    for (std::size_t k = 0; k < columns.size(); ++k) jw.col(static_cast<Index>(k)) = columns[k];
    const VectorXd least = jw.completeOrthogonalDecomposition().solve(b.delta);
    const LocalUpdate gn = gauss_newton(b.n1.net, b.n1.x, b.delta, biases);
    VectorXd entries(0);
    for (std::size_t i = 0; i < 3; ++i) {
      MatrixXd layer = gn.dW[i];
      if (biases) {
        layer.conservativeResize(Eigen::NoChange, layer.cols() + 1);
        layer.col(layer.cols() - 1) = gn.db[i];
      }
      entries = concatenate(Vectors{entries, VectorXd(layer.transpose().reshaped())});
    }
    CHECK(relative_error(entries, least) < 1e-12);
    if (biases) continue;
    const VectorXd scale =
        Eigen::Map<const VectorXd>(weight.data(), static_cast<Index>(weight.size())).cwiseInverse();
    const VectorXd weighted =
        scale.cwiseProduct((jw * scale.asDiagonal()).completeOrthogonalDecomposition().solve(b.delta));
    CHECK(relative_error(concatenate(minimum_norm(b.n1.net, b.n1.x, b.delta)), weighted) < 1e-12);
  }
}

TEST_CASE("D6 DFC oracle: Proposition 4, descent whatever Q, by the same amount", "[oracle]") {
  const json golden = golden_json("dfc_ref.json").at("prop4_random_Q");
  Bench b;
  const Matrices gradient = backprop(b.n1.net, b.n1.x, b.n1.y).dW;
  REQUIRE(golden.size() == 5);
  for (const json& g : golden) {
    const auto update = [&](double lambda) {
      b.target = control_target(b.free.r.back(), b.n1.y, lambda);
      const ControlledState s = b.rest(to_matrix(g.at("Q")), 1e-9);
      Matrices dw = b.update(Rule::voltage_difference, s).dW;
      for (std::size_t i = 0; i < 3; ++i) dw[i] /= s.r[i].squaredNorm();
      return dw;
    };
    const auto descent = [&](const Matrices& dw) { return -concatenate(gradient).dot(concatenate(dw)); };
    const Matrices dw = update(1e-5);
    CHECK(descent(dw) == Approx(g.at("identity_sum").get<double>()).epsilon(1e-6));
    const double angle = angle_degrees(dw, minus(gradient));
    CHECK(angle == Approx(g.at("angle_deg").get<double>()).epsilon(1e-6));
    CHECK(angle < 90.0);
    // lambda |dL/dr|^2 to first order: the worst of these Q is 2.6e-4 off at lambda = 1e-5, 2.6e-6 at 1e-7.
    CHECK(descent(update(1e-7)) == Approx(1e-7 * (b.free.r.back() - b.n1.y).squaredNorm()).epsilon(1e-5));
  }
}

TEST_CASE("D7 DFC oracle: mixing the controller's channels changes nothing as the leak vanishes",
          "[oracle]") {
  const Bench b;
  const MatrixXd mixed = b.Q * MatrixXd{{1.3, 0.2}, {-0.1, 0.8}};
  const VectorXd dv = b.Q * linear_control(b.J, b.Q, b.delta, 0.0);
  CHECK((mixed * linear_control(b.J, mixed, b.delta, 0.0) - dv).norm() < 1e-16);
  CHECK((mixed * linear_control(b.J, mixed, b.delta, 0.1) - dv).norm() > 1e-5);
}
