// SPDX-License-Identifier: Apache-2.0
// 4.8(d): while its parameters are held, what a system descends on never rises, cycle by cycle, in any phase.
// Energies are the oracles', states are the die's. (Hopfield in ep's phases and predictive coding: their
// traces in energy_based_test.cpp and pc_test.cpp.)
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "learning/layered_rig.hpp"
#include "learning/resistive_rig.hpp"
#include "oracles/contrastive.hpp"
#include "oracles/energy_testing.hpp"
#include "oracles/golden_json.hpp"
#include "oracles/reference_energies.hpp"

using namespace leadlag;
using namespace leadlag::oracle;
using Eigen::Index;
using Eigen::VectorXd;
using leadlag::testing::ResistiveRig;

namespace {

using Value = std::function<double(const VectorXd&)>;

/// Strictly at first, and later by no more than rounding.
void check_falls(const std::vector<VectorXd>& seen, std::size_t from, std::size_t to, const Value& value) {
  REQUIRE(to < seen.size());
  REQUIRE(to > from + 40);
  double last = value(seen[from]);
  const double before = last;
  for (std::size_t n = from + 1; n <= to; ++n) {
    const double now = value(seen[n]);
    CAPTURE(n, last, now);
    if (n < from + 20) REQUIRE(now < last);
    REQUIRE(now <= last + 1e-14);
    last = now;
  }
  CHECK(last < before);
}

/// start, 200 free, take, 99 + restore at +beta, 100 + write at -beta.
constexpr std::size_t free_cycles = 200, pulled_cycles = 100;
const std::string phases = "free: 200, nudged: 100, form: symmetric, ";

void check_symmetric(const std::vector<VectorXd>& seen, double beta,
                     const std::function<double(const VectorXd&, double)>& value) {
  REQUIRE(seen.size() == 1 + free_cycles + 1 + pulled_cycles + pulled_cycles + 1);
  const auto at = [&](double b) { return [&value, b](const VectorXd& x) { return value(x, b); }; };
  const std::size_t up = 1 + free_cycles, down = up + pulled_cycles + 1;
  check_falls(seen, 1, up, at(0.0));
  check_falls(seen, up, down - 1, at(beta));
  check_falls(seen, down, seen.size() - 1, at(-beta));
}

constexpr double ticks = 20.0;  // per tau
const std::int64_t cycles = 1 + 200 + 1 + 100 + 100 + 1;

}  // namespace

TEST_CASE("4.8d EP on the die: hopfield energy never rises, also with a negative nudge", "[learning]") {
  const Sample n2 = net_n2();
  const HopfieldEnergy energy = hopfield_n2();
  LayeredRig rig("hopfield", n2.net, "{system: ep, update: host, ep: {beta: 0.4, " + phases + "}}", ticks);
  rig.show(n2.x, n2.y);
  check_symmetric(rig.cycles(cycles, "state"), 0.4,
                  [&](const VectorXd& x, double beta) { return energy.value(x, beta); });
}

TEST_CASE("4.8d EP on the die: the energy of a net with weak feedback never rises", "[learning]") {
  const Sample n1 = net_n1();
  const ReciprocalNet energy = gamma_net_n1(0.5);
  LayeredRig rig("leaky", n1.net,
                 "{system: ep, update: host, ep: {energy: leaky, feedback: 0.5, beta: 0.4, " + phases + "}}",
                 ticks);
  rig.show(n1.x, n1.y);
  check_symmetric(rig.cycles(cycles, "rate"), 0.4,
                  [&](const VectorXd& x, double beta) { return energy.value(x, beta); });
}

TEST_CASE("4.8d EP on the die: the energy of the clipped net never rises", "[learning]") {
  const ClippedNet net = clipped_net();
  const LayeredNet layered{
      .W = {net.w1, net.w2}, .b = {net.b1, net.b2}, .hidden = oracle::Activation::linear};
  LayeredRig rig("clip", layered, "{system: ep, update: host, ep: {energy: clip, beta: 0.4, " + phases + "}}",
                 ticks);
  rig.show(net.x, net.y);
  const auto value = [&](const VectorXd& s, double beta) {
    const VectorXd h = s.head(net.w1.rows()), o = s.tail(net.w2.rows());
    return 0.5 * s.squaredNorm() - h.dot(net.w1 * net.x + net.b1) - o.dot(net.w2 * h + net.b2) +
           0.5 * beta * (o - net.y).squaredNorm();
  };
  check_symmetric(rig.cycles(cycles, "state"), 0.4, value);
}

TEST_CASE("4.8d OIM on the die: the phase energy never rises, nudged one way and the other", "[learning]") {
  const auto golden = golden_json("oim_ref.json");
  const PhaseOscillators energy = oscillator_reference();
  LayeredRig rig("oim",
                 {.W = {Eigen::MatrixXd::Zero(3, 1), to_matrix(golden["J_hidden_output"]).transpose()},
                  .b = {to_vector(golden["h"]).head(3), to_vector(golden["h"]).tail(2)},
                  .hidden = oracle::Activation::linear},
                 "{system: oim, update: host, oim: {beta: 0.2, free: 200, nudged: 100}}", ticks);
  const VectorXd s = to_vector(golden["S"]);
  rig.socket().write("l1_lock", {s(0), s(1), s(2)});
  rig.socket().write("l2_lock", {s(3), s(4)});
  rig.show(VectorXd::Zero(1), to_vector(golden["y"]));
  check_symmetric(rig.cycles(cycles, "state"), 0.2,
                  [&](const VectorXd& x, double beta) { return energy.value(x, beta); });
}

TEST_CASE("4.8d CHL on the die: with outputs tied, hopfield energy of the rest never rises", "[learning]") {
  const Sample n2 = net_n2();
  const HopfieldEnergy energy = hopfield_n2();
  LayeredRig chl("chl", n2.net,
                 "{system: chl, update: host, chl: {energy: hopfield, feedback: 1, free: 200, clamped: 100}}",
                 ticks),
      coupled(
          "coupled", n2.net,
          "{system: coupled_learning, update: host, coupled_learning: {eta: 0.3, free: 200, clamped: 100}}",
          ticks);
  for (LayeredRig* rig : {&chl, &coupled}) {
    rig->show(n2.x, n2.y);
    std::vector<VectorXd> seen;
    for (std::int64_t n = 0; n < 1 + 200 + 1 + 100 + 1; ++n) {
      const VectorXd state = rig->cycles(1, "state")[0];
      VectorXd x(6);  // nodes by their states, outputs as they are shown: the clamp stands for them
      x << state.head(4), rig->socket().probe("l2", 0), rig->socket().probe("l2", 1);
      seen.push_back(x);
    }
    const Value value = [&](const VectorXd& x) { return energy.internal(x); };
    check_falls(seen, 1, 201, value);
    check_falls(seen, 202, 302, value);
    CHECK(distance(seen[202].tail(2), seen[302].tail(2)) == 0.0);
    CHECK(distance(seen[201].tail(2), seen[202].tail(2)) > 0.1);
  }
}

TEST_CASE("4.8d resistive die: co-content never rises, free, nudged both ways and clamped", "[learning]") {
  const ResistiveNetwork energy = resistive_reference();
  ResistiveRig nudged("nudged",
                      "{system: ep, update: host, ep: {energy: resistive, beta: 2, " + phases + "}}"),
      clamped("clamped",
              "{system: coupled_learning, update: host, coupled_learning: {energy: resistive, eta: 0.5, "
              "free: 200, clamped: 100}}");
  check_symmetric(nudged.trace(cycles), 2.0,
                  [&](const VectorXd& x, double beta) { return energy.value(x, beta); });
  const std::vector<VectorXd> seen = clamped.trace(1 + 200 + 1 + 100 + 1);
  const Value value = [&](const VectorXd& x) { return energy.internal(x); };
  check_falls(seen, 1, 202, value);  // the source comes on with the next edge
  check_falls(seen, 203, 302, value);
  CHECK(distance(seen[203].tail(2), seen[302].tail(2)) < 1e-15);
  CHECK(distance(seen[202].tail(2), seen[203].tail(2)) > 0.01);
}
