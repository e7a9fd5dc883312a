// SPDX-License-Identifier: Apache-2.0
#include "synth/tile_export.hpp"

#include <algorithm>
#include <cmath>

#include "arrays/fixed_column.hpp"
#include "design/diagnostic.hpp"
#include "design/fabricate_cells.hpp"
#include "fixed/lead_lag.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

/// Bits of one or more words, the first of them lowest, as $readmemh takes them.
class Bits {
 public:
  void add(std::int64_t word, int width) {
    for (int k = 0; k < width; ++k) bits_.push_back((static_cast<std::uint64_t>(word) >> k & 1U) != 0);
  }
  std::string hex() const {
    std::string digits;
    for (std::size_t k = 0; k < bits_.size(); k += 4) {
      unsigned digit = 0;
      for (std::size_t b = 0; b < 4 && k + b < bits_.size(); ++b) digit |= bits_[k + b] ? 1U << b : 0U;
      digits.push_back("0123456789abcdef"[digit]);
    }
    std::reverse(digits.begin(), digits.end());
    return digits + "\n";
  }
  std::size_t size() const { return bits_.size(); }

 private:
  std::vector<bool> bits_;
};

struct Layer {
  fixed::LeadLag::Coefficients neuron, error;
};

Layer layer(const Design& design, const Die& die, std::size_t array) {
  const Time tick = design.chip.period();
  const auto n = ProspectiveNeuron::coefficients(die.neurons[array][0], tick, Input::held);
  const auto e = ErrorUnit::coefficients(die.error_units[array][0], tick, Input::held);
  const fixed::WordLengths w = design.words.lengths();
  return {fixed::LeadLag::coefficients(w, n.decay, n.rho), fixed::LeadLag::coefficients(w, e.decay, e.rho)};
}

std::string constant(int width, std::int64_t value) {
  return std::to_string(width) + "'d" + std::to_string(value);
}

/// Of weights: 2^bits are at least as many.
int address_bits(const TileRun& run) { return std::max(1, fixed::growth_bits(run.first.size())); }

std::string wrapper(const Design& design, const Die& die, const TileRun& run) {
  const TileArrays at = tile_arrays(design);
  const FixedWords& w = design.words;
  const Layer hidden = layer(design, die, at.hidden), output = layer(design, die, at.output);
  const auto& neuron = die.neurons[at.hidden][0];
  const std::int64_t nudge = fixed::quantise_unsigned(neuron.nudging, {w.gain_bits, w.gain_fraction});
  const int shift = -static_cast<int>(std::lround(std::log2(design.learning.params.rate)));
  const int address = address_bits(run);
  const auto size = [&](std::size_t array) { return std::to_string(design.arrays[array].size); };
  const auto curve = [&](std::size_t array) {
    return std::to_string(static_cast<int>(curve_of(design.arrays[array].neurons()[0].activation)));
  };
  const auto coefficients = [&](const std::string& name, const fixed::LeadLag::Coefficients& c) {
    return "    ." + name + "_take_i(" + constant(w.decay_bits, c.take) + "), ." + name + "_rho_i(" +
           constant(w.gain_bits, c.rho) + "),\n";
  };
  const auto parameter = [](const char* name, const std::string& value) {
    return "    ." + std::string(name) + "(" + value + ")";
  };
  std::string out =
      "// Written by leadlag export verilog from " + design.chip.name + ", " + design.hash +
      ". The tile of rtl_ref with this blueprint's\n// sizes, words, time constants and seed.\n" +
      "module tile #(\n  parameter int Inputs = " + size(at.input) + ", Hidden = " + size(at.hidden) +
      ", Outputs = " + size(at.output) + ", SignalW = " + std::to_string(w.signal_bits) +
      ", WeightW = " + std::to_string(w.weight_bits) + ", AddrW = " + std::to_string(address) +
      R"(
) (
  input  logic                              clk_i,
  input  logic                              rst_ni,
  input  logic                              en_i,
  input  logic                              in_valid_i,
  output logic                              in_ready_o,
  input  logic [(Inputs+Outputs)*SignalW:0] in_data_i,
  input  logic                              load_i,
  input  logic [AddrW-1:0]                  addr_i,
  input  logic signed [WeightW-1:0]         load_data_i,
  output logic signed [WeightW-1:0]         weight_o,
  output logic                              tick_o,
  output logic [Hidden*SignalW-1:0]         hidden_rate_o,
  output logic [Hidden*SignalW-1:0]         hidden_error_o,
  output logic [Outputs*SignalW-1:0]        rate_o,
  output logic [Outputs*SignalW-1:0]        error_o
);
  gle_tile #(
)";
  const std::vector<std::string> parameters{parameter("Inputs", "Inputs"),
                                            parameter("Hidden", "Hidden"),
                                            parameter("Outputs", "Outputs"),
                                            parameter("Parallel", "0"),
                                            parameter("HiddenCurve", curve(at.hidden)),
                                            parameter("OutputCurve", curve(at.output)),
                                            parameter("RateShift", std::to_string(shift)),
                                            parameter("SignalW", "SignalW"),
                                            parameter("SignalFrac", std::to_string(w.signal_fraction)),
                                            parameter("WeightW", "WeightW"),
                                            parameter("WeightFrac", std::to_string(w.weight_fraction)),
                                            parameter("GuardW", std::to_string(w.guard_bits)),
                                            parameter("DecayW", std::to_string(w.decay_bits)),
                                            parameter("GainW", std::to_string(w.gain_bits)),
                                            parameter("GainFrac", std::to_string(w.gain_fraction)),
                                            parameter("SlopeW", std::to_string(w.slope_bits)),
                                            parameter("Seed", "32'd" + std::to_string(tile_seed(design))),
                                            parameter("AddrW", "AddrW")};
  for (std::size_t k = 0; k < parameters.size(); ++k)
    out += parameters[k] + (k + 1 < parameters.size() ? ",\n" : "\n");
  out += "  ) u_tile (\n" + coefficients("hidden", hidden.neuron) +
         coefficients("hidden_error", hidden.error) + coefficients("output", output.neuron) +
         coefficients("output_error", output.error) + "    .nudge_i(" + constant(w.gain_bits, nudge) +
         "),\n    .*\n  );\nendmodule\n";
  return out;
}

/// Drives at falling edges: what stands there is what the next rising edge takes.
std::string testbench(const Design& design, const TileRun& run, std::size_t expected_bits) {
  const TileArrays at = tile_arrays(design);
  const auto size = [&](std::size_t array) { return std::to_string(design.arrays[array].size); };
  const int address = address_bits(run);
  return "// Written by leadlag export verilog. Prints PASS, or the first words that differ.\n`timescale 1ns "
         "/ 1ps\nmodule tb;\n"
         "  localparam int Inputs = " +
         size(at.input) + ", Hidden = " + size(at.hidden) + ", Outputs = " + size(at.output) +
         ", SignalW = " + std::to_string(design.words.signal_bits) +
         ", WeightW = " + std::to_string(design.words.weight_bits) +
         ";\n  localparam int AddrW = " + std::to_string(address) +
         ", Ticks = " + std::to_string(run.ticks.size()) + ", Weights = " + std::to_string(run.first.size()) +
         ", ExpectedW = " + std::to_string(expected_bits) + R"(;

  logic clk = 1'b0, rst_n = 1'b0, en = 1'b0, valid = 1'b0, load = 1'b0;
  logic ready, tick;
  logic [(Inputs+Outputs)*SignalW:0] data = '0;
  logic [AddrW-1:0] addr = '0;
  logic signed [WeightW-1:0] load_data = '0, weight;
  logic [Hidden*SignalW-1:0] hidden_rate, hidden_error;
  logic [Outputs*SignalW-1:0] rate, error;

  tile dut (
    .clk_i(clk), .rst_ni(rst_n), .en_i(en), .in_valid_i(valid), .in_ready_o(ready), .in_data_i(data), .load_i(load),
    .addr_i(addr), .load_data_i(load_data), .weight_o(weight), .tick_o(tick), .hidden_rate_o(hidden_rate),
    .hidden_error_o(hidden_error), .rate_o(rate), .error_o(error)
  );

  always #5 clk = ~clk;

  logic [(Inputs+Outputs)*SignalW:0] tokens [0:Ticks-1];
  logic [ExpectedW-1:0] expected [0:Ticks-1];
  logic [WeightW-1:0] first [0:Weights-1];
  logic [WeightW-1:0] last [0:Weights-1];
  logic [Hidden*SignalW-1:0] seen_hidden_error;
  logic [Outputs*SignalW-1:0] seen_error;
  int wrong = 0;

  initial begin
    $readmemh("tokens.hex", tokens);
    $readmemh("expected.hex", expected);
    $readmemh("weights.hex", first);
    $readmemh("weights_end.hex", last);
    @(negedge clk);
    @(negedge clk);
    rst_n = 1'b1;
    en = 1'b1;
    load = 1'b1;
    for (int a = 0; a < Weights; a++) begin
      addr = AddrW'(a);
      load_data = first[a];
      @(negedge clk);
    end
    load = 1'b0;
    for (int n = 0; n < Ticks && wrong < 10; n++) begin
      data = tokens[n];
      valid = 1'b1;
      while (!ready) @(negedge clk);
      @(negedge clk);
      valid = 1'b0;
      while (!tick) @(negedge clk);
      seen_hidden_error = hidden_error;
      seen_error = error;
      @(negedge clk);
      if ({rate, hidden_rate, seen_error, seen_hidden_error} !== expected[n]) begin
        $display("tick %0d: rate, hidden rate, error, hidden error %h, expected %h", n,
                 {rate, hidden_rate, seen_error, seen_hidden_error}, expected[n]);
        wrong = wrong + 1;
      end
    end
    for (int a = 0; a < Weights && wrong < 10; a++) begin
      addr = AddrW'(a);
      @(negedge clk);
      if (weight !== last[a]) begin
        $display("weight %0d: %h, expected %h", a, weight, last[a]);
        wrong = wrong + 1;
      end
    end
    if (wrong == 0) $display("PASS: %0d ticks, %0d weights", Ticks, Weights);
    else $display("FAIL");
    $finish;
  end
endmodule
)";
}

constexpr const char* script = R"sh(#!/bin/sh
# The tile's own testbench in Icarus Verilog and in Verilator 5. Exit code 0 if both print PASS.
set -eu
cd "$(dirname "$0")"
iverilog -g2012 -o tile.vvp -s tb -c files.f tb.sv
vvp -n tile.vvp > icarus.log
verilator --binary --timing -Wno-fatal --top-module tb --Mdir verilated -f files.f tb.sv > verilator.log 2>&1
verilated/Vtb > verilated.log
status=0
for log in icarus.log verilated.log;
do
  echo "$log: $(grep -E 'PASS|FAIL' $log || echo 'no verdict')"
  grep -q PASS $log || status=1
done
exit $status
)sh";

void collect(std::vector<Diagnostic>& list, const Design& design, const std::string& path,
             const std::string& why) {
  const auto at = design.positions.find(path);
  list.push_back({"illegal-combination", at == design.positions.end() ? Position{} : at->second, why, ""});
}

template <class Get>
bool equal(const ArrayDesign& array, Get&& get) {
  const auto& n = array.neurons();
  return std::all_of(n.begin(), n.end(), [&](const auto& p) { return get(p) == get(n[0]); });
}

}  // namespace

TileArrays tile_arrays(const Design& design) {
  std::vector<Diagnostic> wrong;
  TileArrays t;
  const auto say = [&](const std::string& path, const std::string& why) {
    collect(wrong, design, path, why);
  };
  if (!design.is_digital()) say("chip.fidelity", "export verilog needs a digital chip: chip.fidelity: fixed");
  const LearningParams& learning = design.learning.params;
  if (learning.update != UpdateBy::die || learning.system != System::gle)
    say("learning", "gle_tile.sv learns by system: gle with update: die");
  if (design.blocks.target_unit.loss != Loss::mse || design.blocks.target_unit.beta != 1.0)
    say("blocks.target_unit", "gle_tile.sv compares with its target: loss: mse, beta: 1");
  bool chain = design.arrays.size() == 3 && design.crossbars.size() == 2;
  if (chain) {
    t.output = design.learning.output;
    const auto into = [&](std::size_t array) {
      return design.crossbars[0].to == array ? std::size_t{0} : std::size_t{1};
    };
    t.second = into(t.output), t.hidden = design.crossbars[t.second].from;
    t.first = 1 - t.second, t.input = design.crossbars[t.first].from;
    chain = design.crossbars[t.second].to == t.output && design.crossbars[t.first].to == t.hidden &&
            design.arrays[t.hidden].is_neuron() && design.arrays[t.input].is_input() && t.first == 0;
  }
  if (!chain) {
    say("arrays", "gle_tile.sv has inputs, one hidden array and outputs, and two crossbars in this order");
  } else {
    for (const std::size_t c : {t.first, t.second}) {
      if (!design.crossbars[c].bias)
        say("crossbars." + design.crossbars[c].name, "gle_tile.sv has biases: bias: true");
      if (!design.is_plastic(Plastic::Kind::weights, c))
        say("learning.plastic", "all weights of gle_tile.sv learn: leave plastic out");
    }
    const auto& first = design.arrays[t.hidden].neurons()[0];
    for (const std::size_t a : {t.hidden, t.output}) {
      const ArrayDesign& array = design.arrays[a];
      if (!equal(array, [](const auto& p) { return p.tau_m; }) ||
          !equal(array, [](const auto& p) { return p.tau_r; }))
        say("arrays." + array.name, "gle_tile.sv has one tau_m and one tau_r per layer");
      if (!equal(array, [](const auto& p) { return p.nudging; }) ||
          array.neurons()[0].nudging != first.nudging)
        say("arrays." + array.name, "gle_tile.sv has one nudging for all neurons");
    }
  }
  if (!wrong.empty()) throw DesignError(design.file, wrong);
  return t;
}

std::vector<std::int64_t> tile_weights(const Design& design, const std::vector<double>& first,
                                       const std::vector<double>& first_bias,
                                       const std::vector<double>& second,
                                       const std::vector<double>& second_bias) {
  std::vector<std::int64_t> words;
  const double unit = std::exp2(design.words.weight_fraction);
  const auto add = [&](const std::vector<double>& w, const std::vector<double>& b) {
    const std::size_t columns = w.size() / b.size();
    for (std::size_t i = 0; i < b.size(); ++i) {
      for (std::size_t k = 0; k < columns; ++k) words.push_back(std::llround(w[i * columns + k] * unit));
      words.push_back(std::llround(b[i] * unit));
    }
  };
  add(first, first_bias), add(second, second_bias);
  return words;
}

std::vector<std::pair<std::string, std::string>> tile_files(const Design& design, const Die& die,
                                                            const TileRun& run, Time clock) {
  const int signal = design.words.signal_bits;
  std::string tokens, expected, first, last;
  std::size_t width = 0;
  for (const TileRun::Tick& t : run.ticks) {
    Bits token, seen;
    for (const std::int64_t x : t.rates) token.add(x, signal);
    for (const std::int64_t y : t.targets) token.add(y, signal);
    token.add(t.learn ? 1 : 0, 1);
    for (const auto* words : {&t.hidden_error, &t.error, &t.hidden_rate, &t.rate}) {
      for (const std::int64_t v : *words) seen.add(v, signal);
    }
    tokens += token.hex(), expected += seen.hex(), width = seen.size();
  }
  const auto image = [&](const std::vector<std::int64_t>& words) {
    std::string text;
    for (const std::int64_t w : words) {
      Bits b;
      b.add(w, design.words.weight_bits);
      text += b.hex();
    }
    return text;
  };
  const std::string period = shortest(std::round(clock.si * 1e12) / 1e3);
  return {{"tile.sv", wrapper(design, die, run)},
          {"tb.sv", testbench(design, run, width)},
          {"tokens.hex", tokens},
          {"expected.hex", expected},
          {"weights.hex", image(run.first)},
          {"weights_end.hex", image(run.last)},
          {"tile.sdc",
           "# ns; of modules before layout, inputs from registers\ncreate_clock -name clk_i -period " +
               period + " [get_ports clk_i]\nset_false_path -from [get_ports rst_ni]\n"},
          {"run.sh", script}};
}

}  // namespace leadlag
