// SPDX-License-Identifier: Apache-2.0
// Equilibrium propagation in a network of conductances and diodes on the die, against its oracle.
#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "arrays/socket.hpp"
#include "oracles/energy_testing.hpp"
#include "oracles/golden_json.hpp"
#include "oracles/layered_net.hpp"
#include "oracles/reference_energies.hpp"

using namespace leadlag;
using namespace leadlag::oracle;
using Catch::Matchers::WithinAbs;
using Eigen::VectorXd;
using nlohmann::json;

namespace {

/// The reference net of the oracle: conductances in uS, 1 pF a node, so tau is 1 us; a cycle is 5 ns.
const std::string reference = R"(
leadlag: 1
chip: {name: net, clock: 200 MHz, time_scale: 1 us, full_scale: {voltage: 25 mV, current: 0.5 nA}}
arrays:
  in: {block: input_driver, size: 3, bits: 8, bias: 100 nA}
  ground: {block: input_driver, size: 1, bits: 8, bias: 100 nA}
  h: {block: leaky_neuron, size: 2, activation: linear, tau: 1 us}
  o: {block: leaky_neuron, size: 2, activation: linear, tau: 1 us}
crossbars:
  w1: {from: in, to: h, weights: [[12, 30, 8], [25, 6, 15]]}
  w2: {from: h, to: o, weights: [[20, 10], [7, 18]]}
  load: {from: ground, to: o, weights: [[4], [5]]}
blocks: {resistive_node: {saturation: 1e-3, thermal: 0.05}}
task: {kind: idx_images, data: none}
schedule: {train_samples: 1, test_samples: 1}
)";

class Network {
 public:
  Network(const std::string& name, const std::string& params, const std::string& update)
      : socket_(name, reference + "learning: {system: ep, ep: {energy: resistive, " + params +
                          "}, update: " + update + "}\n") {
    const double x[] = {0.6, -0.4, 0.25, 0.0}, y[] = {0.10, -0.05};
    for (std::size_t i = 0; i < 4; ++i) socket_.x(i, x[i]);
    for (std::size_t i = 0; i < 2; ++i) socket_.target(i, y[i]);
  }
  void cycles(std::int64_t n, double eta = 0.0) {
    socket_.learn = true, socket_.eta = eta;
    for (std::int64_t k = 0; k < n; ++k) socket_.cycle();
  }
  void sample(double eta = 0.0) { cycles(socket_.design.schedule.params.cycles_per_sample, eta); }
  VectorXd voltages() const {
    return VectorXd{
        {socket_.probe("h", 0), socket_.probe("h", 1), socket_.probe("o", 0), socket_.probe("o", 1)}};
  }
  /// By conductance, in the oracle's order.
  VectorXd update() {
    return all([this](const char* w) { return socket_.take(w); });
  }
  VectorXd conductances() {
    return all([this](const char* w) { return socket_.read(w); });
  }

 private:
  template <class F>
  static VectorXd all(F&& of) {
    std::vector<double> values;
    for (const char* w : {"w1", "w2", "load"}) {
      const std::vector<double> part = of(w);
      values.insert(values.end(), part.begin(), part.end());
    }
    return Eigen::Map<VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
  }
  Socket socket_;
};

}  // namespace

TEST_CASE("R1 R2 resistive EP on the die: it rests where Kirchhoff's laws hold, and its co-content falls",
          "[learning]") {
  const ResistiveNetwork energy = resistive_reference();
  Network net("rest", "free: 600, nudged: 600, beta: 5", "host");
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
  std::deque<Network> nets;
  for (const double beta : betas) {
    for (const std::string form : {"one_sided", "symmetric"}) {
      nets.emplace_back("beta" + std::to_string(nets.size()),
                        "free: 600, nudged: 600, beta: " + std::to_string(beta) + ", form: " + form, "host");
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
  Network net("smoke", "free: 300, nudged: 300, beta: 1, form: symmetric", "die");
  const double before = energy.cost(energy.nodal_analysis(0.0));
  for (int n = 0; n < 100; ++n) net.sample(1000.0);
  energy.theta = net.conductances();
  CHECK(energy.theta.minCoeff() > 0.0);
  CHECK(energy.cost(energy.nodal_analysis(0.0)) < 1e-3 * before);
}
