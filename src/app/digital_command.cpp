// SPDX-License-Identifier: Apache-2.0
// leadlag characterize --digital: rtl_ref in Yosys, Icarus Verilog and OpenSTA -> digital: of a technology
// file.
#include "app/digital_command.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "app/characterize_command.hpp"
#include "app/commands.hpp"
#include "app/output_folder.hpp"
#include "app/progress.hpp"
#include "design/values.hpp"
#include "report/table.hpp"
#include "spice/tool.hpp"
#include "synth/digital_flow.hpp"
#include "synth/gate_bench.hpp"
#include "synth/netlist.hpp"

namespace leadlag {
namespace {

namespace fs = std::filesystem;

constexpr const char* osu_folder = "/usr/share/qflow/tech/osu018/osu018_stdcells";
constexpr std::size_t held_out_phases[] = {held_out_few, held_out_many};

/// Sets one word length, or says what is wrong with it.
std::string set_word(FixedWords& words, const std::string& name, const std::string& text) {
  std::string problem = "--words: no word length is called '" + name + "'" +
                        suggestion(name, field_names(FixedWords::fields()));
  const auto set = [&](const auto& f) {
    if (f.name != name) return;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool fine = error == std::errc{} && end == text.data() + text.size() && f.domain.contains(value);
    problem =
        fine ? "" : "--words: " + name + " needs " + legal_range(f.domain, {}, true) + ", not '" + text + "'";
    if (fine) words.*f.member = value;
  };
  std::apply([&](const auto&... f) { (set(f), ...); }, FixedWords::fields());
  return problem;
}

FixedWords read_words(const std::string& text, std::vector<std::string>& wrong) {
  FixedWords words;
  std::istringstream list(text);
  for (std::string item; std::getline(list, item, ',');) {
    const std::size_t equals = item.find('=');
    const std::string problem = equals == std::string::npos
                                    ? "--words: '" + item + "' is not NAME=NUMBER"
                                    : set_word(words, item.substr(0, equals), item.substr(equals + 1));
    if (!problem.empty()) wrong.push_back(problem);
  }
  return words;
}

struct Request {
  std::vector<DigitalJob> jobs;
  std::string technology;  ///< its name
  DigitalFlow flow;
};

Request read_request(const DigitalOptions& o) {
  std::vector<std::string> wrong;
  const auto need = [&](bool fine, const std::string& what) {
    if (!fine) wrong.push_back(what);
  };
  Request r;
  std::string foreign;
  for (const std::string& option : o.foreign) foreign += (foreign.empty() ? "" : ", ") + option;
  need(o.foreign.empty(), foreign + " of leadlag characterize: for transistors, without --digital");
  need(!o.out.empty(), "leadlag characterize --digital needs --out DIR");
  need(o.jobs >= 1 && o.jobs <= 256, "--jobs needs a whole number from 1 to 256");
  need(
      o.liberty.empty() == o.cells.empty(),
      "--liberty FILE and --cells FILE.v belong together: gates are simulated with the cells of the library");
  r.flow.liberty = o.liberty.empty() ? std::string(osu_folder) + ".lib" : o.liberty;
  r.flow.cells = o.cells.empty() ? std::string(osu_folder) + ".v" : o.cells;
  for (const auto& [option, file, own] : {std::tuple{"--liberty", r.flow.liberty, !o.liberty.empty()},
                                          std::tuple{"--cells", r.flow.cells, !o.cells.empty()}}) {
    need(fs::is_regular_file(file), std::string(option) + " " + file + ": there is no such file" +
                                        (own ? "" : " (Debian: apt-get install qflow-tech-osu018)"));
  }
  std::vector<std::string> modules(digital_modules.begin(), digital_modules.end());
  auto names = modules;
  names.emplace_back("all");
  need(std::find(names.begin(), names.end(), o.module) != names.end(),
       "no module of rtl_ref that is characterised is called '" + o.module + "'" +
           suggestion(o.module, names));
  if (o.module != "all") modules = {o.module};
  std::vector<FixedWords> lengths;
  for (const std::string& text : o.words) lengths.push_back(read_words(text, wrong));
  if (lengths.empty()) lengths.emplace_back();
  std::string text;
  for (const std::string& w : wrong) text += (text.empty() ? "" : "; ") + w;
  if (!text.empty()) throw UsageError(text);
  r.technology = read_technology(technology_path(o.technology)).name;
  for (const FixedWords& words : lengths)
    for (const std::string& module : modules) r.jobs.push_back({module, words});
  r.flow.rtl = rtl_folder(), r.flow.cache = cache_folder(o.cache), r.flow.at_once = o.jobs;
  return r;
}

/// "16.11/16.13", the rest if it is not the default.
std::string words_text(const FixedWords& w) {
  const FixedWords standard;
  std::string text = std::to_string(w.signal_bits) + "." + std::to_string(w.signal_fraction) + "/" +
                     std::to_string(w.weight_bits) + "." + std::to_string(w.weight_fraction);
  const auto add = [&](const auto& f) {
    const std::string name(f.name);
    if (name.rfind("signal_", 0) == 0 || name.rfind("weight_", 0) == 0 || w.*f.member == standard.*f.member)
      return;
    text += " " + name + " " + std::to_string(w.*f.member);
  };
  std::apply([&](const auto&... f) { (add(f), ...); }, FixedWords::fields());
  return text;
}

std::string in_unit(double value, double unit, const char* name) {
  return format_quantity(value / unit, {}, 4) + " " + name;
}

std::string area_text(Area a) { return plain_number(std::round(a.si * 1e12)) + " um2"; }

double rounded(double value) {
  const double scale = std::pow(10.0, 3 - std::floor(std::log10(std::abs(value))));
  return value == 0.0 ? 0.0 : std::round(value * scale) / scale;
}
std::string number(double si, double unit, const char* name) {
  return shortest(rounded(si / unit)) + " " + name;
}

std::string yaml_entry(const DigitalBlock& b) {
  std::string words;
  const auto add = [&](const auto& f) {
    words += (words.empty() ? "" : ", ") + std::string(f.name) + ": " + std::to_string(b.words.*f.member);
  };
  std::apply([&](const auto&... f) { (add(f), ...); }, FixedWords::fields());
  return "  - module: " + b.module + "\n    words: {" + words + "}\n    cells: " + std::to_string(b.cells) +
         "\n    area: " + area_text(b.area) +
         "\n    critical_path: " + number(b.critical_path.si, 1e-9, "ns") + "\n    critical_pins: \"" +
         b.critical_pins + "\"\n    leakage: " + number(b.leakage.si, 1e-9, "nW") +
         "\n    active: " + number(b.active.si, 1e-12, "pJ") +
         "\n    idle: " + number(b.idle.si, 1e-12, "pJ") +
         "\n    stirred: " + number(b.stirred.si, 1e-12, "pJ") + "\n    source: \"" + b.source + "\"\n";
}

double worst_error(const DigitalResult& r) {
  double worst = 0.0;
  for (const std::size_t k : held_out_phases)
    worst = std::abs(r.error(k)) > std::abs(worst) ? r.error(k) : worst;
  return worst;
}
bool met(const DigitalResult& r) { return std::abs(worst_error(r)) <= held_out_limit; }

std::string report_text(const std::vector<DigitalResult>& results) {
  Table blocks({"module", "words", "cells", "area", "slowest path", "leakage", "working cycle",
                "waiting cycle", "inputs move"});
  Table checks({"verdict", "module", "words", "working", "predicted", "OpenSTA", "working ", "predicted ",
                "OpenSTA ", "worst error", "allowed"});
  Table outside({"module", "words", "working cycle", "words 1/16 in size", "without waits"});
  std::string paths;
  const auto energy = [](double si) { return in_unit(si, 1e-12, "pJ"); };
  for (const DigitalResult& r : results) {
    const DigitalBlock& b = r.block;
    const std::string words = words_text(b.words);
    blocks.row({b.module, words, std::to_string(b.cells), area_text(b.area),
                in_unit(b.critical_path.si, 1e-9, "ns"), in_unit(b.leakage.si, 1e-9, "nW"),
                energy(b.active.si), energy(b.idle.si), energy(b.stirred.si)});
    std::vector<std::string> row{met(r) ? "MET" : "VIOLATED", b.module, words};
    for (const std::size_t k : held_out_phases) {
      const PhaseEnergy& p = r.phases[k];
      row.insert(row.end(), {percent(p.share), energy(r.predicted(p.share)), energy(p.energy)});
    }
    row.insert(row.end(), {percent(worst_error(r)), percent(held_out_limit)});
    checks.row(row);
    const auto one = [&](std::size_t phase) {
      const PhaseEnergy& p = r.phases[phase];
      return energy(b.idle.si + (p.energy - b.idle.si) / p.share);
    };
    outside.row({b.module, words, energy(b.active.si), one(in_small), one(in_dense)});
    paths += "  " + b.module + " " + words + ": " + b.critical_pins + "\n";
  }
  return "Before layout, one corner: no wires, no clock tree, no nets between modules.\n\n" + blocks.text() +
         "\nSlowest paths, arrival and setup, inputs at the clock edge:\n\n" + paths +
         "\nEnergy of a cycle on stimuli that the numbers do not come from (other seeds, other shares of "
         "working "
         "cycles), E = idle + share (active - idle):\n\n" +
         checks.text() + "\nWhat these two energies do not cover:\n\n" + outside.text();
}

}  // namespace

int digital_command(const DigitalOptions& options) {
  Request request = read_request(options);
  const OutputFolder out(options.out, "digital.yaml");
  Progress progress(!options.quiet);
  catch_interruption();
  request.flow.waiting = throw_if_interrupted;
  request.flow.progress = [&](std::size_t done, std::size_t all) {
    progress.show("synthesis, switching, power", static_cast<std::int64_t>(done),
                  static_cast<std::int64_t>(all), "modules");
  };
  std::vector<DigitalResult> results;
  try {
    results = characterize_digital(request.jobs, request.flow);
  } catch (const FlowError& e) {
    progress.finish();
    std::cerr << "leadlag: NOT MEASURED: " << e.what() << "\n";
    return exit_violated;
  }
  progress.finish();
  std::string yaml =
      "# Written by leadlag characterize --digital; digital: belongs into a technology file.\ntechnology: " +
      request.technology + "\n\ndigital:\n";
  for (const DigitalResult& r : results) yaml += yaml_entry(r.block);
  out.write("digital.yaml", yaml);
  const std::string text = report_text(results);
  out.write("digital.txt", text);
  read_technology(out.path("digital.yaml"));  // what is written can be read
  out.publish();
  std::cout << text << "\n" << options.out << "/digital.yaml and digital.txt written\n";
  return std::all_of(results.begin(), results.end(), met) ? exit_met : exit_violated;
}

}  // namespace leadlag
