// SPDX-License-Identifier: Apache-2.0
#include "benches/gradient_bench.hpp"

#include <algorithm>
#include <cmath>

#include "arrays/lane_bus.hpp"
#include "design/diagnostic.hpp"
#include "instruments/continuous_task.hpp"
#include "oracles/adjoint_network.hpp"

namespace leadlag {
namespace {

std::vector<double> row_major(const Eigen::MatrixXd& m, std::size_t row, std::size_t rows, std::size_t column,
                              std::size_t columns) {
  std::vector<double> values;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j)
      values.push_back(m(static_cast<Eigen::Index>(row + i), static_cast<Eigen::Index>(column + j)));
  }
  return values;
}

std::vector<double> segment(const Eigen::VectorXd& v, std::size_t first, std::size_t count) {
  const auto begin = v.begin() + static_cast<Eigen::Index>(first);
  return {begin, begin + static_cast<Eigen::Index>(count)};
}

/// The part of a gradient that one of the chip's groups holds.
std::vector<double> part(const Design& design, const ReferenceNetwork& names,
                         const oracle::NetworkGradient& g, const std::string& group) {
  for (const CrossbarDesign& c : design.crossbars) {
    const ArrayDesign& from = design.arrays[c.from];
    const std::size_t rows = design.arrays[c.to].size;
    if (group == c.name + ".bias") return segment(g.bias, names.first[c.to], rows);
    if (group != c.name) continue;
    const Eigen::MatrixXd& w = from.is_input() ? g.w_in : from.is_low_pass() ? g.w_y : g.w;
    return row_major(w, names.first[c.to], rows, names.first[c.from], from.size);
  }
  for (std::size_t a = 0; a < design.arrays.size(); ++a) {
    if (group == design.arrays[a].name + ".tau_m")
      return segment(g.tau_m, names.first[a], design.arrays[a].size);
    if (group == design.arrays[a].name + ".tau_r")
      return segment(g.tau_r, names.first[a], design.arrays[a].size);
  }
  throw std::invalid_argument("no group " + group);
}

/// Pins of every cycle, a row each.
struct Pins {
  Eigen::MatrixXd x, target;
  std::string name;
};

Pins task_pins(const Design& design, std::int64_t cycles) {
  const auto inputs = static_cast<Eigen::Index>(design.inputs()),
             outputs = static_cast<Eigen::Index>(design.outputs());
  Design continuous = design;
  std::string name = std::string(name_of(design.task.params.kind));
  if (design.task.params.kind == TaskKind::idx_images) {
    continuous.task.params.kind = TaskKind::tones;
    const Die die = fabricate(design);
    const TimeScales scales = time_scales(design, die);
    const double slow = design.chip.time_scale / scales.slowest,
                 fast = design.chip.time_scale / scales.fastest;
    continuous.task.frequencies = {0.5 * slow, std::sqrt(slow * fast), 1.1 * fast};
    name = "three tones at the corners of its time constants, target 0";
  } else {
    name = "inputs and targets of its task " + name;
  }
  ContinuousTask task(continuous);
  const std::size_t lanes = lanes_per_unit(1);
  std::vector<double> x(design.inputs() * lanes), target(design.outputs() * lanes);
  Pins pins{Eigen::MatrixXd(cycles, inputs), Eigen::MatrixXd(cycles, outputs), name};
  for (std::int64_t n = 0; n < cycles; ++n) {
    task.drive(n, x, target);
    for (Eigen::Index i = 0; i < inputs; ++i) pins.x(n, i) = x[static_cast<std::size_t>(i) * lanes];
    for (Eigen::Index i = 0; i < outputs; ++i)
      pins.target(n, i) = target[static_cast<std::size_t>(i) * lanes];
  }
  return pins;
}

}  // namespace

Agreement agreement(const std::vector<double>& a, const std::vector<double>& b) {
  double aa = 0.0, bb = 0.0, ab = 0.0;
  int same = 0, counted = 0;
  for (std::size_t k = 0; k < std::min(a.size(), b.size()); ++k) {
    aa += a[k] * a[k], bb += b[k] * b[k], ab += a[k] * b[k];
    counted += b[k] != 0.0, same += a[k] * b[k] > 0.0;
  }
  Agreement result;
  if (aa > 0.0 && bb > 0.0) result.cosine = ab / std::sqrt(aa * bb);
  if (bb > 0.0 && !a.empty()) result.norm_ratio = std::sqrt(aa / bb);
  if (counted > 0 && !a.empty()) result.same_sign = static_cast<double>(same) / counted;
  return result;
}

std::vector<double> GradientResult::all(std::vector<double> GroupGradient::*part) const {
  std::vector<double> values;
  for (const GroupGradient& g : groups) values.insert(values.end(), (g.*part).begin(), (g.*part).end());
  return values;
}

Subject learning_chip(const Design& design) {
  if (design.learning.params.system == System::none || design.learning.plastic.empty()) {
    throw DesignError(design.file, {{"illegal-combination", design.learning.at,
                                     "the chip has no plastic parameters, so it gathers no gradient", ""}});
  }
  Design gathering = design;
  gathering.learning.params.update = UpdateBy::host;
  if (design.has_circuit()) {
    Subject s;
    s.design = gathering, s.die = fabricate(gathering), s.array = design.learning.output;
    s.at = design.learning.at, s.name = s.seen_name = design.chip.name;
    return s;
  }
  return whole_chip(gathering, Reconstruction::ramp);
}

GradientResult measure_gradient(Rig& rig, const Subject& s, const GradientOptions& options) {
  if (s.design.has_circuit()) return measure_circuit_gradient(rig, s);
  const Design& design = s.design;
  const ReferenceNetwork names = reference_network(design, s.die);
  const bool images = design.task.params.kind == TaskKind::idx_images;
  const auto in_cycles = [&](double time_constants) {
    return static_cast<std::int64_t>(
        std::ceil(time_constants * (time_scales(design, s.die).slowest / design.chip.period())));
  };
  GradientResult r;
  const std::int64_t most = images ? in_cycles(400.0) : design.schedule.params.cycles;
  r.cycles = options.cycles.value_or(std::min<std::int64_t>({most, in_cycles(400.0), 50000}));
  r.start = options.start.value_or(std::min(in_cycles(20.0), r.cycles / 4));
  if (!(r.start >= 0 && r.start < r.cycles)) {
    throw DesignError(
        design.file, {{"out-of-range",
                       {},
                       "plasticity must begin before the run of " + std::to_string(r.cycles) + " cycles ends",
                       "--start " + std::to_string(r.start)}});
  }
  if (runs_backwards(design.learning.params.system)) {  // whole windows only
    const std::int64_t window = design.learning.params.window;
    r.cycles -= (r.cycles - r.start) % window;
    if (r.cycles == r.start) {
      throw DesignError(design.file, {{"out-of-range", design.learning.at,
                                       "the run must hold a window of " + std::to_string(window) +
                                           " cycles (learning.window) after cycle " + std::to_string(r.start),
                                       ""}});
    }
  }
  const Pins pins = task_pins(design, r.cycles);
  r.stimulus = pins.name;
  rig.reset();
  rig.target_on = true;
  std::vector<std::size_t> groups;
  for (std::size_t g = 0; g < rig.chip().groups().size(); ++g) {
    if (rig.chip().groups()[g].plastic) groups.push_back(g);
  }
  for (std::int64_t n = 0; n < r.cycles; ++n) {
    std::copy_n(pins.x.row(n).begin(), pins.x.cols(), rig.x.begin());
    std::copy_n(pins.target.row(n).begin(), pins.target.cols(), rig.target.begin());
    rig.learn = n >= r.start;
    rig.cycle();
  }
  rig.learn = false;

  const oracle::NetworkTask task{pins.x, pins.target, s.period(), static_cast<std::size_t>(r.start)};
  const auto exact = oracle::exact_gradient(names.network, task);
  const auto wires = oracle::instantaneous_gradient(names.network, task);
  const double measured = static_cast<double>(r.cycles - r.start);
  const auto scaled = [&](std::vector<double> values, double by) {
    for (double& v : values) v /= by;
    return values;
  };
  for (const std::size_t g : groups) {
    const DieModule::Group& group = rig.chip().groups()[g];
    std::vector<double> gathered(group.size);
    rig.chip().take(g, gathered);
    r.groups.push_back({group.name, scaled(gathered, measured * design.blocks.target_unit.beta),
                        scaled(part(design, names, exact, group.name), measured),
                        scaled(part(design, names, wires, group.name), measured)});
  }
  return r;
}

}  // namespace leadlag
