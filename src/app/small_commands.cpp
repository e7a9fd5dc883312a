// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/commands.hpp"
#include "report/report.hpp"

namespace leadlag {
namespace {

constexpr const char* starter =
    R"(# A chip of two prospective neurons that learns its teacher's weights and time constants.
# Try: leadlag check NAME.yaml; leadlag run NAME.yaml --out out
leadlag: 1                          # version of this format
chip:
  name: NAME
  technology: cmos180               # a file in models/technology, or a path to your own
  clock: 10 MHz
  time_scale: 10 us                 # one unit of the papers' model time
  full_scale: {voltage: 25 mV, current: 10 nA}   # one unit of a signal on the die
  integration: euler                # the papers' steps; `exact` for held inputs
  replicas: 16                      # dies in lockstep that share weights
arrays:
  line: {block: input_driver, size: 1}
  hidden: {block: prospective_neuron, size: 1, activation: softplus, tau_m: 5 us, tau_r: 1 us, nudging: 1}
  output: {block: prospective_neuron, size: 1, activation: softplus, tau_m: 8 us, tau_r: 1 us, nudging: 1}
crossbars:
  w1: {from: line, to: hidden, weights: [[0.5]], tile: 16x16}
  w2: {from: hidden, to: output, weights: [[0.7]], tile: 16x16}
blocks:                             # parameters that all blocks of a kind share; see `leadlag blocks KIND`
  target_unit: {loss: mse, beta: 0.01, bias: 500 nA}
  synapse: {bias: 200 nA}           # faster settling costs bias current
  plasticity_cell: {bias: 200 nA}
  summing_node: {bias: 500 nA}
  input_driver: {bias: 500 nA}
  prospective_neuron: {adder_bias: 500 nA}
  error_unit: {adder_bias: 500 nA}
learning:
  system: gle                       # error units with the neuron's lead and lag exchanged
  update: host                      # accumulated on the die, applied by a computer
  optimiser: adam
  rate: 1e-4
  every: 1 tick
  start: 5000                       # cycles
  plastic: [w1, w2, hidden.tau_m, output.tau_m]
  tau_m_low: 1 us
task:
  kind: lag_line
  teacher: {weights: [1, 2], tau_m: [10 us, 20 us], tau_r: 1 us}
schedule: {cycles: 150000}
limits:
  final_mse: {max: 1e-6}
trace: [line.rate, hidden.rate, output.rate, output.error]
)";

}  // namespace

namespace {

/// A folder beside this program where it is installed, or else in the source tree.
std::string shipped(const std::string& folder, const char* in_source) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = program.parent_path().parent_path() / "share/leadlag" / folder;
  return !error && fs::is_directory(installed) ? installed.string() : in_source;
}

}  // namespace

std::string technology_folder() { return shipped("technology", LEADLAG_SOURCE_TECHNOLOGY); }
std::string spice_folder() { return shipped("spice", LEADLAG_SOURCE_SPICE); }
std::string rtl_folder() { return shipped("rtl_ref", LEADLAG_SOURCE_RTL); }

int new_command(const std::string& name) {
  const std::string file = name.ends_with(".yaml") ? name : name + ".yaml";
  const std::string chip = std::filesystem::path(file).stem().string();
  if (std::filesystem::exists(file)) throw UsageError(file + " exists already");
  std::string text = starter;
  for (std::size_t at = text.find("NAME"); at != std::string::npos; at = text.find("NAME", at))
    text.replace(at, 4, chip);
  std::ofstream out(file);
  out << text;
  if (!out.flush()) throw UsageError(file + " cannot be written");
  std::cout << file << " written; next: leadlag run " << file << " --out out\n";
  return exit_met;
}

int blocks_command(const std::string& kind) {
  const auto kinds = block_kinds();
  if (kind.empty()) {
    for (const std::string& k : kinds) std::cout << k << "\n";
    std::cout
        << "sections of a blueprint, in the same form: chip full_scale learning task schedule technology\n";
    return exit_met;
  }
  try {
    std::cout << block_table(kind);
  } catch (const std::invalid_argument&) {
    const std::string near = did_you_mean(kind, kinds);
    throw UsageError("no block '" + kind + "'" +
                     (near.empty() ? "; `leadlag blocks` lists them" : "; did you mean '" + near + "'?"));
  }
  return exit_met;
}

int technology_command(const std::string& file) {
  const Technology t = read_technology(file);
  std::cout << t.name << "\n" << technology_text(t);
  for (const auto& [corner, numbers] : t.corners) {
    std::cout << "corner " << corner << ":";
    for (const auto& [number, end] : numbers) std::cout << " " << number << " " << name_of(end);
    std::cout << "\n";
  }
  return exit_met;
}

}  // namespace leadlag
