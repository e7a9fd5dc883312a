// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>

#include "synth/digital_flow.hpp"
#include "synth/digital_scripts.hpp"
#include "synth/energy_liberty.hpp"
#include "synth/gate_bench.hpp"
#include "synth/modules.hpp"
#include "synth/netlist.hpp"
#include "synth/switching.hpp"

namespace leadlag {
namespace {

const char* const small_liberty = R"(library(two) {
  voltage_unit : "1V";
  capacitive_load_unit (10,ff);
  nom_voltage : 1.2;
  nom_temperature : 85;
  /* pin (X) { } */
  cell (G) {
    pin(A) { direction : input; internal_power() { rise_power(t) { values ("0.25, 0.5"); } } }
    pin(Y) { direction : output;
      timing() { related_pin : "A"; cell_rise(t) { values ("7, 8"); } }
      internal_power() { related_pin : "A"; rise_power(t) { index_1 ("3, 4"); values ("1.5e-2, \
        -2"); } }
    }
  }
}
)";

/// An inverter g between d_i and y, a flip-flop f behind it: nets 2 clk_i, 3 d_i, 4 y, 5 q_o.
const char* const small_json = R"({"modules": {"top": {
  "ports": {"clk_i": {"direction": "input", "bits": [2]}, "d_i": {"direction": "input", "bits": [3]},
            "q_o": {"direction": "output", "bits": [5, "0"]}},
  "cells": {"_1_": {"type": "G", "port_directions": {"A": "input", "Y": "output"},
                    "connections": {"A": [3], "Y": [4]}},
            "_2_": {"type": "F", "port_directions": {"CLK": "input", "D": "input", "S": "input", "Q": "output"},
                    "connections": {"CLK": [2], "D": [4], "S": ["1"], "Q": [5]}}},
  "netnames": {"a_first": {"bits": [5]}, "clk_i": {"bits": [2]}, "d_i": {"bits": [3]}, "_3_": {"bits": [4]}, "u.state_q": {"bits": ["0", 5]},
               "_4_": {"bits": [5]}}}}})";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// What OpenSTA prints for energy_script.
std::string log_of(double gate, double flop, double flop_still, double switching) {
  const auto row = [](double internal, double moved, const char* name) {
    return " " + std::to_string(internal) + " " + std::to_string(moved) + " 0.5 9 " + name + "\n";
  };
  return "ACTIVITY1\n   Internal Switching Leakage Total\n-----\n" + row(gate, switching, "_1_") +
         row(flop, 0.0, "_2_") + "ACTIVITY0\n" + row(0.0, 0.0, "_1_") + row(flop_still, 0.0, "_2_") + "END\n";
}

}  // namespace

TEST_CASE("synth: a library with the energies of one kind of pin, and with ones", "[synth]") {
  const std::string out = energy_liberty(small_liberty, PinKind::output, false);
  CHECK(has(out, "1.5e-2, \\"));
  CHECK_FALSE(has(out, "0.25"));
  const std::string ones = energy_liberty(small_liberty, PinKind::output, true);
  CHECK(has(ones, "values (\"1, \\\n        1\")"));
  CHECK(has(ones, "values (\"7, 8\")"));  // delays stay
  CHECK(has(ones, "index_1 (\"3, 4\")"));
  const std::string in = energy_liberty(small_liberty, PinKind::input, false);
  CHECK(has(in, "0.25, 0.5"));
  CHECK_FALSE(has(in, "1.5e-2"));
  CHECK(energy_unit(small_liberty) == Approx(10e-15));
  CHECK_THROWS_AS(energy_unit("library(x) { }"), FlowError);
  CHECK(library_name(small_liberty) == "two, 1.2 V, 85 C");
}

TEST_CASE("synth: a netlist's cells, nets and the names of its registers", "[synth]") {
  const GateNetlist n = read_netlist(small_json, "top");
  REQUIRE(n.cells.size() == 2);
  REQUIRE(n.ports.size() == 3);
  CHECK(n.point_name("_2_") == "u.state_q[1]");
  CHECK(n.point_name("_1_") == "_3_");
  CHECK(n.point_name("d_i") == "d_i");
  CHECK(n.cells[1].input_nets == std::vector<std::size_t>{2, 4});  // the constant is no net
  const auto nets = bench_nets(n);
  REQUIRE(nets.size() == 3);  // d_i, y, q: not the clock
  CHECK(nets[0].net == 3);
  CHECK(nets[2].verilog == "dut._2_.Q");
  CHECK_THROWS_AS(read_netlist(small_json, "none"), FlowError);
  CHECK_THROWS_AS(read_netlist("{}", "top"), FlowError);
}

TEST_CASE("synth: energy of a cycle by hand, whatever weights OpenSTA gives", "[synth]") {
  const GateNetlist n = read_netlist(small_json, "top");
  // Outputs: 3 and 5 units of 1 pJ with weights 2 and 2.5; inputs of the flip-flop: clock 4 per two edges
  // with weight 2, data 6 with weight 1; the inverter's load takes 7 uW at 100 ns: 0.7 pJ.
  const SwitchingEnergies e =
      switching_energies(n, {log_of(3 * 2, 5 * 2.5, 0, 7e-6), log_of(2, 2.5, 0, 0)},
                         {log_of(0, 4 * 2 + 6, 4 * 2, 0), log_of(0, 2 * 2 + 1, 2 * 2, 0)}, 1e-12);
  REQUIRE(e.size() == 2);
  CHECK(e[0].outputs == Approx(3e-12 + 0.7e-12));
  CHECK(e[0].inputs == 0.0);
  CHECK(e[0].clock == 0.0);
  CHECK(e[1].clock == Approx(4e-12));
  CHECK(e[1].inputs == Approx(6e-12));
  CHECK(e[1].outputs == Approx(5e-12));
  // y 0.5, q 0.25 transitions a cycle: inverter 0.5 x 3.7; flip-flop 4 + 0.5 x 6 + 0.25 x 5.
  CHECK(cycle_energy(n, e, {{3, 0.5}, {4, 0.5}, {5, 0.25}}) == Approx(1.85e-12 + 8.25e-12));
  CHECK_THROWS_AS(switching_energies(n, {"", ""}, {"", ""}, 1e-12), FlowError);
}

TEST_CASE("synth: the slowest path of all groups but reset, setup included", "[synth]") {
  const std::string log =
      "PATHS\nStartpoint: rst_ni (input port)\nEndpoint: _9_ (recovery)\nPath Group: **async_default**\n"
      "  1.0 slack (MET)\nStartpoint: _7_ (rising edge-triggered)\nEndpoint: out_o[3] (output port)\n"
      "Path Group: clk\n     88.25   slack (MET)\nLEAKAGE\n";
  const SlowestPath p = slowest_path(log);
  CHECK(p.start == "_7_");
  CHECK(p.end == "out_o[3]");
  CHECK(p.delay == Approx((bench_period_ns - 88.25) * 1e-9));
  CHECK_THROWS_AS(slowest_path("PATHS\nLEAKAGE\n"), FlowError);
}

TEST_CASE("synth: energies of two phases predict a third, leakage included", "[synth]") {
  DigitalResult r;
  r.block.idle = Energy{2e-12}, r.block.active = Energy{10e-12},
  r.block.leakage = Power{50e-6};  // 1 pJ at 50 MHz
  r.phases = {{0.25, 5.0e-12}};
  CHECK(r.predicted(0.25) == Approx(4e-12));
  CHECK(r.error(0) == Approx(5.0 / 6.0 - 1.0));
}

TEST_CASE("synth: every module has its files, and words become parameters", "[synth]") {
  REQUIRE(digital_modules.size() == 11);
  FixedWords words;
  words.signal_bits = 12, words.signal_fraction = 8, words.weight_bits = 10, words.weight_fraction = 7;
  for (const std::string_view name : digital_modules) {
    const DigitalModule m = digital_module(std::string(name), words);
    INFO(name);
    REQUIRE(m.files.size() >= 2);
    for (const std::string& file : m.files)
      CHECK(std::filesystem::exists(std::filesystem::path(LEADLAG_RTL_DIR) / file));
    CHECK_FALSE(m.enable.empty());
  }
  const DigitalModule mac = digital_module("mac_column_serial", words);
  const std::string script = yosys_script(mac, "x.lib");
  for (const char* part :
       {"SignalW 12", "SignalFrac 8", "WeightW 10", "WeightFrac 7", "-top mac_column_serial"})
    CHECK(has(script, part));
  words.signal_fraction = 5;  // too few bits for the table of tanh
  CHECK(digital_module("prospective_neuron", words).remark == "curve hard_sigmoid");
}

}  // namespace leadlag
