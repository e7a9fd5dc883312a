// SPDX-License-Identifier: Apache-2.0
// Equilibrium propagation in a network of conductances and diodes on the die, against its oracle.
#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "learning/resistive_rig.hpp"
#include "oracles/energy_testing.hpp"
#include "oracles/golden_json.hpp"
#include "oracles/layered_net.hpp"
#include "oracles/reference_energies.hpp"

using namespace leadlag;
using namespace leadlag::oracle;
using Catch::Matchers::WithinAbs;
using Eigen::VectorXd;
using leadlag::testing::ResistiveRig;
using nlohmann::json;

namespace {

std::string ep(const std::string& params, const std::string& update) {
  return "{system: ep, ep: {energy: resistive, " + params + "}, update: " + update + "}";
}

}  // namespace

TEST_CASE("R1 R2 resistive EP on the die: it rests where Kirchhoff's laws hold, and its co-content falls",
          "[learning]") {
  const ResistiveNetwork energy = resistive_reference();
  ResistiveRig net("rest", ep("free: 600, nudged: 600, beta: 5", "host"));
  net.cycles(1);
  double last = 1e9;
  for (int n = 0; n < 600; ++n) {
    net.cycles(1);
    const double now = energy.internal(net.voltages());
    if (n < 100) REQUIRE(now < last);
    last = now;
  }
  CHECK(distance(net.voltages(), energy.nodal_analysis(0.0)) < 1e-9);
  net.cycles(601);
  CHECK(distance(net.voltages(), energy.nodal_analysis(5.0)) < 1e-9);
}

TEST_CASE("4.5 resistive EP on the die: settled updates by beta, with slopes beta and beta^2", "[learning]") {
  const json table = golden_json("resistive_ref.json")["table"];
  REQUIRE(table.size() == 7);
  const ResistiveNetwork energy = resistive_reference();
  const VectorXd free = free_equilibrium(energy);
  const VectorXd exact = fixed_point_gradient(energy, free);
  const std::vector<double> betas{5.0, 2.0, 1.0, 0.1};
  std::deque<ResistiveRig> nets;
  for (const double beta : betas) {
    for (const std::string form : {"one_sided", "symmetric"}) {
      nets.emplace_back(
          "beta" + std::to_string(nets.size()),
          ep("free: 600, nudged: 600, beta: " + std::to_string(beta) + ", form: " + form, "host"));
    }
  }
  std::vector<double> errors;
  for (std::size_t k = 0; k < nets.size(); ++k) {
    const double beta = betas[k / 2];
    CAPTURE(beta, k % 2);
    nets[k].sample();
    const VectorXd estimate = -nets[k].update();
    CHECK(relative_error(estimate, contrast(energy, free, beta,
                                            k % 2 == 0 ? Contrast::one_sided : Contrast::symmetric)) < 1e-6);
    errors.push_back(relative_error(estimate, exact));
    for (const json& row : table) {
      if (row["beta_uS"].get<double>() != beta) continue;
      CHECK_THAT(errors.back(), WithinAbs(row[k % 2 == 0 ? "rel_one" : "rel_sym"].get<double>(), 1e-5));
    }
  }
  REQUIRE(errors.size() == 8);
  CHECK_THAT(errors[4] / errors[6], WithinAbs(10.0, 1.0));  // beta 1 and 0.1
  CHECK_THAT(errors[5] / errors[7], WithinAbs(100.0, 5.0));
}

TEST_CASE("4.8h resistive EP on the die: its net learns by three decades with positive conductances",
          "[learning]") {
  ResistiveNetwork energy = resistive_reference();
  ResistiveRig net("smoke", ep("free: 300, nudged: 300, beta: 1, form: symmetric", "die"));
  const double before = energy.cost(energy.nodal_analysis(0.0));
  for (int n = 0; n < 100; ++n) net.sample(1000.0);
  energy.theta = net.conductances();
  CHECK(energy.theta.minCoeff() > 0.0);
  CHECK(energy.cost(energy.nodal_analysis(0.0)) < 1e-3 * before);
}
