// SPDX-License-Identifier: Apache-2.0
#include "measure/measurements.hpp"

#include <algorithm>
#include <cmath>

#include "design/host_traffic.hpp"

namespace leadlag {
namespace {

/// The host of system: bptt, from the shapes and from how often it worked.
void bill_host(const Design& design, const Observations& seen, Measurements& m) {
  const HostTraffic t = host_traffic(design);
  const auto dies = static_cast<std::uint64_t>(design.chip.replicas);
  const auto count = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
  // A model runs with the chip while it trains; dies in lockstep are models in lockstep.
  const std::uint64_t training = design.task.sampled()
                                     ? count(seen.train_samples * design.schedule.params.cycles_per_sample)
                                     : count(seen.cycles - seen.replay_cycles) * dies;
  const std::uint64_t out = count(t.bits_out) * count(seen.learning_steps) * dies,
                      in = count(t.bits_in) * count(seen.host_steps) * dies;
  const Energy mac = design.learning.bptt.mac_energy,
               bit = HostLink::bit_energy(design.blocks.host_link, design.technology);
  const char* const from = "learning.bptt.mac_energy x multiply-adds counted from the shapes";
  m.host = {{"model, forward", t.forward * training, mac, from},
            {"errors and products, backward", t.backward * count(seen.learning_steps) * dies, mac, from},
            {"optimiser", t.step * count(seen.host_steps), mac, from},
            {"weights over the link", in, bit, "C V_dd^2 / 4 per bit"}};
  auto& v = m.values;
  v["link_bits_out"] = static_cast<double>(out), v["link_bits_in"] = static_cast<double>(in);
  v["wait_share"] =
      seen.cycles > 0 ? static_cast<double>(seen.replay_cycles) / static_cast<double>(seen.cycles) : 0.0;
  v["host_operations"] = static_cast<double>(m.host[0].count + m.host[1].count + m.host[2].count);
  for (const HostRow& row : m.host) v["host_energy"] += row.total().si;
}

}  // namespace

Measurements measure_static(const Design& design, const Die& die) {
  Measurements m;
  const auto bill = bill_of_blocks(design, die);
  m.timing = analyse_timing(design, bill);
  if (!m.timing.paths.empty()) m.values["worst_slack"] = m.timing.paths.front().slack.si;
  const double period = design.chip.period().si;
  m.islands = analyse_islands(design, die, bill);
  for (const IslandFigures& f : m.islands) {
    double& lag = m.values["analog_lag"];
    lag = std::max(lag, f.lag.si);
    if (!f.growth) continue;
    const auto [growth, first] = m.values.try_emplace("loop_growth", *f.growth);
    if (!first) growth->second = std::max(growth->second, *f.growth);
  }
  m.values["latency"] = static_cast<double>(m.timing.forward_cycles) * period;
  if (m.timing.error_cycles > 0)
    m.values["learning_latency"] = static_cast<double>(m.timing.error_cycles) * period;
  Area area{};
  for (const BlockGroup& g : bill) area += g.area;
  m.values["area"] = area.si;
  std::size_t words = 0;
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    words += design.recorded_signals(a) * design.arrays[a].size;
  }
  if (words > 0) {
    m.values["memory_bits"] =
        static_cast<double>(words) * design.learning.params.window * design.blocks.trajectory_memory.bits;
  }
  if (const auto k = loop_gain(design, die)) m.values["loop_gain"] = *k;
  if (design.is_digital()) m.digital = digital_figures(design, die);
  m.network = analyse_network(design, die);
  if (m.network) m.values["settling_time"] = m.network->settle.si;
  return m;
}

Measurements measure(const Design& design, const Die& die, const Observations& seen) {
  Measurements m = measure_static(design, die);
  const double dies = design.chip.replicas;
  const Voltage v_dd = design.technology.v_dd;
  m.duration = static_cast<double>(seen.cycles) * design.chip.period();
  for (const BlockGroup& g : bill_of_blocks(design, die)) {
    EnergyRow row{.array = g.array,
                  .block = g.sheet.block,
                  .instances = g.instances,
                  .static_energy = dies * g.static_current * v_dd * m.duration,
                  .dynamic_energy = {},
                  .static_power = g.static_current * v_dd,
                  .area = g.area,
                  .events = {},
                  .static_derivation = g.sheet.static_derivation,
                  .area_derivation = g.sheet.area_derivation};
    if (const auto found = seen.activities.find({g.array, g.sheet.block}); found != seen.activities.end()) {
      for (const EventEnergy& e : g.sheet.energies) {
        const std::uint64_t count = found->second[e.event];
        const double n = static_cast<double>(count);
        const bool heat = e.event == Event::dissipation;
        const Energy total = (heat ? found->second.heat : n) * e.energy;
        const Energy each = heat && count > 0 ? total / n : e.energy;
        row.events.push_back({e.event, count, each, total, e.derivation});
        row.dynamic_energy += total;
        if (e.event == Event::weight_update) m.updates += count;
        if (e.event == Event::weight_read) m.host_reads += count;
        if (e.event == Event::weight_write) m.host_writes += count, m.updates += count;
      }
      m.operations += found->second.operations;
    }
    m.ledger += row.static_energy + row.dynamic_energy;
    m.energy.push_back(std::move(row));
  }
  m.supply = seen.supply_charge * v_dd;

  auto& v = m.values;
  v["total_energy"] = m.ledger.si;
  v["ledger_error"] = m.ledger.si > 0.0 ? std::abs(m.supply.si - m.ledger.si) / m.ledger.si : 0.0;
  if (m.duration.si > 0.0) {
    v["average_power"] = m.ledger.si / dies / m.duration.si;
    v["peak_power"] = (seen.peak_current * v_dd).si / dies;
    if (seen.samples > 0) v["throughput"] = static_cast<double>(seen.samples) / dies / m.duration.si;
    if (seen.learning_steps > 0) {
      v["learning_rate_on_die"] = static_cast<double>(seen.learning_steps) / m.duration.si;
    }
  }
  if (v.contains("memory_bits") && seen.cycles > 0) {
    v["replay_share"] = static_cast<double>(seen.replay_cycles) / static_cast<double>(seen.cycles);
  }
  if (design.learning.params.system == System::bptt) bill_host(design, seen, m);
  if (seen.samples > 0) v["energy_per_sample"] = m.ledger.si / static_cast<double>(seen.samples);
  if (m.operations > 0) v["energy_per_operation"] = m.ledger.si / static_cast<double>(m.operations);
  if (m.updates > 0) v["energy_per_update"] = m.ledger.si / static_cast<double>(m.updates);
  if (seen.weights_at_end) v["weights_at_end"] = *seen.weights_at_end;
  if (seen.test_accuracy) v["test_accuracy"] = *seen.test_accuracy;
  if (seen.train_accuracy) v["train_accuracy"] = *seen.train_accuracy;
  if (seen.final_mse) v["final_mse"] = *seen.final_mse;
  return m;
}

}  // namespace leadlag
