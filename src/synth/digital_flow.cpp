// SPDX-License-Identifier: Apache-2.0
#include "synth/digital_flow.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>

#include "spice/spice_jobs.hpp"
#include "spice/tool.hpp"
#include "synth/digital_scripts.hpp"
#include "synth/energy_liberty.hpp"
#include "synth/gate_bench.hpp"
#include "synth/netlist.hpp"
#include "synth/switching.hpp"

namespace leadlag {
namespace {

namespace fs = std::filesystem;

constexpr double reference_clock = 50e6;  // Hz: at which leakage and cycles are compared as powers

constexpr const char* energy_method = "energies per transition 1";  // changes when switching.cpp does

struct Gates {
  std::string verilog, json, area;
};

/// A folder that goes with its object.
std::shared_ptr<const fs::path> scratch_folder(const fs::path& path) {
  fs::create_directories(path);
  return {new fs::path(path), [](const fs::path* p) {
            std::error_code ignored;
            fs::remove_all(*p, ignored);
            delete p;
          }};
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

class Flow {
 public:
  explicit Flow(const DigitalFlow& options) : o_(options) {
    fs::create_directories(o_.cache);
    liberty_ = file_contents(o_.liberty), cells_ = file_contents(o_.cells);
    const auto home = scratch_folder(scratch("versions"));
    const auto version = [&](const std::vector<std::string>& words, const std::string& package) {
      run_tool(words, home->string(), "version.log", package, o_.waiting);
      return first_line(file_contents((*home / "version.log").string()));
    };
    yosys_ = version({"yosys", "-V"}, "yosys");
    icarus_ = version({"iverilog", "-V"}, "iverilog");
    sta_ = version({"sta", "-version"}, "opensta");
    yosys_ = yosys_.substr(0, yosys_.find(" ("));
    icarus_ = icarus_.substr(0, icarus_.find(" ("));
  }

  DigitalResult run(const DigitalJob& job, std::size_t number) const {
    const DigitalModule module = digital_module(job.module, job.words);
    try {
      const Gates gates = synthesise(module, number);
      const GateNetlist netlist = read_netlist(gates.json, module.name);
      return result(job, module, gates, netlist, measure(module, gates, netlist, number));
    } catch (const FlowError& e) {
      throw FlowError(job.module + ": " + e.what());
    }
  }

 private:
  fs::path scratch(const std::string& what) const {
    return fs::path(o_.cache) / ("run-" + std::to_string(getpid()) + "-" + what);
  }

  void tool(const std::vector<std::string>& words, const fs::path& folder, const std::string& package) const {
    const std::string log = fs::path(words.front()).filename().string() + ".log";
    if (run_tool(words, folder.string(), log, package, o_.waiting) != 0)
      throw FlowError(words.front() + " failed: " + first_error((folder / log).string()));
  }

  Gates synthesise(const DigitalModule& module, std::size_t number) const {
    std::vector<std::string> from{yosys_, liberty_, yosys_script(module, ""), abc_script()};
    for (const std::string& file : module.files) from.push_back(file_contents(o_.rtl + "/" + file));
    const fs::path kept = fs::path(o_.cache) / (content_key(from) + ".gates");
    if (!fs::exists(kept)) {
      const auto folder = scratch_folder(scratch("synth-" + std::to_string(number)));
      for (const std::string& file : module.files)
        fs::copy_file(o_.rtl + "/" + file, *folder / file, fs::copy_options::overwrite_existing);
      // A name without blanks, wherever the library is.
      fs::create_symlink(fs::absolute(o_.liberty), *folder / "cells.lib");
      keep_file((*folder / "synth.ys").string(), yosys_script(module, "cells.lib"));
      keep_file((*folder / "abc.txt").string(), abc_script());
      tool({"yosys", "-q", "-s", "synth.ys"}, *folder, "yosys");
      const auto text = [&](const char* file) { return file_contents((*folder / file).string()); };
      keep_file(kept.string(),
                nlohmann::json{
                    {"verilog", text("gates.v")}, {"json", text("gates.json")}, {"area", text("area.txt")}}
                    .dump());
    }
    const auto json = nlohmann::json::parse(file_contents(kept.string()));
    return {json.at("verilog"), json.at("json"), json.at("area")};
  }

  /// Measurements of a netlist: what OpenSTA says of its paths, and energies per phase.
  nlohmann::json measure(const DigitalModule& module, const Gates& gates, const GateNetlist& netlist,
                         std::size_t number) const {
    const std::string bench = gate_bench(module, netlist);
    const std::string key =
        content_key({sta_, icarus_, liberty_, cells_, gates.verilog, bench,
                     timing_script(module, netlist, ""), energy_script(module, netlist, ""), energy_method});
    const fs::path kept = fs::path(o_.cache) / (key + ".energies");
    if (fs::exists(kept)) return nlohmann::json::parse(file_contents(kept.string()));
    const auto folder = scratch_folder(scratch("power-" + std::to_string(number)));
    const auto write = [&](const char* file, const std::string& text) {
      keep_file((*folder / file).string(), text);
    };
    fs::create_symlink(fs::absolute(o_.cells), *folder / "cells.v");
    write("gates.v", gates.verilog);
    const auto sta = [&](const std::string& library, const std::string& script) {
      write("cells.lib", library), write("sta.tcl", script);
      tool({"sta", "-no_splash", "-exit", "sta.tcl"}, *folder, "opensta");
      const std::string log = file_contents((*folder / "sta.log").string());
      if (log.find("\nEND") == std::string::npos || log.find("Error:") != std::string::npos)
        throw FlowError("sta failed: " + first_error((*folder / "sta.log").string()));
      return log;
    };
    const std::string timing = sta(liberty_, timing_script(module, netlist, "cells.lib"));
    const std::string energies = energy_script(module, netlist, "cells.lib");
    const auto powers = [&](PinKind kind, bool unit) {
      return sta(energy_liberty(liberty_, kind, unit), energies);
    };
    const SwitchingEnergies cells = switching_energies(
        netlist, {powers(PinKind::output, false), powers(PinKind::output, true)},
        {powers(PinKind::input, false), powers(PinKind::input, true)}, energy_unit(liberty_));
    write("bench.v", bench);
    tool({"iverilog", "-g2005", "-gspecify", "-Ttyp", "-o", "bench.vvp", "bench.v", "gates.v", "cells.v"},
         *folder, "iverilog");
    tool({"vvp", "-n", "./bench.vvp"}, *folder, "iverilog");
    const SlowestPath path = slowest_path(timing);
    const auto total = cell_powers(timing, "LEAKAGE");
    if (total.count("Total") == 0) throw FlowError("OpenSTA reported no power");
    nlohmann::json measured{{"start", path.start},
                            {"end", path.end},
                            {"delay", path.delay},
                            {"leakage", total.at("Total").leakage},
                            {"phases", nlohmann::json::array()}};
    for (const PhaseCounts& p :
         read_counts(file_contents((*folder / "vvp.log").string()), bench_nets(netlist)))
      measured["phases"].push_back({{"share", static_cast<double>(p.worked) / p.cycles},
                                    {"energy", cycle_energy(netlist, cells, p.toggles)}});
    keep_file(kept.string(), measured.dump());
    return measured;
  }

  DigitalResult result(const DigitalJob& job, const DigitalModule& module, const Gates& gates,
                       const GateNetlist& netlist, const nlohmann::json& measured) const {
    DigitalResult r;
    for (const auto& p : measured.at("phases")) r.phases.push_back({p.at("share"), p.at("energy")});
    const std::size_t area = gates.area.find("Chip area for");
    if (area == std::string::npos) throw FlowError("yosys reported no area");
    DigitalBlock& b = r.block;
    b.module = job.module, b.words = job.words;
    b.area = Area{std::stod(gates.area.substr(gates.area.find(": ", area) + 2)) * 1e-12};
    b.cells = static_cast<int>(netlist.cells.size());
    b.critical_path = Time{measured.at("delay").get<double>()};
    b.critical_pins =
        netlist.point_name(measured.at("start")) + " -> " + netlist.point_name(measured.at("end"));
    b.leakage = Power{measured.at("leakage").get<double>()};
    b.idle = Energy{r.phases[in_wait].energy};
    b.stirred = Energy{r.phases[in_moving].energy};
    const PhaseEnergy& working = r.phases[in_work];
    if (!(working.share > 0.0)) throw FlowError("the bench gave it no work");
    b.active = Energy{b.idle.si + (working.energy - b.idle.si) / working.share};
    b.source = yosys_ + ", OpenSTA " + sta_ + " and " + icarus_ + " with " + library_name(liberty_) +
               ", before layout, one corner" + (module.remark.empty() ? "" : "; " + module.remark);
    return r;
  }

  const DigitalFlow& o_;
  std::string liberty_, cells_, yosys_, icarus_, sta_;
};

/// The number of "name : number;".
std::string attribute(const std::string& text, const std::string& name) {
  const std::size_t at = text.find(name);
  if (at == std::string::npos) return "";
  const std::size_t begin = text.find_first_of("0123456789-.", at + name.size());
  return begin == std::string::npos
             ? ""
             : text.substr(begin, text.find_first_not_of("0123456789-.", begin) - begin);
}

}  // namespace

double DigitalResult::predicted(double share) const {
  return block.idle.si + share * (block.active.si - block.idle.si);
}

double DigitalResult::error(std::size_t phase) const {
  const double leaked = block.leakage.si / reference_clock;
  const PhaseEnergy& p = phases.at(phase);
  return (predicted(p.share) + leaked) / (p.energy + leaked) - 1.0;
}

std::string library_name(const std::string& text) {
  const std::size_t open = text.find('(', text.find("library"));
  std::string name = open == std::string::npos ? "" : text.substr(open + 1, text.find(')', open) - open - 1);
  std::erase_if(name, [](char c) { return c == '"' || c == ' '; });
  const std::string volts = attribute(text, "nom_voltage"), celsius = attribute(text, "nom_temperature");
  if (!volts.empty()) name += ", " + volts + " V";
  if (!celsius.empty()) name += ", " + celsius + " C";
  return name;
}

std::vector<DigitalResult> characterize_digital(const std::vector<DigitalJob>& jobs,
                                                const DigitalFlow& options) {
  const Flow flow(options);
  std::vector<DigitalResult> results(jobs.size());
  std::size_t done = 0;
  std::mutex mutex;
  in_parallel(jobs.size(), options.at_once, [&](std::size_t k) {
    results[k] = flow.run(jobs[k], k);
    const std::lock_guard lock(mutex);
    if (options.progress) options.progress(++done, jobs.size());
  });
  return results;
}

}  // namespace leadlag
