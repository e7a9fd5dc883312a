// SPDX-License-Identifier: Apache-2.0
// The same chip and the same stimulus on `leadlag run`'s bench and on a user's: every figure and every
// weight.
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "design/reader.hpp"
#include "instruments/task.hpp"
#include "leadlag/chip.hpp"
#include "leadlag/instruments.hpp"
#include "leadlag/on_disk.hpp"

using namespace leadlag;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using sc_core::sc_clock;
using sc_core::sc_signal;
using sc_core::sc_start;

namespace {

/// A user's module that does what the blueprint's task does, on the falling edge, and waits for a busy chip.
struct TaskSource final : sc_core::sc_module {
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_vector<sc_signal<double>> x, target;
  sc_signal<bool> SC_NAMED(target_on), SC_NAMED(learn), SC_NAMED(window);

  SC_HAS_PROCESS(TaskSource);
  TaskSource(const sc_core::sc_module_name& source, const Design& design, const Chip& chip)
      : sc_module(source),
        x("x", design.inputs()),
        target("target", design.outputs()),
        task_(make_task(design)),
        chip_(chip) {
    SC_METHOD(fall);
    sensitive << clk_i.neg();
    SC_METHOD(next);
    sensitive << after_host_;
    dont_initialize();
  }
  bool over() const { return over_; }

 private:
  void fall() { after_host_.notify(sc_core::SC_ZERO_TIME); }
  void next() {
    if (chip_.busy()) return window.write(false);
    over_ = n_ == task_->cycles();
    if (over_) return;
    std::vector<double> lanes(x.size()), targets(target.size());
    const Frame frame = task_->drive(n_++, lanes, targets);
    for (std::size_t k = 0; k < x.size(); ++k) x[k].write(lanes[k]);
    for (std::size_t k = 0; k < target.size(); ++k) target[k].write(targets[k]);
    target_on.write(frame.target_on), learn.write(frame.learn), window.write(frame.window);
  }
  std::unique_ptr<Task> task_;
  const Chip& chip_;
  sc_core::sc_event after_host_;
  std::int64_t n_ = 0;
  bool over_ = false;
};

std::vector<double> npy(const std::string& path, std::size_t size) {
  std::ifstream file(path, std::ios::binary);
  std::vector<double> values(size);
  const auto bytes = static_cast<std::streamsize>(size * sizeof(double));
  file.seekg(-bytes, std::ios::end);
  file.read(reinterpret_cast<char*>(values.data()), bytes);
  REQUIRE(file.good());
  return values;
}

/// Runs the blueprint by the program and by a testbench, and compares all figures and all parameters.
void compare(const std::string& blueprint, const Chip::Options& options) {
  std::string command = std::string(LEADLAG_PROGRAM) + " run " + blueprint + " --quiet --no-controls --out ";
  const OnDisk scratch("unused", "");
  const std::string out = scratch.folder + "/out";
  command += out;
  for (const auto& [path, value] : options.settings) command += " --set " + path + "=" + value;
  std::system((command + " >/dev/null 2>&1").c_str());
  std::ifstream report(out + "/report.json");
  REQUIRE(report.good());
  const auto results = nlohmann::json::parse(report).at("results");

  const Design design =
      read_design(blueprint, {options.presets, options.settings, options.technology_folder});
  Chip chip{"chip", blueprint, options};
  const sc_core::sc_time period = chip.clock_period();
  sc_clock clk{"clk", period, 0.5, period / 2};  // as `leadlag run`'s: the task moves before the first edge
  TaskSource task{"task", design, chip};
  task.clk_i(clk), chip.clk_i(clk), chip.x_i(task.x), chip.target_i(task.target);
  chip.target_on_i(task.target_on), chip.learn_i(task.learn), chip.window_i(task.window);
  for (sc_start(period / 4); !task.over();) sc_start(period);
  REQUIRE(chip.cycles() == results.at("cycles").get<std::int64_t>());

  const auto m = chip.measurements();
  REQUIRE(m.size() >= 10);
  for (const auto& [name, value] : m) {
    INFO(name);
    if (name == "ledger_error") {
      CHECK(value <= 1e-12);
    } else {
      CHECK_THAT(value, WithinRel(results.at(name).get<double>(), 1e-12));
    }
  }
  CHECK(m.count("total_energy") == 1);
  const auto parameters = chip.parameters();
  REQUIRE_FALSE(parameters.empty());
  for (const std::string& name : parameters) {
    INFO(name);
    const std::vector<double> values = chip.read(name);
    CHECK(values == npy(out + "/weights/" + name + ".npy", values.size()));
  }
}

const std::string follower = R"(
leadlag: 1
chip: {clock: 1 MHz}
arrays:
  in: {block: input_driver, size: 2}
  out: {block: prospective_neuron, size: 1, activation: linear, tau_m: 4 us, tau_r: 4 us}
crossbars:
  w: {from: in, to: out, weights: [[0.5, 0.5]], tile: 4x4}
blocks: {target_unit: {beta: 1}}
learning: {system: gle, update: host, optimiser: sgd, rate: 0.01, every: EVERY}
task: {kind: tones, frequencies: [1]}
)";
std::string every(const std::string& text) {
  return std::string(follower).replace(follower.find("EVERY"), 5, text);
}

}  // namespace

TEST_CASE("host: energy, power and weights of a run are leadlag run's: learning on the die", "[host]") {
  compare(LEADLAG_GOLDEN_REPORTS_DIR "/tiny.yaml",
          {.settings = {{"chip.detail", "tile"}, {"schedule.cycles", "5000"}}});
}

TEST_CASE("host: energy, power and weights of a run are leadlag run's: structural detail", "[host]") {
  compare(LEADLAG_GOLDEN_REPORTS_DIR "/tiny.yaml", {.settings = {{"schedule.cycles", "500"}}});
}

TEST_CASE("host: energy, power and weights of a run are leadlag run's: continuous coupling", "[host]") {
  compare(LEADLAG_GOLDEN_REPORTS_DIR "/tiny.yaml",
          {.settings = {
               {"chip.coupling", "continuous"}, {"chip.ticks_per_clock", "4"}, {"chip.detail", "tile"}}});
}

TEST_CASE("host: energy, power and weights of a run are leadlag run's: an optimiser on the host", "[host]") {
  compare(LEADLAG_CHIPS_DIR "/lag_net.yaml",
          {.settings = {{"schedule.cycles", "3000"}, {"learning.start", "500"}, {"learning.rate", "0.01"}}});
}

TEST_CASE("host: energy, power and weights of a run are leadlag run's: windows that the die replays",
          "[host]") {
  compare(LEADLAG_CHIPS_DIR "/lag_net_window.yaml", {.settings = {{"schedule.cycles", "4200"}}});
}

TEST_CASE("host: energy, power and weights of a run are leadlag run's: a host that reads the neurons",
          "[host]") {
  compare(LEADLAG_CHIPS_DIR "/lag_net_bptt.yaml",
          {.settings = {{"schedule.cycles", "4200"}, {"blocks.host_link.clock", "3MHz"}}});
}

TEST_CASE("host: a sample of the host's schedule ends where learn_i falls", "[host]") {
  std::string text = every("3 samples");
  text.replace(text.find("{kind: tones, frequencies: [1]}"), 31,
               "{kind: idx_images}");  // tones have no samples
  const OnDisk file("chip.yaml", text);
  Chip chip{"chip", file.path};
  Clock clk{"clk", chip};
  sc_core::sc_vector<sc_signal<double>> x{"x", 2}, target{"target", 1};
  sc_signal<bool> learn{"learn"};
  chip.clk_i(clk), chip.x_i(x), chip.target_i(target), chip.learn_i(learn);
  const auto writes = [&] {
    for (const EnergyRow& row : chip.energy().rows) {
      for (const auto& e : row.events) {
        if (e.event == Event::weight_write) return e.count;
      }
    }
    return std::uint64_t{0};
  };
  x[0].write(1.0), target[0].write(1.0);
  sc_start(chip.clock_period());
  for (std::uint64_t sample = 1; sample <= 7; ++sample) {
    learn.write(true);
    sc_start(chip.clock_period() * 4);
    CHECK(writes() == 2 * ((sample - 1) / 3));  // still learning: not over
    learn.write(false);
    sc_start(chip.clock_period() * 2);
    CHECK(writes() == 2 * (sample / 3));
  }
  CHECK(chip.read("w")[0] > 0.5);
}

TEST_CASE("host: the optimiser steps by eta_i, and goes on from what a user has written", "[host]") {
  const OnDisk file("chip.yaml", every("1 tick"));
  Chip chip{"chip", file.path};
  Clock clk{"clk", chip};
  sc_core::sc_vector<sc_signal<double>> x{"x", 2}, target{"target", 1};
  sc_signal<bool> learn{"learn", true};
  sc_signal<double> eta{"eta", 0.0};
  chip.clk_i(clk), chip.x_i(x), chip.target_i(target), chip.learn_i(learn), chip.eta_i(eta);
  x[0].write(1.0), target[0].write(1.0);
  sc_start(chip.clock_period() * 20);
  CHECK(chip.read("w") == std::vector<double>{0.5, 0.5});  // a rate of 0
  chip.write("w", std::vector<double>{0.25, -1.0});
  sc_start(chip.clock_period() * 5);
  CHECK(chip.read("w") == std::vector<double>{0.25, -1.0});
  // The rate is 0.25 for long; the error is 0.75, the product with x = 1 and one step of 0.125.
  eta.write(0.125);
  sc_start(chip.clock_period());
  CHECK_THAT(chip.read("w")[0], WithinAbs(0.25 + 0.125 * 0.75, 1e-15));
  CHECK(chip.read("w")[1] == -1.0);
  sc_start(chip.clock_period() * 200);
  CHECK_THAT(chip.read("w")[0], WithinAbs(1.0, 1e-6));
}

TEST_CASE(
    "host: sources and probes of the library on a chip's pins: phase by the z-transform, power by the ledger",
    "[host]") {
  std::string text = every("1 tick");
  text.replace(text.find("tau_r: 4 us"), 11, "tau_r: 1 us");
  text.replace(text.find("system: gle, update: host, optimiser: sgd, rate: 0.01, every: 1 tick"), 68,
               "system: none");
  text.replace(text.find("blocks: {target_unit: {beta: 1}}\n"), 33, "");
  const OnDisk file("chip.yaml", text);
  Chip chip{"chip", file.path};
  Clock clk{"clk", chip};
  const Frequency f{1.0 / 64e-6};
  Source tone{"tone", waveform::sine({.amplitude = 0.5, .frequency = f}), chip.period()};
  PhaseProbe phase{"phase", chip.period(), {.from = 128_us}};
  PowerProbe power{"power", [&] { return chip.energy().total(); }, chip.period()};
  sc_core::sc_vector<sc_signal<double>> x{"x", 2}, value{"value", 1};
  chip.clk_i(clk), tone.clk_i(clk), phase.clk_i(clk), power.clk_i(clk);
  chip.x_i(x), chip.value_o(value), tone.out(x[0]), phase.in(value[0]), phase.reference(x[0]);
  sc_start(chip.clock_period() * 640);
  // The readout's register, and the neuron: weight 0.5, held input over T = tau_m / 4, rho = 1 / 4.
  const double turn = 2.0 * std::acos(-1.0) / 64.0, k = 1.0 - std::exp(-0.25);
  const std::complex<double> z = std::polar(1.0, turn), h = 0.5 / z * (0.25 + 0.75 * k / (z - 1.0 + k));
  const Transfer t = phase.transfer(f);
  CHECK_THAT(t.gain, WithinRel(std::abs(h), 1e-9));
  CHECK_THAT(t.phase, WithinAbs(std::arg(h), 1e-9));
  // The probe has read when the last cycle was over; the source then moved the pin for a next one.
  double last_move = 0.0;
  for (const EnergyRow& row : chip.energy().rows) {
    for (const auto& e : row.events) last_move += e.event == Event::code_change ? e.each.si : 0.0;
  }
  CHECK(last_move > 0.0);
  CHECK_THAT(power.energy().si, WithinRel(chip.energy().total().si - last_move, 1e-12));
  CHECK_THAT(power.peak().si, WithinRel(chip.measurements().at("peak_power"), 1e-9));
  REQUIRE(power.power().size() == 640);
}
