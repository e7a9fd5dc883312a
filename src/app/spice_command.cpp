// SPDX-License-Identifier: Apache-2.0
// leadlag export spice, and the part of leadlag testbench that compares a chip with its deck.
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <numbers>
#include <set>
#include <sstream>

#include "app/bench_report.hpp"
#include "app/commands.hpp"
#include "app/progress.hpp"
#include "benches/spice_bench.hpp"
#include "design/diagnostic.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

/// Of one unit: what integrating by ramps and at clock edges may differ from SPICE's own steps.
constexpr double default_tolerance = 0.005;
/// Of one unit: offset, compression and the spread of kappa of transistors against ideal blocks.
constexpr double transistor_tolerance = 0.2;
constexpr std::size_t most_written = 64;  ///< nodes with a column in spice.csv, the worst first
constexpr std::size_t most_panels = 6;

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw UsageError("cannot read " + path);
  return text.str();
}

void write_deck(const Deck& deck, const OutputFolder& out, const std::string& folder) {
  const std::string prefix = folder.empty() ? "" : folder + "/";
  if (!folder.empty()) out.subfolder(folder);
  for (const std::string& file : deck.files) out.write(prefix + file, file_text(spice_folder() + "/" + file));
  out.write(prefix + "README.md", deck.readme);
  out.write(prefix + "deck.cir", deck.text);
}

/// In sampled coupling a chip and its deck, which has no clock, are two different chips.
void require_continuous(const Design& design) {
  if (design.has_circuit()) return;
  const bool sampled = std::any_of(design.arrays.begin(), design.arrays.end(),
                                   [](const ArrayDesign& a) { return !a.is_input() && !a.is_continuous(); });
  if (!sampled) return;
  const auto at = design.positions.find("chip.coupling");
  throw DesignError(design.file,
                    {{"illegal-combination", at == design.positions.end() ? Position{} : at->second,
                      "a deck has no clock, so it is compared with continuous coupling; add --set "
                      "chip.coupling=continuous --set chip.integration=exact",
                      ""}});
}

DeckOptions deck_options(const TestbenchOptions& o) {
  return {
      .level = o.spice.level, .models = o.spice.models, .step = o.spice.step, .mismatch = o.spice.mismatch};
}

/// Nothing is further off than what is no number.
double distance(const NodeDifference& d) {
  return std::isnan(d.rms) ? std::numeric_limits<double>::infinity() : d.rms;
}
/// Nodes by falling distance from the simulator.
std::vector<std::size_t> worst_first(const SpiceComparison& c) {
  std::vector<std::size_t> order(c.nodes.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return distance(c.nodes[a]) > distance(c.nodes[b]); });
  return order;
}

/// The worst node of each kind of signal.
std::vector<std::size_t> shown(const Deck& deck, const std::vector<std::size_t>& order) {
  std::vector<std::size_t> list;
  std::set<std::string> signals;
  for (const std::size_t k : order) {
    if (list.size() < most_panels && signals.insert(deck.nodes[k].signal).second) list.push_back(k);
  }
  return list;
}

LineChart overlay(const Deck& deck, const SpiceComparison& c, const std::vector<std::size_t>& nodes) {
  LineChart chart{"overlay",
                  "Simulator and ngspice",
                  "Of each kind of signal the node with the largest RMS difference.",
                  {"time", "s"},
                  c.time,
                  {},
                  {}};
  for (const std::size_t k : nodes) {
    chart.panels.push_back({deck.nodes[k].name,
                            {"model units", ""},
                            {{"simulator", c.simulated[k], {}}, {"ngspice", c.deck[k], {}}},
                            {}});
  }
  return chart;
}

std::string plot_commands(const Deck& deck, const std::vector<std::size_t>& order,
                          const std::vector<std::size_t>& nodes) {
  std::string out = "set multiplot layout " + std::to_string(nodes.size()) +
                    ",1\nset lmargin 12\nset autoscale xfix\nset offsets 0,0,graph 0.05,graph 0.05\n"
                    "set ylabel 'model units'\nset format x '%.0s %cs'\n";
  for (std::size_t p = 0; p < nodes.size(); ++p) {
    const auto place = std::find(order.begin(), order.end(), nodes[p]) - order.begin();
    const std::string first = std::to_string(2 + 2 * place), second = std::to_string(3 + 2 * place);
    if (p + 1 == nodes.size()) out += "set xlabel 'time, s'\n";
    out += "set title '" + deck.nodes[nodes[p]].name + "' noenhanced\nplot 'spice.csv' using 1:" + first +
           " with lines lt 1 lw 4 title 'simulator', '' using 1:" + second +
           " with lines lt 2 title 'ngspice'\n";
  }
  return out + "unset multiplot\n";
}

BenchTable node_table(const Deck& deck, const SpiceComparison& c, const std::vector<std::size_t>& order) {
  BenchTable table{"nodes",
                   "Differences, of one unit; gain and phase where the stimulus is sines and nothing learns",
                   {"node", "rms", "worst", "span", "gain_error", "phase_error_deg"},
                   {}};
  for (const std::size_t k : order) {
    const NodeDifference& d = c.nodes[k];
    double gain = std::nan(""), phase = std::nan("");
    for (const ToneDifference& t : d.tones) {
      if (!(std::abs(t.gain) <= std::abs(gain))) gain = t.gain;
      if (!(std::abs(t.phase) <= std::abs(phase))) phase = t.phase;
    }
    table.rows.push_back(
        {deck.nodes[k].name, {d.rms, d.worst, d.span, gain, phase * 180.0 / std::numbers::pi}});
  }
  return table;
}

/// What the supply gave, and what the Datasheets say of what is transistors in the deck.
void add_energies(BenchReport& r, const Deck& deck, const SpiceRecord& record) {
  const auto& time = record.columns.front();
  const auto& current = record.column("i(vdd)");
  double charge = 0.0;
  for (std::size_t k = 1; k < time.size(); ++k)
    charge -= 0.5 * (current[k] + current[k - 1]) * (time[k] - time[k - 1]);
  const double simulated = charge * deck.supply.si, sheet = (deck.datasheet_power * deck.duration).si;
  r.figures.push_back({"supply_energy", "energy from the supply in ngspice", simulated, "J", true});
  r.figures.push_back({"datasheet_energy",
                       "static energy, by the Datasheets, of what is transistors in the deck", sheet, "J",
                       true});
  r.figures.push_back({"energy_ratio", "Datasheet / ngspice", sheet / simulated, ""});
}

BenchReport spice_report(const Design& design, const Deck& deck, const Stimulus& stimulus,
                         const SpiceComparison& c, const TestbenchOptions& o, const SpiceRecord& record) {
  const bool transistors = deck.level == SpiceLevel::transistor;
  BenchReport r;
  r.kind = "spice", r.subject = design.chip.name;
  r.reference = "ngspice on a " + std::string(name_of(o.spice.level)) + " deck";
  const auto order = worst_first(c);
  const double tolerance = o.spice.tolerance.value_or(transistors ? transistor_tolerance : default_tolerance);
  std::set<std::string> signals;
  for (const std::size_t k : order) {
    const DeckNode& node = deck.nodes[k];
    if (!signals.insert(node.signal).second) continue;
    const Position at = node.crossbar ? design.crossbars[node.index].at : design.arrays[node.index].at;
    const bool met = c.nodes[k].rms <= tolerance;
    r.findings.push_back({"testbench", "RMS difference from ngspice, of one unit: worst " + node.signal,
                          node.name, "<= " + figure_text(tolerance, ""), figure_text(c.nodes[k].rms, ""),
                          figure_text(tolerance - c.nodes[k].rms, ""), met ? Verdict::met : Verdict::violated,
                          at});
  }
  double worst = 0.0;
  for (const NodeDifference& d : c.nodes) worst = further(worst, d.worst);
  r.figures = {
      {"worst_rms", "largest RMS difference, of one unit", c.nodes[order.front()].rms, "", true},
      {"worst_difference", "largest difference at any instant, of one unit", worst, "", true},
      {"nodes", "nodes compared", static_cast<double>(c.nodes.size()), "", true},
      {"cycles", "clock periods", static_cast<double>(stimulus.cycles()), ""},
      {"duration", "duration", deck.duration.si, "s"},
      {"step", "longest step of ngspice", deck.step.si, "s"},
      {"points", "points that ngspice took", static_cast<double>(record.columns.front().size()), ""}};
  if (transistors) add_energies(r, deck, record);
  r.tables = {node_table(deck, c, order)};
  r.notes = {
      "Stimulus: " + stimulus.name + ".",
      transistors && design.has_physics()
          ? "The deck is of transistors and the simulator's blocks have the physics that chip.fidelity and "
            "physics.effects give them: the differences are what the transistors do beyond these."
      : transistors
          ? "The deck is of transistors and the simulator's blocks are ideal: the differences are the "
            "physics that "
            "the chip has beyond its equations (offset, compression, kappa, finite gain)."
          : "The deck is behavioural: the blocks' equations as sources. Agreement says that the simulator "
            "integrates them; it says nothing about transistors."};
  if (!deck.counted.empty())
    r.notes.emplace_back(
        "Signals are compared in phases that only learning plays: a clocked chip settles layer by layer in "
        "the "
        "phases of inference, the deck at once. Weights are compared in every cycle.");
  r.csv_header = {"time_s"};
  const std::vector<std::size_t> written(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(std::min(order.size(), most_written)));
  for (const std::size_t k : written) {
    r.csv_header.push_back(deck.nodes[k].name + " simulator");
    r.csv_header.push_back(deck.nodes[k].name + " ngspice");
  }
  for (std::size_t n = 0; n < c.time.size(); ++n) {
    r.csv_rows.push_back({c.time[n]});
    for (const std::size_t k : written)
      r.csv_rows.back().push_back(c.simulated[k][n]), r.csv_rows.back().push_back(c.deck[k][n]);
  }
  const auto nodes = shown(deck, written);
  r.charts.emplace_back(overlay(deck, c, nodes));
  r.plot = plot_commands(deck, written, nodes);
  return r;
}

}  // namespace

int export_command(const TestbenchCommand& command) {
  const TestbenchOptions options = read_testbench_options(command);
  const Design design = design_for_spice(read_design(command.blueprint, command.read));
  const Deck deck = make_deck(design, fabricate(design), task_stimulus(design, options.spice.cycles),
                              deck_options(options));
  const OutputFolder out(command.out, "deck.cir");
  write_deck(deck, out, "");
  out.publish();
  std::cout << deck.nodes.size() << " nodes; run it: cd " << command.out << " && ngspice -b deck.cir\n";
  return exit_met;
}

int spice_testbench(const TestbenchCommand& command, const TestbenchOptions& options) {
  if (options.spice.draws) return mismatch_draws(command, options);
  const Design design = design_for_spice(read_design(command.blueprint, command.read));
  require_continuous(design);
  const Die die = fabricate(design);
  const Stimulus stimulus = task_stimulus(design, options.spice.cycles);
  const Deck deck = make_deck(design, die, stimulus, deck_options(options));
  const OutputFolder out(command.out, "report.json");
  write_deck(deck, out, "deck");
  Progress progress(!command.quiet);
  catch_interruption();
  omp_set_num_threads(1);
  BenchReport report;
  report.kind = "spice", report.subject = design.chip.name, report.reference = "ngspice";
  try {
    run_ngspice(out.path("deck"), "deck.cir", throw_if_interrupted);
    const SpiceRecord record = read_raw(out.path("deck/deck.raw"));
    Rig rig(design, die);
    rig.watch = [&](std::int64_t) { throw_if_interrupted(); };
    const auto simulated = record_chip(rig, deck, stimulus);
    report =
        spice_report(design, deck, stimulus,
                     compare(design, deck, simulated, record, stationary_tones(design)), options, record);
    std::filesystem::remove(out.path("deck/deck.raw"));  // large, and ngspice writes it again
  } catch (const SpiceMissing&) {
    throw;
  } catch (const SpiceError& e) {
    report.findings = {{"testbench",
                        "the deck runs",
                        design.chip.name,
                        "ngspice finishes",
                        e.what(),
                        "",
                        Verdict::not_measured,
                        {}}};
  }
  progress.finish();
  const std::string missing = write_bench_report(report, design, out);
  out.publish();
  std::cout << report.subject << ", against " << report.reference << "\n"
            << findings_text(report.findings, design) << missing << "report in " << command.out
            << "/report.html and report.txt; the deck in " << command.out << "/deck\n";
  return all_met(report.findings) ? exit_met : exit_violated;
}

}  // namespace leadlag
