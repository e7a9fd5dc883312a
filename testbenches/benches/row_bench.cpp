// SPDX-License-Identifier: Apache-2.0
#include "benches/row_bench.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "benches/subject.hpp"
#include "instruments/spectrum.hpp"
#include "oracles/closed_forms.hpp"
#include "oracles/network.hpp"

namespace leadlag {
namespace {

const std::vector<ProspectiveNeuron::Params>& neurons(const NeuronRow& row) {
  return row.design.arrays[1].neurons();
}

oracle::Activation curve_of(const NeuronRow& row, std::size_t unit) {
  return reference_network(row.design, row.die).network.neurons[unit].activation;
}

/// Cycles in which the slowest neuron has come to rest to double precision.
std::int64_t cycles_to_rest(const NeuronRow& row) {
  Time slowest{};
  for (const auto& n : neurons(row)) slowest = std::max(slowest, n.tau_m);
  const double cycles = 37.0 * (slowest / row.design.chip.period());  // e^-37 = 1e-16
  return static_cast<std::int64_t>(std::ceil(cycles)) + 3;
}

void hold(Rig& rig, double level, std::int64_t cycles) {
  rig.x.at(0) = level;
  for (std::int64_t n = 0; n < cycles; ++n) rig.cycle();
}

/// The time constant by which the capacitor decays: tau_m, or that of 1 - tick/tau_m per tick of Euler.
Time decay_of(const NeuronRow& row, Time tau_m) {
  if (row.design.chip.integration != Integration::euler || row.design.arrays[1].is_continuous()) return tau_m;
  const double step = row.design.chip.period() / tau_m;
  return step < 1.0 ? row.design.chip.period() / -std::log1p(-step) : 1e-9 * tau_m;
}

/// Of a curve that falls to its end: when it is there to within `band`.
Time closed_form_settling(const NeuronRow& row, std::size_t unit, oracle::Activation curve, double amplitude,
                          double band) {
  const ProspectiveNeuron::Params& p = neurons(row)[unit];
  const Time lag = decay_of(row, p.tau_m);
  const oracle::LeadLagForm form{lag.si, lag.si * (p.tau_r / p.tau_m)};
  const double start = oracle::value(curve, 0.0), end = oracle::value(curve, amplitude);
  const auto outside = [&](double t) {
    return std::abs(oracle::value(curve, amplitude * form.step(t)) - end) > band * std::abs(end - start);
  };
  // Monotone from t = 0 on, where the output has already jumped.
  if (!outside(0.0)) return {};
  double early = 0.0, late = 60.0 * p.tau_m.si;
  for (int k = 0; k < 80; ++k) {
    const double middle = 0.5 * (early + late);
    (outside(middle) ? early : late) = middle;
  }
  return {late};
}

void judge(const std::vector<double>& level, Linearity::Curve& c) {
  double x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;
  const double n = static_cast<double>(level.size());
  for (std::size_t k = 0; k < level.size(); ++k) {
    x += level[k] / n, y += c.rate[k] / n;
    xx += level[k] * level[k] / n, xy += level[k] * c.rate[k] / n;
  }
  c.gain = (xy - x * y) / (xx - x * x), c.offset = y - c.gain * x;
  const auto [low, high] = std::minmax_element(level.begin(), level.end());
  const double span = std::abs(c.gain) * (*high - *low);
  for (std::size_t k = 0; k < level.size(); ++k)
    c.inl = std::max(c.inl, std::abs(c.rate[k] - c.gain * level[k] - c.offset) / span);
  // Four times the same period: the fundamental must keep clear of DC.
  std::vector<double> record;
  for (int k = 0; k < 4; ++k) record.insert(record.end(), c.rate.begin(), c.rate.end());
  c.thd = sine_quality(spectrum(record, Time{1.0}, Window::rectangular), Frequency{1.0 / n}).thd;
}

}  // namespace

void keep_effects(NeuronRow& row, std::initializer_list<Effect> effects) {
  const Physics stated = row.design.physics;
  row.design.physics.on.fill(false);
  for (const Effect e : effects) row.design.physics.on[static_cast<std::size_t>(e)] = stated.has(e);
  auto neurons = row.design.arrays[1].neurons();
  for (auto& n : neurons) n.activation = Activation::linear;
  row.design.arrays[1].blocks = std::move(neurons);
  row.die = fabricate(row.design);
}

RowSettling measure_settling(Rig& rig, const NeuronRow& row, const RowSettleOptions& options) {
  RowSettling r;
  r.amplitude = options.amplitude.value_or(0.1);
  r.band = std::ldexp(1.0, -row.design.chip.settle_bits - 1);
  const Time period = row.design.chip.period();
  const std::size_t size = row.units.size();
  const std::int64_t rest = cycles_to_rest(row);
  rig.reset();
  hold(rig, 0.0, rest);
  std::vector<double> start;
  for (std::size_t i = 0; i < size; ++i) start.push_back(rig.read(1, i, "rate"));
  std::vector<std::vector<double>> rates(size);
  for (std::int64_t n = 0; n < rest; ++n) {
    hold(rig, r.amplitude, 1);
    for (std::size_t i = 0; i < size; ++i) rates[i].push_back(rig.read(1, i, "rate"));
  }
  // The first edge with the new level at the pin is at one period; a clocked neuron shows it at the next.
  r.latest = (row.design.arrays[1].is_continuous() ? 1.0 : 2.0) * period;
  for (std::size_t i = 0; i < size; ++i) {
    RowSettling::Unit u{neurons(row)[i].tau_m, neurons(row)[i].tau_r, {}, {}, {}, rates[i].back()};
    u.closed_form = closed_form_settling(row, i, curve_of(row, i), r.amplitude, r.band);
    const double step = std::abs(u.end - start[i]);
    std::size_t outside = 0;  // edges up to the last one outside
    for (std::size_t n = 0; n < rates[i].size(); ++n) {
      u.distance.push_back(std::abs(rates[i][n] - u.end) / step);
      if (!(u.distance.back() <= r.band)) outside = n + 1;
    }
    if (2 * outside < rates[i].size()) u.measured = static_cast<double>(outside + 1) * period;
    r.units.push_back(std::move(u));
  }
  return r;
}

Linearity measure_linearity(Rig& rig, const NeuronRow& row, const LinearityOptions& options) {
  Linearity r;
  r.amplitude = options.amplitude.value_or(0.5);
  r.tolerance = options.tolerance.value_or(1e-9);
  const std::size_t size = row.units.size(), points = static_cast<std::size_t>(options.points.value_or(64));
  r.units.resize(size), r.closed_form.resize(size);
  std::vector<oracle::Activation> curves;
  for (std::size_t i = 0; i < size; ++i) curves.push_back(curve_of(row, i));
  rig.reset();
  const std::int64_t rest = cycles_to_rest(row);
  for (std::size_t k = 0; k < points; ++k) {
    const double phase = 2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(points);
    r.level.push_back(r.amplitude * std::sin(phase));
    hold(rig, r.level.back(), rest);
    for (std::size_t i = 0; i < size; ++i) {
      r.units[i].rate.push_back(rig.read(1, i, "rate"));
      r.closed_form[i].rate.push_back(oracle::value(curves[i], r.level.back()));
    }
  }
  for (std::size_t i = 0; i < size; ++i) {
    judge(r.level, r.units[i]), judge(r.level, r.closed_form[i]);
    const double span = 2.0 * r.amplitude * std::abs(r.closed_form[i].gain);
    for (std::size_t k = 0; k < points; ++k) {
      const double d = std::abs(r.units[i].rate[k] - r.closed_form[i].rate[k]) / span;
      if (!(d <= r.difference)) r.difference = d, r.worst = i;
    }
  }
  return r;
}

}  // namespace leadlag
