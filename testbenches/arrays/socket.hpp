// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <systemc>
#include <utility>
#include <vector>

#include "arrays/die_module.hpp"
#include "design/die.hpp"
#include "design/reader.hpp"
#include "elaborate/elaborate.hpp"

namespace leadlag {

/// A chip in a test socket: the test sets the pins of a cycle, clocks it and looks at what came out. Every
/// socket has a clock of its own, so that several chips of one process can be compared cycle by cycle. All
/// sockets of a process are to be built before the first cycle: the kernel elaborates once.
class Socket {
 public:
  using Settings = std::vector<std::pair<std::string, std::string>>;

  /// `adjust` may change the die after it has been fabricated: other weights, biases, time constants.
  Socket(const std::string& name, const std::string& blueprint, const Settings& settings = {},
         const std::function<void(Die&)>& adjust = {})
      : design(read(name, blueprint, settings)),
        die(made(design, adjust)),
        chip(elaborate(design, die)),
        replicas_(static_cast<std::size_t>(design.chip.replicas)),
        clk_((name + "_clk").c_str()),
        rst_n_((name + "_rst_n").c_str(), true),
        target_on_((name + "_target_on").c_str()),
        learn_((name + "_learn").c_str()),
        window_((name + "_window").c_str()),
        eta_((name + "_eta").c_str()),
        x_((name + "_x").c_str(), design.inputs(), replicas_),
        target_((name + "_target").c_str(), design.outputs(), replicas_),
        value_((name + "_value").c_str(), design.outputs(), replicas_),
        sum_((name + "_sum").c_str(), design.outputs(), replicas_),
        next_x_(x_.read().size()),
        next_target_(target_.read().size()) {
    chip->clk_i(clk_), chip->rst_ni(rst_n_), chip->target_on_i(target_on_), chip->learn_i(learn_);
    chip->window_i(window_), chip->eta_i(eta_), chip->x_i(x_), chip->target_i(target_);
    chip->value_o(value_), chip->sum_o(sum_);
  }

  // Pins of the next cycle.
  bool target_on = true, learn = false, window = true;
  double eta = 0.0;
  void x(std::size_t unit, double value, std::size_t replica = 0) { next_x_.at(lane(unit, replica)) = value; }
  void target(std::size_t unit, double value, std::size_t replica = 0) {
    next_target_.at(lane(unit, replica)) = value;
  }

  std::size_t edges = 0;  ///< rising edges so far
  /// One clock cycle: pins, rising edge, falling edge, and the cycles that the chip then replays.
  void cycle() {
    const auto drive = [](LaneBus<double>& bus, const std::vector<double>& lanes) {
      std::copy(lanes.begin(), lanes.end(), bus.next().begin());
      bus.commit();
    };
    drive(x_, next_x_), drive(target_, next_target_);
    target_on_.write(target_on), learn_.write(learn), window_.write(window), eta_.write(eta);
    settle();
    do {
      clk_.write(true), settle();
      watch();
      clk_.write(false), settle();
      ++edges;
    } while (chip->replaying());
  }
  void reset() {
    rst_n_.write(false), settle();
    rst_n_.write(true), settle();
  }

  /// Outputs as the readout sampled them at the last edge, and summed over the window.
  double value(std::size_t unit, std::size_t replica = 0) const { return value_.read()[lane(unit, replica)]; }
  double sum(std::size_t unit, std::size_t replica = 0) const { return sum_.read()[lane(unit, replica)]; }
  /// What a unit holds after the last edge: "rate", "slope".
  double probe(const std::string& array, std::size_t unit, const char* signal = "rate") const {
    return chip->probe(false, array_of(array), signal, unit);
  }
  /// The errors of an array that the last edge used; to be asked for before the first cycle.
  const std::vector<double>& errors(const std::string& array) {
    auto& seen = errors_[array_of(array)];
    seen.resize(design.arrays[array_of(array)].size);
    return seen;
  }

  std::vector<double> read(const std::string& group) const {
    std::vector<double> values(chip->groups()[group_of(group)].size);
    chip->read(group_of(group), values);
    return values;
  }
  void write(const std::string& group, const std::vector<double>& values) {
    chip->write(group_of(group), values);
  }
  /// What the plasticity cells have accumulated, and clears them.
  std::vector<double> take(const std::string& group) {
    std::vector<double> values(chip->groups()[group_of(group)].size);
    chip->take(group_of(group), values);
    return values;
  }

  const Design design;
  const Die die;
  const std::unique_ptr<DieModule> chip;

 private:
  static Design read(const std::string& name, const std::string& blueprint, const Settings& settings) {
    ReadOptions options{.presets = {}, .settings = settings, .technology_folder = LEADLAG_TECHNOLOGY_DIR};
    options.settings.emplace_back("chip.name", name);
    return parse_design(name + ".yaml", blueprint, options);
  }
  static Die made(const Design& design, const std::function<void(Die&)>& adjust) {
    Die die = fabricate(design);
    if (adjust) adjust(die);
    return die;
  }
  static void settle() { sc_core::sc_start(1, sc_core::SC_NS); }

  std::size_t lane(std::size_t unit, std::size_t replica) const {
    return unit * lanes_per_unit(replicas_) + replica;
  }
  std::size_t array_of(const std::string& name) const {
    for (std::size_t a = 0; a < design.arrays.size(); ++a) {
      if (design.arrays[a].name == name) return a;
    }
    throw std::invalid_argument("no array " + name);
  }
  std::size_t group_of(const std::string& name) const {
    for (std::size_t g = 0; g < chip->groups().size(); ++g) {
      if (chip->groups()[g].name == name) return g;
    }
    throw std::invalid_argument("no group " + name);
  }
  void watch() {
    for (auto& [array, errors] : errors_) {
      for (std::size_t i = 0; i < errors.size(); ++i) errors[i] = chip->probe(false, array, "error", i);
    }
  }

  std::size_t replicas_;
  sc_core::sc_signal<bool> clk_, rst_n_, target_on_, learn_, window_;
  sc_core::sc_signal<double> eta_;
  LaneBus<double> x_, target_, value_, sum_;
  std::vector<double> next_x_, next_target_;
  std::map<std::size_t, std::vector<double>> errors_;
};

}  // namespace leadlag
