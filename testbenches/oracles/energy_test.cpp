// SPDX-License-Identifier: Apache-2.0
// What holds for every energy: its derivatives, the gradient at its equilibrium, the order of its contrasts.
#include "oracles/energy.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "oracles/energy_testing.hpp"
#include "oracles/reference_energies.hpp"

using namespace leadlag::oracle;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

struct Case {
  std::string name;
  std::unique_ptr<Energy> energy;
  double beta;  ///< weak enough for the asymptotic order, in the energy's unit
};

std::vector<Case> every_energy() {
  const Sample n1 = net_n1();
  std::vector<Case> all;
  all.push_back({"Hopfield, N2", std::make_unique<HopfieldEnergy>(hopfield_n2()), 0.01});
  all.push_back({"Hopfield, N1", std::make_unique<HopfieldEnergy>(n1.net, n1.x, n1.y), 0.01});
  all.push_back({"gamma net, 1", std::make_unique<ReciprocalNet>(gamma_net_n1(1.0)), 0.01});
  all.push_back({"gamma net, 0.1", std::make_unique<ReciprocalNet>(gamma_net_n1(0.1)), 0.01});
  all.push_back({"logistic net", std::make_unique<ReciprocalNet>(logistic_net()), 0.01});
  all.push_back({"predictive coding, N1", std::make_unique<PredictiveCoding>(predictive_coding_n1()), 0.01});
  all.push_back({"resistive", std::make_unique<ResistiveNetwork>(resistive_reference()), 0.2});
  all.push_back({"phase oscillators", std::make_unique<PhaseOscillators>(oscillator_reference()), 0.01});
  return all;
}
constexpr std::size_t energies = 8;

/// Slope of log(error) over log(beta) by least squares.
double fitted_order(const std::vector<double>& beta, const std::vector<double>& error) {
  REQUIRE(beta.size() == error.size());
  double mean_x = 0.0, mean_y = 0.0, xy = 0.0, xx = 0.0;
  const auto n = static_cast<double>(beta.size());
  for (std::size_t k = 0; k < beta.size(); ++k) {
    mean_x += std::log(beta[k]) / n;
    mean_y += std::log(error[k]) / n;
  }
  for (std::size_t k = 0; k < beta.size(); ++k) {
    xy += (std::log(beta[k]) - mean_x) * (std::log(error[k]) - mean_y);
    xx += std::pow(std::log(beta[k]) - mean_x, 2);
  }
  return xy / xx;
}

/// E = x^4/4 - x^2/2, two wells and a saddle between; the cost pulls to `target`.
class Wells final : public Energy {
 public:
  Wells() {
    theta = VectorXd::Ones(1);
    target = VectorXd::Zero(1);
  }
  Index states() const override { return 1; }
  double internal(const VectorXd& x) const override {
    return 0.25 * std::pow(x(0), 4) - 0.5 * theta(0) * x(0) * x(0);
  }
  VectorXd internal_dx(const VectorXd& x) const override {
    return VectorXd{{std::pow(x(0), 3) - theta(0) * x(0)}};
  }
  VectorXd internal_dtheta(const VectorXd& x) const override { return VectorXd{{-0.5 * x(0) * x(0)}}; }
  double cost(const VectorXd& x) const override { return 0.5 * (x - target).squaredNorm(); }
  VectorXd cost_dx(const VectorXd& x) const override { return x - target; }
};

}  // namespace

TEST_CASE("energy oracle: derivatives of every energy are those of its value", "[oracle]") {
  std::vector<Case> all = every_energy();
  REQUIRE(all.size() == energies);
  Gauss gauss(1);
  for (Case& c : all) {
    INFO(c.name);
    Energy& e = *c.energy;
    // Somewhere that is no equilibrium; rates of logistic units stay between 0 and 1.
    const VectorXd x = free_equilibrium(e) + 0.02 * gauss.vector(e.states());
    const double beta = 0.7, h = 1e-5;
    REQUIRE(x.size() > 0);
    VectorXd dx(x.size()), dtheta(e.theta.size());
    for (Index k = 0; k < x.size(); ++k) {
      VectorXd up = x, down = x;
      up(k) += h, down(k) -= h;
      dx(k) = (e.value(up, beta) - e.value(down, beta)) / (2.0 * h);
    }
    for (Index k = 0; k < dtheta.size(); ++k) {
      const double kept = e.theta(k);
      e.theta(k) = kept + h;
      const double up = e.value(x, beta);
      e.theta(k) = kept - h;
      dtheta(k) = (up - e.value(x, beta)) / (2.0 * h);
      e.theta(k) = kept;
    }
    CHECK(relative_error(dx, e.dx(x, beta)) < 1e-6);
    CHECK(relative_error(dtheta, e.dtheta(x, beta)) < 1e-6);
    const MatrixXd numeric = numeric_hessian(e, x, beta);
    // Errors of the differences: 1e-12/30 of the fifth derivative, large where diodes are steep.
    CHECK((e.hessian(x, beta) - numeric).norm() < 1e-5 * numeric.norm());
  }
}

TEST_CASE("energy oracle: the gradient at the equilibrium is that of finite differences, for every energy",
          "[oracle]") {
  std::vector<Case> all = every_energy();
  REQUIRE(all.size() == energies);
  for (Case& c : all) {
    INFO(c.name);
    const VectorXd free = free_equilibrium(*c.energy);
    CHECK(c.energy->dx(free, 0.0).lpNorm<Eigen::Infinity>() < 1e-12);
    const VectorXd exact = fixed_point_gradient(*c.energy, free);
    CHECK(exact.norm() > 1e-3);
    CHECK(relative_error(difference_gradient(*c.energy, free, 1e-5), exact) < 1e-7);
    // States answer a weak nudge by -H^-1 dC/dx.
    const double beta = 1e-4 * c.beta;
    const VectorXd answer =
        (equilibrium(*c.energy, beta, free) - equilibrium(*c.energy, -beta, free)) / (2.0 * beta);
    CHECK(relative_error(answer, first_order_answer(*c.energy, free)) < 1e-6);
  }
}

TEST_CASE("energy oracle: contrasts tend to the gradient, one-sided with beta, symmetric with beta squared",
          "[oracle]") {
  const std::vector<Case> all = every_energy();
  REQUIRE(all.size() == energies);
  for (const Case& c : all) {
    INFO(c.name);
    const VectorXd free = free_equilibrium(*c.energy);
    const VectorXd exact = fixed_point_gradient(*c.energy, free);
    std::vector<double> beta, one, negative, symmetric;
    for (const double part : {1.0, 0.5, 0.25, 0.125}) {
      beta.push_back(part * c.beta);
      const auto error = [&](Contrast form) {
        return relative_error(contrast(*c.energy, free, beta.back(), form), exact);
      };
      one.push_back(error(Contrast::one_sided));
      negative.push_back(error(Contrast::negative));
      symmetric.push_back(error(Contrast::symmetric));
    }
    CHECK_THAT(fitted_order(beta, one), WithinAbs(1.0, 0.03));
    CHECK_THAT(fitted_order(beta, negative), WithinAbs(1.0, 0.03));
    CHECK_THAT(fitted_order(beta, symmetric), WithinAbs(2.0, 0.03));
    CHECK(symmetric.back() < 0.1 * one.back());
    // Biases of +beta and -beta are opposite: their mean is the symmetric contrast.
    const VectorXd mean = 0.5 * (contrast(*c.energy, free, c.beta, Contrast::one_sided) +
                                 contrast(*c.energy, free, c.beta, Contrast::negative));
    CHECK(relative_error(mean, contrast(*c.energy, free, c.beta, Contrast::symmetric)) < 1e-10);
  }
}

TEST_CASE("4.8 energy oracle: every energy falls along its descent, no error means no update", "[oracle]") {
  std::vector<Case> all = every_energy();
  REQUIRE(all.size() == energies);
  for (Case& c : all) {
    INFO(c.name);
    Energy& e = *c.energy;
    const VectorXd free = free_equilibrium(e);
    const double beta = 10.0 * c.beta;
    const double dt = 0.1 * euler_limit(e, free, beta);
    const std::vector<VectorXd> trace = euler_trace(e, beta, free, dt, 200);
    REQUIRE(trace.size() == 201);
    for (std::size_t n = 1; n < trace.size(); ++n) {
      CHECK(e.value(trace[n], beta) <= e.value(trace[n - 1], beta) + 1e-15);
    }
    CHECK(e.value(trace.back(), beta) < e.value(trace.front(), beta));
    const VectorXd nudged = equilibrium(e, beta, free);
    CHECK(e.cost(nudged) < e.cost(free));
    // What the target is compared with: states, cosines of phases, the top prediction.
    VectorXd read = e.outputs().empty() ? VectorXd(free.tail(2).array().cos()) : VectorXd(free(e.outputs()));
    if (const auto* pc = dynamic_cast<const PredictiveCoding*>(&e)) {
      read = e.target - pc->errors(free, 1.0).back();
    }
    // The sign of the update follows the sign of the error, to first order; no error, no update.
    const VectorXd before = fixed_point_gradient(e, free);
    e.target = 2.0 * read - e.target;
    CHECK(relative_error(-before, fixed_point_gradient(e, free)) < 1e-9);
    e.target = read;
    CHECK(fixed_point_gradient(e, free).norm() < 1e-14 * before.norm());
    CHECK(contrast(e, free, beta, Contrast::symmetric).norm() < 1e-10 * before.norm());
  }
}

TEST_CASE("4.8 energy oracle: the step of the descent changes the way, to first order, not where it ends",
          "[oracle]") {
  const std::vector<Case> all = every_energy();
  REQUIRE(all.size() == energies);
  for (const Case& c : all) {
    INFO(c.name);
    const Energy& e = *c.energy;
    const VectorXd free = free_equilibrium(e);
    const double beta = 10.0 * c.beta;
    const auto after = [&](double fraction, int steps) {  // of the longest stable step
      return euler_trace(e, beta, free, fraction * euler_limit(e, free, beta), steps).back();
    };
    const VectorXd finest = after(0.0025, 800);
    const double coarse = (after(0.02, 100) - finest).norm(), fine = (after(0.01, 200) - finest).norm();
    // Errors of dt, dt/2 against dt/8: (1 - 1/8) / (1/2 - 1/8) = 7/3.
    CHECK_THAT(coarse / fine, WithinAbs(7.0 / 3.0, 0.05));
    const VectorXd rest = equilibrium(e, beta, free);
    for (const double fraction : {0.4, 0.2}) CHECK((after(fraction, 20000) - rest).norm() < 1e-6);
  }
}

TEST_CASE("4.8 energy oracle: a hundred updates by the symmetric contrast lower the cost a thousandfold",
          "[oracle]") {
  std::vector<Case> all = every_energy();
  REQUIRE(all.size() == energies);
  for (Case& c : all) {
    INFO(c.name);
    Energy& e = *c.energy;
    VectorXd free = free_equilibrium(e);
    const double before = e.cost(free);
    for (int n = 0; n < 100 && e.cost(free) > 1e-6 * before; ++n) {
      const VectorXd update = contrast(e, free, c.beta, Contrast::symmetric);
      e.theta -= 0.5 * e.cost(free) / update.squaredNorm() * update;  // half of Polyak's step
      free = equilibrium(e, 0.0, free);
    }
    CHECK(e.cost(free) < 1e-3 * before);
    if (c.name == "resistive") CHECK(e.theta.minCoeff() > 0.0);  // still conductances
  }
}

TEST_CASE("energy oracle: descent finds minima, and says so when there is none", "[oracle]") {
  Wells wells;
  CHECK_THAT(equilibrium(wells, 0.0, VectorXd{{0.01}})(0), WithinAbs(1.0, 1e-14));
  CHECK_THAT(equilibrium(wells, 0.0, VectorXd{{-0.01}})(0), WithinAbs(-1.0, 1e-14));
  CHECK_THROWS_WITH(equilibrium(wells, 0.0, VectorXd::Zero(1)), Contains("saddle"));
  // Without curvature enough nothing stops the fall.
  const HopfieldEnergy n2 = hopfield_n2();
  CHECK_THROWS_WITH(equilibrium(n2, -1.5, free_equilibrium(n2)), Contains("run away"));
  CHECK_THROWS_AS(contrast(wells, VectorXd::Ones(1), 0.0, Contrast::one_sided), std::invalid_argument);
  CHECK_THROWS_AS(clamped_contrast(predictive_coding_n1(), predictive_coding_n1().start(), 1.0),
                  std::invalid_argument);
}
