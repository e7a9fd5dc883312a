// SPDX-License-Identifier: Apache-2.0
#include "app/simulate.hpp"

#include <algorithm>
#include <memory>

#include "elaborate/elaborate.hpp"
#include "instruments/bench.hpp"
#include "instruments/island_loops.hpp"
#include "instruments/npy.hpp"
#include "instruments/supply_meter.hpp"
#include "instruments/wave_probe.hpp"

namespace leadlag {
namespace {

std::string parameter_name(const Design& design, const DieModule::Group& group, std::size_t k) {
  for (const CrossbarDesign& c : design.crossbars) {
    const std::size_t columns = design.arrays[c.from].size;
    if (group.name == c.name) {
      return group.name + "[" + std::to_string(k / columns) + "," + std::to_string(k % columns) + "]";
    }
  }
  return group.name + "[" + std::to_string(k) + "]";
}

/// Nothing for a chip whose learnt weights have no range.
std::optional<double> weights_at_end(const DieModule& chip) {
  std::size_t bounded = 0, at_end = 0;
  for (std::size_t g = 0; g < chip.groups().size(); ++g) {
    const DieModule::Group& group = chip.groups()[g];
    if (!group.plastic || !group.range.bounded()) continue;
    std::vector<double> values(group.size);
    chip.read(g, values);
    bounded += values.size();
    for (const double w : values) at_end += group.range.at_end(w) ? 1U : 0U;
  }
  if (bounded == 0) return std::nullopt;
  return static_cast<double>(at_end) / static_cast<double>(bounded);
}

void write_parameters(const Design& design, const DieModule& chip, const std::string& folder) {
  for (std::size_t g = 0; g < chip.groups().size(); ++g) {
    const DieModule::Group& group = chip.groups()[g];
    std::vector<double> values(group.size);
    chip.read(g, values);
    std::vector<std::size_t> shape{group.size};
    for (const CrossbarDesign& c : design.crossbars) {
      if (group.name == c.name) shape = {design.arrays[c.to].size, design.arrays[c.from].size};
    }
    write_npy(folder + "/" + group.name + ".npy", shape, values);
  }
}

}  // namespace

Observations simulate(const Design& design, const Die& die, Task& task, const SimulateOptions& options) {
  const std::unique_ptr<DieModule> chip = elaborate(design, die);
  Bench bench("bench", *chip, design, task);
  SupplyMeter supply("supply", supply_loads(design, die, *chip), design.chip.period());
  supply.clk_i(bench.clock());
  std::unique_ptr<WaveProbe> waves;
  if (!options.waves.empty() && !design.traces.empty()) {
    waves = std::make_unique<WaveProbe>("waves", *chip, design, options.waves, options.comment);
    waves->clk_i(bench.clock());
  }

  Observations seen;
  const auto collect = [&] {
    const TaskResults& r = task.results();
    seen.cycles = bench.edges(), seen.replay_cycles = bench.edges() - bench.cycle();
    seen.train_samples = r.train_samples, seen.test_samples = r.test_samples;
    seen.samples = r.train_samples + r.test_samples;
    seen.learning_steps = bench.learning_cycles(), seen.host_steps = bench.host_steps();
    seen.test_accuracy = r.test_accuracy, seen.train_accuracy = r.train_accuracy,
    seen.final_mse = r.final_mse;
    seen.curve = r.curve;
  };
  const std::int64_t chunk = std::max<std::int64_t>(1, task.cycles() / 200);
  while (!bench.done() && seen.diverged.empty() && seen.open_loop.empty()) {
    try {
      bench.run(chunk);
    } catch (const sc_core::sc_report& report) {
      // A circuit that diverges is a result, not a failure of the simulator.
      const std::string kind = report.get_msg_type();
      if (kind != "leadlag/non-finite" && kind != "leadlag/loop") throw;
      (kind == "leadlag/loop" ? seen.open_loop : seen.diverged) = report.get_msg();
    }
    seen.supply.emplace_back(bench.cycle(), supply.charge());
    if (!options.progress) continue;
    collect();
    options.progress(bench.cycle(), task.cycles(), seen);
  }
  collect();
  for (const auto& [key, activity] : chip->activities()) seen.activities[key] = *activity;
  if (waves) seen.waves = waves->waves();
  seen.islands = island_loops(*chip);
  seen.supply_charge = supply.charge();
  seen.peak_current = supply.peak();
  if (!seen.curve.empty() && !seen.curve.back().parameters.empty()) {
    for (const auto& group : chip->groups()) {
      for (std::size_t k = 0; group.plastic && k < group.size; ++k) {
        seen.parameter_names.push_back(parameter_name(design, group, k));
      }
    }
  }
  seen.weights_at_end = weights_at_end(*chip);
  if (!options.weights.empty()) write_parameters(design, *chip, options.weights);
  return seen;
}

}  // namespace leadlag
