// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "app/bench_report.hpp"

namespace leadlag {
namespace {

/// How far a reading may be from its closed form: the tolerance, and what a record of this length leaves
/// open (once in 10^5).
constexpr double sigmas = 4.5;

struct Compared {
  double pooled = 0.0, pooled_allowed = 0.0;  // of all units together
  double worst = 0.0, worst_allowed = 0.0;    // of one
  std::size_t unit = 0;
};

/// `of` gives a unit's ratio to its closed form, and the relative standard deviation of that.
template <class F>
Compared compared(const Noise& n, F&& of) {
  Compared c;
  double deviation = 0.0, excess = -1.0;
  const double size = static_cast<double>(n.units.size());
  for (std::size_t i = 0; i < n.units.size(); ++i) {
    const auto [ratio, open] = of(n.units[i]);
    c.pooled += (ratio - 1.0) / size, deviation += open * open / size;
    const double off = std::abs(ratio - 1.0), allowed = n.tolerance + sigmas * open;
    if (!(off / allowed <= excess))
      excess = off / allowed, c.worst = off, c.worst_allowed = allowed, c.unit = i;
  }
  c.pooled = std::abs(c.pooled);
  c.pooled_allowed = std::max(n.tolerance, sigmas * std::sqrt(deviation / size));
  return c;
}

}  // namespace

BenchReport noise_report(const NeuronRow& row, const Noise& n) {
  BenchReport r;
  r.kind = "noise", r.subject = row.name;
  r.reference = "gamma k T / C behind each pole, k T / C of the adder, 1/f noise of drawn areas";
  r.csv_header = {"frequency_hz",     "membrane_v2_per_hz", "membrane_closed_form",
                  "output_v2_per_hz", "output_closed_form", "relative_deviation"};
  const Noise::Densities& d = n.density;
  double worst_membrane = 0.0, worst_output = 0.0;
  for (std::size_t k = 0; k < d.frequency.size(); ++k) {
    r.csv_rows.push_back(
        {d.frequency[k], d.membrane[k], d.membrane_form[k], d.output[k], d.output_form[k], d.deviation[k]});
    const double allowed = n.tolerance + sigmas * d.deviation[k];
    worst_membrane = std::max(worst_membrane, std::abs(d.membrane[k] / d.membrane_form[k] - 1.0) / allowed);
    worst_output = std::max(worst_output, std::abs(d.output[k] / d.output_form[k] - 1.0) / allowed);
  }
  const Compared membrane = compared(n, [](const Noise::Unit& u) {
    return std::pair(u.membrane.variance / u.membrane.closed_form, u.membrane.deviation);
  });
  const Compared output = compared(n, [](const Noise::Unit& u) {
    return std::pair(u.output.variance / u.output.closed_form, u.output.deviation);
  });
  const Compared corner = compared(
      n, [](const Noise::Unit& u) { return std::pair(u.corner / u.closed_form_corner, u.corner_deviation); });
  const auto judge = [&](const std::string& what, const Compared& c) {
    r.findings.push_back(judged(what + " from its closed form, mean of all neurons", row.name, row.at,
                                c.pooled_allowed, c.pooled, ""));
    r.findings.push_back(judged(what + " from its closed form, one neuron", row.units[c.unit], row.at,
                                c.worst_allowed, c.worst, ""));
  };
  judge("variance of the membrane", membrane);
  judge("variance of the output", output);
  judge("corner of the membrane's noise", corner);
  r.findings.push_back(judged("density of the membrane, farthest point over what is allowed there", row.name,
                              row.at, 1.0, worst_membrane, ""));
  r.findings.push_back(judged("density of the output, farthest point over what is allowed there", row.name,
                              row.at, 1.0, worst_output, ""));
  BenchTable table{"units",
                   "Variances in V^2, corners in Hz; each beside its closed form",
                   {"unit", "membrane_variance", "membrane_closed_form", "output_variance",
                    "output_closed_form", "corner", "closed_form_corner", "variance_deviation"},
                   {}};
  for (std::size_t i = 0; i < n.units.size(); ++i) {
    const Noise::Unit& u = n.units[i];
    table.rows.push_back(
        {row.units[i],
         {u.membrane.variance, u.membrane.closed_form, u.output.variance, u.output.closed_form, u.corner.si,
          u.closed_form_corner.si, u.membrane.deviation}});
  }
  r.tables.push_back(std::move(table));
  const auto add = [&](const std::string& key, const std::string& label, double value,
                       const std::string& unit, bool first = false) {
    r.figures.push_back({key, label, value, unit, first});
  };
  const Noise::Unit& u = n.units[membrane.unit];
  add("neurons", "neurons measured side by side", static_cast<double>(n.units.size()), "");
  add("membrane_rms", "rms noise of the membrane, " + row.units[membrane.unit],
      std::sqrt(u.membrane.variance), "V", true);
  add("closed_form_membrane_rms", "the same in closed form, sqrt(gamma k T / C)",
      std::sqrt(u.membrane.closed_form), "V", true);
  add("output_rms", "rms noise of its output", std::sqrt(u.output.variance), "V", true);
  add("closed_form_output_rms", "the same in closed form", std::sqrt(u.output.closed_form), "V");
  add("corner", "corner of the membrane's noise", u.corner.si, "Hz", true);
  add("closed_form_corner", "1 / (2 pi tau_m)", u.closed_form_corner.si, "Hz");
  add("variance_error", "variance of the membranes from closed form, mean of all neurons", membrane.pooled,
      "");
  add("output_variance_error", "the same of the outputs", output.pooled, "");
  add("corner_error", "corner from closed form, mean of all neurons", corner.pooled, "");
  add("cycles", "clock cycles of the record", static_cast<double>(n.cycles), "");
  add("segments", "segments of " + std::to_string(n.segment) + " cycles that the density is a mean of",
      static_cast<double>(n.segments), "");
  r.notes.push_back(
      "The pin rests at 0, all effects but noise and flicker are off and curves are straight lines, so that "
      "what moves is the noise of the stage. Densities are one-sided, by Welch's method (Hann windows that "
      "overlap by half), means over the neurons and over neighbouring frequencies; those of the closed form "
      "are of clocked stages, which fold. Corners are those of the pole that explains the density best "
      "(Whittle's likelihood). A reading may be off by the tolerance and by 4.5 standard deviations of a "
      "record of this length; the mean of all by the tolerance alone, if the record is long enough.");
  LinePanel shown{"density", {"density", "V^2/Hz", true}, {}, {}};
  shown.series = {{"membrane", d.membrane, {}},
                  {"membrane, closed form", d.membrane_form, {}},
                  {"output", d.output, {}},
                  {"output, closed form", d.output_form, {}}};
  LinePanel ratio{"over the closed form", {"ratio", ""}, {{"membrane", {}, {}}, {"output", {}, {}}}, {}};
  for (std::size_t k = 0; k < d.frequency.size(); ++k) {
    ratio.series[0].y.push_back(d.membrane[k] / d.membrane_form[k]);
    ratio.series[1].y.push_back(d.output[k] / d.output_form[k]);
  }
  r.charts.emplace_back(LineChart{"density",
                                  "Noise of " + row.name,
                                  "Mean density of the neurons at rest.",
                                  {"frequency", "Hz", true},
                                  d.frequency,
                                  {shown, ratio},
                                  {}});
  r.plot =
      "set logscale xy\nset format '%.0e'\nset xlabel 'frequency, Hz'\nset ylabel 'density, V^2/Hz'\nset "
      "title '" +
      row.name +
      "' noenhanced\nplot 'noise.csv' using 1:3 with lines lt 2 title 'membrane, closed form', '' using 1:2 "
      "with points lt 1 title 'membrane', '' using 1:5 with lines lt 3 title 'output, closed form', '' using "
      "1:4 with points lt 4 title 'output'\n";
  return r;
}

}  // namespace leadlag
