// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Dense>
#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "design/reader.hpp"
#include "elaborate/elaborate.hpp"
#include "instruments/bench.hpp"
#include "oracles/layered_net.hpp"

namespace leadlag::testing {

/// Shows the same sample again and again, learning on.
class OneSample final : public Task {
 public:
  OneSample(const Eigen::VectorXd& x, const Eigen::VectorXd& y, std::int64_t cycles_per_sample,
            std::int64_t cycles)
      : x_(x), y_(y), per_sample_(cycles_per_sample), cycles_(cycles) {}
  std::int64_t cycles() const override { return cycles_; }
  Frame drive(std::int64_t, std::span<double> x, std::span<double> target) override {
    std::copy(x_.begin(), x_.end(), x.begin());
    std::copy(y_.begin(), y_.end(), target.begin());
    return {true, true, false, false};
  }
  void observe(std::int64_t, std::span<const double>, std::span<const double>) override {}
  bool training_sample_ended(std::int64_t n) const override { return (n + 1) % per_sample_ == 0; }
  double progress(std::int64_t) const override { return 0.0; }
  void show_target(const Eigen::VectorXd& y) { y_ = y; }

 private:
  Eigen::VectorXd x_, y_;
  std::int64_t per_sample_, cycles_;
};

/// The oracle's net N1 as a chip of one learning system, plugged into a bench that shows its one sample.
/// Explicit Euler steps; the host never writes unless the blueprint's `learning` says otherwise.
class N1Chip {
 public:
  /// learning: "system: dfc, dfc: {...}, update: host, ...". tau of the neurons in cycles. blocks: of the
  /// blueprint, "target_unit: {...}". chip: more of its section. settings: as with --set. Chips that share a
  /// process need different names, and are built before the first cycle; running one runs all.
  N1Chip(const std::string& learning, double tau_in_cycles, const std::string& blocks = "",
         const std::string& chip = "name: n1",
         const std::vector<std::pair<std::string, std::string>>& settings = {})
      : sample(oracle::net_n1()),
        design(
            parse_design("n1.yaml", blueprint(sample, learning, tau_in_cycles, blocks, chip),
                         {.presets = {}, .settings = settings, .technology_folder = LEADLAG_TECHNOLOGY_DIR})),
        chip_(elaborate(design, fabricate(design))),
        task_(sample.x, sample.y, cycles_per_sample(), std::int64_t{1} << 40),
        bench_((design.chip.name + "_bench").c_str(), *chip_, design, task_) {
    for (std::size_t i = 0; i < sample.net.layers(); ++i)
      set("w" + std::to_string(i + 1) + ".bias", sample.net.b[i]);
  }

  std::int64_t cycles_per_sample() const { return design.schedule.params.cycles_per_sample; }
  void run(std::int64_t cycles) { bench_.run(cycles); }
  void show_target(const Eigen::VectorXd& y) { task_.show_target(y); }

  /// As it stood in the last cycle.
  Eigen::VectorXd signal(const std::string& array, const std::string& name) const {
    for (std::size_t a = 0; a < design.arrays.size(); ++a) {
      if (design.arrays[a].name != array) continue;
      Eigen::VectorXd v(static_cast<Eigen::Index>(design.arrays[a].size));
      for (Eigen::Index i = 0; i < v.size(); ++i)
        v(i) = chip_->probe(false, a, name, static_cast<std::size_t>(i));
      return v;
    }
    throw std::invalid_argument("no array " + array);
  }
  /// A signal of the layers one below the other.
  Eigen::VectorXd layers(const std::string& name) const {
    return oracle::concatenate(
        oracle::Vectors{signal("first", name), signal("second", name), signal("output", name)});
  }
  void set(const std::string& group, const Eigen::MatrixXd& values) {
    chip_->write(index(group), row_major(values));
  }
  Eigen::MatrixXd get(const std::string& group, Eigen::Index rows, Eigen::Index columns) const {
    std::vector<double> values(static_cast<std::size_t>(rows * columns));
    chip_->read(index(group), values);
    return shaped(values, rows, columns);
  }
  /// What the plasticity cells of w1, w2, w3 have stored; clears them.
  oracle::Matrices take() {
    oracle::Matrices all;
    for (std::size_t i = 0; i < sample.net.layers(); ++i) {
      const Eigen::MatrixXd& w = sample.net.W[i];
      all.push_back(take("w" + std::to_string(i + 1), w.rows(), w.cols()));
    }
    return all;
  }
  oracle::Vectors take_biases() {
    oracle::Vectors all;
    for (std::size_t i = 0; i < sample.net.layers(); ++i)
      all.emplace_back(take("w" + std::to_string(i + 1) + ".bias", sample.net.b[i].size(), 1));
    return all;
  }
  Eigen::MatrixXd take(const std::string& group, Eigen::Index rows, Eigen::Index columns) {
    std::vector<double> values(static_cast<std::size_t>(rows * columns));
    chip_->take(index(group), values);
    return shaped(values, rows, columns);
  }
  /// The net with the weights that the chip has now.
  oracle::LayeredNet net() const {
    oracle::LayeredNet now = sample.net;
    for (std::size_t i = 0; i < now.layers(); ++i) {
      const std::string name = "w" + std::to_string(i + 1);
      now.W[i] = get(name, now.W[i].rows(), now.W[i].cols());
      now.b[i] = get(name + ".bias", now.b[i].size(), 1);
    }
    return now;
  }
  /// All feedback weights, layers one below the other.
  void set_feedback(const Eigen::MatrixXd& q) {
    const auto parts = oracle::split_rows(q, sample.net.sizes());
    REQUIRE(parts.size() == 3);
    set("first.feedback", parts[0]), set("second.feedback", parts[1]), set("output.feedback", parts[2]);
  }
  Eigen::MatrixXd feedback() const {
    Eigen::MatrixXd q(9, 2);
    q << get("first.feedback", 4, 2), get("second.feedback", 3, 2), get("output.feedback", 2, 2);
    return q;
  }

  oracle::Sample sample;
  Design design;

 private:
  static std::string matrix(const Eigen::MatrixXd& m) {
    std::string text = "[";
    for (Eigen::Index i = 0; i < m.rows(); ++i) {
      text += i == 0 ? "[" : ", [";
      for (Eigen::Index j = 0; j < m.cols(); ++j) text += (j == 0 ? "" : ", ") + number(m(i, j));
      text += "]";
    }
    return text + "]";
  }
  static std::string number(double x) {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", x);
    return text;
  }
  static std::string blueprint(const oracle::Sample& s, const std::string& learning, double tau,
                               const std::string& blocks, const std::string& chip) {
    const std::string neuron = "tau: " + number(tau) + " us}\n";
    return "leadlag: 1\n"
           "chip: {" +
           chip +
           ", clock: 1 MHz, time_scale: 1 us, integration: euler,\n"
           "       full_scale: {voltage: 25 mV, current: 10 nA}}\n"
           "arrays:\n"
           "  x: {block: input_driver, size: 3}\n"
           "  first: {block: leaky_neuron, size: 4, activation: tanh, " +
           neuron + "  second: {block: leaky_neuron, size: 3, activation: tanh, " + neuron +
           "  output: {block: leaky_neuron, size: 2, activation: linear, " + neuron +
           "crossbars:\n"
           "  w1: {from: x, to: first, bias: true, tile: 4x4, weights: " +
           matrix(s.net.W[0]) +
           "}\n  w2: {from: first, to: second, bias: true, tile: 4x4, weights: " + matrix(s.net.W[1]) +
           "}\n  w3: {from: second, to: output, bias: true, tile: 4x4, weights: " + matrix(s.net.W[2]) +
           "}\nblocks: {" + blocks + "}\nlearning: {" + learning +
           "}\ntask: {kind: idx_images, data: unused}\n"
           "schedule: {train_samples: 1, test_samples: 1}\n";
  }
  std::size_t index(const std::string& group) const {
    for (std::size_t g = 0; g < chip_->groups().size(); ++g) {
      if (chip_->groups()[g].name == group) return g;
    }
    throw std::invalid_argument("no parameters " + group);
  }
  static std::vector<double> row_major(const Eigen::MatrixXd& m) {
    std::vector<double> values;
    for (Eigen::Index i = 0; i < m.rows(); ++i) {
      for (Eigen::Index j = 0; j < m.cols(); ++j) values.push_back(m(i, j));
    }
    return values;
  }
  static Eigen::MatrixXd shaped(const std::vector<double>& values, Eigen::Index rows, Eigen::Index columns) {
    Eigen::MatrixXd m(rows, columns);
    for (Eigen::Index i = 0; i < rows; ++i) {
      for (Eigen::Index j = 0; j < columns; ++j) m(i, j) = values[static_cast<std::size_t>(i * columns + j)];
    }
    return m;
  }

  std::unique_ptr<DieModule> chip_;
  OneSample task_;
  Bench bench_;
};

/// Host-side learning that never steps.
inline const std::string held_weights = "update: host, optimiser: sgd, rate: 1e-3, every: 1000000 samples";

}  // namespace leadlag::testing
