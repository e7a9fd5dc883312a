// SPDX-License-Identifier: Apache-2.0
#include <boost/math/tools/minima.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "oracles/golden_json.hpp"
#include "oracles/strong_dfc.hpp"

using namespace leadlag::oracle;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using nlohmann::json;

namespace {

/// The linear net 2-2-2-2 of the golden file, whose J does not depend on where it is.
LayeredNet linear_net() {
  const json g = golden_json("dfc_ref.json").at("theorem2_exact");
  LayeredNet net;
  net.W = to_matrices(g.at("W"));
  for (const MatrixXd& w : net.W) net.b.emplace_back(VectorXd::Zero(w.rows()));
  net.hidden = Activation::linear;
  return net;
}
const VectorXd input{{0.9, -0.4}};
MatrixXd jacobian_of(const LayeredNet& net) { return jacobian(net, forward(net, input).v); }

struct Fit {
  double c, gamma, error;
};
/// The c and gamma with which c J^T (J J^T + gamma I)^-1 is nearest to Q, relative to Q.
Fit fit_damped_inverse(const MatrixXd& J, const MatrixXd& Q) {
  const auto at = [&](double gamma) {
    const MatrixXd shape =
        J.transpose() * (J * J.transpose() + gamma * MatrixXd::Identity(J.rows(), J.rows())).inverse();
    const double c = shape.cwiseProduct(Q).sum() / shape.squaredNorm();
    return Fit{c, gamma, (c * shape - Q).norm() / Q.norm()};
  };
  const auto [gamma, error] =
      boost::math::tools::brent_find_minima([&](double g) { return at(g).error; }, 0.1, 20.0, 52);
  CHECK(error < 0.01);
  return at(gamma);
}

void expect_fixed_point(const json& g, const MatrixXd& J, const MatrixXd& Q, double tolerance) {
  CHECK(relative_error(VectorXd(Q.reshaped()), VectorXd(to_matrix(g.at("Q")).reshaped())) < tolerance);
  CHECK(condition_2(J, Q) == Approx(1.0).epsilon(1e-12));  // Q = J^T M
  CHECK((J * Q).eigenvalues().real().minCoeff() > 0.0);    // condition 3 without any leak
}

/// Mean over replicas of matrices that each measured, and its standard error entry by entry.
struct Estimate {
  MatrixXd mean, error;
};
template <class Measure>
Estimate estimate(int replicas, Measure&& measure) {
  MatrixXd sum, squares;
  for (int k = 0; k < replicas; ++k) {
    const MatrixXd m = measure(k);
    if (k == 0) sum = squares = MatrixXd::Zero(m.rows(), m.cols());
    sum += m;
    squares += m.cwiseAbs2();
  }
  const MatrixXd mean = sum / replicas;
  return {mean, ((squares / replicas - mean.cwiseAbs2()) / (replicas - 1)).cwiseSqrt()};
}

/// Every entry within 4.5 standard errors (7e-6 each) of what theory says, and the errors small enough to
/// mean it.
void expect_within(const Estimate& found, const MatrixXd& wanted, double resolution) {
  REQUIRE(found.mean.size() == wanted.size());
  CHECK(found.error.norm() < resolution * wanted.norm());
  CHECK(((found.mean - wanted).cwiseAbs() - 4.5 * found.error).maxCoeff() < 0.0);
}

}  // namespace

TEST_CASE("D8 DFC oracle: correlation of feedback and control, closed form at Q = 0 and from Lyapunov",
          "[oracle]") {
  const json g = golden_json("dfc_ref.json").at("feedback_learning");
  const MatrixXd J = jacobian_of(linear_net());
  const double tau_apical = 0.3, alpha = 0.6;
  const MatrixXd at_zero = feedback_correlation(J, MatrixXd::Zero(6, 2), tau_apical, alpha);
  CHECK((at_zero + J.transpose() / (2.0 * (1.0 + alpha * tau_apical))).norm() < 1e-15);
  CHECK((at_zero - to_matrix(g.at("E_vu_over_s2_at_Q0"))).norm() < 1e-14);
  CHECK((feedback_correlation(J, 0.5 * J.transpose(), tau_apical, alpha) -
         to_matrix(g.at("E_vu_over_s2_at_0.5JT")))
            .norm() < 1e-13);
  CHECK_THROWS_AS(feedback_correlation(J, -J.transpose(), tau_apical, alpha), std::invalid_argument);
}

TEST_CASE("D8 DFC oracle: fixed points of feedback learning have the rows of J, two outputs", "[oracle]") {
  const json g = golden_json("dfc_ref.json").at("feedback_learning");
  const MatrixXd J = jacobian_of(linear_net());
  for (const double decay : {0.1, 0.01}) {
    const json& golden = g.at(decay == 0.1 ? "fixed_point_wd0.1" : "fixed_point_wd0.01");
    const MatrixXd q = feedback_fixed_point(J, 0.3, 0.6, decay);
    CAPTURE(decay);
    expect_fixed_point(golden, J, q, 1e-9);
    const Fit fit = fit_damped_inverse(J, q);
    CHECK(fit.error < 1e-6);  // two parameters for two eigenvalues of J J^T: exact but for the search
    CHECK(fit.gamma == Approx(golden.at("best_fit_c_gamma").at(1).get<double>()).epsilon(1e-5));
    CHECK(fit.c == Approx(golden.at("best_fit_c_gamma").at(0).get<double>()).epsilon(1e-5));
  }
}

TEST_CASE("D8 DFC oracle: Theorem 6, three outputs fit J^T (J J^T + gamma I)^-1 to 0.1 %", "[oracle]") {
  const json g = golden_json("dfc_fb_theorem6_ref.json");
  const MatrixXd J = to_matrix(g.at("J"));
  struct Row {
    const char* key;
    double tau_apical, alpha, decay;
  };
  for (const Row& row :
       {Row{"ta0.3_al0.6_wd0.1", 0.3, 0.6, 0.1}, Row{"ta0.3_al0.6_wd0.01", 0.3, 0.6, 0.01},
        Row{"ta0.02_al5.0_wd0.01", 0.02, 5.0, 0.01}, Row{"ta0.02_al50.0_wd0.001", 0.02, 50.0, 0.001}}) {
    CAPTURE(row.key);
    const json& golden = g.at(row.key);
    const MatrixXd q = feedback_fixed_point(J, row.tau_apical, row.alpha, row.decay);
    expect_fixed_point(golden, J, q, 1e-8);  // golden Q stopped at a step of 1e-12, decay 1e-3
    const Fit fit = fit_damped_inverse(J, q);
    CHECK(fit.error == Approx(golden.at("rel_fit_err").get<double>()).epsilon(1e-4));
    CHECK(fit.error < 1.5e-3);
    CHECK(fit.gamma == Approx(golden.at("c_gamma").at(1).get<double>()).epsilon(1e-3));
    // Neither the transpose nor the pseudo-inverse is as near.
    const auto sine = [&](const MatrixXd& m) {
      return std::sqrt(1.0 - std::pow(cosine(VectorXd(m.reshaped()), VectorXd(q.reshaped())), 2));
    };
    CHECK(sine(J.transpose()) == Approx(golden.at("sin_angle_to_JT").get<double>()).epsilon(1e-5));
    CHECK(sine(J.completeOrthogonalDecomposition().pseudoInverse()) ==
          Approx(golden.at("sin_angle_to_Jpinv").get<double>()).epsilon(1e-5));
  }
}

TEST_CASE("D8 DFC oracle: the sleep phase of the published loop has that correlation, by Monte Carlo",
          "[oracle]") {
  const LayeredNet net = linear_net();
  const MatrixXd J = jacobian_of(net), q = 0.5 * J.transpose();
  const VectorXd target = forward(net, input).r.back();
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  ControlLoop loop{.controller = {.alpha = 0.6, .k_p = 0.0},
                   .dt = 0.005,
                   .proactive = false,
                   .tau_apical = 0.3,
                   .instant_soma = true};
  const double scale = apical_noise(1.0, loop.dt, *loop.tau_apical);  // sigma 1: the net is linear
  loop.noise = [&](std::size_t) { return VectorXd::NullaryExpr(2, [&] { return scale * normal(random); }); };
  const Estimate found = estimate(64, [&](int) {
    ControlState s = control_start(net, input);
    MatrixXd sum = MatrixXd::Zero(6, 2);
    const int settle = 2000, steps = 8000;  // 10 and 40 tau_u
    for (int t = 0; t < settle + steps; ++t) {
      const VectorXd feedback = concatenate(s.v_fb);
      control_step(net, q, target, loop, s);
      if (t >= settle) sum += feedback * s.u.transpose();
    }
    return MatrixXd(sum / steps);
  });
  expect_within(found, feedback_correlation(J, q, 0.3, 0.6), 0.15);
}

TEST_CASE(
    "D8 DFC oracle: the update of Q is the mean of its products, with the published floor of sigma (X5)",
    "[oracle]") {
  const LayeredNet net = linear_net();
  const MatrixXd q = 0.5 * jacobian_of(net).transpose();
  double kick = 0.0;
  const ControlLoop loop{.noise = [&](std::size_t layer) {
    kick += 0.1;
    return VectorXd::Constant(2, kick * static_cast<double>(layer + 1));
  }};
  const auto trace = control_trace(net, input, q, forward(net, input).r.back(), loop, 3);
  MatrixXd sum = MatrixXd::Zero(6, 2);
  for (std::size_t t : {0U, 1U, 2U}) sum += concatenate(trace[t].v_fb) * trace[t + 1].u.transpose();
  CHECK(sum.norm() > 0.01);
  CHECK((feedback_update(trace, 0.5) + sum / 3.0 / 0.25).norm() < 1e-12);
  CHECK((feedback_update(trace, 1e-4) + sum / 3.0 / 1e-4).norm() < 1e-8);
  // Single phase: the same pairs with u high-passed (a = 0.5), layers below the top weighted by (1 +
  // 2)^{L-i}.
  const SinglePhase settings{.sigma = 0.5, .tau_noise = 0.1, .tau_high_pass = 0.04};
  VectorXd low = trace[0].u;
  MatrixXd wanted = MatrixXd::Zero(6, 2);
  for (std::size_t t : {0U, 1U, 2U}) {
    low = 0.5 * low + 0.5 * trace[t + 1].u;
    wanted -= concatenate(trace[t].v_fb) * (trace[t + 1].u - low).transpose() / 3.0 / 0.25;
  }
  wanted.topRows(2) *= 9.0;
  wanted.middleRows(2, 2) *= 3.0;
  CHECK(wanted.norm() > 0.01);
  CHECK((single_phase_feedback_update(trace, loop, settings) - wanted).norm() < 1e-12);
}

TEST_CASE("Strong-DFC oracle: single-phase feedback learning of a linear net, Lyapunov and Monte Carlo",
          "[oracle]") {
  const LayeredNet net = linear_net();
  const MatrixXd J = jacobian_of(net), one = MatrixXd::Identity(2, 2), all = MatrixXd::Identity(6, 6);
  const SinglePhase settings{.sigma = 1.0, .tau_noise = 0.1, .tau_high_pass = 0.5};
  const double tau_v = 0.03, alpha = 0.1, k_p = 0.5;
  MatrixXd layers = MatrixXd::Zero(6, 6), top = MatrixXd::Zero(2, 6);
  layers.block(2, 0, 2, 2) = net.W[1];
  layers.block(4, 2, 2, 2) = net.W[2];
  top.rightCols(2) = one;
  // States: noise n (6), somata v (6), u_int (2), low-passed u (2); e = -v_L, u = u_int - k_p v_L.
  const auto theory = [&](const MatrixXd& q) {
    MatrixXd control = MatrixXd::Zero(2, 16), feedback = MatrixXd::Zero(6, 16), a = MatrixXd::Zero(16, 16);
    control.middleCols(6, 6) = -k_p * top;
    control.middleCols(12, 2) = one;
    feedback = q * control;
    feedback.leftCols(6) += all;
    a.topLeftCorner(6, 6) = -all / settings.tau_noise;
    a.middleRows(6, 6) = feedback / tau_v;
    a.block(6, 6, 6, 6) += (layers - all) / tau_v;
    a.block(12, 6, 2, 6) = -top;
    a.block(12, 12, 2, 2) = -alpha * one;
    a.bottomRows(2) = control / settings.tau_high_pass;
    a.bottomRightCorner(2, 2) -= one / settings.tau_high_pass;
    MatrixXd noise = MatrixXd::Zero(16, 16);
    noise.topLeftCorner(6, 6) = all / (settings.tau_noise * settings.tau_noise);
    REQUIRE(spectral_abscissa(a) < 0.0);
    const MatrixXd s = solve_lyapunov(a, noise);
    MatrixXd high = control;
    high.rightCols(2) -= one;
    MatrixXd update = -feedback * s * high.transpose();
    for (Index i = 0; i < 3; ++i)
      update.middleRows(2 * i, 2) *= std::pow(1.0 + tau_v / settings.tau_noise, 2.0 - static_cast<double>(i));
    return update;
  };
  const MatrixXd from_nothing = theory(MatrixXd::Zero(6, 2));
  CAPTURE(from_nothing, J);
  CHECK(cosine(VectorXd(from_nothing.reshaped()), VectorXd(J.transpose().reshaped())) > 0.99);

  const MatrixXd q = 0.5 * J.transpose();
  const VectorXd target = forward(net, input).r.back();
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  ControlLoop loop{.controller = {alpha, k_p}, .dt = 0.002, .tau_v = tau_v};
  const Estimate found = estimate(64, [&](int) {
    std::vector<CorrelatedNoise> noise(3, CorrelatedNoise(2, loop.dt, settings.tau_noise));
    loop.noise = [&](std::size_t layer) {
      return noise[layer].next(VectorXd::NullaryExpr(2, [&] { return normal(random); }));
    };
    auto trace = control_trace(net, input, q, target, loop, 11000);
    trace.erase(trace.begin(),
                trace.begin() + 3000);  // settled: the filter then starts at a u that it soon forgets
    return single_phase_feedback_update(trace, loop, settings);
  });
  expect_within(found, theory(q), 0.2);
}
