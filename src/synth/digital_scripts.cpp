// SPDX-License-Identifier: Apache-2.0
#include "synth/digital_scripts.hpp"

#include <cstdio>
#include <sstream>

#include "units/text.hpp"

namespace leadlag {
namespace {

constexpr const char* target_ps = "15000";  // above it ABC makes cells larger

/// "name (what" -> "name"
std::string first_word(const std::string& line, std::size_t from) {
  const std::size_t begin = line.find_first_not_of(' ', from);
  return begin == std::string::npos ? "" : line.substr(begin, line.find(' ', begin) - begin);
}

std::string clock_period() { return shortest(bench_period_ns); }

std::string linked(const DigitalModule& m, const GateNetlist& netlist, const std::string& liberty) {
  std::string out = "read_liberty " + liberty + "\nread_verilog gates.v\nlink_design " + m.name +
                    "\ncreate_clock -name clk -period " + clock_period() + " [get_ports clk_i]\n";
  for (const auto& port : netlist.ports) {
    if (port.name == "clk_i" || port.name == "rst_ni") continue;
    out += std::string(port.input ? "set_input_delay" : "set_output_delay") + " 0 -clock clk [get_ports {" +
           port.name + (port.width > 1 ? "[*]" : "") + "}]\n";
  }
  return out;
}

}  // namespace

std::string abc_script() {
  const std::string target = target_ps;
  return "strash; &get -n; &nf; &put; buffer; upsize -D " + target + "; dnsize -D " + target + "; stime -p\n";
}

std::string yosys_script(const DigitalModule& m, const std::string& liberty) {
  std::string out = "read_verilog -sv";
  for (const std::string& file : m.files) out += " " + file;
  out += "\nhierarchy -check -top " + m.name;
  for (const auto& [parameter, value] : m.parameters)
    out += " -chparam " + parameter + " " + std::to_string(value);
  return out + "\nsynth -flatten -noabc -top " + m.name + "\ndfflibmap -liberty " + liberty +
         "\nabc -liberty " + liberty +
         " -script abc.txt\nopt_clean -purge\nrename -enumerate\ntee -o area.txt stat -liberty " + liberty +
         "\nwrite_verilog -simple-lhs -noattr -noexpr -nohex -nodec gates.v\nread_liberty -lib "
         "-ignore_miss_func " +
         liberty + "\nwrite_json gates.json\n";
}

std::string timing_script(const DigitalModule& m, const GateNetlist& netlist, const std::string& liberty) {
  return linked(m, netlist, liberty) +
         "puts PATHS\nreport_checks -path_delay max -digits 6\nputs LEAKAGE\nreport_power -digits 9\nputs "
         "END\nexit\n";
}

/// OpenSTA 2.0.17 takes activities of all nets or of input ports only: set_power_activity -pins has no effect
/// there.
std::string energy_script(const DigitalModule& m, const GateNetlist& netlist, const std::string& liberty) {
  std::string out = linked(m, netlist, liberty);
  for (const char* activity : {"1", "0"})
    out += std::string("set_power_activity -global -activity ") + activity + " -duty 0.5\nputs ACTIVITY" +
           activity + "\nreport_power -instances [get_cells *] -digits 9\n";
  return out + "puts END\nexit\n";
}

SlowestPath slowest_path(const std::string& log) {
  std::istringstream lines(log.substr(0, log.find("LEAKAGE")));
  SlowestPath slowest, path;
  std::string group;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("Startpoint:", 0) == 0) path.start = first_word(line, 11);
    if (line.rfind("Endpoint:", 0) == 0) path.end = first_word(line, 9);
    if (line.rfind("Path Group:", 0) == 0) group = first_word(line, 11);
    if (line.find(" slack (") == std::string::npos || group != "clk") continue;
    path.delay = (bench_period_ns - std::stod(line)) * 1e-9;
    if (path.delay > slowest.delay) slowest = path;
  }
  if (!(slowest.delay > 0.0)) throw FlowError("OpenSTA reported no path");
  return slowest;
}

std::map<std::string, CellPower> cell_powers(const std::string& log, const std::string& begin) {
  std::map<std::string, CellPower> powers;
  std::istringstream lines(log);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == begin) {
      inside = true;
    } else if (inside && (line == "END" || line.rfind("ACTIVITY", 0) == 0)) {
      break;
    } else if (inside) {
      CellPower p;
      double total = 0.0;
      char name[256] = "";
      if (std::sscanf(line.c_str(), "%lf %lf %lf %lf %255s", &p.internal, &p.switching, &p.leakage, &total,
                      name) == 5)
        powers[name] = p;
      else if (std::sscanf(line.c_str(), "Total %lf %lf %lf", &p.internal, &p.switching, &p.leakage) == 3)
        powers["Total"] = p;
    }
  }
  return powers;
}

}  // namespace leadlag
