// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "design/die.hpp"
#include "design/fabricate_cells.hpp"
#include "units/random.hpp"

namespace leadlag {
namespace {

/// he: N(0, 2/n_in) (He et al. 2015); glorot: N(0, 2/(n_in+n_out)) (Glorot and Bengio 2010); both times
/// `scale`.
std::vector<double> initial_weights(const CrossbarDesign& crossbar, std::size_t rows, std::size_t columns,
                                    std::uint64_t seed) {
  if (crossbar.weights == WeightInit::values) return crossbar.values;
  std::vector<double> weights(rows * columns, 0.0);
  if (crossbar.weights == WeightInit::zero) return weights;
  const Draws draws(seed, crossbar.name, "initial weight");
  const double fan_in = static_cast<double>(columns), fan_out = static_cast<double>(rows);
  const double sigma = std::sqrt(2.0 / (crossbar.weights == WeightInit::he ? fan_in : fan_in + fan_out));
  for (std::size_t k = 0; k < weights.size(); ++k) {
    if (crossbar.weights == WeightInit::between) {
      weights[k] = crossbar.from_weight + (crossbar.to_weight - crossbar.from_weight) * draws.uniform(k);
      continue;
    }
    const double unit =
        crossbar.weights == WeightInit::uniform ? 2.0 * draws.uniform(k) - 1.0 : sigma * draws.normal(k);
    weights[k] = crossbar.scale * unit;
  }
  return weights;
}

}  // namespace

bool Design::is_plastic(Plastic::Kind kind, std::size_t index) const {
  return std::any_of(learning.plastic.begin(), learning.plastic.end(),
                     [&](const Plastic& p) { return p.kind == kind && p.index == index; });
}

std::size_t Design::recorded_signals(std::size_t array) const {
  if (learning.params.system != System::vle_exact) return 0;
  const bool is_read =
      std::any_of(crossbars.begin(), crossbars.end(), [&](const auto& c) { return c.from == array; });
  if (!arrays[array].is_neuron()) return is_read ? 1 : 0;
  const bool tau = is_plastic(Plastic::Kind::tau_m, array) || is_plastic(Plastic::Kind::tau_r, array);
  // rate, slope, the target's error, tau_m du/dt
  return (is_read ? 1U : 0U) + 1U + (array == learning.output ? 1U : 0U) + (tau ? 1U : 0U);
}

Topology Design::topology() const {
  Topology t;
  for (std::size_t a = 0; a < arrays.size(); ++a) {
    t.arrays.push_back({arrays[a].is_neuron(), arrays[a].is_low_pass() ? arrays[a].source : a});
  }
  for (const CrossbarDesign& c : crossbars) t.crossbars.push_back({c.from, c.to});
  t.output = learning.output;
  return t;
}

std::vector<std::vector<std::size_t>> Design::islands() const {
  std::vector<std::size_t> island(arrays.size());
  for (std::size_t a = 0; a < arrays.size(); ++a) island[a] = a;
  const auto join = [&](std::size_t a, std::size_t b) {
    if (!arrays[a].is_continuous() || !arrays[b].is_continuous()) return;
    const std::size_t from = std::max(island[a], island[b]), to = std::min(island[a], island[b]);
    std::replace(island.begin(), island.end(), from, to);
  };
  for (const CrossbarDesign& c : crossbars) join(c.from, c.to);
  for (std::size_t a = 0; a < arrays.size(); ++a) {
    if (arrays[a].is_low_pass()) join(a, arrays[a].source);
  }
  std::vector<std::vector<std::size_t>> found;
  for (std::size_t a = 0; a < arrays.size(); ++a) {
    if (island[a] != a || !arrays[a].is_continuous()) continue;
    auto& members = found.emplace_back();
    for (std::size_t b = a; b < arrays.size(); ++b) {
      if (island[b] == a && arrays[b].is_continuous()) members.push_back(b);
    }
  }
  return found;
}

namespace {

void fabricate_cells(const Design& design, Die& die) {
  for (const ArrayDesign& array : design.arrays) {
    die.input_converters.push_back(array.is_input() ? make_input_converters(design, array)
                                                    : std::vector<Converter>{});
  }
  die.output_converters = make_output_converters(design);
  const auto add = [&](const std::string& name, WeightRange range, const std::vector<double>& initial,
                       bool bias, std::size_t rows) {
    die.cells.push_back(make_cells(design, name, range, initial, initial.size() + (bias ? rows : 0)));
  };
  if (!design.has_circuit()) {
    for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
      const CrossbarDesign& drawn = design.crossbars[c];
      add(drawn.name, drawn.range, die.weights[c], drawn.bias, design.arrays[drawn.to].size);
    }
    return;
  }
  for (const Circuit::Crossbar& c : design.circuit().crossbars) {
    add(c.name, c.range, c.drawn != Circuit::none ? die.weights[c.drawn] : c.initial(die.weights), c.bias,
        c.rows);
  }
}

}  // namespace

Die fabricate(const Design& design) {
  Die die;
  for (const ArrayDesign& array : design.arrays) {
    auto& neurons = die.neurons.emplace_back();
    auto& errors = die.error_units.emplace_back();
    auto& filters = die.low_passes.emplace_back();
    die.neuron_physics.emplace_back(), die.error_physics.emplace_back();
    if (array.is_low_pass()) filters = std::get<1>(array.blocks);
    if (!array.is_neuron()) continue;
    neurons = array.neurons();
    if (design.learning.params.system == System::none) continue;
    for (const auto& neuron : neurons) {
      ErrorUnit::Params unit = design.blocks.error_unit;
      const bool backwards = runs_backwards(design.learning.params.system);
      unit.tau_m = design.blocks.error_tau_m.value_or(backwards ? neuron.tau_r : neuron.tau_m);
      unit.tau_r = design.blocks.error_tau_r.value_or(backwards ? neuron.tau_m : neuron.tau_r);
      errors.push_back(unit);
    }
  }
  for (std::size_t a = 0; a < design.arrays.size() && design.has_physics(); ++a) {
    fabricate_stages(design, a, die);
  }
  fabricate_nodes(design, die);
  const auto seed = static_cast<std::uint64_t>(design.chip.seed);
  for (const CrossbarDesign& crossbar : design.crossbars) {
    const std::size_t rows = design.arrays[crossbar.to].size, columns = design.arrays[crossbar.from].size;
    die.weights.push_back(initial_weights(crossbar, rows, columns, seed));
    die.biases.emplace_back(crossbar.bias ? rows : 0, 0.0);
  }
  fabricate_cells(design, die);
  return die;
}

Die as_drawn(const Design& design) {
  Design ideal = design;
  ideal.chip.fidelity = Fidelity::ideal;
  ideal.fidelities.clear();
  return fabricate(ideal);
}

}  // namespace leadlag
