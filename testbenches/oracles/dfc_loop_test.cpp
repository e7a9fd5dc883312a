// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <random>
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

struct Bench {
  Sample n1 = net_n1();
  Sweep free = forward(n1.net, n1.x);
  MatrixXd J = jacobian(n1.net, free.v), Q = J.transpose();

  VectorXd target(double lambda) const { return control_target(free.r.back(), n1.y, lambda); }
  /// v - v_ff at rest of all layers.
  VectorXd difference(const MatrixXd& q, const VectorXd& to, double a) const {
    return q * steady_state(n1.net, n1.x, q, to, a).u;
  }
};

/// 1-1-1, linear: w = 2 and 3, Q = (0.5, 1), target 1 above the output.
struct Pair {
  LayeredNet net{
      {MatrixXd{{2.0}}, MatrixXd{{3.0}}}, {VectorXd::Zero(1), VectorXd::Zero(1)}, Activation::linear};
  VectorXd x = VectorXd::Ones(1), target = VectorXd::Constant(1, 7.0);
  MatrixXd Q{{0.5}, {1.0}};

  ControlState after(const ControlLoop& loop, std::size_t steps) const {
    return control_trace(net, x, Q, target, loop, steps).back();
  }
};

}  // namespace

TEST_CASE("DFC oracle: every switch of the published loop, by hand", "[oracle]") {
  const Pair p;
  const ControlLoop published{.controller = {0.1, 2.0, Leak::total}, .dt = 0.1, .tau_v = 0.2};
  const auto expect = [&](const ControlLoop& loop, double v1, double v2) {
    const ControlState s = p.after(loop, 1);
    CHECK(s.u_int(0) == Approx(0.1));  // 0.1 x 1
    CHECK(s.u(0) == Approx(2.1));      // + 2 x 1
    CHECK(s.v[0](0) == Approx(v1));
    CHECK(s.v[1](0) == Approx(v2));
  };
  expect(published, 2.0 + 0.5 * 1.05, 6.0 + 0.5 * (2.1 + 3.0 * 2.525 - 6.0));
  ControlLoop loop = published;
  loop.instant_transmission = false;
  expect(loop, 2.525, 6.0 + 0.5 * 2.1);  // still reads r_1 = 2
  loop.instant_soma = true;
  expect(loop, 2.0 + 1.05, 6.0 + 2.1);
  loop.instant_transmission = true;
  expect(loop, 3.05, 3.0 * 3.05 + 2.1);
  loop = published;
  loop.proactive = false;
  expect(loop, 2.0, 6.0);  // u was 0
  loop = published;
  loop.tau_apical = 0.4;  // a quarter of the way
  expect(loop, 2.0 + 0.5 * 0.2625, 6.0 + 0.5 * (0.525 + 3.0 * 2.13125 - 6.0));
  loop = published;
  loop.noise = [](std::size_t layer) { return VectorXd::Constant(1, layer == 0 ? 0.2 : 0.4); };
  expect(loop, 2.0 + 0.5 * 1.25, 6.0 + 0.5 * (2.5 + 3.0 * 2.625 - 6.0));

  // The second step tells the leaks apart: e = 7 - 7.8375.
  CHECK(p.after(published, 2).u_int(0) == Approx(0.1 + 0.1 * (-0.8375 - 0.1 * 2.1)));
  loop = published;
  loop.controller.leak = Leak::integral;
  CHECK(p.after(loop, 2).u_int(0) == Approx(0.1 + 0.1 * (-0.8375 - 0.1 * 0.1)));
  CHECK(p.after(loop, 2).u(0) == Approx(0.01525 - 2.0 * 0.8375));
  // Without k_p they are one loop.
  for (const Leak leak : {Leak::total, Leak::integral}) {
    loop.controller = {0.1, 0.0, leak};
    CHECK(p.after(loop, 2).u(0) ==
          Approx(0.1 + 0.1 * (1.0 - (6.0 + 0.5 * (0.1 + 3.0 * 2.025 - 6.0) - 6.0) - 0.01)));
  }
}

TEST_CASE(
    "DFC oracle: refuses time constants below the step (X4), adds apical noise sigma sqrt(dt) / tau (X3)",
    "[oracle]") {
  const Pair p;
  CHECK_THROWS_AS(p.after({.dt = 0.3, .tau_v = 0.2}, 1), std::invalid_argument);
  CHECK_THROWS_AS(p.after({.dt = 0.1, .tau_v = 0.2, .tau_apical = 0.05}, 1), std::invalid_argument);
  CHECK_NOTHROW(p.after({.dt = 0.1, .tau_v = 0.1, .tau_apical = 0.1}, 1));
  // An apical compartment alone has variance sigma^2 / (2 tau) in continuous time: scale^2 / (1 - (1 -
  // dt/tau)^2).
  const double dt = 1e-4, tau = 0.3, scale = apical_noise(0.7, dt, tau);
  CHECK(scale * scale / (1.0 - std::pow(1.0 - dt / tau, 2)) == Approx(0.49 / (2.0 * tau)).epsilon(1e-3));
}

TEST_CASE("DFC oracle: three rules, slopes are those without control", "[oracle]") {
  const Bench b;
  const ControlledState s = steady_state(b.n1.net, b.n1.x, b.Q, b.n1.y, 1e-3);
  const auto rule = [&](Rule r) { return local_update(b.n1.net, r, s.v, s.v_ff, s.r); };
  const LocalUpdate linear = rule(Rule::voltage_difference), slopes = rule(Rule::derivative_matrix),
                    nonlinear = rule(Rule::nonlinear_difference);
  const Matrices q = split_rows(b.Q, b.n1.net.sizes());
  for (std::size_t i = 0; i < 3; ++i) {
    const VectorXd dv = q[i] * s.u;
    CHECK(dv.norm() > 1e-3);
    CHECK((linear.db[i] - dv).norm() < 1e-15);
    CHECK((linear.dW[i] - dv * s.r[i].transpose()).norm() < 1e-15);
    VectorXd slope = VectorXd::Ones(dv.size());
    if (i < 2) slope.array() -= b.free.r[i + 1].array().square();  // tanh
    CHECK((slopes.db[i] - slope.cwiseProduct(dv)).norm() < 1e-15);
    CHECK((slopes.dW[i] - slopes.db[i] * s.r[i].transpose()).norm() < 1e-15);
    VectorXd rates = s.r[i + 1];
    rates -= i < 2 ? VectorXd(s.v_ff[i].array().tanh()) : s.v_ff[i];
    CHECK((nonlinear.db[i] - rates).norm() < 1e-15);
    CHECK((nonlinear.dW[i] - rates * s.r[i].transpose()).norm() < 1e-15);
  }
}

TEST_CASE(
    "4.8 DFC oracle: no step towards the target, no update; half turn of the target, half turn of the update",
    "[oracle]") {
  const Bench b;
  const auto mean_update = [&](double lambda) {
    const auto trace = control_trace(b.n1.net, b.n1.x, b.Q, b.target(lambda), {}, 500);
    return time_averaged_update(b.n1.net, Rule::nonlinear_difference, trace);
  };
  const LocalUpdate none = mean_update(0.0);
  REQUIRE(none.dW.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(none.dW[i].isZero(0.0));
    CHECK(none.db[i].isZero(0.0));
  }
  const auto asymmetry = [&](double lambda) {
    const Matrices there = mean_update(lambda).dW, back = mean_update(-lambda).dW;
    return (concatenate(there) + concatenate(back)).norm() / concatenate(there).norm();
  };
  CHECK(asymmetry(0.1) < 0.05);
  CHECK(asymmetry(0.1) / asymmetry(0.05) ==
        Approx(2.0).epsilon(0.02));  // what does not turn is of second order
}

TEST_CASE("4.8 DFC oracle: at rest the error is leak times control, half a dt moves the transient only",
          "[oracle]") {
  const Bench b;
  for (const Leak leak : {Leak::integral, Leak::total}) {
    for (const bool instant : {true, false}) {
      const Controller controller{0.05, 2.0, leak};
      const auto at = [&](double dt, double time) {
        const ControlLoop loop{.controller = controller, .dt = dt, .instant_transmission = instant};
        const auto steps = static_cast<std::size_t>(std::lround(time / dt));
        return control_trace(b.n1.net, b.n1.x, b.Q, b.target(0.1), loop, steps).back();
      };
      const ControlState rest = at(0.02, 100.0), finer = at(0.01, 100.0);
      CHECK((rest.e - effective_leak(controller) * rest.u).norm() < 1e-12);
      CHECK(relative_error(finer.u, rest.u) < 1e-6);
      const VectorXd coarse = at(0.02, 1.0).u, half = at(0.01, 1.0).u, quarter = at(0.005, 1.0).u;
      CHECK((coarse - half).norm() > 1e-7);
      CHECK((coarse - half).norm() / (half - quarter).norm() == Approx(2.0).epsilon(0.1));
    }
  }
}

TEST_CASE(
    "4.7 DFC oracle: an offset of the comparator costs 53 %, 10.6 % and, with the label as target, 1.06 %",
    "[oracle]") {
  const json golden = golden_json("dfc_nonideal_ref.json");
  const Bench b;
  for (const auto& [lambda, key] : {std::pair{0.02, "DFC_offset1mV_lambda0.02"},
                                    {0.1, "DFC_offset1mV_lambda0.1"},
                                    {1.0, "DFC_offset1mV_lambda1.0"}}) {
    CAPTURE(lambda);
    const json& g = golden.at(key);
    const VectorXd target = b.target(lambda);
    CHECK((target - b.free.r.back()).norm() == Approx(g.at("|delta_L|").get<double>()).epsilon(1e-12));
    // 1 mV of 1 V full scale, in 64 directions: linear as in the golden file, and at the nonlinear root.
    const VectorXd linear = b.Q * linear_control(b.J, b.Q, target - b.free.r.back(), 0.0);
    const VectorXd exact = b.difference(b.Q, target, 0.0);
    double linear_mean = 0.0, exact_mean = 0.0;
    for (int k = 0; k < 64; ++k) {
      const double angle = 2.0 * std::numbers::pi * k / 64.0;
      const VectorXd offset{{1e-3 * std::cos(angle), 1e-3 * std::sin(angle)}};
      const VectorXd moved = b.Q * linear_control(b.J, b.Q, target + offset - b.free.r.back(), 0.0);
      linear_mean += relative_error(moved, linear) / 64.0;
      exact_mean += relative_error(b.difference(b.Q, target + offset, 0.0), exact) / 64.0;
    }
    CHECK(linear_mean == Approx(g.at("mean_rel_err_dv").get<double>()).epsilon(1e-9));
    CHECK(exact_mean == Approx(g.at("mean_rel_err_dv").get<double>()).epsilon(0.15));
  }
}

TEST_CASE("4.7 DFC oracle: a finite gain of the integrator is a leak of 1 / gain", "[oracle]") {
  const json golden = golden_json("dfc_nonideal_ref.json").at("DFC_finite_DC_gain");
  const Bench b;
  REQUIRE(golden.size() == 6);
  const VectorXd target = b.target(0.1), exact = b.difference(b.Q, target, 0.0);
  const VectorXd linear = b.Q * linear_control(b.J, b.Q, target - b.free.r.back(), 0.0);
  for (const auto& [gain, g] : golden.items()) {
    CAPTURE(gain);
    const double alpha = g.at("alpha").get<double>(), wanted = g.at("rel_err_dv").get<double>();
    CHECK(-20.0 * std::log10(alpha) == Approx(std::stod(gain)).epsilon(1e-3));
    CHECK(relative_error(b.Q * linear_control(b.J, b.Q, target - b.free.r.back(), alpha), linear) ==
          Approx(wanted).epsilon(1e-6));
    CHECK(relative_error(b.difference(b.Q, target, alpha), exact) == Approx(wanted).epsilon(0.15));
    // The loop itself, without k_p, as far as 100 tau_u take it.
    if (alpha < 1e-3) continue;
    const ControlLoop loop{.controller = {.alpha = alpha, .k_p = 0.0}, .dt = 0.02, .tau_v = 0.05};
    const VectorXd u = control_trace(b.n1.net, b.n1.x, b.Q, target, loop, 5000).back().u;
    CHECK(relative_error(b.Q * u, exact) == Approx(wanted).epsilon(0.15));
  }
}

TEST_CASE("4.7 DFC oracle: mismatch of Q turns the update by half a degree per percent, and is stable",
          "[oracle]") {
  const json golden = golden_json("dfc_nonideal_ref.json");
  const Bench b;
  const VectorXd target = b.target(0.1);
  const auto outer = [&](const VectorXd& dv, const Vectors& r) {
    Matrices m;
    const Vectors parts = split(dv, b.n1.net.sizes());
    for (std::size_t i = 0; i < 3; ++i) m.emplace_back(parts[i] * r[i].transpose());
    return m;
  };
  const Matrices ideal = outer(b.Q * linear_control(b.J, b.Q, target - b.free.r.back(), 0.0), b.free.r);
  std::mt19937_64 random(2024);
  std::normal_distribution<double> normal;
  for (const auto& [spread, key] : {std::pair{0.02, "DFC_Q_mismatch_0.02"},
                                    {0.05, "DFC_Q_mismatch_0.05"},
                                    {0.1, "DFC_Q_mismatch_0.1"},
                                    {0.2, "DFC_Q_mismatch_0.2"},
                                    {0.4, "DFC_Q_mismatch_0.4"}}) {
    CAPTURE(spread);
    double angle = 0.0, condition = 0.0, slowest = 1e9;
    for (int k = 0; k < 400; ++k) {
      const MatrixXd q =
          b.Q.unaryExpr([&, s = spread](double entry) { return entry * (1.0 + s * normal(random)); });
      const ControlledState s = steady_state(b.n1.net, b.n1.x, q, target, 1e-6);
      angle += angle_degrees(outer(q * s.u, s.r), ideal) / 400.0;
      condition += condition_2(b.J, q) / 400.0;
      slowest = std::min(slowest, (b.J * q).eigenvalues().real().minCoeff());
    }
    CHECK(angle == Approx(golden.at(key).at("mean_angle_to_MN_deg").get<double>()).epsilon(0.15));
    CHECK(1.0 - condition == Approx(1.0 - golden.at(key).at("mean_cond2").get<double>()).epsilon(0.15));
    CHECK(slowest > 0.0);
  }
}
