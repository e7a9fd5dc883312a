// SPDX-License-Identifier: Apache-2.0
// Deep feedback control as circuits, on the net N1, against the oracle of its equations.
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "learning/one_sample.hpp"
#include "oracles/deep_feedback_control.hpp"
#include "oracles/golden_json.hpp"

using namespace leadlag;
using namespace leadlag::oracle;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using leadlag::testing::held_weights;
using leadlag::testing::N1Chip;
using nlohmann::json;

namespace {

// The published dt = 0.02 tau_u and tau_v = 0.2 tau_u, in cycles of 1 us; a sample: 3 cycles per layer to
// settle, one to hold, then control.
constexpr double tau_u = 50.0, tau_v = 10.0;
constexpr std::int64_t free_cycles = 4;
constexpr double lambda = 0.1;
const Controller controller{.alpha = 1e-3, .k_p = 2.0};

std::string dfc(std::int64_t control, const std::string& more = "", double integrator = tau_u) {
  return "system: dfc, dfc: {lambda: 0.1, alpha: 1e-3, k_p: 2, control: " + std::to_string(control) +
         ", tau_u: " + std::to_string(integrator) + " us" + more + "}, ";
}

struct Reference {
  Sample n1 = net_n1();
  Sweep free = forward(n1.net, n1.x);
  MatrixXd J = jacobian(n1.net, free.v);
  VectorXd target = control_target(free.r.back(), n1.y, lambda);
  double a = effective_leak(controller);

  ControlledState rest(const MatrixXd& q) const { return steady_state(n1.net, n1.x, q, target, a); }
  ControlLoop loop() const {
    ControlLoop l{.controller = controller, .dt = 1.0 / tau_u, .tau_v = tau_v / tau_u};
    l.plain_euler = true;
    return l;
  }
};

/// One pattern per row of the golden table.
std::vector<std::pair<std::string, MatrixXd>> golden_feedback() {
  std::vector<std::pair<std::string, MatrixXd>> all;
  for (const char* name : {"JT", "Jpinv", "J_damped_0.1", "weight_product"})
    all.emplace_back(name, to_matrix(golden_json("dfc_ref.json").at("cases").at(name).at("Q")));
  return all;
}

double distance(const VectorXd& a, const VectorXd& b) { return (a - b).norm() / b.norm(); }
Matrices minus(const Matrices& m) { return scaled(m, -1.0); }

}  // namespace

TEST_CASE("D1 DFC die: it rests at the exact root with the leak of a capacitor, for four feedback matrices",
          "[learning]") {
  const json golden = golden_json("dfc_ref.json").at("cases");
  const Reference ref;
  N1Chip chip(dfc(6000) + held_weights, tau_v);
  REQUIRE(chip.cycles_per_sample() == free_cycles + 6000);
  const LayeredGradient bp = backprop(ref.n1.net, ref.n1.x, ref.n1.y);
  const VectorXd delta = ref.target - ref.free.r.back();
  const auto cases = golden_feedback();
  REQUIRE(cases.size() == 4);
  for (const auto& [name, q] : cases) {
    CAPTURE(name);
    chip.set_feedback(q);
    chip.run(chip.cycles_per_sample());
    // The slowest pole is below -0.37 / tau_u: exp(-0.37 x 120) is nothing.
    const ControlledState s = ref.rest(q);
    const VectorXd u = chip.signal("output", "control");
    CHECK(distance(u, to_vector(golden.at(name).at("u_exact_paper"))) < 1e-9);
    CHECK(distance(u, s.u) < 1e-10);
    CHECK(distance(chip.signal("output", "error"), ref.a * s.u) < 1e-9);  // 4.8 c: e = alpha~ u
    CHECK(distance(chip.layers("soma"), concatenate(s.v)) < 1e-11);
    CHECK(distance(chip.layers("basal"), concatenate(s.v_ff)) < 1e-11);
    CHECK(distance(chip.layers("apical"), q * s.u) < 1e-10);
    const LocalUpdate wanted = local_update(ref.n1.net, Rule::nonlinear_difference, s.v, s.v_ff, s.r);
    const Matrices update = chip.take();
    CHECK(relative_error(update, scaled(wanted.dW, 1.0 / lambda)) < 1e-9);
    CHECK(distance(concatenate(chip.take_biases()), concatenate(wanted.db) / lambda) < 1e-9);
    // The table's angles: to steepest descent for what the cells store, to Gauss-Newton and minimum norm for
    // (v - v_ff) r^T as the compartments show it.
    CHECK(angle_degrees(update, minus(bp.dW)) ==
          Approx(golden.at(name).at("angle_deg_to_minusBP_nonlinear").get<double>()).margin(1e-6));
    const Vectors difference = split(chip.layers("soma") - chip.layers("basal"), ref.n1.net.sizes());
    const Vectors rates{ref.n1.x, chip.signal("first", "rate"), chip.signal("second", "rate")};
    Matrices linear, mn = minimum_norm(ref.n1.net, ref.n1.x, delta);
    for (std::size_t i = 0; i < 3; ++i) {
      linear.emplace_back(difference[i] * rates[i].transpose());
      mn[i] = mn[i] * ref.free.r[i] * rates[i].transpose();  // at rate 1 / |r|^2 per layer
    }
    CHECK(angle_degrees(gauss_newton(ref.n1.net, ref.n1.x, delta).dW, linear) ==
          Approx(golden.at(name).at("angle_deg_to_GN").get<double>()).margin(1e-5));
    CHECK(angle_degrees(mn, linear) ==
          Approx(golden.at(name).at("angle_deg_to_MN").get<double>()).margin(1e-5));
  }
}

TEST_CASE("D2 DFC die: every cycle of control is an explicit Euler step of the equations", "[learning]") {
  const Reference ref;
  const MatrixXd q = ref.J.transpose();
  N1Chip chip(dfc(300) + held_weights, tau_v);
  chip.set_feedback(q);
  const auto trace = control_trace(ref.n1.net, ref.n1.x, q, ref.target, ref.loop(), 300);
  chip.run(free_cycles);
  double worst = 0.0;
  for (std::size_t t = 0; t < 300; ++t) {
    chip.run(1);
    worst = std::max(worst, (chip.layers("soma") - concatenate(trace[t].v)).norm());
    worst = std::max(worst, (chip.signal("output", "control") - trace[t + 1].u).norm());
    worst = std::max(worst, (chip.layers("basal") - concatenate(trace[t + 1].v_ff)).norm());
  }
  CHECK(worst < 1e-13);
  CHECK((trace[300].u - trace[2].u).norm() > 1e-3);  // it moved
}

TEST_CASE("D3 DFC die: the time-averaged update is the mean of the oracle's loop", "[learning]") {
  // A cell compares v with the v_ff of the rates of the same instant: trace[t].v and r, trace[t + 1].v_ff.
  constexpr std::size_t cycles = 1000;
  const Reference ref;
  const MatrixXd q = ref.J.transpose();
  N1Chip chip(dfc(cycles, ", update: time_averaged") + held_weights, tau_v);
  chip.set_feedback(q);
  chip.run(chip.cycles_per_sample());
  const Matrices update = chip.take();
  const auto trace = control_trace(ref.n1.net, ref.n1.x, q, ref.target, ref.loop(), cycles);
  Matrices mean;
  for (std::size_t t = 0; t < cycles; ++t) {
    const LocalUpdate now =
        local_update(ref.n1.net, Rule::nonlinear_difference, trace[t].v, trace[t + 1].v_ff, trace[t].r);
    for (std::size_t i = 0; i < 3; ++i) {
      if (t == 0) mean.emplace_back(MatrixXd::Zero(now.dW[i].rows(), now.dW[i].cols()));
      mean[i] += now.dW[i] / (lambda * static_cast<double>(cycles));
    }
  }
  CHECK(relative_error(update, mean) < 1e-11);
  const ControlledState s = ref.rest(q);
  const Matrices rest =
      scaled(local_update(ref.n1.net, Rule::nonlinear_difference, s.v, s.v_ff, s.r).dW, 1.0 / lambda);
  CHECK(angle_degrees(update, rest) < 0.5);  // golden, for the published order of steps: 0.198
  CHECK(std::sqrt(concatenate(update).squaredNorm() / concatenate(rest).squaredNorm()) ==
        Approx(0.968).margin(0.02));
}

TEST_CASE("4.8 DFC die: a target that is the free output changes no weight", "[learning]") {
  const Reference ref;
  N1Chip chip(dfc(2000) + held_weights, tau_v);
  chip.run(free_cycles);
  const VectorXd output = chip.signal("output", "rate");
  CHECK((output - ref.free.r.back()).norm() < 1e-14);
  chip.run(chip.cycles_per_sample() - free_cycles);
  const Matrices to = chip.take();
  chip.show_target(2.0 * output - ref.n1.y);
  chip.run(chip.cycles_per_sample());
  const Matrices from = chip.take();
  CHECK(concatenate(chip.take_biases()).norm() > 0.0);  // clears them
  CHECK(relative_error(from, minus(to)) < 0.02);        // first order in lambda
  chip.show_target(output);
  chip.run(chip.cycles_per_sample());
  CHECK(concatenate(chip.take()).cwiseAbs().maxCoeff() == 0.0);
  CHECK(concatenate(chip.take_biases()).cwiseAbs().maxCoeff() == 0.0);
}

TEST_CASE("4.8 DFC die: where it rests does not depend on the tick, random feedback descends", "[learning]") {
  const Reference ref;
  N1Chip chip(dfc(3000, ", feedback: random", 20.0) + held_weights, 4.0);  // dt = 0.05
  const MatrixXd q = chip.feedback();
  CHECK((q.bottomRows(2) - MatrixXd::Identity(2, 2)).norm() == 0.0);
  CHECK(q.topRows(7).norm() > 0.5);
  chip.run(chip.cycles_per_sample());
  CHECK(distance(chip.signal("output", "control"), ref.rest(q).u) < 1e-9);
  CHECK(angle_degrees(chip.take(), minus(backprop(ref.n1.net, ref.n1.x, ref.n1.y).dW)) < 90.0);
  chip.set_feedback(ref.J.transpose());
  chip.run(chip.cycles_per_sample());
  CHECK(distance(chip.signal("output", "control"), ref.rest(ref.J.transpose()).u) < 1e-9);
}

namespace {

/// How much control grows per cycle, from cycle `from` of control on.
double growth(N1Chip& chip, std::int64_t from, std::int64_t cycles, const VectorXd& rest) {
  chip.run(free_cycles + from);
  const double before = (chip.signal("output", "control") - rest).norm();
  chip.run(cycles);
  const double after = (chip.signal("output", "control") - rest).norm();
  return std::pow(after / before, 1.0 / static_cast<double>(cycles));
}

}  // namespace

TEST_CASE("D4 DFC die: feedback of the wrong sign grows at the rate of the clocked loop", "[learning]") {
  const Reference ref;
  const MatrixXd q = -ref.J.transpose();
  const double radius = spectral_radius(step_matrix(ref.n1.net, ref.free.v, q, ref.loop()));
  CHECK(radius > 1.01);
  N1Chip chip(dfc(2000) + held_weights, tau_v);
  chip.set_feedback(q);
  // So small a step towards the target that all of it is linear.
  chip.show_target(ref.free.r.back() + 1e-12 * (ref.n1.y - ref.free.r.back()));
  // Two modes grow, 1.159 and 1.143 per cycle: after 150 cycles the faster one leads by 7.
  CHECK(growth(chip, 150, 50, VectorXd::Zero(2)) == Approx(radius).epsilon(1e-3));
}

TEST_CASE("D4 DFC die: feedback of the wrong sign ends as a finding", "[learning]") {
  N1Chip chip(dfc(40000, ", feedback_scale: -1") + held_weights, tau_v);
  CHECK((chip.feedback().bottomRows(2) + MatrixXd::Identity(2, 2)).norm() == 0.0);
  // e grows by 1.16 per cycle: past the largest number after about 5000.
  std::string kind, where;
  try {
    chip.run(20000);
  } catch (const sc_core::sc_report& report) {  // what `leadlag run` makes LL-FINITE-1 of
    kind = report.get_msg_type(), where = report.get_msg();
  }
  CHECK(kind == "leadlag/non-finite");
  CHECK(where == "output");
}

namespace {

/// Growth at so many times the largest stable dt, and what the linearised loop says. `step`: towards the
/// target, small enough for a linear loop; from cycle `from` on the slowest mode is all that is left.
void check_at(double share, double step, std::int64_t from, std::int64_t cycles, double tolerance) {
  const Reference ref;
  const MatrixXd q = ref.J.transpose();
  ControlLoop loop = ref.loop();
  const double limit = stability_limit(ref.n1.net, ref.free.v, q, loop, 0.01, 0.3);
  loop.dt = share * limit;
  const double radius = spectral_radius(step_matrix(ref.n1.net, ref.free.v, q, loop));
  const VectorXd label = ref.free.r.back() + step * (ref.n1.y - ref.free.r.back());
  N1Chip chip(dfc(4000, "", 1.0 / loop.dt) + held_weights, loop.tau_v / loop.dt);
  chip.set_feedback(q);
  chip.show_target(label);
  const VectorXd target = control_target(ref.free.r.back(), label, lambda);
  const VectorXd rest = steady_state(ref.n1.net, ref.n1.x, q, target, ref.a).u;
  CAPTURE(limit, radius);
  CHECK((radius < 1.0) == (share < 1.0));
  CHECK(growth(chip, from, cycles, rest) == Approx(radius).epsilon(tolerance));
}

}  // namespace

TEST_CASE("D4 DFC die: below the largest stable tick control comes to rest", "[learning]") {
  check_at(0.97, 1e-3, 20, 60, 5e-3);  // two real modes, 0.9447 and 0.9421, and a ringing one, 0.94
}
TEST_CASE("D4 DFC die: above the largest stable tick it rings ever louder", "[learning]") {
  check_at(1.03, 1e-6, 100, 100, 1e-3);  // changes sign in every cycle, 1.06
}

TEST_CASE("DFC die: N1 learns by its circuits alone, loss falls three decades in 100 samples", "[learning]") {
  N1Chip chip(dfc(400) + "update: die, rate: 0.1", tau_v);
  const double before = loss(forward(chip.net(), chip.sample.x).r.back(), chip.sample.y);
  chip.run(100 * chip.cycles_per_sample());
  const double after = loss(forward(chip.net(), chip.sample.x).r.back(), chip.sample.y);
  CAPTURE(before, after);
  CHECK(before == Approx(0.00446411177).epsilon(1e-8));
  CHECK(after < 1e-3 * before);
}

TEST_CASE("DFC die: N1 learns from updates averaged over control, with random feedback", "[learning]") {
  N1Chip chip(dfc(400, ", update: time_averaged, feedback: random") + "update: die, rate: 0.1", tau_v);
  const double before = loss(forward(chip.net(), chip.sample.x).r.back(), chip.sample.y);
  chip.run(100 * chip.cycles_per_sample());
  const double after = loss(forward(chip.net(), chip.sample.x).r.back(), chip.sample.y);
  CAPTURE(before, after);
  CHECK(after < 1e-3 * before);
}
