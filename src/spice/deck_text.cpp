// SPDX-License-Identifier: Apache-2.0
#include "spice/deck_text.hpp"

#include "units/text.hpp"

namespace leadlag {
namespace {

constexpr std::size_t longest_line = 118;
/// Nodes beyond these are saved but not measured one by one.
constexpr std::size_t most_measured = 200;

}  // namespace

std::string spice_number(double value) { return shortest(value); }

void DeckText::line(const std::string& text) {
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find(' ', at + 1);
    if (end == std::string::npos) end = text.size();
    if (used > 0 && used + (end - at) > longest_line) text_ += "\n+", used = 1;
    text_ += text.substr(at, end - at), used += end - at;
    at = end;
  }
  text_ += "\n";
}

void DeckText::instance(const std::string& name, const std::vector<std::string>& nodes,
                        const std::string& subcircuit,
                        const std::vector<std::pair<std::string, double>>& parameters) {
  std::string text = "X" + name;
  for (const std::string& n : nodes) text += " " + n;
  text += " " + subcircuit;
  for (const auto& [key, value] : parameters) text += " " + key + "=" + spice_number(value);
  line(text);
}

void DeckText::source(const std::string& node, const std::vector<double>& values, double volts,
                      Reconstruction how, Time period) {
  const double rise = 1e-4 * period.si;
  const std::size_t n = values.size();
  std::string text = "V" + node + " " + node + " 0";
  const auto point = [&](double t, double value) {
    text += " " + spice_number(t) + " " + spice_number(value * volts);
  };
  bool constant = true;
  for (const double v : values) constant = constant && v == values.front();
  if (constant) return line(text + " " + spice_number(values.front() * volts));
  text += " PWL(";
  point(0.0, values[0]);
  for (std::size_t k = 1; k < n; ++k) {
    const double before = static_cast<double>(k - 1) * period.si, at = static_cast<double>(k) * period.si;
    if (how == Reconstruction::ramp) {
      const bool straight = k + 1 < n && values[k - 1] == values[k] && values[k] == values[k + 1];
      if (!straight) point(at, values[k]);
    } else if (values[k] != values[k - 1]) {
      if (k > 1) point(before, values[k - 1]);
      point(before + rise, values[k]);
    }
  }
  line(text + ")");
}

std::string node_name(const std::string& array, std::size_t unit, const std::string& signal) {
  return array + "_" + std::to_string(unit) + "_" + signal;
}

std::string cell_name(const std::string& crossbar, std::size_t row, std::size_t column, std::size_t columns) {
  return crossbar + "_" + std::to_string(row) + "_" + (column == columns ? "bias" : std::to_string(column));
}

double rate_per_second(const Design& design) { return design.learning.params.rate / design.chip.period().si; }

std::string framed_deck(const Design& design, const Stimulus& stimulus, const Deck& deck,
                        const std::vector<std::string>& pins, const std::string& body) {
  DeckText d;
  d.comment(design.chip.name + ": written by leadlag export spice from " + design.file + ", hash " +
            design.hash);
  d.comment("Stimulus: " + stimulus.name + "; runs with: ngspice -b deck.cir");
  d.line(".param vfs=" + spice_number(design.full_scale.voltage.si) +
         " ifs=" + spice_number(design.full_scale.current.si) + " vw=1");
  const bool transistors = deck.level == SpiceLevel::transistor;
  if (transistors) {
    const Technology& t = design.technology;
    d.line(".param g2ut=" + spice_number(t.kappa / (2.0 * t.thermal_voltage().si)) + " wv=" +
           spice_number(design.blocks.synapse.weight_voltage.si) + " avt=" + spice_number(deck.a_vt.si));
    d.line(".temp " + spice_number(t.temperature.si - 273.15));
    d.line("Vdd vdd 0 " + spice_number(t.v_dd.si));
  }
  for (const std::string& file : deck.files) d.line(".include " + file);
  if (!deck.models.empty()) d.line(".include \"" + deck.models + "\"");
  if (transistors)
    d.line(".options reltol=1e-4 method=gear chgtol=1e-19");  // trapezoidal rings where devices switch
  const std::string end = spice_number(deck.duration.si);
  std::string text = d.text() + body;
  DeckText tail;
  tail.comment("---- analysis");
  tail.line(".tran " + spice_number(deck.step.si) + " " + end + " 0 " + spice_number(deck.step.si) +
            (transistors ? "" : " uic"));
  std::string save = transistors ? ".save i(vdd)" : ".save";
  for (const std::string& pin : pins) save += " v(" + pin + ")";
  for (const DeckNode& n : deck.nodes) save += " v(" + n.node + ")";
  tail.line(save);
  for (std::size_t k = 0; k < std::min(deck.nodes.size(), most_measured); ++k) {
    const std::string& node = deck.nodes[k].node;
    tail.line(".measure tran " + node + "_rms RMS v(" + node + ")");
    tail.line(".measure tran " + node + "_end FIND v(" + node + ") AT=" + end);
  }
  if (transistors) tail.line(".measure tran supply_current AVG i(vdd)");
  tail.line(".control");
  tail.line("run");
  tail.line("set filetype=binary");
  tail.line("write deck.raw");
  tail.line("quit 0");
  tail.line(".endc");
  tail.line(".end");
  return text + tail.text();
}

}  // namespace leadlag
