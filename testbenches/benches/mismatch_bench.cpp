// SPDX-License-Identifier: Apache-2.0
#include "benches/mismatch_bench.hpp"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <map>
#include <string_view>

#include "design/diagnostic.hpp"

namespace leadlag {
namespace {

constexpr double missed = 1e-3;  // a right answer lies outside of its interval so often

/// Standard deviations of one stage by hand.
struct Pelgrom {
  double lag = 0.0, rho = 0.0, offset = 0.0;
};

double threshold(const Technology& t, const std::string& stem, const std::string& group) {
  const Transistors& s = t.transistors.at(stem).at(group);
  return t.a_vt.si / std::sqrt(s.w.si * s.l.si);
}

Pelgrom pelgrom(const Design& design, const std::string& stem, const std::string& pair,
                const std::string& mirror, const std::string& beside, Capacitance c, double rho) {
  const Technology& t = design.technology;
  const Physics physics = design.physics_of(stem);
  Pelgrom p;
  // A mirror in weak inversion is off by kappa dVth / U_T; a capacitor by A_C / sqrt(C / density).
  const double current = t.kappa * threshold(t, stem, "tails") / t.thermal_voltage().si;
  const double capacitor = t.capacitor_mismatch.si / std::sqrt(c.si / t.capacitor_density.si);
  const double ahead = std::max(1.0, rho), direct = rho > 0.0 ? std::max(1.0, 1.0 / rho) : 1.0;
  if (physics.has(Effect::mismatch)) {
    p.lag = std::hypot(current, capacitor);
    p.rho = rho > 0.0 ? current * std::sqrt(1.0 / ahead + 1.0 / direct) : 0.0;
  }
  if (const auto stated = physics.stated.tau_mismatch) p.lag = *stated, p.rho = *stated;
  if (!physics.has(Effect::offset)) return p;
  const auto square = [&](const std::string& group) { return std::pow(threshold(t, stem, group), 2); };
  const double ota = square(pair) + square(mirror), adder = square("adder_pairs") + square("adder_mirrors");
  const double around = 0.5 * t.transistors.at(stem).at(beside).count * square(beside);
  p.offset = std::sqrt((1.0 - rho) * (1.0 - rho) * ota + (rho * rho / ahead + 1.0 / direct) * adder + around);
  return p;
}

/// Collects one quantity with each neuron's own standard deviation.
struct Standardised {
  Spreads::Quantity quantity;
  std::vector<double> z;
  double squares = 0.0;

  Standardised(std::string key, std::string label, bool measured)
      : quantity{std::move(key), std::move(label), measured, {}, 0.0, 0.0, 0.0, 0.0, 0.0} {}
  void add(double value, double sigma) {
    quantity.value.push_back(value), squares += sigma * sigma;
    if (sigma > 0.0) z.push_back(value / sigma);
  }
  /// Deviations around the mean of all, in standard deviations: their squares add up to chi squared.
  Spreads::Quantity judged() {
    const double n = static_cast<double>(z.size());
    for (const double v : quantity.value) quantity.mean += v / static_cast<double>(quantity.value.size());
    quantity.expected = std::sqrt(squares / static_cast<double>(quantity.value.size()));
    double mean = 0.0, square = 0.0;
    for (const double v : z) mean += v / n;
    for (const double v : z) square += (v - mean) * (v - mean);
    const boost::math::chi_squared law(n - 1.0);
    quantity.sigma = quantity.expected * std::sqrt(square / (n - 1.0));
    quantity.low = quantity.expected * std::sqrt(quantile(law, 0.5 * missed) / (n - 1.0));
    quantity.high = quantity.expected * std::sqrt(quantile(complement(law, 0.5 * missed)) / (n - 1.0));
    return quantity;
  }
};

/// By Fisher's z, which is normal with variance 1 / (n - 3).
Spreads::Correlation correlation(const std::string& key, const std::string& label, const Standardised& x,
                                 const Standardised& y, double expected) {
  const double n = static_cast<double>(x.z.size());
  double mean_x = 0.0, mean_y = 0.0, xx = 0.0, xy = 0.0, yy = 0.0;
  for (std::size_t k = 0; k < x.z.size(); ++k) mean_x += x.z[k] / n, mean_y += y.z[k] / n;
  for (std::size_t k = 0; k < x.z.size(); ++k) {
    const double a = x.z[k] - mean_x, b = y.z[k] - mean_y;
    xx += a * a, xy += a * b, yy += b * b;
  }
  const double reach =
      quantile(boost::math::normal(), 1.0 - 0.5 * missed) / std::sqrt(std::max(1.0, n - 3.0));
  return {key,
          label,
          expected,
          xy / std::sqrt(xx * yy),
          std::tanh(std::atanh(expected) - reach),
          std::tanh(std::atanh(expected) + reach)};
}

/// What the step response of one neuron says.
struct Seen {
  double lag = 0.0, lead = 0.0;  // s
  double offset = 0.0, gain = 0.0;
};

}  // namespace

DieRow make_die_row(const Design& design, const std::string& of, const MismatchOptions& options) {
  DieRow d;
  d.row = make_row(design, of);
  d.dies = static_cast<std::size_t>(options.dies.value_or(200)), d.units = d.row.units.size();
  const Physics physics = d.row.design.physics_of(ProspectiveNeuron::stem);
  if (!physics.has(Effect::mismatch) && !physics.stated.tau_mismatch) {
    throw DesignError(design.file,
                      {{"illegal-combination", d.row.at,
                        "these neurons are all alike; it needs chip.fidelity: circuit and mismatch among "
                        "physics.effects, as in --set chip.fidelity=circuit --set chip.integration=exact",
                        ""}});
  }
  keep_effects(d.row, {Effect::mismatch, Effect::offset});
  d.drawn = d.row;
  Design& wide = d.row.design;
  std::vector<ProspectiveNeuron::Params> neurons;
  std::vector<StagePhysics> stages;
  std::vector<std::string> names;
  const std::vector<ProspectiveNeuron::Params> alike = wide.arrays[1].neurons();
  std::vector<ProspectiveNeuron::Params> repeated;
  for (std::size_t k = 0; k < d.dies; ++k) {
    Design one = d.drawn.design;
    one.physics.params.die = static_cast<std::int64_t>(k) + 1;
    one.learning.params.system = design.learning.params.system;  // for its error units
    if (is_circuit(one.learning.params.system)) one.learning.params.system = System::none;
    d.made.push_back(fabricate(one));
    const Die& die = d.made.back();
    neurons.insert(neurons.end(), die.neurons[1].begin(), die.neurons[1].end());
    stages.insert(stages.end(), die.neuron_physics[1].begin(), die.neuron_physics[1].end());
    repeated.insert(repeated.end(), alike.begin(), alike.end());
    names.insert(names.end(), d.drawn.units.begin(), d.drawn.units.end());
  }
  wide.arrays[1].size = repeated.size(), wide.arrays[1].blocks = std::move(repeated);
  wide.crossbars[0].values.assign(neurons.size(), 1.0), wide.crossbars[0].tile = {neurons.size(), 1};
  d.row.units = std::move(names);
  d.row.die = fabricate(wide);
  d.row.die.neurons[1] = std::move(neurons), d.row.die.neuron_physics[1] = std::move(stages);
  return d;
}

namespace {

/// A step from 0 to A. At rest the rate is gain (A + offset); on the way it is short of that by
/// gain A (1 - rho) a^n, the membrane by A a^n, and a is e^(-T / tau_m).
std::vector<Seen> step_all(Rig& rig, const DieRow& d, double amplitude) {
  const Time period = d.row.design.chip.period();
  Time slowest{}, fastest{1e30};
  for (const auto& n : d.row.die.neurons[1])
    slowest = std::max(slowest, n.tau_m), fastest = std::min(fastest, n.tau_m);
  const auto rest = static_cast<std::int64_t>(std::ceil(40.0 * (slowest / period))) + 4;
  const auto apart = std::max<std::int64_t>(1, static_cast<std::int64_t>(fastest / period));
  const std::size_t size = d.row.units.size();
  const auto read = [&](const char* signal) {
    std::vector<double> values;
    for (std::size_t i = 0; i < size; ++i) values.push_back(rig.read(1, i, signal));
    return values;
  };
  rig.reset();
  for (std::int64_t n = 0; n < rest; ++n) rig.cycle();
  const std::vector<double> before = read("rate"), empty = read("membrane");
  rig.x.at(0) = amplitude;
  // The first edge at which anything has moved; a clocked neuron's membrane is one edge behind its output.
  std::vector<double> first = before;
  std::int64_t edges = 0;
  while (first == before && ++edges < 8) rig.cycle(), first = read("rate");
  const std::vector<double> at_first = read("membrane");
  rig.cycle();
  const std::vector<double> early = read("membrane");
  for (std::int64_t n = 0; n < apart; ++n) rig.cycle();
  const std::vector<double> later = read("membrane");
  for (std::int64_t n = 0; n < rest; ++n) rig.cycle();
  const std::vector<double> after = read("rate"), full = read("membrane");
  const bool continuous = d.row.design.arrays[1].is_continuous();
  std::vector<Seen> seen(size);
  for (std::size_t i = 0; i < size; ++i) {
    Seen& s = seen[i];
    const double left = (full[i] - later[i]) / (full[i] - early[i]);
    s.lag = static_cast<double>(apart) * period.si / -std::log(left);
    s.gain = (after[i] - before[i]) / amplitude, s.offset = before[i] / s.gain;
    // In a clocked chip the output at the edge is of the membrane before it; in an island of the same
    // instant.
    const double gone = continuous ? std::exp(-period.si / s.lag) : 1.0;
    s.lead = s.lag * (1.0 - (after[i] - first[i]) / (s.gain * amplitude * gone));
  }
  return seen;
}

}  // namespace

Spreads measure_mismatch(Rig& rig, const DieRow& d) {
  Spreads r;
  r.amplitude = 0.5;
  const Design& drawn = d.drawn.design;
  const double volts = drawn.full_scale.voltage.si;
  const std::vector<Seen> seen = step_all(rig, d, r.amplitude);
  Standardised lag("lag", "ln of the lag over drawn", true), lead("lead", "ln of the lead over drawn", true),
      offset("offset", "offset of the output", true), gain("gain", "ln of the output's gain", true);
  Standardised error_lag("error_lag", "ln of an error unit's lag over drawn", false),
      error_lead("error_lead", "ln of an error unit's lead over drawn", false),
      error_offset("error_offset", "offset of an error unit", false);
  double joint = 0.0, error_joint = 0.0;
  const Technology& t = drawn.technology;
  for (std::size_t k = 0; k < seen.size(); ++k) {
    const ProspectiveNeuron::Params& n = drawn.arrays[1].neurons()[k % d.units];
    const double rho = n.tau_r / n.tau_m;
    const Pelgrom p = pelgrom(drawn, "prospective_neuron", "membrane_pair", "membrane_mirror", "activation",
                              n.membrane_capacitance, rho);
    lag.add(std::log(seen[k].lag / n.tau_m.si), p.lag);
    if (rho > 0.0) lead.add(std::log(seen[k].lead / n.tau_r.si), std::hypot(p.lag, p.rho));
    joint += rho > 0.0 ? p.lag / std::hypot(p.lag, p.rho) : 0.0;
    offset.add(seen[k].offset * volts, p.offset);
    gain.add(std::log(seen[k].gain),
             drawn.physics_of(ProspectiveNeuron::stem).has(Effect::mismatch) ? t.activation_mismatch : 0.0);
    const Die& die = d.made[k / d.units];
    if (die.error_physics[1].empty()) continue;
    const ErrorUnit::Params& e = die.error_units[1][k % d.units];
    const Die& ideal = d.made[k / d.units];
    const StagePhysics& s = ideal.error_physics[1][k % d.units];
    const double error_rho = (e.tau_m / s.lead) / (e.tau_r / s.lag);
    const Pelgrom q =
        pelgrom(drawn, "error_unit", "lag_pair", "lag_mirror", "gate", e.capacitance, error_rho);
    error_lag.add(std::log(s.lag), q.lag);
    if (error_rho > 0.0) error_lead.add(std::log(s.lead), std::hypot(q.lag, q.rho));
    error_joint += error_rho > 0.0 ? q.lag / std::hypot(q.lag, q.rho) : 0.0;
    const double left = e.offset_removal == OffsetRemoval::auto_zero ? 1.0 / e.zero_gain : 1.0;
    error_offset.add(s.offset * volts, q.offset * left);
  }
  for (Standardised* s : {&lag, &lead, &offset, &gain, &error_lag, &error_lead, &error_offset}) {
    if (s->z.size() > 3) r.quantities.push_back(s->judged());
  }
  const auto both = [](const Standardised& x, const Standardised& y) {
    return x.z.size() > 3 && x.z.size() == y.z.size();
  };
  const double share = 1.0 / static_cast<double>(seen.size());
  if (both(lag, lead))
    r.correlations.push_back(correlation("lag_lead", "lag and lead", lag, lead, joint * share));
  if (both(lag, offset))
    r.correlations.push_back(correlation("lag_offset", "lag and offset", lag, offset, 0.0));
  if (both(lag, gain)) r.correlations.push_back(correlation("lag_gain", "lag and gain", lag, gain, 0.0));
  if (both(error_lag, error_lead))
    r.correlations.push_back(correlation("error_lag_lead", "lag and lead of an error unit", error_lag,
                                         error_lead, error_joint * share));
  if (both(lag, error_lag))
    r.correlations.push_back(
        correlation("lag_error_lag", "lags of neuron and error unit", lag, error_lag, 0.0));
  return r;
}

}  // namespace leadlag
