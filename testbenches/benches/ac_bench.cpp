// SPDX-License-Identifier: Apache-2.0
#include "benches/ac_bench.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "design/diagnostic.hpp"
#include "instruments/phase_probe.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

constexpr double two_pi = 2.0 * std::numbers::pi;
/// What Newton's method leaves in an island's loops and double precision in its sums, of full scale.
constexpr double resolution = 1e-11;

oracle::Decay decay(const Subject& s) {
  return s.design.chip.integration == Integration::euler ? oracle::Decay::euler : oracle::Decay::held;
}

/// Transients fall below `share` of where they began, after so many filters in a row (each delays the
/// decay of the next a little).
Time dying_away(const Subject& s, double share) {
  const Time slowest = time_scales(s.design, s.die).slowest;
  const double filters = filters_in_row(s.design) * (s.target_on ? 2.0 : 1.0), decades = -std::log(share);
  return (decades + (filters - 1.0) * std::log(decades)) * slowest;
}

/// One sine on the rig, from rest; samples come window by window.
class Tone {
 public:
  Tone(Rig& rig, const Subject& s, Frequency f, double amplitude)
      : rig_(rig), s_(s), f_(f), amplitude_(amplitude) {
    rig.reset();
    rig.target_on = s.target_on;
    const Eigen::VectorXd x = resting_input(s), target = resting_target(s);
    std::copy(x.begin(), x.end(), rig.x.begin());
    std::copy(target.begin(), target.end(), rig.target.begin());
    double& pin =
        s.drive.at == oracle::Excitation::At::input ? rig.x.at(s.drive.index) : rig.target.at(s.drive.index);
    pin_ = &pin, rest_ = pin;
  }
  void skip(std::int64_t cycles) {
    for (std::int64_t k = 0; k < cycles; ++k) cycle();
  }
  Transfer window(std::int64_t cycles) {
    const Time period = s_.design.chip.period();
    Record in{.period = period, .first = n_}, out = in;
    for (std::int64_t k = 0; k < cycles; ++k) {
      cycle();
      in.values.push_back(*pin_ - rest_);
      out.values.push_back(rig_.read(s_.array, s_.unit, s_.signal()));
    }
    return transfer(out, in, f_);
  }

 private:
  void cycle() {
    const double turns = f_.si * s_.design.chip.period().si * static_cast<double>(n_++);
    *pin_ = rest_ + amplitude_ * std::sin(two_pi * (turns - std::floor(turns)));
    rig_.cycle();
  }

  Rig& rig_;
  const Subject& s_;
  Frequency f_;
  double amplitude_, rest_ = 0.0;
  double* pin_ = nullptr;
  std::int64_t n_ = 0;
};

std::int64_t cycles_of(const Subject& s, Time t) {
  return static_cast<std::int64_t>(std::ceil(t / s.design.chip.period()));
}

void measure(Tone& tone, const Subject& s, AcPoint& p) {
  const Time slowest = time_scales(s.design, s.die).slowest;
  const double period = 1.0 / (p.frequency.si * s.design.chip.period().si);  // in cycles
  const double wanted = std::max({static_cast<double>(cycles_of(s, slowest)), 32.0, period});
  const auto window = static_cast<std::int64_t>(std::ceil(std::ceil(wanted / period) * period));
  tone.skip(cycles_of(s, dying_away(s, std::min(1e-8, 1e-2 * p.tolerance))));
  const auto phasor = [](const Transfer& t) { return std::polar(t.gain, t.phase); };
  std::complex<double> before = phasor(tone.window(window));
  for (int attempt = 0; attempt < 8 && !p.settled; ++attempt) {
    const Transfer t = tone.window(window);
    p.measured = phasor(t), p.residual = t.residual;
    p.settled = std::abs(p.measured - before) <= 0.25 * p.tolerance * std::abs(p.measured);
    before = p.measured;
  }
}

}  // namespace

double ac_tolerance(const Subject& s, double omega, double response, double amplitude) {
  const double floor = 1e-6 + resolution / (amplitude * response);
  if (!is_analog(s.design)) return floor;
  // Of the output out = rho d + (1 - rho) x only the capacitor's part x misses (w T)^2 / 12 of its drive:
  // |1 - rho| / |1 + jw lead| of the output. The pins' ramps last a clock period.
  const double ramp = std::pow(omega * s.design.chip.period().si, 2) / 12.0;
  const auto share = [&](Time lag, Time lead) {
    return std::abs(1.0 - lead / lag) / std::hypot(1.0, omega * lead.si);
  };
  double shares = 0.0;
  for (std::size_t a = 0; a < s.design.arrays.size(); ++a) {
    double neuron = 0.0, error = 0.0, filter = s.design.arrays[a].is_low_pass() ? 1.0 : 0.0;
    for (const auto& p : s.die.neurons[a]) neuron = std::max(neuron, share(p.tau_m, p.lead()));
    for (const auto& p : s.die.error_units[a]) error = std::max(error, share(p.tau_r, p.tau_m));
    shares += filter + (s.alone && s.error ? 0.0 : neuron) + (s.target_on ? error : 0.0);
  }
  double poles = 0.0;  // stepped from tick to tick, half a tick late
  if (s.design.chip.loops == Loops::parasitic_pole || adapts(s.die)) {
    poles = omega * s.design.chip.island_tick().si * filters_in_row(s.design) * (s.target_on ? 2.0 : 1.0);
  }
  return floor + 1.1 * (shares * ramp + poles);
}

Sweep make_sweep(const Subject& s, const AcOptions& options) {
  const TimeScales scales = time_scales(s.design, s.die);
  const Frequency clock = s.design.chip.clock;
  const Frequency slow = 1.0 / (two_pi * scales.slowest), fast = 1.0 / (two_pi * scales.fastest);
  const Frequency highest = options.max.value_or(std::min(10.0 * fast, clock / 20.0));
  const Frequency lowest = options.min.value_or(std::min(slow / 100.0, highest / 100.0));
  const int points = options.points.value_or(lowest == highest ? 1 : 25);
  std::vector<Diagnostic> wrong;
  if (!(highest < clock / 2.0)) {
    wrong.push_back(
        {"out-of-range",
         {},
         "a clock of " + to_text(clock) + " shows frequencies below " + to_text(clock / 2.0) + " only",
         "--max " + to_text(highest)});
  }
  if (!(lowest <= highest)) {
    wrong.push_back({"out-of-range",
                     {},
                     "the range must ascend, but it ends at " + to_text(highest),
                     "--min " + to_text(lowest)});
  }
  if (points > 1 && lowest == highest) {
    wrong.push_back(
        {"out-of-range", {}, "one frequency has one point", "--points " + std::to_string(points)});
  }
  if (!wrong.empty()) throw DesignError(s.design.file, wrong);
  Sweep sweep{.frequencies = {}, .amplitude = options.amplitude.value_or(1e-4)};
  for (int k = 0; k < points; ++k) {
    const double share = points == 1 ? 0.0 : static_cast<double>(k) / (points - 1);
    sweep.frequencies.push_back(
        {k == points - 1 ? highest.si : lowest.si * std::pow(highest / lowest, share)});
  }
  if (points == 1) sweep.frequencies = {lowest};
  return sweep;
}

oracle::Phasor reference_response(const Subject& s, const oracle::Network& network,
                                  const oracle::Instant& point, Frequency f, bool analog) {
  const double omega = two_pi * f.si * s.design.chip.time_scale.si;
  const oracle::Response r =
      analog ? oracle::respond(network, point, omega, s.drive, s.target_on)
             : oracle::respond_sampled(network, point, omega, s.drive, s.period(), decay(s), s.target_on);
  const ReferenceNetwork names = reference_network(s.design, s.die);
  const std::size_t k = names.first[s.array] + s.unit;
  return s.error ? r.error[k] : r.rate[k];
}

std::vector<AcPoint> measure_response(Rig& rig, const Subject& s, const Sweep& sweep,
                                      const AcOptions& options,
                                      const std::function<void(std::size_t)>& progress) {
  const oracle::Network network = reference_network(s.design, s.die).network;
  const oracle::Instant rest = operating_point(s, network);
  std::vector<AcPoint> points;
  double largest = 0.0;
  for (const Frequency f : sweep.frequencies) {
    AcPoint p;
    p.frequency = f;
    const oracle::Phasor own = reference_response(s, network, rest, f, is_analog(s.design));
    p.reference = own.value, p.reference_delay = own.group_delay() * s.design.chip.time_scale.si;
    p.analog = is_analog(s.design) ? own.value : reference_response(s, network, rest, f, true).value;
    p.tolerance =
        options.tolerance.value_or(ac_tolerance(s, two_pi * f.si, std::abs(p.reference), sweep.amplitude));
    largest = std::max(largest, std::abs(p.reference));
    points.push_back(p);
  }
  if (!(largest > 1e-12)) {
    throw DesignError(
        s.design.file,
        {{"illegal-combination", {}, "nothing of " + s.drive_name + " arrives at " + s.seen_name, s.name}});
  }
  for (std::size_t k = 0; k < points.size(); ++k) {
    if (progress) progress(k);
    Tone tone(rig, s, points[k].frequency, sweep.amplitude);
    measure(tone, s, points[k]);
  }
  return points;
}

}  // namespace leadlag
