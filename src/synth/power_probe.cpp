// SPDX-License-Identifier: Apache-2.0
#include "synth/power_probe.hpp"

#include <cctype>
#include <cstdlib>

#include "synth/digital_scripts.hpp"
#include "synth/netlist.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

constexpr double rise_pj = 1.0, fall_pj = 3.0;

const char* const probe_head = R"(library(probe) {
  delay_model : table_lookup;
  time_unit : "1ns";
  voltage_unit : "1V";
  current_unit : "1uA";
  pulling_resistance_unit : "1kohm";
  leakage_power_unit : "1nW";
  capacitive_load_unit (1,pf);
  slew_upper_threshold_pct_rise : 80;
  slew_lower_threshold_pct_rise : 20;
  slew_upper_threshold_pct_fall : 80;
  slew_lower_threshold_pct_fall : 20;
  input_threshold_pct_rise : 50;
  input_threshold_pct_fall : 50;
  output_threshold_pct_rise : 50;
  output_threshold_pct_fall : 50;
  nom_process : 1;
  nom_voltage : 1;
  nom_temperature : 25;
  operating_conditions (typical) { process : 1; voltage : 1; temperature : 25; }
  default_operating_conditions : typical;
  power_lut_template(edges) { variable_1 : input_transition_time; index_1 ("0.1, 1"); }
  cell (PROBE) {
    area : 1;
    cell_leakage_power : 0;
    ff (I,IN) { next_state : "D"; clocked_on : "CLK"; }
)";

std::string internal_power(bool wanted, const char* related) {
  if (!wanted) return "";
  return std::string("      internal_power() { ") + related +
         " rise_power(edges) { values (\"1, 1\"); } fall_power(edges) { values (\"3, 3\"); } }\n";
}

std::string probe_liberty(const std::string& pin) {
  return std::string(probe_head) +
         "    pin(CLK) {\n      direction : input;\n      clock : true;\n      capacitance : 0;\n" +
         internal_power(pin == "CLK", "") +
         "    }\n    pin(D) {\n      direction : input;\n      capacitance : 0;\n" +
         internal_power(pin == "D", "") +
         R"(      timing() {
        related_pin : "CLK"; timing_type : setup_rising;
        rise_constraint(scalar) { values ("0.1"); } fall_constraint(scalar) { values ("0.1"); }
      }
    }
    pin(Q) {
      direction : output;
      capacitance : 0;
      function : "I";
      timing() {
        related_pin : "CLK"; timing_type : rising_edge; timing_sense : non_unate;
        cell_rise(scalar) { values ("0.1"); } cell_fall(scalar) { values ("0.1"); }
        rise_transition(scalar) { values ("0.1"); } fall_transition(scalar) { values ("0.1"); }
      }
)" + internal_power(pin == "Q", "related_pin : \"CLK\";") +
         "    }\n  }\n}\n";
}

const char* const probe_verilog =
    "module probe(clk_i, d_i, q_o);\n  input clk_i, d_i;\n  output q_o;\n"
    "  PROBE cell0(.CLK(clk_i), .D(d_i), .Q(q_o));\nendmodule\n";

/// One edge of D and Q per cycle.
const char* const probe_script =
    "read_liberty probe.lib\nread_verilog probe.v\nlink_design probe\n"
    "create_clock -name clk -period 100 [get_ports clk_i]\nset_input_delay 0 -clock clk [get_ports d_i]\n"
    "::sta::set_power_input_port_activity [get_ports d_i] 1 0.5\n"
    "::sta::set_power_pin_activity [get_pins cell0/Q] 1 0.5\nreport_power -digits 9\nexit\n";

/// Behind the bracket that closes the one at `open`; strings and comments are skipped.
std::size_t closing(const std::string& text, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    if (text[at] == '"') at = text.find('"', at + 1);
    if (text.compare(at, 2, "/*") == 0) at = text.find("*/", at + 2);
    if (at == std::string::npos) break;
    if (text[at] == '{' || text[at] == '(') ++depth;
    if ((text[at] == '}' || text[at] == ')') && --depth == 0) return at + 1;
  }
  throw FlowError("the Liberty file cannot be read: a bracket is not closed");
}

/// Where a word stands on its own with '(' behind it, and where that is; npos if nowhere.
std::size_t find_call(const std::string& text, const std::string& word, std::size_t from) {
  for (std::size_t at = text.find(word, from); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t behind = text.find_first_not_of(" \t\r\n", at + word.size());
    const bool begins =
        at == 0 || (std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0 && text[at - 1] != '_');
    if (begins && behind != std::string::npos && text[behind] == '(') return at;
  }
  return std::string::npos;
}

/// "0.1, 0.2" -> every number over the factor.
std::string divided(const std::string& numbers, double factor) {
  std::string out;
  for (std::size_t at = 0; at < numbers.size();) {
    const char c = numbers[at];
    if (std::isdigit(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '+' && c != '.') {
      out += c, ++at;
      continue;
    }
    char* end = nullptr;
    const double value = std::strtod(numbers.c_str() + at, &end);
    const auto used = static_cast<std::size_t>(end - (numbers.c_str() + at));
    if (used == 0) throw FlowError("the Liberty file cannot be read: values (" + numbers);
    out += shortest(value / factor), at += used;
  }
  return out;
}

/// Calls change(group) for every group `word (...) { ... }` and puts what it returns in the group's place.
std::string for_each_group(const std::string& text, const std::string& word, bool braces,
                           const std::function<std::string(const std::string&)>& change) {
  std::string out;
  std::size_t from = 0;
  for (std::size_t at = find_call(text, word, 0); at != std::string::npos; at = find_call(text, word, from)) {
    std::size_t end = closing(text, text.find('(', at));
    if (braces) {
      const std::size_t open = text.find_first_not_of(" \t\r\n", end);
      if (open == std::string::npos || text[open] != '{') {  // another use of the word
        out += text.substr(from, end - from), from = end;
        continue;
      }
      end = closing(text, open);
    }
    out += text.substr(from, at - from) + change(text.substr(at, end - at));
    from = end;
  }
  return out + text.substr(from);
}

/// "direction : output;", whatever the blanks.
bool states(const std::string& group, const std::string& name, const std::string& value) {
  for (std::size_t at = group.find(name); at != std::string::npos; at = group.find(name, at + 1)) {
    std::size_t rest = group.find_first_not_of(" \t", at + name.size());
    if (rest == std::string::npos || group[rest] != ':') continue;
    rest = group.find_first_not_of(" \t\"", rest + 1);
    if (rest != std::string::npos && group.compare(rest, value.size(), value) == 0) return true;
  }
  return false;
}

}  // namespace

InternalPowerFactors probe_internal_power(
    const std::function<std::string(const std::string&, const std::string&, const std::string&)>& run) {
  const auto energy = [&](const std::string& pin) {  // of a cycle, pJ
    return power_totals(run(probe_liberty(pin), probe_verilog, probe_script), 1).front().internal * 100e-9 /
           1e-12;
  };
  const double edge = 0.5 * (rise_pj + fall_pj);
  const InternalPowerFactors f{energy("D") / edge, energy("Q") / edge, energy("CLK") / (2.0 * edge)};
  if (!(f.input > 0.1 && f.output > 0.1 && f.clock > 0.1))
    throw FlowError("this OpenSTA reports no internal power");
  return f;
}

std::string corrected_liberty(const std::string& liberty, const InternalPowerFactors& f) {
  return for_each_group(liberty, "pin", true, [&](const std::string& pin) {
    const double factor = states(pin, "direction", "output") ? f.output
                          : states(pin, "clock", "true")     ? f.clock
                                                             : f.input;
    return for_each_group(pin, "internal_power", true, [&](const std::string& power) {
      return for_each_group(power, "values", false, [&](const std::string& values) {
        return "values (" + divided(values.substr(values.find('(') + 1), factor);
      });
    });
  });
}

}  // namespace leadlag
