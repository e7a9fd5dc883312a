// SPDX-License-Identifier: Apache-2.0
// Phase oscillators on the die against their oracle.
#include <catch2/catch.hpp>
#include <cmath>
#include <deque>
#include <string>
#include <vector>

#include "learning/layered_rig.hpp"
#include "oracles/energy_testing.hpp"
#include "oracles/golden_json.hpp"
#include "oracles/reference_energies.hpp"

using namespace leadlag;
using namespace leadlag::oracle;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using Eigen::VectorXd;
using nlohmann::json;

namespace {

/// The reference net of three hidden and two output oscillators; its one input is not connected.
class Oscillators {
 public:
  Oscillators(const std::string& name, const std::string& learning, double ticks_per_tau)
      : golden_(golden_json("oim_ref.json")),
        rig_(name,
             {.W = {Eigen::MatrixXd::Zero(3, 1), to_matrix(golden_["J_hidden_output"]).transpose()},
              .b = {to_vector(golden_["h"]).head(3), to_vector(golden_["h"]).tail(2)},
              .hidden = oracle::Activation::linear},
             learning, ticks_per_tau) {
    const VectorXd s = to_vector(golden_["S"]);
    rig_.socket().write("l1_lock", {s(0), s(1), s(2)});
    rig_.socket().write("l2_lock", {s(3), s(4)});
    rig_.show(VectorXd::Zero(1), to_vector(golden_["y"]));
  }
  LayeredRig& rig() { return rig_; }
  /// In the oracle's order: J by hidden oscillators, h, S.
  VectorXd update() {
    const VectorXd all = rig_.update();  // W1 (3), b1 (3), W2 (2 x 3), b2 (2)
    VectorXd theta(16);
    for (Eigen::Index hidden = 0; hidden < 3; ++hidden) {
      for (Eigen::Index out = 0; out < 2; ++out) theta(2 * hidden + out) = all(6 + 3 * out + hidden);
    }
    theta.segment(6, 3) = all.segment(3, 3);
    theta.segment(9, 2) = all.tail(2);
    Eigen::Index at = 11;
    for (const char* lock : {"l1_lock", "l2_lock"}) {
      for (const double v : rig_.socket().take(lock)) theta(at++) = v;
    }
    return theta;
  }

 private:
  json golden_;
  LayeredRig rig_;
};

std::string oim(const std::string& params) { return "{system: oim, oim: {" + params + "}, update: host}"; }

}  // namespace

TEST_CASE("O1 OIM on the die: trace from pi/2, along which the energy falls", "[learning]") {
  const json golden = golden_json("oim_ref.json")["trace_dt0.05_from_pi/2"];
  REQUIRE(golden.size() == 10);
  const PhaseOscillators energy = oscillator_reference();
  Oscillators net("o1", oim("free: 1000, nudged: 1"), 20.0);
  const std::vector<VectorXd> seen = net.rig().cycles(1 + 1000 + 1, "state");
  const std::vector<VectorXd> free(seen.begin() + 1, seen.end());
  REQUIRE(free.size() == 1001);
  for (const auto& [n, row] : golden.items()) {
    CHECK(distance(free.at(std::stoul(n)), flat(row["phi"])) < 1e-9);
  }
  for (std::size_t n = 1; n < free.size(); ++n) {
    REQUIRE(energy.internal(free[n]) < energy.internal(free[n - 1]));
  }
}

TEST_CASE(
    "4.6 OIM on the die: settled updates by beta with S turned by beta/2, and by beta/4 as one must not",
    "[learning]") {
  const json table = golden_json("oim_ref.json")["table"];
  REQUIRE(table.size() == 6);
  const PhaseOscillators energy = oscillator_reference();
  const VectorXd exact = fixed_point_gradient(energy, free_equilibrium(energy));
  std::deque<Oscillators> nets;
  for (const json& row : table) {
    for (const std::string harmonic : {"0.5", "0.25"}) {
      nets.emplace_back("oim" + std::to_string(nets.size()),
                        oim("beta: " + std::to_string(row["beta"].get<double>()) +
                            ", second_harmonic: " + harmonic + ", free: 1200, nudged: 1200"),
                        2.0);
    }
  }
  std::map<double, double> error;
  for (std::size_t k = 0; k < nets.size(); ++k) {
    const json& row = table[k / 2];
    const double beta = row["beta"].get<double>();
    const json& at = row[k % 2 == 0 ? "derived_S-beta/2" : "code_S-beta/4"];
    CAPTURE(beta, k % 2);
    nets[k].rig().sample();
    const VectorXd estimate = -nets[k].update();
    CHECK(relative_error(estimate, flat(at["sym"])) < 1e-6);
    if (k % 2 == 0) {
      error[beta] = relative_error(estimate, exact);
    } else {
      CHECK(relative_error(estimate, exact) > 1.1);
      CHECK(angle_degrees(estimate, exact) > 90.0);
    }
  }
  REQUIRE(error.size() == 6);
  CHECK_THAT(error.at(0.1) / error.at(0.01), WithinAbs(100.0, 5.0));
}

TEST_CASE("4.8h OIM on the die: its net learns by three decades, and with the wrong nudge not at all",
          "[learning]") {
  const json golden = golden_json("oim_ref.json");
  const VectorXd y = to_vector(golden["y"]);
  const auto system = [](const std::string& harmonic) {
    return "{system: oim, oim: {beta: 0.1, free: 300, nudged: 100, second_harmonic: " + harmonic + "}}";
  };
  Oscillators right("right", system("0.5"), 2.0), wrong("wrong", system("0.25"), 2.0);
  std::vector<double> fallen;
  for (Oscillators* net : {&right, &wrong}) {
    const double before = loss(net->rig().infer(), y);
    for (int n = 0; n < 100; ++n) net->rig().sample(0.1);
    fallen.push_back(loss(net->rig().infer(), y) / before);
  }
  REQUIRE(fallen.size() == 2);
  CHECK(fallen[0] < 1e-3);
  CHECK(fallen[1] > 0.1);
}

TEST_CASE("4.8 OIM on the die: without an error nothing moves, half a turn of it turns the update",
          "[learning]") {
  Oscillators net("zero", oim("beta: 0.1, free: 1200, nudged: 1200"), 2.0);
  const VectorXd own = net.rig().infer();
  const auto updated = [&](const VectorXd& y) -> VectorXd {
    net.rig().show(VectorXd::Zero(1), y);
    net.rig().sample();
    return net.update();
  };
  CHECK(updated(own).lpNorm<Eigen::Infinity>() < 1e-13);  // both phases are divided by 2 beta
  const VectorXd error{{1e-5, -2e-5}};
  const VectorXd up = updated(own + error), down = updated(own - error);
  CHECK(up.norm() > 1e-7);
  CHECK((up + down).norm() < 1e-3 * up.norm());
}
