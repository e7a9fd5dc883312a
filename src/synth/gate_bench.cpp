// SPDX-License-Identifier: Apache-2.0
#include "synth/gate_bench.hpp"

#include <algorithm>
#include <sstream>

namespace leadlag {
namespace {

constexpr int certain = 4096;  // a chance

/// Yosys's own instance names need no escape.
std::string instance(const std::string& name) { return "dut." + name; }

std::string random_word(const RandomPort& r) {
  const std::string cut = std::to_string(32 - r.bits);
  if (r.has_sign) return "$signed($random(seed)) >>> (" + cut + " + smaller)";
  return "($random(seed) >> 1) >> " + std::to_string(31 - r.bits);
}

std::string declarations(const DigitalModule& module, const GateNetlist& netlist) {
  std::string out, connections;
  for (const auto& port : netlist.ports) {
    if (!port.input) continue;
    const auto held = std::find_if(module.held.begin(), module.held.end(),
                                   [&](const auto& h) { return h.first == port.name; });
    out += "  reg [" + std::to_string(port.width - 1) + ":0] " + port.name + " = " +
           (held == module.held.end() ? "0" : std::to_string(held->second)) + ";\n";
    connections += (connections.empty() ? "." : ", .") + port.name + "(" + port.name + ")";
  }
  return out + "  " + module.name + " dut(" + connections + ");\n";
}

std::string cycle_task(const DigitalModule& module) {
  std::string out = R"(
  task cycle(input integer chance, input integer smaller, input integer restless, input integer dense);
    begin
      @(posedge clk_i); #1;
      if (left == 0 && (rested || dense != 0) && (($random(seed) >> 8) & 4095) < chance) left = RUN;
      works = left > 0;
      rested = !works;
      left = left - works;
)";
  out.replace(out.find("RUN"), 3, std::to_string(module.run));
  out += "      " + module.enable + " = works;\n";
  if (!module.start.empty())
    out += "      if (works) begin\n        " + module.start +
           " = since == 0;\n        since = since == " + std::to_string(module.start_every - 1) +
           " ? 0 : since + 1;\n      end\n";
  out += "      if (works || restless != 0) begin\n";
  for (const RandomPort& r : module.random) out += "        " + r.port + " = " + random_word(r) + ";\n";
  return out + "      end\n      worked = worked + works;\n    end\n  endtask\n";
}

}  // namespace

std::vector<BenchNet> bench_nets(const GateNetlist& netlist) {
  std::vector<BenchNet> nets;
  for (const auto& port : netlist.ports) {
    if (port.name == "clk_i") continue;
    for (std::size_t k = 0; k < port.bits.size(); ++k)
      nets.push_back({port.name + "[" + std::to_string(k) + "]", port.bits[k]});
  }
  for (const auto& cell : netlist.cells)
    for (std::size_t k = 0; k < cell.outputs.size(); ++k)
      nets.push_back({instance(cell.name) + "." + cell.outputs[k], cell.output_nets[k]});
  return nets;
}

std::string gate_bench(const DigitalModule& module, const GateNetlist& netlist) {
  const auto nets = bench_nets(netlist);
  const std::string count = std::to_string(nets.size());
  std::string out = "`timescale 1ns/10ps\nmodule leadlag_bench;\n" + declarations(module, netlist) +
                    "  integer toggles[0:" + count +
                    "-1];\n  integer seed, k, works, worked, since = 0, left = 0, rested = 1;\n";
  for (std::size_t n = 0; n < nets.size(); ++n) {
    const std::string k = "[" + std::to_string(n) + "]";
    out += "  always @(" + nets[n].verilog + ") toggles" + k + " = toggles" + k + " + 1;\n";
  }
  std::ostringstream half;
  half << bench_period_ns / 2;
  out += "  always #" + half.str() + " clk_i = ~clk_i;\n" + cycle_task(module) +
         R"(
  task phase(input integer cycles, input integer chance, input integer from, input integer smaller,
             input integer restless, input integer dense);
    begin
      seed = from; left = 0; since = 0; rested = 1;
      // The inputs of a cycle come at its end: the last ones before the count belong to it, its last ones do not.
      repeat (4) cycle(chance, smaller, restless, dense);
      for (k = 0; k < )" +
         count + R"(; k = k + 1) toggles[k] = 0;
      worked = works;
      repeat (cycles) cycle(chance, smaller, restless, dense);
      worked = worked - works;
      $display("PHASE %0d %0d", cycles, worked);
      for (k = 0; k < )" +
         count + R"(; k = k + 1) $display("%0d", toggles[k]);
    end
  endtask
  initial begin
    repeat (2) @(posedge clk_i);
    #1 rst_ni = 1;
)";
  for (const BenchPhase& p : bench_phases) {
    using Kind = BenchPhase::Kind;
    const bool works = p.kind == Kind::runs || p.kind == Kind::dense;
    const int chance = !works ? 0 : p.wait == 0 ? certain : std::max(1, certain / (p.wait * module.run));
    const int cycles = works ? p.cycles / module.shorter : p.cycles;
    out += "    phase(";
    for (const int value : {cycles, chance, p.seed, p.smaller, p.kind == Kind::moving ? 1 : 0})
      out += std::to_string(value) + ", ";
    out += std::string(p.kind == Kind::dense ? "1" : "0") + ");\n";
  }
  return out + "    $display(\"END\");\n    $finish;\n  end\nendmodule\n";
}

std::vector<PhaseCounts> read_counts(const std::string& text, const std::vector<BenchNet>& nets) {
  std::vector<PhaseCounts> phases;
  std::istringstream in(text);
  std::string word;
  while (in >> word && word != "END") {
    if (word != "PHASE") continue;
    PhaseCounts p;
    in >> p.cycles >> p.worked;
    for (const BenchNet& net : nets) {
      double toggles = 0.0;
      in >> toggles;
      p.toggles[net.net] = toggles / p.cycles;
    }
    if (!in) break;
    phases.push_back(std::move(p));
  }
  if (phases.size() != bench_phases.size() || word != "END")
    throw FlowError("the gate simulation ended early");
  return phases;
}

}  // namespace leadlag
