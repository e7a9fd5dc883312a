// SPDX-License-Identifier: Apache-2.0
#include "benches/noise_bench.hpp"

#include <algorithm>
#include <array>
#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <initializer_list>
#include <numbers>

#include "design/diagnostic.hpp"
#include "instruments/density.hpp"

namespace leadlag {
namespace {

constexpr double boltzmann = 1.380649e-23;  // J/K, exact (SI 2019)
constexpr double wanted_pieces = 20000.0;   // independent ones: 1 % of a variance
constexpr std::int64_t fewest_cycles = 1 << 15, most_cycles = 4'000'000;
constexpr std::size_t points_per_octave = 4;

/// What is known of a neuron without the chip: from blueprint and technology file.
struct Expected {
  double membrane = 0.0, adder = 0.0;  // variances, V^2
  double flicker = 0.0;                // S f of the output, V^2
  double a = 0.0, rho = 0.0;
  Time tau;
};

/// S f of a stage's output: every transistor has flicker^2 / (W L) at its gate. A pair at an amplifier's
/// input and the pair that mirrors its current add; the lag's OTA reaches the output times 1 - rho, the
/// adder's two by their weights rho and 1, each divided among as many unit transconductors as its weight has.
double flicker_of(const Technology& t, double rho) {
  const auto one = [&](const char* group) {
    const Transistors& s = t.transistors.at("prospective_neuron").at(group);
    return t.flicker.si * t.flicker.si / (s.w.si * s.l.si);
  };
  const double ota = 2.0 * (one("membrane_pair") + one("membrane_mirror"));
  const double adder = 2.0 * (one("adder_pairs") + one("adder_mirrors"));
  const double lead = rho == 0.0 ? 0.0 : rho * rho / std::max(1.0, rho);
  const double direct = 1.0 / std::max(1.0, rho > 0.0 ? 1.0 / rho : 1.0);
  const Transistors& curve = t.transistors.at("prospective_neuron").at("activation");
  return (1.0 - rho) * (1.0 - rho) * ota + (lead + direct) * adder + curve.count * one("activation");
}

Expected expected_of(const NeuronRow& row, std::size_t i) {
  const Technology& t = row.design.technology;
  const ProspectiveNeuron::Params& n = row.design.arrays[1].neurons()[i];
  const Physics physics = row.design.physics_of(ProspectiveNeuron::stem);
  const double energy = t.noise_gamma * boltzmann * t.temperature.si;
  Expected e;
  e.tau = n.tau_m, e.rho = n.tau_r / n.tau_m, e.a = std::exp(-(row.design.chip.period() / n.tau_m));
  if (physics.has(Effect::noise)) {
    e.membrane = energy / n.membrane_capacitance.si, e.adder = energy / t.parasitic_capacitance.si;
  }
  if (row.design.arrays[1].is_continuous() && row.design.chip.loops == Loops::newton) {
    // White over ticks, with the density at low frequency of an adder's pole, 4 v tau_p.
    const double tau_p = t.parasitic_capacitance.si * 2.0 * t.thermal_voltage().si /
                         (t.kappa_at(n.adder_bias) * n.adder_bias.si);
    e.adder *= std::min(1.0, 2.0 * tau_p / row.design.chip.island_tick().si);
  }
  if (physics.has(Effect::flicker)) e.flicker = flicker_of(t, e.rho);
  return e;
}

/// Density of a clocked first-order node of variance 1, times the clock's frequency.
double node_shape(double a, double turns) {
  return 2.0 * (1.0 - a * a) / (1.0 - 2.0 * a * std::cos(2.0 * std::numbers::pi * turns) + a * a);
}

/// Rows of 1/f noise: variance of each over S f, and how many cycles it is held.
template <class F>
void each_row(F&& f) {
  for (int k = 0; k < 20; ++k) f((k == 0 ? 2.0 : 1.0) * std::numbers::ln2, std::ldexp(1.0, k));
}
double flicker_shape(double turns) {
  double sum = 0.0;
  each_row([&](double variance, double held) {
    const double ratio = std::sin(std::numbers::pi * turns * held) / std::sin(std::numbers::pi * turns);
    sum += 2.0 * variance / held * ratio * ratio;
  });
  return sum;
}

/// Variance that a record of so many cycles shows around its own mean, and the variance of that figure:
/// a row held for M cycles is N / M numbers, of which the mean takes one.
struct Shown {
  double mean = 0.0, square = 0.0;
};
Shown flicker_shown(double cycles) {
  Shown s;
  each_row([&](double variance, double held) {
    const double numbers = cycles / held;
    if (numbers <= 1.0) return;
    s.mean += variance * (1.0 - 1.0 / numbers), s.square += 2.0 * variance * variance / numbers;
  });
  return s;
}

/// Sums of a signal around a fixed centre.
struct Moments {
  double sum = 0.0, square = 0.0, n = 0.0;
  void add(double v) { sum += v, square += v * v, n += 1.0; }
  double variance() const { return square / n - (sum / n) * (sum / n); }
};

/// tau of a clocked first-order node by its density (Whittle 1953): the likelihood of averaged periodograms,
/// with the variance that fits each tau best.
Time fitted_tau(const std::vector<double>& density, Time period, double guess) {
  const std::size_t last = density.size() - 1;
  const auto loss = [&](double log_tau) {
    const double a = std::exp(-1.0 / std::exp(log_tau));
    double ratio = 0.0, logs = 0.0;
    for (std::size_t k = 2; k < last; ++k) {
      const double shape = node_shape(a, 0.5 * static_cast<double>(k) / static_cast<double>(last));
      ratio += density[k] / shape, logs += std::log(shape);
    }
    const double n = static_cast<double>(last - 2);
    return std::log(ratio / n) + logs / n;
  };
  const double middle = std::log(guess);
  const auto [best, value] = boost::math::tools::brent_find_minima(loss, middle - 2.0, middle + 2.0, 40);
  return std::exp(best) * period;
}

/// Means of neighbouring bins, so many per octave; bins 0 and 1 and the last are left out.
Noise::Densities thinned(const std::vector<std::vector<double>>& signals, Frequency resolution,
                         double deviation) {
  Noise::Densities d;
  const std::size_t last = signals[0].size() - 1;
  const std::array columns{&d.membrane, &d.membrane_form, &d.output, &d.output_form};
  for (std::size_t first = 2; first < last;) {
    const double wide = static_cast<double>(first) * std::exp2(1.0 / points_per_octave);
    const std::size_t end = std::min(last, std::max(first + 1, static_cast<std::size_t>(wide)));
    const double n = static_cast<double>(end - first);
    d.frequency.push_back(std::sqrt(static_cast<double>(first * (end - 1))) * resolution.si);
    // Neighbours under a Hann window are correlated by 4/9, those beyond by 1/36.
    d.deviation.push_back(deviation * std::sqrt(std::min(1.0, (1.0 + 2.0 * (4.0 / 9.0 + 1.0 / 36.0)) / n)));
    for (std::size_t s = 0; s < columns.size(); ++s) {
      double sum = 0.0;
      for (std::size_t k = first; k < end; ++k) sum += signals[s][k] / n;
      columns[s]->push_back(sum);
    }
    first = end;
  }
  return d;
}

}  // namespace

NeuronRow noisy_row(const Design& design, const std::string& of) {
  NeuronRow row = make_row(design, of);
  const Physics physics = row.design.physics_of(ProspectiveNeuron::stem);
  if (!physics.has(Effect::noise)) {
    throw DesignError(design.file,
                      {{"illegal-combination", row.at,
                        "these neurons have no noise; it needs chip.fidelity: circuit and noise among "
                        "physics.effects, as in --set chip.fidelity=circuit --set chip.integration=exact",
                        ""}});
  }
  keep_effects(row, {Effect::noise, Effect::flicker});
  return row;
}

Noise measure_noise(Rig& rig, const NeuronRow& row, const NoiseOptions& options) {
  Noise r;
  r.tolerance = options.tolerance.value_or(0.05);
  const std::size_t size = row.units.size();
  const Time period = row.design.chip.period();
  const double volts = row.design.full_scale.voltage.si;
  std::vector<Expected> expected;
  double slowest = 1.0;
  for (std::size_t i = 0; i < size; ++i) {
    expected.push_back(expected_of(row, i));
    slowest = std::max(slowest, expected.back().tau / period);
  }
  const auto wanted = static_cast<std::int64_t>(wanted_pieces * slowest);
  r.cycles = options.cycles.value_or(std::clamp(wanted, fewest_cycles, most_cycles));
  r.segment = 1000;  // not in step with rows of 1/f noise, which change every 2^k cycles
  while (static_cast<double>(r.segment) < 64.0 * slowest &&
         32 * static_cast<std::int64_t>(r.segment) < r.cycles)
    r.segment *= 2;
  std::vector<DensityMeter> membrane, output;
  std::vector<Moments> at_membrane(size), at_output(size);
  for (std::size_t i = 0; i < size; ++i)
    membrane.emplace_back(r.segment, period), output.emplace_back(r.segment, period);
  rig.reset();
  const auto rest = static_cast<std::int64_t>(std::ceil(20.0 * slowest));
  for (std::int64_t n = -rest; n < r.cycles; ++n) {
    rig.cycle();
    for (std::size_t i = 0; n >= 0 && i < size; ++i) {
      const double u = volts * rig.read(1, i, "membrane"), out = volts * rig.read(1, i, "rate");
      membrane[i].add(u), output[i].add(out), at_membrane[i].add(u), at_output[i].add(out);
    }
  }
  r.segments = membrane[0].segments();

  std::vector<std::vector<double>> mean(4, std::vector<double>(r.segment / 2 + 1, 0.0));
  const double share = 1.0 / static_cast<double>(size), n = static_cast<double>(r.cycles);
  const Shown flicker = flicker_shown(n);
  for (std::size_t i = 0; i < size; ++i) {
    const Expected& e = expected[i];
    const double lag = (1.0 - e.rho) * (1.0 - e.rho), pieces = n * (1.0 - e.a * e.a) / (1.0 + e.a * e.a);
    Noise::Unit u;
    u.membrane = {at_membrane[i].variance(), e.membrane, std::sqrt(2.0 / pieces)};
    u.output = {at_output[i].variance(), lag * e.membrane + e.adder + e.flicker * flicker.mean, 0.0};
    u.output.deviation =
        std::sqrt(2.0 * std::pow(lag * e.membrane, 2) / pieces + 2.0 * e.adder * e.adder / n +
                  4.0 * lag * e.membrane * e.adder / n + e.flicker * e.flicker * flicker.square) /
        u.output.closed_form;
    u.closed_form_corner = 1.0 / (2.0 * std::numbers::pi * e.tau);
    const auto density = membrane[i].density(), out = output[i].density();
    if (e.membrane > 0.0) {
      u.corner = 1.0 / (2.0 * std::numbers::pi * fitted_tau(density, period, e.tau / period));
      u.corner_deviation = std::sqrt(2.0 * (e.tau / period) / n);
    }
    for (std::size_t k = 1; k < density.size(); ++k) {
      const double turns = static_cast<double>(k) / static_cast<double>(r.segment);
      const double form = e.membrane * node_shape(e.a, turns) * period.si;
      mean[0][k] += share * density[k], mean[1][k] += share * form, mean[2][k] += share * out[k];
      mean[3][k] += share * (lag * form + (2.0 * e.adder + e.flicker * flicker_shape(turns)) * period.si);
    }
    r.units.push_back(u);
  }
  r.density = thinned(mean, membrane[0].resolution(), membrane[0].deviation() * std::sqrt(share));
  return r;
}

}  // namespace leadlag
