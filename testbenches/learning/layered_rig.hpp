// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "arrays/socket.hpp"
#include "oracles/layered_energy.hpp"
#include "oracles/layered_net.hpp"

namespace leadlag {

/// A layered chip in a test socket with the weights of an oracle's net: arrays in, l1, l2, .. and crossbars
/// w1, w2, .. with biases. All rigs of a process are to be built before the first cycle.
class LayeredRig {
 public:
  /// learning: the blueprint's section, in flow style. A clock cycle is 1/ticks_per_tau of the nodes' tau and
  /// by default an Euler step.
  LayeredRig(const std::string& name, const oracle::LayeredNet& net, const std::string& learning,
             double ticks_per_tau, const Socket::Settings& more = {})
      : layers_(net.layers()), socket_(name, blueprint(net, learning, ticks_per_tau), more, [&](Die& die) {
          for (std::size_t l = 0; l < net.layers(); ++l) {
            const Eigen::VectorXd w = oracle::concatenate(oracle::Matrices{net.W[l]});
            die.weights.at(l).assign(w.begin(), w.end());
            die.biases.at(l).assign(net.b[l].begin(), net.b[l].end());
          }
        }) {}

  void show(const Eigen::VectorXd& x, const Eigen::VectorXd& y) {
    for (Eigen::Index i = 0; i < x.size(); ++i) socket_.x(static_cast<std::size_t>(i), x(i));
    for (Eigen::Index i = 0; i < y.size(); ++i) socket_.target(static_cast<std::size_t>(i), y(i));
  }
  /// What nodes show in each of the next n cycles, all layers one after the other. With learning on.
  std::vector<Eigen::VectorXd> cycles(std::int64_t n, const char* signal) {
    std::vector<Eigen::VectorXd> seen;
    socket_.learn = true;
    for (std::int64_t k = 0; k < n; ++k) {
      socket_.cycle();
      seen.push_back(signals(signal));
    }
    return seen;
  }
  /// A whole training sample. eta: the learning rate of chips that write their own weights.
  void sample(double eta = 0.0) {
    socket_.learn = true, socket_.eta = eta;
    for (std::int64_t k = 0; k < socket_.design.schedule.params.cycles_per_sample; ++k) socket_.cycle();
  }
  /// A sample of inference; returns what the readout saw.
  Eigen::VectorXd infer() {
    socket_.learn = false;
    for (std::int64_t k = 0; k < socket_.design.schedule.test_cycles; ++k) socket_.cycle();
    Eigen::VectorXd out(static_cast<Eigen::Index>(socket_.design.outputs()));
    for (Eigen::Index i = 0; i < out.size(); ++i) out(i) = socket_.value(static_cast<std::size_t>(i));
    return out;
  }
  /// What the cells have stored since the last call, in the oracles' order: w1 by rows, w1.bias, w2, ..
  Eigen::VectorXd update() {
    return groups([this](const std::string& g) { return socket_.take(g); });
  }
  Eigen::VectorXd parameters() {
    return groups([this](const std::string& g) { return socket_.read(g); });
  }
  Socket& socket() { return socket_; }

 private:
  static std::string blueprint(const oracle::LayeredNet& net, const std::string& learning,
                               double ticks_per_tau) {
    const auto name = [](oracle::Activation a) { return a == oracle::Activation::tanh ? "tanh" : "linear"; };
    std::string text =
        "leadlag: 1\n"
        "chip: {name: rig, clock: 1 MHz, time_scale: 10 us, integration: euler,\n"
        "       full_scale: {voltage: 25 mV, current: 0.5 nA}}\n"
        "arrays:\n  in: {block: input_driver, size: " +
        std::to_string(net.W[0].cols()) + ", bits: 8, bias: 100 nA}\n";
    std::string crossbars = "crossbars:\n", from = "in";
    for (std::size_t l = 0; l < net.layers(); ++l) {
      const std::string to = "l" + std::to_string(l + 1);
      text += "  " + to + ": {block: leaky_neuron, size: " + std::to_string(net.W[l].rows()) +
              ", activation: " + name(l + 1 == net.layers() ? net.output : net.hidden) +
              ", tau: " + std::to_string(ticks_per_tau) + " us}\n";
      crossbars += "  w" + std::to_string(l + 1) + ": {from: " + from + ", to: " + to +
                   ", weights: glorot, bias: true}\n";
      from = to;
    }
    return text + crossbars + "learning: " + learning +
           "\ntask: {kind: idx_images, data: none}\nschedule: {train_samples: 1, test_samples: 1}\n";
  }
  Eigen::VectorXd signals(const char* signal) const {
    std::vector<double> all;
    for (std::size_t a = 1; a < socket_.design.arrays.size(); ++a) {
      const auto& array = socket_.design.arrays[a];
      if (probes_.count({array.name, signal}) == 0) continue;
      for (std::size_t i = 0; i < array.size; ++i) all.push_back(socket_.probe(array.name, i, signal));
    }
    return Eigen::Map<Eigen::VectorXd>(all.data(), static_cast<Eigen::Index>(all.size()));
  }
  template <class F>
  Eigen::VectorXd groups(F&& of) {
    std::vector<double> all;
    for (std::size_t l = 1; l <= layers_; ++l) {
      for (const std::string end : {"", ".bias"}) {
        const std::vector<double> part = of("w" + std::to_string(l) + end);
        all.insert(all.end(), part.begin(), part.end());
      }
    }
    return Eigen::Map<Eigen::VectorXd>(all.data(), static_cast<Eigen::Index>(all.size()));
  }

  std::size_t layers_;
  Socket socket_;
  const std::map<std::pair<std::string, std::string>, Circuit::Signal> probes_ =
      socket_.design.circuit().probes;
};

}  // namespace leadlag
