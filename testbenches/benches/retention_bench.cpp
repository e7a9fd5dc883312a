// SPDX-License-Identifier: Apache-2.0
#include "benches/retention_bench.hpp"

#include <algorithm>
#include <cmath>

#include "blocks/sample_hold.hpp"
#include "design/diagnostic.hpp"
#include "elaborate/circuit_die.hpp"

namespace leadlag {
namespace {

constexpr std::size_t levels = 9, points = 200;
constexpr std::int64_t fewest_cycles = 100, most_cycles = 100'000'000, usual_cycles = 200'000;

bool leaks(const Design& design, std::string_view stem) {
  return design.physics_of(stem).has(Effect::leakage);
}

/// Nothing but its leakage.
Design leaky(const Design& chip) {
  Design design = chip;
  design.traces.clear(), design.controls.clear(), design.limits.clear();
  design.chip.replicas = 1, design.chip.precision = Precision::double_;
  const bool on = chip.physics.has(Effect::leakage);
  design.physics.on.fill(false);
  design.physics.on[static_cast<std::size_t>(Effect::leakage)] = on;
  return design;
}

/// A range that both ends of are known.
WeightRange ends_of(const Design& chip, std::size_t c) {
  WeightRange range = chip.cell_range(c);
  if (!std::isfinite(range.low)) range.low = std::min(-1.0, range.high - 1.0);
  if (!std::isfinite(range.high)) range.high = std::max(1.0, range.low + 1.0);
  return range;
}

/// What physics says about a weight, from the blueprint alone.
double closed_form(const Design& chip, WeightRange range, double weight, Time t) {
  const WeightRegister::Params& p = chip.blocks.weight_register;
  const double span = range.high - range.low;
  switch (p.storage) {
    case Storage::capacitor: {
      const Current leak = p.leakage > Current{} ? p.leakage : chip.technology.leakage;
      const double lost = leak.si * t.si / (p.capacitance.si * p.volts_per_unit.si);
      return std::max(range.low, weight - lost);
    }
    case Storage::rram: {
      const double g_min = 1.0 / p.on_off_ratio;
      const double g =
          (g_min + (weight - range.low) / span * (1.0 - g_min)) * std::pow(1.0 + t / p.drift_start, -p.drift);
      return std::max(range.low, range.low + span * (g - g_min) / (1.0 - g_min));
    }
    case Storage::sram:
      break;
  }
  return weight;
}

/// When the weight has lost half a step; none: it keeps it, or is at the end before.
std::optional<Time> half_lsb(const Design& chip, WeightRange range, double weight) {
  const double step = (range.high - range.low) / std::exp2(chip.blocks.weight_register.bits);
  const auto lost = [&](double t) { return weight - closed_form(chip, range, weight, {t}) >= 0.5 * step; };
  double early = 0.0, late = 1e12;  // 30 000 years
  if (!lost(late)) return std::nullopt;
  for (int k = 0; k < 200; ++k) {
    const double middle = early == 0.0 ? late * 1e-3 : std::sqrt(early * late);
    if (early == 0.0 && middle < 1e-15) break;
    (lost(middle) ? late : early) = middle;
  }
  return Time{late};
}

std::string share_text(std::size_t level) {
  static const char* const names[levels] = {"0", "1/8", "1/4", "3/8", "1/2", "5/8", "3/4", "7/8", "1"};
  return names[level];
}

/// The sample-and-holds of a netlist, one of each column: they are cells, so they work without the chip.
struct Hold {
  std::string name;
  Capacitance capacitance;
  std::unique_ptr<CellColumn> column;

  double tick(double signal, double sample) {
    Activity activity;
    const std::array<Lanes, 2> in{Lanes{&signal, 0}, Lanes{&sample, 0}};
    column->advance(in.data(), activity);
    double held = 0.0;
    double* const out[] = {&held};
    column->show(out);
    return held;
  }
};

std::vector<Hold> holds_of(const Design& chip) {
  std::vector<Hold> holds;
  if (!chip.has_circuit() || !leaks(chip, SampleHold::stem)) return holds;
  const Design design = leaky(chip);
  for (const Circuit::Column& column : design.circuit().columns) {
    if (column.kind == nullptr || column.kind->stem() != SampleHold::stem) continue;
    const auto* kind = dynamic_cast<const CellsOf<SampleHold>*>(column.kind.get());
    if (kind == nullptr || column.size == 0) continue;
    const CellContext context{design.chip.period(), design.chip.time_scale,
                              design.chip.input(),  static_cast<std::uint64_t>(design.chip.seed),
                              column.name,          cell_physics(design)};
    holds.push_back({column.name, kind->params()[0].capacitance, column.kind->make(0, 1, context)});
  }
  return holds;
}

}  // namespace

RetentionRow make_retention_row(const Design& chip, const RetentionOptions& options) {
  const Time period = chip.chip.period();
  if (!leaks(chip, WeightRegister::stem) && !(chip.has_circuit() && leaks(chip, SampleHold::stem))) {
    throw DesignError(chip.file,
                      {{"illegal-combination", chip.learning.at,
                        "nothing on this chip leaks; it needs chip.fidelity: circuit and leakage among "
                        "physics.effects, as in --set chip.fidelity=circuit --set "
                        "blocks.weight_register.storage=capacitor",
                        ""}});
  }
  const double wanted = options.duration ? std::round(*options.duration / period) : double{usual_cycles};
  if (!(wanted >= fewest_cycles && wanted <= static_cast<double>(most_cycles))) {
    throw DesignError(chip.file, {{"out-of-range",
                                   {},
                                   "the record would be " + std::to_string(static_cast<long long>(wanted)) +
                                       " cycles; legal: " + std::to_string(fewest_cycles) + " to " +
                                       std::to_string(most_cycles) + "; change --duration or chip.clock",
                                   "--duration"}});
  }
  RetentionRow row;
  row.cycles = static_cast<std::int64_t>(wanted), row.tolerance = options.tolerance.value_or(1e-9);
  row.chip = &chip, row.design = leaky(chip);
  ArrayDesign pin;
  pin.name = "pin", pin.size = 1, pin.blocks = std::vector{InputDriver::Params{}};
  row.design.arrays = {pin};
  row.design.crossbars.clear(), row.design.learning.plastic.clear();
  row.design.learning.params.system = System::none;
  row.design.blocks.synapse.wires = WireModel::ideal;
  for (std::size_t c = 0; c < chip.crossbars.size(); ++c) {
    ArrayDesign neurons;
    neurons.name = chip.crossbars[c].name + "_neurons", neurons.at = chip.crossbars[c].at;
    neurons.size = levels;
    neurons.blocks = std::vector<ProspectiveNeuron::Params>(levels);
    CrossbarDesign cells;
    cells.name = chip.crossbars[c].name, cells.at = chip.crossbars[c].at;
    cells.from = 0, cells.to = row.design.arrays.size();
    cells.range = ends_of(chip, c), cells.tile = {levels, 1};
    cells.weights = WeightInit::values;
    for (std::size_t k = 0; k < levels; ++k) {
      cells.values.push_back(cells.range.low + (cells.range.high - cells.range.low) * static_cast<double>(k) /
                                                   static_cast<double>(levels - 1));
    }
    row.crossbars.push_back(cells.name);
    row.design.arrays.push_back(std::move(neurons)), row.design.crossbars.push_back(std::move(cells));
  }
  row.design.learning.output = row.design.arrays.size() - 1;
  row.die = fabricate(row.design);
  return row;
}

Retention measure_retention(Rig& rig, const RetentionRow& row,
                            const std::function<void(std::int64_t, std::int64_t)>& progress) {
  const Design& chip = *row.chip;
  const Time period = chip.chip.period();
  Retention r;
  r.tolerance = row.tolerance;
  r.temperature = chip.technology.temperature, r.leakage = chip.technology.leakage;
  const WeightRegister::Params& p = chip.blocks.weight_register;
  if (p.leakage > Current{} && p.storage == Storage::capacitor) r.leakage = p.leakage;
  r.storage = std::string(name_of(p.storage));
  std::vector<Hold> holds = holds_of(chip);
  struct Place {
    std::size_t crossbar, level;
  };
  std::vector<Place> places;
  for (std::size_t c = 0; c < row.crossbars.size() && leaks(chip, WeightRegister::stem); ++c) {
    const WeightRange range = row.design.crossbars[c].range;
    for (std::size_t k = 0; k < levels; ++k) {
      places.push_back({c, k});
      r.cells.push_back({row.crossbars[c] + " at " + share_text(k) + " of its range",
                         {},
                         {},
                         half_lsb(chip, range, row.design.crossbars[c].values[k]),
                         0.0});
    }
  }
  for (const Hold& h : holds) r.cells.push_back({h.name, {}, {}, {}, 0.0});
  const double sampled = 0.5;
  std::vector<double> held;
  for (Hold& h : holds) held.push_back(h.tick(sampled, 1.0));
  rig.reset();
  const auto look = [&](std::int64_t n) {
    const Time t = static_cast<double>(n) * period;
    r.time.push_back(t);
    const auto add = [&](std::size_t cell, double value, double form) {
      r.cells[cell].value.push_back(value), r.cells[cell].closed_form.push_back(form);
      if (const double d = std::abs(value - form); !(d <= r.difference)) r.difference = d, r.worst = cell;
    };
    for (std::size_t k = 0; k < places.size(); ++k) {
      const CrossbarDesign& crossbar = row.design.crossbars[places[k].crossbar];
      add(k, rig.chip().probe(true, places[k].crossbar, "weight", places[k].level),
          closed_form(chip, crossbar.range, crossbar.values[places[k].level], t));
    }
    for (std::size_t h = 0; h < holds.size(); ++h) {
      const double lost = chip.technology.leakage.si * t.si / holds[h].capacitance.si;
      add(places.size() + h, held[h], sampled - lost / chip.full_scale.voltage.si);
    }
  };
  const std::int64_t cycles = row.cycles;
  look(0);
  for (std::int64_t n = 1; n <= cycles; ++n) {
    rig.cycle();
    for (std::size_t h = 0; h < holds.size(); ++h) held[h] = holds[h].tick(0.0, 0.0);
    if (n % 1000 == 0) progress(n, cycles);
    if (n * static_cast<std::int64_t>(points) / cycles !=
        (n - 1) * static_cast<std::int64_t>(points) / cycles)
      look(n);
  }
  for (std::size_t k = 0; k < r.cells.size(); ++k) {
    const double span = k < places.size() ? row.design.crossbars[places[k].crossbar].range.high -
                                                row.design.crossbars[places[k].crossbar].range.low
                                          : 1.0;
    r.cells[k].lost = (r.cells[k].value.front() - r.cells[k].value.back()) / span;
  }
  return r;
}

}  // namespace leadlag
