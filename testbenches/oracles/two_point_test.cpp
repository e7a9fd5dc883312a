// SPDX-License-Identifier: Apache-2.0
// Variational Latent Equilibrium at finite beta against the adjoint.
#include "oracles/two_point.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace leadlag::oracle;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

Chain lag_net(double w0, double w1) {
  const std::vector<double> tau_m{1.0, 1.0}, tau_r{1.0, 0.1};
  return {{Matrix(2, 1, {w0, w1}), tau_m, tau_r, Activation::tanh},
          {Matrix(2, 2, {0.5, 0.0, 0.0, 1.0}), tau_m, tau_r, Activation::tanh},
          {Matrix(1, 2, {0.5, 1.0}), {1.0}, {1.0}, Activation::linear}};
}

Task three_tones(Schedule schedule) {
  const double dt = 0.01;
  Signal x(2000, 1);
  for (std::size_t n = 0; n < x.rows; ++n) {
    for (const double w : {0.49, 1.07, 1.98}) x(n, 0) += std::sin(w * dt * static_cast<double>(n));
  }
  Signal target = forward(lag_net(-0.5, 1.0), x, dt, schedule).back().rate;
  return {std::move(x), std::move(target), dt, 0};
}

}  // namespace

TEST_CASE("VLE oracle: at finite beta the two-point solution is off the adjoint by O(beta)", "[oracle]") {
  const Task task = three_tones(Schedule::zero_delay);
  const Chain student = lag_net(0.3, 0.6);
  const auto exact = flatten(bptt_gradient(student, task).w);
  const auto deviation = [&](double beta) {
    const auto g = flatten(solve_two_point(student, task, beta).gradient.w);
    double squares = 0.0;
    for (std::size_t k = 0; k < g.size(); ++k) squares += (g[k] - exact[k]) * (g[k] - exact[k]);
    return std::sqrt(squares) / norm(exact);
  };
  const double coarse = deviation(0.02), fine = deviation(0.01), finer = deviation(0.005);
  CAPTURE(coarse, fine, finer);
  CHECK(coarse > 1e-4);
  // First order: the ratio tends to 2 as its own error, of second order, is halved.
  CHECK_THAT(coarse / fine, WithinAbs(2.0, 0.1));
  CHECK_THAT(fine / finer, WithinAbs(2.0, 0.05));
  CHECK(deviation(1e-9) < 1e-7);
}

TEST_CASE("VLE oracle: the two-point gradient is the derivative of the stationary action", "[oracle]") {
  const Task task = three_tones(Schedule::zero_delay);
  const double beta = 0.05, step = 1e-4;
  const Chain student = lag_net(0.3, 0.6);
  const TwoPoint at = solve_two_point(student, task, beta);
  CHECK(at.action > 0.0);
  for (std::size_t l = 0; l < student.size(); ++l) {
    for (std::size_t k = 0; k < student[l].w.values.size(); ++k) {
      Chain up = student, down = student;
      up[l].w.values[k] += step, down[l].w.values[k] -= step;
      const double slope =
          (solve_two_point(up, task, beta).action - solve_two_point(down, task, beta).action) / (2.0 * step);
      CAPTURE(l, k);
      // Central difference: second order in the step.
      CHECK_THAT(at.gradient.w[l].values[k], WithinAbs(slope / beta, 1e-6 * norm(flatten(at.gradient.w))));
    }
  }
}

TEST_CASE("VLE oracle: the registered chain's reverse sweep is the derivative of its cost", "[oracle]") {
  const Task task = three_tones(Schedule::registered);
  const Chain student = lag_net(0.3, 0.6);
  const Gradient g = bptt_gradient(student, task, Schedule::registered);
  const double size = norm(flatten(g.w));
  for (std::size_t l = 0; l < student.size(); ++l) {
    for (std::size_t k = 0; k < student[l].w.values.size(); ++k) {
      const auto weight = [&](Chain& c) -> double& { return c[l].w.values[k]; };
      CHECK_THAT(g.w[l].values[k],
                 WithinAbs(finite_difference(student, task, Schedule::registered, weight), 1e-7 * size));
    }
    for (std::size_t i = 0; i < student[l].tau_m.size(); ++i) {
      const auto tau_m = [&](Chain& c) -> double& { return c[l].tau_m[i]; };
      const auto tau_r = [&](Chain& c) -> double& { return c[l].tau_r[i]; };
      CHECK_THAT(g.tau_m[l][i],
                 WithinAbs(finite_difference(student, task, Schedule::registered, tau_m), 1e-7 * size));
      CHECK_THAT(g.tau_r[l][i],
                 WithinAbs(finite_difference(student, task, Schedule::registered, tau_r), 1e-7 * size));
    }
  }
}
