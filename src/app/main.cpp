// SPDX-License-Identifier: Apache-2.0
#include <boost/program_options.hpp>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <systemc>

#include "app/characterize_command.hpp"
#include "app/commands.hpp"
#include "app/digital_command.hpp"
#include "app/testbench.hpp"
#include "instruments/data_error.hpp"
#include "spice/tool.hpp"

namespace leadlag {
namespace {

namespace po = boost::program_options;

constexpr const char* usage =
    R"(leadlag simulates neuromorphic chips that learn, and reports their timing, energy and area.

  leadlag run BLUEPRINT --out DIR    simulate; write report.html, .txt, .json, CSVs, waves.vcd, weights into DIR
  leadlag check BLUEPRINT            validate and apply the static design rules, without simulating
  leadlag testbench step|ac|chirp|gradient BLUEPRINT --out DIR
                                     measure a neuron, an error unit or a path against its closed form
  leadlag testbench settle|linearity BLUEPRINT --out DIR
                                     measure the neurons of an array side by side against theirs
  leadlag testbench noise|mismatch BLUEPRINT --out DIR
                                     their noise at rest, and their spread over many dies, against theirs
  leadlag testbench retention BLUEPRINT --out DIR
                                     how weight cells and sample-and-holds droop and drift
  leadlag testbench spice BLUEPRINT --out DIR
                                     run the chip's SPICE deck in ngspice and compare every node
  leadlag export spice BLUEPRINT --out DIR
                                     write that deck: ngspice -b deck.cir
  leadlag export verilog BLUEPRINT --out DIR
                                     write a digital chip as SystemVerilog with constraints, weights and a testbench
                                     that checks itself (--cycles N ticks of the blueprint's task)
  leadlag characterize BLOCK --out FILE
                                     measure transistor circuits in ngspice (a block, or all), write a technology
                                     file and say how far its relations hold; interrupted, it resumes
  leadlag characterize [MODULE] --digital --out DIR
                                     synthesise modules of the RTL (default all) with Yosys and measure them with
                                     OpenSTA: cells, area, slowest path, leakage, energies of a cycle
  leadlag study learning BLUEPRINT --out DIR
  leadlag study robustness BLUEPRINT --out DIR
                                     compare learning systems on one network; interrupted, it resumes
  leadlag new NAME                   write NAME.yaml, a small working blueprint with comments
  leadlag blocks [KIND]              list block kinds, or the parameters of one
  leadlag schema                     print the JSON Schema of blueprints
  leadlag data mnist1d --out DIR     draw a data set that the task series can read: x, y, x_test, y_test
  leadlag technology FILE            check a technology file and print its numbers with their sources

Exit codes: 0 all findings MET; 1 a finding VIOLATED or NOT MEASURED; 2 blueprint or command line wrong; 3 our bug.

)";

std::string take(std::map<std::string, std::string>& options, const std::string& name) {
  const auto found = options.extract(name);
  return found.empty() ? "" : found.mapped();
}

int whole_number(const std::string& name, const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw UsageError("--" + name + " needs a whole number, not '" + text + "'");
  return value;
}

int dispatch(const std::vector<std::string>& words) {
  po::options_description visible("Options");
  RunOptions run;
  DataOptions data;
  CharacterizeOptions characterize;
  DigitalOptions digital;
  bool wants_digital = false;
  std::vector<std::string> settings;
  visible.add_options()("help,h", "print this text")("version", "print the version")(
      "out,o", po::value(&run.out)->value_name("DIR"),
      "folder for the reports (run) or the data (data); technology file (characterize)")(
      "preset", po::value(&run.read.presets)->value_name("NAME"),
      "apply a preset of the blueprint; may be repeated")(
      "set", po::value(&settings)->value_name("PATH=VALUE"),
      "change a value, e.g. chip.seed=2; may be repeated")(
      "threads", po::value(&run.threads)->value_name("N"),
      "threads inside a cycle (default 1; use them on idle cores only); never changes a result")(
      "no-controls", po::bool_switch(&run.no_controls), "skip the blueprint's control runs")(
      "samples", po::value(&data.params.samples)->value_name("N"),
      "samples to draw, four fifths for training (data; default 5000)")(
      "length", po::value(&data.params.length)->value_name("N"), "points per sample (data; default 72)")(
      "seed", po::value(&data.params.data_seed)->value_name("N"),
      "seed of the draws (data, characterize; default 1)")(
      "technology", po::value(&characterize.technology)->value_name("NAME"),
      "shipped technology or a path to start from (characterize; default cmos180)")(
      "draws", po::value(&characterize.draws)->value_name("N"),
      "copies of a block with their own mismatch (characterize; default 100)")(
      "jobs", po::value(&characterize.jobs)->value_name("N"),
      "decks or modules at once (characterize; default 2)")(
      "cache", po::value(&characterize.cache)->value_name("DIR"),
      "where finished decks and gates are kept (characterize; default $XDG_CACHE_HOME/leadlag)")(
      "digital", po::bool_switch(&wants_digital), "gates of rtl_ref instead of transistors (characterize)")(
      "liberty", po::value(&digital.liberty)->value_name("FILE"),
      "standard cells (characterize --digital; default OSU 0.18 um of qflow)")(
      "cells", po::value(&digital.cells)->value_name("FILE.v"), "their Verilog (characterize --digital)")(
      "words", po::value(&digital.words)->value_name("NAME=N,..."),
      "word lengths as in fixed: of a blueprint (characterize --digital); may be repeated")(
      "csv", po::bool_switch(&data.csv), "text instead of NumPy's format (data)")(
      "quiet,q", po::bool_switch(&run.quiet), "no progress line");
  po::options_description measuring("Options of testbench");
  std::map<std::string, std::string> bench;
  for (const BenchOption& o : bench_options) {
    const std::string name(o.name), meaning = std::string(o.kinds) + ": " + std::string(o.meaning);
    measuring.add_options()(name.c_str(), po::value(&bench[name])->value_name(std::string(o.value)),
                            meaning.c_str());
  }
  po::options_description all;
  std::vector<std::string> positional;
  all.add(visible).add(measuring).add_options()("arguments", po::value(&positional));
  po::positional_options_description positions;
  positions.add("arguments", -1);
  po::variables_map values;
  try {
    po::store(po::command_line_parser(words).options(all).positional(positions).run(), values);
    po::notify(values);
  } catch (const po::error& e) {
    throw UsageError(e.what());
  }
  if (values.count("version") != 0) return std::cout << "leadlag " LEADLAG_VERSION "\n", exit_met;
  if (values.count("help") != 0) return std::cout << usage << visible << measuring, exit_met;
  if (positional.empty()) throw UsageError("no command given");

  const std::string command = positional[0];
  const auto argument = [&](bool required) -> std::string {
    if (positional.size() > 2) throw UsageError("unexpected '" + positional[2] + "'");
    if (positional.size() == 2) return positional[1];
    if (required) throw UsageError("leadlag " + command + " needs an argument");
    return {};
  };
  const std::vector<std::string> commands{"run",    "check", "testbench",  "study",  "new",         "blocks",
                                          "schema", "data",  "technology", "export", "characterize"};
  for (auto option = bench.begin(); option != bench.end();) {
    option = values.count(option->first) == 0 ? bench.erase(option) : std::next(option);
  }
  if (command == "characterize") {
    characterize.models = take(bench, "models");
    const std::string points = take(bench, "points");
    if (!points.empty()) characterize.points = whole_number("points", points);
  }
  if (command != "testbench" && command != "export" && !bench.empty())
    throw UsageError("--" + bench.begin()->first + " belongs to leadlag testbench");
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0)
      throw UsageError("--set " + setting + " is not PATH=VALUE");
    run.read.settings.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  if (run.threads < 0 || (values.count("threads") != 0 && run.threads == 0)) {
    throw UsageError("--threads must be 1 or more");
  }
  run.read.technology_folder = technology_folder();
  if (command == "schema") return argument(false), std::cout << blueprint_schema() << "\n", exit_met;
  if (command == "blocks") return blocks_command(argument(false));
  if (command == "new") return new_command(argument(true));
  if (command == "data") {
    data.kind = argument(true), data.out = run.out;
    return data_command(data);
  }
  if (command == "technology") return technology_command(argument(true));
  if (!wants_digital && !(digital.liberty + digital.cells).empty())
    throw UsageError("--liberty and --cells belong to leadlag characterize --digital");
  if (!wants_digital && !digital.words.empty())
    throw UsageError("--words belongs to leadlag characterize --digital");
  if (wants_digital && command != "characterize")
    throw UsageError("--digital belongs to leadlag characterize");
  if (wants_digital) {
    if (const std::string module = argument(false); !module.empty()) digital.module = module;
    digital.technology = characterize.technology, digital.out = run.out, digital.cache = characterize.cache;
    digital.jobs = characterize.jobs, digital.quiet = run.quiet;
    for (const char* option : {"models", "points", "draws", "seed"})
      if (values.count(option) != 0) digital.foreign.push_back("--" + std::string(option));
    return digital_command(digital);
  }
  if (command == "characterize") {
    characterize.block = argument(true), characterize.out = run.out;
    characterize.seed = data.params.data_seed, characterize.quiet = run.quiet;
    return characterize_command(characterize);
  }
  if (command == "testbench") {
    if (positional.size() < 3)
      throw UsageError(
          "leadlag testbench needs step, ac, chirp, gradient, spice, settle, linearity, noise, retention or "
          "mismatch, and a blueprint");
    if (positional.size() > 3) throw UsageError("unexpected '" + positional[3] + "'");
    if (run.out.empty()) throw UsageError("leadlag testbench needs --out DIR");
    return testbench_command({positional[1], positional[2], run.out, bench, run.read, run.quiet});
  }
  if (command == "export") {
    const bool verilog = positional.size() > 1 && positional[1] == "verilog";
    if (positional.size() < 3 || (positional[1] != "spice" && !verilog))
      throw UsageError("leadlag export needs the word spice or verilog, and a blueprint");
    if (positional.size() > 3) throw UsageError("unexpected '" + positional[3] + "'");
    if (run.out.empty()) throw UsageError("leadlag export needs --out DIR");
    const TestbenchCommand exported{"spice", positional[2], run.out, bench, run.read, run.quiet};
    return verilog ? export_verilog_command(exported) : export_command(exported);
  }
  if (command == "study") {
    const bool robustness = positional.size() > 1 && positional[1] == "robustness";
    if (positional.size() < 3 || (positional[1] != "learning" && !robustness))
      throw UsageError("leadlag study needs the word learning or robustness, and a blueprint");
    if (positional.size() > 3) throw UsageError("unexpected '" + positional[3] + "'");
    if (run.out.empty()) throw UsageError("leadlag study needs --out DIR");
    run.blueprint = positional[2];
    return robustness ? robustness_command(run) : study_command(run);
  }
  if (command == "run" || command == "check") {
    run.blueprint = argument(true);
    if (command == "check") return check_command(run);
    if (run.out.empty()) throw UsageError("leadlag run needs --out DIR");
    return run_command(run);
  }
  const std::string near = did_you_mean(command, commands);
  throw UsageError("unknown command '" + command + "'" +
                   (near.empty() ? "" : "; did you mean '" + near + "'?"));
}

}  // namespace
}  // namespace leadlag

int sc_main(int argc, char* argv[]) {
  using namespace leadlag;
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  try {
    return dispatch({argv + 1, argv + argc});
  } catch (const DesignError& e) {
    std::cerr << e.what() << "\n";
    return exit_wrong_input;
  } catch (const DataError& e) {
    std::cerr << "error[data]: " << e.what() << "\n";
    return exit_wrong_input;
  } catch (const SpiceMissing& e) {
    std::cerr << "error[ngspice]: " << e.what() << "\n";
    return exit_wrong_input;
  } catch (const ToolMissing& e) {
    std::cerr << "error[tool]: " << e.what() << "\n";
    return exit_wrong_input;
  } catch (const UsageError& e) {
    std::cerr << "leadlag: " << e.what() << "\nTry 'leadlag --help'.\n";
    return exit_wrong_input;
  } catch (const std::exception& e) {
    std::cerr << "leadlag: internal error: " << e.what() << "\n";
    return exit_our_bug;
  }
}

int main(int argc, char* argv[]) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);  // our output is our own
  return sc_core::sc_elab_and_sim(argc, argv);
}
