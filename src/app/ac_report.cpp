// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "app/bench_report.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

constexpr double degrees = 180.0 / std::numbers::pi;
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

double db(std::complex<double> h) { return 20.0 * std::log10(std::abs(h)); }

/// Phases in degrees without jumps of a turn from point to point, from the first on, which is in (-180, 180].
template <class F>
std::vector<double> unwrapped(const std::vector<AcPoint>& points, F&& of) {
  std::vector<double> phases;
  for (const AcPoint& p : points) {
    const double raw = std::arg(of(p)) * degrees;
    phases.push_back(phases.empty() ? raw : phases.back() + std::remainder(raw - phases.back(), 360.0));
  }
  return phases;
}

/// -d phase / d omega: of the parabola through a point and its neighbours, of the line to the only one at the
/// ends.
std::vector<double> group_delays(const std::vector<AcPoint>& points, const std::vector<double>& phases) {
  const std::size_t n = points.size();
  std::vector<double> delays(n, nothing);
  const auto slope = [&](std::size_t a, std::size_t b) {
    const double omega = 2.0 * std::numbers::pi * (points[b].frequency.si - points[a].frequency.si);
    return (phases[b] - phases[a]) / degrees / omega;
  };
  for (std::size_t k = 0; n > 1 && k < n; ++k) {
    if (k == 0 || k + 1 == n) {
      delays[k] = k == 0 ? -slope(0, 1) : -slope(k - 1, k);
      continue;
    }
    const double left = points[k].frequency.si - points[k - 1].frequency.si,
                 right = points[k + 1].frequency.si - points[k].frequency.si;
    delays[k] = -(right * slope(k - 1, k) + left * slope(k, k + 1)) / (left + right);
  }
  return delays;
}

/// Where the gain has fallen by 3 dB from the lowest frequency's: between two points the reference's shape is
/// scaled to what was measured.
std::optional<Frequency> minus_3_db(const Subject& s, const std::vector<AcPoint>& points) {
  const double wanted = std::abs(points.front().measured) / std::sqrt(2.0);
  const auto network = reference_network(s.design, s.die).network;
  const oracle::Instant rest = operating_point(s, network);
  for (std::size_t k = 1; k < points.size(); ++k) {
    if (std::abs(points[k].measured) > wanted) continue;
    const AcPoint &a = points[k - 1], &b = points[k];
    const double ra = std::abs(a.measured / a.reference), rb = std::abs(b.measured / b.reference);
    double low = std::log(a.frequency.si), high = std::log(b.frequency.si);
    const double span = high - low, begin = low;
    for (int i = 0; i < 20; ++i) {
      const double middle = 0.5 * (low + high), share = (middle - begin) / span;
      const double gain =
          std::abs(reference_response(s, network, rest, {std::exp(middle)}, is_analog(s.design)).value) *
          (ra + share * (rb - ra));
      (gain > wanted ? low : high) = middle;
    }
    return Frequency{std::exp(low)};
  }
  return std::nullopt;
}

/// The point that leaves least of its tolerance.
Finding worst(const std::vector<AcPoint>& points, const Subject& s, const std::string& what,
              const std::string& unit, double scale, double (AcPoint::*error)() const) {
  const AcPoint* most = &points.front();
  const auto use = [&](const AcPoint& p) { return std::abs((p.*error)()) / p.tolerance; };
  for (const AcPoint& p : points) {
    if (!(use(p) <= use(*most))) most = &p;
  }
  return judged(what + " at " + to_text(most->frequency), s, scale * most->tolerance,
                scale * std::abs((most->*error)()), unit);
}

LineChart bode_chart(const Subject& s, const std::vector<AcPoint>& points, const BenchReport& r) {
  const auto column = [&](std::size_t k) {
    std::vector<double> values;
    for (const auto& row : r.csv_rows) values.push_back(row[k]);
    return values;
  };
  const bool sampled = !is_analog(s.design);
  const std::string own = sampled ? "clocked network" : "closed form";
  LinePanel gain{"gain", {"gain", "dB"}, {{"measured", column(2), {}}, {own, column(5), {}}}, {}};
  LinePanel phase{"phase", {"phase", "deg"}, {{"measured", column(3), {}}, {own, column(6), {}}}, {}};
  LinePanel delay{
      "group delay", {"group delay", "s"}, {{"measured", column(12), {}}, {own, column(13), {}}}, {}};
  LinePanel error{"difference from " + own,
                  {"relative", "", true},
                  {{"measured / reference - 1", column(9), {}}, {"allowed", column(10), {}}},
                  {}};
  if (sampled) {
    gain.series.push_back({"in continuous time", column(7), {}});
    phase.series.push_back({"in continuous time", column(8), {}});
  }
  LineChart chart{"bode", "Bode plot of " + s.name, "", {"frequency", "Hz", true}, column(0), {}, {}};
  chart.summary = "Small-signal response at " + std::to_string(points.size()) + " frequencies.";
  chart.panels = {gain, phase};
  if (points.size() > 1) chart.panels.push_back(delay);
  chart.panels.push_back(error);
  return chart;
}

std::string plot_commands(bool sampled, const std::string& name) {
  const std::string reference = sampled ? "clocked network" : "closed form";
  const auto panel = [&](const std::string& label, const std::string& measured, const std::string& own,
                         const std::string& analog) {
    return "set ylabel '" + label + "'\nplot 'ac.csv' using 1:" + own + " with lines lt 2 title '" +
           reference + "', '' using 1:" + measured + " with points lt 1 title 'measured'" +
           (sampled && !analog.empty()
                ? ", '' using 1:" + analog + " with lines lt 3 title 'in continuous time'"
                : "") +
           "\n";
  };
  return "set multiplot layout 4,1 title '" + name +
         "' noenhanced\nset logscale x\nset format x '10^{%T}'\nset lmargin 12\n" +
         panel("gain, dB", "3", "6", "8") + panel("phase, degrees", "4", "7", "9") +
         panel("group delay, s", "13", "14", "") +
         "set logscale y\nset format y '10^{%T}'\nset xlabel 'frequency, Hz'\nset ylabel 'relative "
         "difference'\n"
         "plot 'ac.csv' using 1:11 with lines lt 2 title 'allowed', '' using 1:10 with points lt 1 title "
         "'measured / reference - 1'\nunset multiplot\n";
}

}  // namespace

BenchReport ac_report(const Subject& s, const Sweep& sweep, const std::vector<AcPoint>& points) {
  const bool sampled = !is_analog(s.design);
  BenchReport r;
  r.kind = "ac", r.subject = s.name;
  r.reference = sampled ? "linearised clocked network at rest, one register per hop"
                        : "linearised network at rest, closed form in continuous time";
  const auto measured = unwrapped(points, [](const AcPoint& p) { return p.measured; });
  auto own = unwrapped(points, [](const AcPoint& p) { return p.reference; });
  auto analog = unwrapped(points, [](const AcPoint& p) { return p.analog; });
  for (auto* phases : {&own, &analog}) {  // the same turn as what was measured, at the lowest frequency
    const double turn = 360.0 * std::round((measured.front() - phases->front()) / 360.0);
    for (double& p : *phases) p += turn;
  }
  const auto delays = group_delays(points, measured);
  r.csv_header = {"frequency_Hz",
                  "gain",
                  "gain_dB",
                  "phase_deg",
                  "reference_gain",
                  "reference_dB",
                  "reference_phase_deg",
                  "continuous_time_dB",
                  "continuous_time_phase_deg",
                  "difference",
                  "tolerance",
                  "residual",
                  "group_delay_s",
                  "reference_group_delay_s"};
  for (std::size_t k = 0; k < points.size(); ++k) {
    const AcPoint& p = points[k];
    r.csv_rows.push_back({p.frequency.si, std::abs(p.measured), db(p.measured), measured[k],
                          std::abs(p.reference), db(p.reference), own[k], db(p.analog), analog[k],
                          p.difference(), p.tolerance, p.residual, delays[k], p.reference_delay});
  }
  const auto unsettled =
      std::count_if(points.begin(), points.end(), [](const AcPoint& p) { return !p.settled; });
  r.findings = {worst(points, s, "gain error", "", 1.0, &AcPoint::gain_error),
                worst(points, s, "phase error", "deg", degrees, &AcPoint::phase_error),
                judged("frequencies that did not settle", s, 0.0, static_cast<double>(unsettled), "")};

  const AcPoint &low = points.front(), &high = points.back();
  const auto add = [&](const std::string& key, const std::string& label, double value,
                       const std::string& unit, bool first = false) {
    r.figures.push_back({key, label, value, unit, first});
  };
  add("low_gain", "gain at " + to_text(low.frequency), std::abs(low.measured), "", true);
  if (const auto corner = minus_3_db(s, points))
    add("minus_3_db", "gain falls by 3 dB at", corner->si, "Hz", true);
  add("low_phase", "phase at " + to_text(low.frequency), measured.front(), "deg");
  if (points.size() > 1) {
    add("high_gain", "gain at " + to_text(high.frequency), std::abs(high.measured), "");
    add("high_phase", "phase at " + to_text(high.frequency), measured.back(), "deg", true);
    const double upright =
        std::remainder(measured.front(), 180.0) / degrees;  // an inverting path has no delay by that
    add("low_delay", "delay at " + to_text(low.frequency) + ", -phase / omega",
        -upright / (2.0 * std::numbers::pi * low.frequency.si), "s", true);
    add("reference_low_group_delay", "group delay of the reference there", low.reference_delay, "s");
  }
  double difference = 0.0, residual = 0.0;
  for (const AcPoint& p : points)
    difference = std::max(difference, p.difference()), residual = std::max(residual, p.residual);
  add("largest_difference", "largest relative difference from the reference", difference, "");
  add("largest_residual", "largest residual of a sine fit, relative", residual, "");
  add("amplitude", "amplitude of the sine", sweep.amplitude, "");
  add("offset", "operating point (--offset)", s.offset, "");
  if (sampled) {
    add("sampling_phase", "phase cost of sampling at " + to_text(high.frequency),
        measured.back() - analog.back(), "deg", true);
    add("half_period_phase", "for comparison, half a clock period: -180 f T",
        -180.0 * high.frequency.si * s.design.chip.period().si, "deg");
    r.notes.push_back(
        "The chip is clocked: every filter holds its input for a period and every hop has a register. The "
        "curve 'in continuous time' is the same network without a clock; the distance is what sampling "
        "costs.");
  }
  r.notes.push_back("A sine of " + figure_text(sweep.amplitude, "") + " of full scale at " + s.drive_name +
                    " around " + figure_text(s.offset, "") + "; measured at " + s.seen_name +
                    " at the clock's edges. Gain has the slope of the neuron's curve at rest in it. The "
                    "measured group delay is the slope of the phase between neighbouring points.");
  r.charts.emplace_back(bode_chart(s, points, r));
  r.plot = plot_commands(sampled, s.name);
  return r;
}

}  // namespace leadlag
