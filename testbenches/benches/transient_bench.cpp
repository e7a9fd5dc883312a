// SPDX-License-Identifier: Apache-2.0
#include "benches/transient_bench.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "benches/ac_bench.hpp"
#include "design/diagnostic.hpp"
#include "oracles/closed_forms.hpp"
#include "oracles/ode_network.hpp"
#include "oracles/sampled_network.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

/// Pins around their rest over cycles 0 ... cycles - 1: what is added to the driven pin at edge n, and as a
/// function of time (s) in between.
struct Stimulus {
  std::int64_t begin = 0, cycles = 0;  ///< edge at which the stimulus begins; edges in all
  std::function<double(std::int64_t)> at_edge;
  std::function<double(double)> at_time;
  std::vector<double> breakpoints{};  ///< s
  std::size_t stride = 1;             ///< the reference is evaluated at edges begin + k stride

  std::vector<std::int64_t> edges() const {
    std::vector<std::int64_t> list;
    for (std::int64_t n = begin + 1; n < cycles; n += static_cast<std::int64_t>(stride)) list.push_back(n);
    return list;
  }
};

struct Bench {
  const Subject& s;
  ReferenceNetwork names;
  oracle::Network network;
  Eigen::VectorXd x, target;
  oracle::Instant rest;

  explicit Bench(const Subject& subject)
      : s(subject),
        names(reference_network(s.design, s.die)),
        network(names.network),
        x(resting_input(s)),
        target(resting_target(s)),
        rest(oracle::rest(network, x, target)) {
    if (!adapts(s.die) || network.tau_p > 0.0 || !network.errors) return;
    throw DesignError(s.design.file,
                      {{"illegal-combination", s.design.learning.at,
                        "with adaptation currents (tau_a) and error units there is no reference in time; "
                        "measure it with ac, or add --set learning.system=none",
                        ""}});
  }

  Eigen::Index neuron() const { return static_cast<Eigen::Index>(names.first[s.array] + s.unit); }
  double seen(const oracle::Instant& now) const { return s.error ? now.error(neuron()) : now.rate(neuron()); }
  double period() const { return s.design.chip.period().si; }
  Eigen::VectorXd driven(const Eigen::VectorXd& rested, oracle::Excitation::At at, double value) const {
    Eigen::VectorXd pins = rested;
    if (s.drive.at == at && pins.size() > 0) pins(static_cast<Eigen::Index>(s.drive.index)) += value;
    return pins;
  }
  Eigen::VectorXd inputs(double value) const { return driven(x, oracle::Excitation::At::input, value); }
  Eigen::VectorXd targets(double value) const {
    return driven(target, oracle::Excitation::At::target, value);
  }
  oracle::Instant rest_at(double value) const { return oracle::rest(network, inputs(value), targets(value)); }
  /// Nothing moves before the stimulus begins, so none of it need be waited for.
  bool rests_at_zero() const { return rest.lookahead.isZero(0.0) && rest.error.isZero(0.0) && x.isZero(0.0); }

  std::vector<double> ode(const Stimulus& stimulus) const {
    const double unit = s.design.chip.time_scale.si;
    std::vector<double> times;
    for (const std::int64_t n : stimulus.edges()) times.push_back(static_cast<double>(n) * period() / unit);
    oracle::OdeOptions options{.absolute = 1e-11, .relative = 1e-10};
    for (const double t : stimulus.breakpoints) options.breakpoints.push_back(t / unit);
    const auto result = oracle::integrate(
        network, [&](double t) { return inputs(stimulus.at_time(t * unit)); },
        [&](double t) { return s.target_on ? targets(stimulus.at_time(t * unit)) : Eigen::VectorXd(); },
        times, options);
    const Eigen::VectorXd column = s.error ? result.error.col(neuron()) : result.rate.col(neuron());
    return {column.begin(), column.end()};
  }

  std::vector<double> clocked(const Stimulus& stimulus) const {
    const bool euler = s.design.chip.integration == Integration::euler;
    oracle::SampledNetwork chip(network, s.period(), euler ? oracle::Decay::euler : oracle::Decay::held);
    std::vector<double> values;
    std::int64_t n = 0;
    for (const std::int64_t edge : stimulus.edges()) {
      for (; n <= edge; ++n) {
        const double value = stimulus.at_edge(n);
        chip.tick(inputs(value), s.target_on ? targets(value) : Eigen::VectorXd());
      }
      values.push_back(s.error ? chip.error()(neuron()) : chip.rate()(neuron()));
    }
    return values;
  }

  /// Of a block alone: its filter's answer to a step, then the neuron's curve.
  std::vector<double> closed_form(const Stimulus& stimulus, double amplitude) const {
    const auto& neuron = network.neurons.front();
    const oracle::LeadLagForm form = s.error ? oracle::LeadLagForm{*neuron.error_lag, *neuron.error_lead}
                                             : oracle::LeadLagForm{neuron.tau_m, neuron.tau_r};
    std::vector<double> values;
    for (const std::int64_t n : stimulus.edges()) {
      const double t = static_cast<double>(n - stimulus.begin) * s.period(), step = amplitude * form.step(t);
      values.push_back(s.error ? rest.error(0) + rest.slope(0) * step
                               : oracle::value(neuron.activation, rest.lookahead(0) + step));
    }
    return values;
  }

  void record(Rig& rig, const Stimulus& stimulus, Transient& t) const {
    rig.reset();
    rig.target_on = s.target_on;
    auto edges = stimulus.edges();
    edges.insert(edges.begin(), stimulus.begin);
    auto next = edges.begin();
    for (std::int64_t n = 0; n < stimulus.cycles; ++n) {
      const double value = stimulus.at_edge(n);
      const Eigen::VectorXd in = inputs(value), teach = targets(value);
      std::copy(in.begin(), in.end(), rig.x.begin());
      std::copy(teach.begin(), teach.end(), rig.target.begin());
      rig.cycle();
      if (next == edges.end() || n != *next) continue;
      ++next;
      t.time.push_back(static_cast<double>(n - stimulus.begin) * period());
      t.pin.push_back(value + resting_pin(s));
      t.measured.push_back(rig.read(s.array, s.unit, s.signal()));
    }
  }

  void compare(Transient& t) const {
    const double start = seen(rest);
    t.reference.insert(t.reference.begin(), start);
    if (!t.analog.empty()) t.analog.insert(t.analog.begin(), start);
    for (const double r : t.reference) t.size = std::max(t.size, std::abs(r - start));
    if (!(t.size > 1e-12)) {
      throw DesignError(
          s.design.file,
          {{"illegal-combination", {}, "nothing of " + s.drive_name + " arrives at " + s.seen_name, s.name}});
    }
    for (std::size_t k = 0; k < t.measured.size(); ++k)
      t.difference = std::max(t.difference, std::abs(t.measured[k] - t.reference[k]) / t.size);
  }

  /// Differential equations beside a clocked chip are a picture, not its reference: only where they cost
  /// seconds.
  bool is_small() const { return network.neurons.size() <= 40; }
  /// Instants at which the reference may be asked for: a solve costs the third power of the neurons.
  std::size_t affordable() const {
    const double n = static_cast<double>(network.neurons.size());
    return static_cast<std::size_t>(std::clamp(2e8 / (n * n * n), 300.0, 8000.0));
  }
  std::size_t stride_for(std::int64_t cycles) const {
    return 1 + static_cast<std::size_t>(cycles) / affordable();
  }
  std::int64_t cycles_of(Time t) const { return static_cast<std::int64_t>(std::ceil(t.si / period())); }
};

Time slowest(const Subject& s) { return time_scales(s.design, s.die).slowest; }
double filters(const Subject& s) { return filters_in_row(s.design) * (s.target_on ? 2.0 : 1.0); }

/// Of a step's size. Islands take curved signals as straight lines over a tick: (T/tau)^2 / 12 for each
/// filter's capacitor; a block alone hears a held step, which is exact.
double step_tolerance(const Subject& s) {
  constexpr double floor = 1e-9;
  if (!is_analog(s.design)) return floor;
  const Time fastest = time_scales(s.design, s.die).fastest, tick = s.design.chip.island_tick();
  double worst = 1.0;
  for (std::size_t a = 0; a < s.design.arrays.size(); ++a) {
    for (const auto& p : s.die.neurons[a]) worst = std::max(worst, std::abs(1.0 - p.lead() / p.tau_m));
    for (const auto& p : s.die.error_units[a]) worst = std::max(worst, std::abs(1.0 - p.tau_m / p.tau_r));
  }
  double poles = 0.0;
  if (s.design.chip.loops == Loops::parasitic_pole) {
    const auto net = reference_network(s.design, s.die).network;
    poles = filters(s) * (tick / s.design.chip.time_scale) / net.tau_p;
  } else if (adapts(s.die)) {
    poles = filters(s) * (tick / fastest);
  } else if (s.alone) {
    return floor;
  }
  return floor + 1.1 * filters(s) * worst * std::pow(tick / fastest, 2) / 12.0 + poles;
}

/// Of values at rest, one period after the step, and from there on a stride apart.
Settling settling_of(const std::vector<double>& values, Time period, std::size_t stride,
                     const StepResult& r) {
  const Record record{.period = static_cast<double>(stride) * period, .first = 0, .values = values};
  Settling s =
      settling(record, {.trigger = record.period, .tolerance = r.settle_to, .final_value = r.final_value});
  if (s.time) s.time = *s.time + period;  // the second value counts as the trigger
  return s;
}

}  // namespace

StepResult measure_step(Rig& rig, const Subject& s, const StepOptions& options) {
  const Bench bench(s);
  StepResult r;
  r.amplitude = options.amplitude.value_or(0.1);
  r.settle_to = options.settle_to.value_or(std::ldexp(1.0, -s.design.chip.settle_bits));
  r.initial = bench.seen(bench.rest), r.final_value = bench.seen(bench.rest_at(r.amplitude));
  const Time period = s.design.chip.period();
  const auto lasts = [&](double share) {
    const double decades = -std::log(share);
    return (decades + (filters(s) - 1.0) * std::log(decades)) * slowest(s);
  };
  Stimulus stimulus;
  stimulus.begin = bench.rests_at_zero() ? 1 : bench.cycles_of(lasts(1e-12));
  stimulus.at_edge = [&](std::int64_t n) { return n > stimulus.begin ? r.amplitude : 0.0; };
  const double step_at = static_cast<double>(stimulus.begin) * period.si;
  stimulus.at_time = [&](double t) { return t >= step_at ? r.amplitude : 0.0; };
  stimulus.breakpoints = {step_at};
  const bool analog = is_analog(s.design);
  const bool closed = s.alone && s.design.chip.loops == Loops::newton && !adapts(s.die);
  Transient& t = r.transient;
  const auto continuous = [&] {
    return closed ? bench.closed_form(stimulus, r.amplitude) : bench.ode(stimulus);
  };
  Time duration = options.duration.value_or(2.2 * lasts(r.settle_to));
  for (int attempt = 0; attempt < 5; ++attempt) {
    stimulus.cycles = stimulus.begin + 2 + std::max<std::int64_t>(8, bench.cycles_of(duration));
    stimulus.stride = bench.stride_for(stimulus.cycles - stimulus.begin);
    t.reference = analog ? continuous() : bench.clocked(stimulus);
    auto values = t.reference;
    values.insert(values.begin(), r.initial);
    r.predicted = settling_of(values, period, stimulus.stride, r);
    if (r.predicted.time || options.duration) break;
    duration = 2.0 * duration;
  }
  t.reference_name = analog ? (closed ? "closed form" : "differential equations") : "clocked network";
  if (!analog && (closed || bench.is_small())) t.analog = continuous();
  t.tolerance = options.tolerance.value_or(step_tolerance(s));
  bench.record(rig, stimulus, t);
  bench.compare(t);
  r.measured = settling_of(t.measured, period, stimulus.stride, r);
  if (!t.analog.empty()) r.analog = settling_of(t.analog, period, stimulus.stride, r);
  r.resolution = static_cast<double>(stimulus.stride) * period;
  return r;
}

ChirpResult measure_chirp(Rig& rig, const Subject& s, const ChirpOptions& options) {
  const Bench bench(s);
  const TimeScales scales = time_scales(s.design, s.die);
  const Time period = s.design.chip.period();
  constexpr double two_pi = 2.0 * std::numbers::pi;
  // Four periods of the lowest frequency in at most 8000 cycles.
  const Frequency corner = 1.0 / (two_pi * scales.slowest), slow = 4.0 / (8000.0 * period);
  const Frequency low = options.min.value_or(std::max(0.1 * corner, slow));
  AcOptions range{.min = low,
                  .max = options.max,
                  .points = 24,
                  .amplitude = options.amplitude.value_or(0.1),
                  .tolerance = {}};
  if (!range.max)
    range.max = std::max(4.0 * low, std::min(3.0 / (two_pi * scales.fastest), s.design.chip.clock / 40.0));
  if (*range.max == low) range.points = 1;
  const Sweep sweep = make_sweep(s, range);  // and what is wrong with it
  ChirpResult r;
  r.chirp = {.amplitude = sweep.amplitude,
             .from = low,
             .to = *range.max,
             .duration = options.duration.value_or(4.0 / low),
             .sweep = options.sweep};
  const Waveform wave = waveform::chirp(r.chirp);

  Stimulus stimulus;
  stimulus.begin = bench.rests_at_zero() ? 0 : bench.cycles_of(30.0 * slowest(s));
  const double begin = static_cast<double>(stimulus.begin) * period.si;
  stimulus.at_time = [&](double t) { return t <= begin ? 0.0 : wave({t - begin}); };
  stimulus.at_edge = [&](std::int64_t n) { return stimulus.at_time(static_cast<double>(n) * period.si); };
  stimulus.breakpoints = {begin};
  stimulus.cycles = stimulus.begin + bench.cycles_of(r.chirp.duration) + 1;
  stimulus.stride = bench.stride_for(stimulus.cycles - stimulus.begin);
  const bool analog = is_analog(s.design);
  Transient& t = r.transient;
  t.reference_name = analog ? "differential equations" : "clocked network";
  t.reference = analog ? bench.ode(stimulus) : bench.clocked(stimulus);
  if (!analog && bench.is_small()) t.analog = bench.ode(stimulus);
  bench.record(rig, stimulus, t);
  bench.compare(t);
  double allowed = 1e-9;  // of the output's size
  if (analog) {
    const oracle::Instant point = operating_point(s, bench.network);
    for (const Frequency f : sweep.frequencies) {
      const double gain = std::abs(reference_response(s, bench.network, point, f, true).value);
      const double share = ac_tolerance(s, two_pi * f.si, gain, sweep.amplitude);
      allowed = std::max(allowed, share * gain * sweep.amplitude / t.size);
    }
  }
  t.tolerance = options.tolerance.value_or(allowed);
  return r;
}

}  // namespace leadlag
