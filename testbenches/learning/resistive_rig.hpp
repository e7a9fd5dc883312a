// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <string>
#include <vector>

#include "arrays/socket.hpp"

namespace leadlag::testing {

/// The oracle's reference network of conductances (resistive_reference()) as a chip in a test socket: volts,
/// uS and uA, 1 pF a node, so tau is 1 us; a cycle is 5 ns. All networks of a process are to be built before
/// the first cycle.
class ResistiveRig {
 public:
  /// learning: the blueprint's section, in flow style.
  ResistiveRig(const std::string& name, const std::string& learning, const Socket::Settings& more = {})
      : socket_(name, reference() + "learning: " + learning + "\n", more) {
    const double x[] = {0.6, -0.4, 0.25, 0.0};
    for (std::size_t i = 0; i < 4; ++i) socket_.x(i, x[i]);
    target(Eigen::VectorXd{{0.10, -0.05}});
  }
  void target(const Eigen::VectorXd& y) {
    for (std::size_t i = 0; i < 2; ++i) socket_.target(i, y(static_cast<Eigen::Index>(i)));
  }
  void cycles(std::int64_t n, double eta = 0.0) {
    socket_.learn = true, socket_.eta = eta;
    for (std::int64_t k = 0; k < n; ++k) socket_.cycle();
  }
  void sample(double eta = 0.0) { cycles(socket_.design.schedule.params.cycles_per_sample, eta); }
  /// The voltages of each of the next n cycles.
  std::vector<Eigen::VectorXd> trace(std::int64_t n) {
    std::vector<Eigen::VectorXd> seen;
    for (std::int64_t k = 0; k < n; ++k) {
      cycles(1);
      seen.push_back(voltages());
    }
    return seen;
  }
  Eigen::VectorXd voltages() const {
    return Eigen::VectorXd{
        {socket_.probe("h", 0), socket_.probe("h", 1), socket_.probe("o", 0), socket_.probe("o", 1)}};
  }
  /// What the cells have stored, by conductance, in the oracle's order; clears them.
  Eigen::VectorXd update() {
    return all([this](const char* w) { return socket_.take(w); });
  }
  Eigen::VectorXd conductances() {
    return all([this](const char* w) { return socket_.read(w); });
  }
  Socket& socket() { return socket_; }

  static std::string reference() {
    return R"(
leadlag: 1
chip: {name: net, clock: 200 MHz, time_scale: 1 us, full_scale: {voltage: 1 V, current: 1 uA}}
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
  }

 private:
  template <class F>
  static Eigen::VectorXd all(F&& of) {
    std::vector<double> values;
    for (const char* w : {"w1", "w2", "load"}) {
      const std::vector<double> part = of(w);
      values.insert(values.end(), part.begin(), part.end());
    }
    return Eigen::Map<Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
  }
  Socket socket_;
};

}  // namespace leadlag::testing
