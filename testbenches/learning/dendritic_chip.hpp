// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "arrays/socket.hpp"

// Chips of the dendritic microcircuit in test sockets.
namespace leadlag::dendritic {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// dt = 0.1 ms as a cycle of 1 us: tau = 1 / (0.19 / ms) is 52.6 cycles.
inline constexpr double tau = 1.0 / 0.019;

/// Layers l0 (inputs), l1, .. of these sizes; the last is the output. In Euler steps.
inline std::string blueprint(const std::vector<std::size_t>& sizes, const std::string& hidden,
                             const std::string& output, bool bias, const std::string& learning,
                             const std::string& update = "die") {
  const auto layer = [](std::size_t l) { return "l" + std::to_string(l); };
  char neuron[64];
  std::snprintf(neuron, sizeof neuron, ", tau: %.17g us}\n", tau);
  std::string arrays = "arrays:\n  l0: {block: input_driver, size: " + std::to_string(sizes[0]) + "}\n",
              crossbars = "crossbars:\n";
  for (std::size_t l = 1; l < sizes.size(); ++l) {
    arrays += "  " + layer(l) + ": {block: leaky_neuron, size: " + std::to_string(sizes[l]) +
              ", activation: " + (l + 1 < sizes.size() ? hidden : output) + neuron;
    crossbars += "  w" + std::to_string(l) + ": {from: " + layer(l - 1) + ", to: " + layer(l) +
                 ", weights: glorot, bias: " + (bias ? "true" : "false") + "}\n";
  }
  return "leadlag: 1\n"
         "chip: {name: x, clock: 1 MHz, time_scale: 1 us, integration: euler,\n"
         "       full_scale: {voltage: 25 mV, current: 10 nA}}\n" +
         arrays + crossbars + "learning: {system: dendritic, update: " + update + ", dendritic: {" +
         learning +
         "}}\ntask: {kind: idx_images, data: none}\nschedule: {train_samples: 1, test_samples: 1}\n";
}

inline std::vector<double> row_major(const MatrixXd& m) {
  std::vector<double> values;
  for (Index i = 0; i < m.rows(); ++i) {
    for (Index j = 0; j < m.cols(); ++j) values.push_back(m(i, j));
  }
  return values;
}
inline VectorXd signal(const Socket& s, const std::string& array, const char* name, Index size) {
  VectorXd v(size);
  for (Index i = 0; i < size; ++i) v(i) = s.probe(array, static_cast<std::size_t>(i), name);
  return v;
}
inline void show(Socket& s, const VectorXd& x, const VectorXd& target) {
  for (Index i = 0; i < x.size(); ++i) s.x(static_cast<std::size_t>(i), x(i));
  for (Index i = 0; i < target.size(); ++i) s.target(static_cast<std::size_t>(i), target(i));
}
inline MatrixXd shaped(const std::vector<double>& v, Index rows, Index columns) {
  REQUIRE(static_cast<Index>(v.size()) == rows * columns);
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(v.data(), rows, columns);
}
inline MatrixXd taken(Socket& s, const std::string& group, Index rows, Index columns) {
  return shaped(s.take(group), rows, columns);
}
inline MatrixXd held(const Socket& s, const std::string& group, Index rows, Index columns) {
  return shaped(s.read(group), rows, columns);
}
inline double largest(const MatrixXd& m) { return m.cwiseAbs().maxCoeff(); }

/// A whole sample, of training or of inference. eta: of crossbars that write themselves.
inline void sample(Socket& s, const VectorXd& x, const VectorXd& y, bool learn, double eta) {
  show(s, x, y);
  s.learn = learn, s.eta = eta;
  const Circuit c = s.design.circuit();
  for (std::int64_t n = 0; n < c.cycles(!learn); ++n) s.cycle();
}

}  // namespace leadlag::dendritic
