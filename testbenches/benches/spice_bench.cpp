// SPDX-License-Identifier: Apache-2.0
#include "benches/spice_bench.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <complex>

#include "arrays/lane_bus.hpp"
#include "instruments/task.hpp"

namespace leadlag {
namespace {

constexpr std::int64_t default_cycles = 2000;
/// A sine smaller than this is a residue, of which neither gain nor phase is worth a figure.
constexpr double smallest_tone = 1e-3;

double annealed(const LearningParams& p, double progress) {
  return p.anneal_shape == Anneal::exponential ? std::pow(p.anneal, progress)
                                               : 1.0 - (1.0 - p.anneal) * progress;
}

/// Complex amplitudes of sines, by least squares together with a constant.
std::vector<std::complex<double>> fitted(const std::vector<double>& time, const std::vector<double>& values,
                                         std::size_t first, const std::vector<double>& tones) {
  const auto rows = static_cast<Eigen::Index>(time.size() - first),
             n = static_cast<Eigen::Index>(tones.size());
  Eigen::MatrixXd basis(rows, 2 * n + 1);
  Eigen::VectorXd y(rows);
  for (Eigen::Index k = 0; k < rows; ++k) {
    const std::size_t at = first + static_cast<std::size_t>(k);
    y[k] = values[at], basis(k, 2 * n) = 1.0;
    for (Eigen::Index j = 0; j < n; ++j) {
      const double angle = tones[static_cast<std::size_t>(j)] * time[at];
      basis(k, 2 * j) = std::sin(angle), basis(k, 2 * j + 1) = std::cos(angle);
    }
  }
  const Eigen::VectorXd a = basis.colPivHouseholderQr().solve(y);
  std::vector<std::complex<double>> amplitudes;
  for (Eigen::Index j = 0; j < n; ++j) amplitudes.emplace_back(a[2 * j], a[2 * j + 1]);
  return amplitudes;
}

}  // namespace

Design design_for_spice(const Design& design) {
  Design d = design;
  d.traces.clear(), d.controls.clear(), d.limits.clear();
  d.chip.replicas = 1, d.chip.precision = Precision::double_;
  return d;
}

Stimulus task_stimulus(const Design& design, std::optional<std::int64_t> cycles) {
  const auto task = make_task(design);
  const std::int64_t all = std::min(cycles.value_or(default_cycles), task->cycles());
  const std::size_t lanes = lanes_per_unit(1);
  std::vector<double> x(design.inputs() * lanes), target(design.outputs() * lanes);
  const auto first_lanes = [&](const std::vector<double>& pins) {
    std::vector<double> values;
    for (std::size_t k = 0; k < pins.size(); k += lanes) values.push_back(pins[k]);
    return values;
  };
  Stimulus s;
  for (std::int64_t n = 0; n < all; ++n) {
    const Frame frame = task->drive(n, x, target);
    if (frame.reset && n > 0) break;
    s.x.push_back(first_lanes(x)), s.target.push_back(first_lanes(target));
    s.target_on.push_back(frame.target_on ? 1.0 : 0.0);
    s.learn.push_back(frame.learn ? annealed(design.learning.params, task->progress(n)) : 0.0);
  }
  s.name = "the first " + std::to_string(s.cycles()) + " cycles of the task " +
           std::string(name_of(design.task.params.kind));
  return s;
}

std::vector<std::vector<double>> record_chip(Rig& rig, const Deck& deck, const Stimulus& stimulus) {
  std::vector<std::vector<double>> values(deck.nodes.size());
  rig.reset();
  for (std::size_t n = 0; n < stimulus.cycles(); ++n) {
    std::copy(stimulus.x[n].begin(), stimulus.x[n].end(), rig.x.begin());
    std::copy(stimulus.target[n].begin(), stimulus.target[n].end(), rig.target.begin());
    rig.target_on = stimulus.target_on[n] != 0.0;
    rig.learn = stimulus.learn[n] > 0.0;
    rig.eta = rig.design().learning.params.rate * stimulus.learn[n];
    rig.cycle();
    for (std::size_t k = 0; k < values.size(); ++k) {
      const DeckNode& node = deck.nodes[k];
      values[k].push_back(rig.chip().probe(node.crossbar, node.index, node.signal, node.element));
    }
  }
  return values;
}

SpiceComparison compare(const Design& design, const Deck& deck, std::vector<std::vector<double>> simulated,
                        const SpiceRecord& record, const std::vector<double>& tones) {
  SpiceComparison c;
  c.simulated = std::move(simulated);
  const std::size_t cycles = c.simulated.empty() ? 0 : c.simulated.front().size();
  const double period = design.chip.period().si;
  for (std::size_t n = 0; n < cycles; ++n) c.time.push_back(static_cast<double>(n) * period);
  for (std::size_t k = 0; k < deck.nodes.size(); ++k) {
    const DeckNode& node = deck.nodes[k];
    const auto& raw = record.column("v(" + node.node + ")");
    std::vector<double> values;
    for (const double t : c.time) values.push_back(record.at(raw, t + node.shift.si) / node.volts);
    NodeDifference d;
    double squares = 0.0, low = values.front(), high = low;
    std::size_t counted = 0;
    for (std::size_t n = 0; n < cycles; ++n) {
      low = std::min(low, values[n]), high = std::max(high, values[n]);
      if (!node.always && !deck.counted.empty() && !deck.counted[n]) continue;
      const double off = std::abs(c.simulated[k][n] - values[n]);
      squares += off * off, d.worst = further(d.worst, off), ++counted;
    }
    d.rms = std::sqrt(squares / static_cast<double>(counted)), d.span = high - low;
    if (!tones.empty()) {
      const auto a = fitted(c.time, c.simulated[k], cycles / 2, tones),
                 b = fitted(c.time, values, cycles / 2, tones);
      for (std::size_t j = 0; j < tones.size(); ++j) {
        if (std::abs(b[j]) < smallest_tone) continue;
        d.tones.push_back({tones[j], std::abs(a[j] / b[j]) - 1.0, std::arg(a[j] / b[j])});
      }
    }
    c.deck.push_back(std::move(values)), c.nodes.push_back(std::move(d));
  }
  return c;
}

std::vector<double> stationary_tones(const Design& design) {
  std::vector<double> tones;
  const TaskKind kind = design.task.params.kind;
  const bool learns = design.learning.params.system != System::none &&
                      design.learning.params.update == UpdateBy::die && !design.learning.plastic.empty();
  if ((kind != TaskKind::tones && kind != TaskKind::lag_net) || learns) return tones;
  for (const double f : design.task.frequencies) tones.push_back(f / design.chip.time_scale.si);
  return tones;
}

}  // namespace leadlag
