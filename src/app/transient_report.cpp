// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "app/bench_report.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

void add_rows(BenchReport& r, const Transient& t) {
  r.csv_header = {"time_s", "pin", "measured", "reference", "difference"};
  if (!t.analog.empty()) r.csv_header.emplace_back("continuous_time");
  for (std::size_t k = 0; k < t.time.size(); ++k) {
    r.csv_rows.push_back(
        {t.time[k], t.pin[k], t.measured[k], t.reference[k], t.measured[k] - t.reference[k]});
    if (!t.analog.empty()) r.csv_rows.back().push_back(t.analog[k]);
  }
}

LineChart chart(const Subject& s, const Transient& t, const std::string& title, const std::string& summary,
                std::vector<ChartMark> marks) {
  std::vector<double> difference;
  for (std::size_t k = 0; k < t.time.size(); ++k) difference.push_back(t.measured[k] - t.reference[k]);
  LinePanel pin{s.drive_name, {"model units", ""}, {{"pin", t.pin, {}, true, is_analog(s.design)}}, {}};
  LinePanel out{s.seen_name,
                {"model units", ""},
                {{"measured", t.measured, {}}, {t.reference_name, t.reference, {}}},
                std::move(marks)};
  if (!t.analog.empty()) out.series.push_back({"in continuous time", t.analog, {}});
  LinePanel error{
      "measured - " + t.reference_name, {"model units", ""}, {{"difference", difference, {}}}, {}};
  return {"transient", title, summary, {"time", "s"}, t.time, {out, error, pin}, {}};
}

std::string plot_commands(const std::string& kind, const Transient& t, const std::string& name) {
  const std::string file = "'" + kind + ".csv'";
  std::string out =
      "set multiplot layout 3,1 title '" + name +
      "' noenhanced\nset lmargin 12\nset autoscale xfix\nset offsets 0,0,graph 0.05,graph 0.05\n"
      "set ylabel 'model units'\nplot " +
      file + " using 1:3 with lines lt 1 lw 4 title 'measured', '' using 1:4 with lines lt 2 title '" +
      t.reference_name + "'";
  if (!t.analog.empty()) out += ", '' using 1:6 with lines lt 3 title 'in continuous time'";
  out += "\nplot " + file +
         " using 1:5 with lines lt 1 title 'measured - reference'\nset xlabel 'time, s'\nplot " + file +
         " using 1:2 with " + (kind == "step" ? "fsteps" : "lines") +
         " lt 4 lw 1.5 title 'pin'\nunset multiplot\n";
  return out;
}

Finding difference_finding(const Subject& s, const Transient& t) {
  return judged("largest difference from the reference, of the response", s, t.tolerance, t.difference, "");
}

std::string reference_of(const Transient& t) {
  if (t.reference_name == "clocked network") return "clocked network, one register per hop, tick by tick";
  if (t.reference_name == "closed form") return "closed form in continuous time";
  return "the network's differential equations by an adaptive integrator";
}

}  // namespace

BenchReport step_report(const Subject& s, const StepResult& result) {
  const Transient& t = result.transient;
  BenchReport r;
  r.kind = "step", r.subject = s.name, r.reference = reference_of(t);
  add_rows(r, t);
  Finding settles{"testbench",       "settling time, against the reference's",
                  s.seen_name,       "-",
                  "not settled",     "",
                  Verdict::violated, s.at};
  const auto add = [&](const std::string& key, const std::string& label, double value,
                       const std::string& unit, bool first = false) {
    r.figures.push_back({key, label, value, unit, first});
  };
  if (result.predicted.time) {
    settles.required = to_text(*result.predicted.time, 5) + " +- " + to_text(result.resolution);
    add("predicted_settling", "settling time of the reference", result.predicted.time->si, "s");
  } else {
    settles.verdict = Verdict::not_measured;
  }
  if (result.measured.time) {
    settles.actual = to_text(*result.measured.time, 5);
    add("settling", "settling time to " + figure_text(result.settle_to, "") + " of the step",
        result.measured.time->si, "s", true);
  }
  if (result.measured.time && result.predicted.time) {
    const double off = std::abs(*result.measured.time / Time{1.0} - *result.predicted.time / Time{1.0});
    settles.slack = figure_text(result.resolution.si - off, "s");
    settles.verdict = off <= result.resolution.si * (1.0 + 1e-9) ? Verdict::met : Verdict::violated;
  }
  r.findings = {difference_finding(s, t), settles};
  if (result.analog && result.analog->time)
    add("continuous_time_settling", "settling time in continuous time", result.analog->time->si, "s");
  const double size = result.final_value - result.initial;
  add("first_value", "first value after the step", t.measured.at(1), "");
  add("initial_value", "value at rest before the step", result.initial, "");
  add("final_value", "value at rest after the step", result.final_value, "", true);
  add("dc_gain", "change at the output / change of the pin", size / result.amplitude, "");
  add("overshoot", "overshoot, of the step", result.measured.overshoot, "", true);
  double peak = t.measured.front();
  for (const double y : t.measured)
    peak = std::abs(y - result.initial) > std::abs(peak - result.initial) ? y : peak;
  add("peak", "peak", peak, "");
  add("largest_difference", "largest difference from the reference, of the response", t.difference, "");
  add("settle_to", "settled within this share of the step", result.settle_to, "");
  add("amplitude", "step of the pin", result.amplitude, "");
  add("offset", "operating point (--offset)", s.offset, "");
  r.notes.push_back(
      "The pin steps right after the clock edge at time 0 and is held; a clocked chip hears of it at the "
      "edge one period later. Settling time is the first clock edge from which on all stay within the band.");
  const double band = result.settle_to * std::abs(size);
  r.charts.emplace_back(
      chart(s, t, "Step response of " + s.name,
            "Held step of " + figure_text(result.amplitude, "") + " of full scale at " + s.drive_name + ".",
            {{"settled, upper", result.final_value + band, false},
             {"settled, lower", result.final_value - band, false}}));
  r.plot = plot_commands("step", t, s.name);
  return r;
}

BenchReport chirp_report(const Subject& s, const ChirpResult& result) {
  const Transient& t = result.transient;
  BenchReport r;
  r.kind = "chirp", r.subject = s.name, r.reference = reference_of(t);
  add_rows(r, t);
  r.findings = {difference_finding(s, t)};
  const auto add = [&](const std::string& key, const std::string& label, double value,
                       const std::string& unit, bool first = false) {
    r.figures.push_back({key, label, value, unit, first});
  };
  add("largest_difference", "largest difference from the reference, of the response", t.difference, "", true);
  add("response", "largest excursion of the reference from rest", t.size, "", true);
  add("from", "lowest frequency", result.chirp.from.si, "Hz");
  add("to", "highest frequency", result.chirp.to.si, "Hz", true);
  add("duration", "duration", result.chirp.duration.si, "s");
  add("amplitude", "amplitude", result.chirp.amplitude, "");
  add("offset", "operating point (--offset)", s.offset, "");
  if (!t.analog.empty()) {
    double cost = 0.0;
    for (std::size_t k = 0; k < t.analog.size(); ++k)
      cost = std::max(cost, std::abs(t.measured[k] - t.analog[k]) / t.size);
    add("sampling_cost", "largest difference from continuous time, of the response", cost, "");
  }
  const std::string sweep = result.chirp.sweep == waveform::Sweep::linear ? "linearly" : "exponentially";
  r.charts.emplace_back(chart(s, t, "Chirp through " + s.name,
                              "A sine at " + s.drive_name + " whose frequency rises " + sweep + " from " +
                                  to_text(result.chirp.from) + " to " + to_text(result.chirp.to) + ".",
                              {}));
  r.plot = plot_commands("chirp", t, s.name);
  return r;
}

}  // namespace leadlag
