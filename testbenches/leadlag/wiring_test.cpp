// SPDX-License-Identifier: Apache-2.0
// What a user is told who wires a chip wrongly: the pin by its name, and what to do.
#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>

#include "leadlag/chip.hpp"
#include "leadlag/on_disk.hpp"

using namespace leadlag;
using Catch::Matchers::Contains;
using sc_core::sc_clock;
using sc_core::sc_signal;
using sc_core::sc_start;
using sc_core::SC_ZERO_TIME;

namespace {

const std::string three_in_two_out = R"(
leadlag: 1
chip: {clock: 1 MHz}
arrays:
  left: {block: input_driver, size: 2}
  right: {block: input_driver, size: 1}
  out: {block: prospective_neuron, size: 2, activation: linear}
crossbars:
  w: {from: left, to: out}
  v: {from: right, to: out}
task: {kind: tones, frequencies: [1]}
)";

struct Source : sc_core::sc_module {
  sc_core::sc_out<double> SC_NAMED(out_o);
  explicit Source(const sc_core::sc_module_name& source) : sc_module(source) {}
};

/// A chip whose mandatory pins are bound; each test adds its mistake.
struct Bound {
  OnDisk file{"chip.yaml", three_in_two_out};
  Chip chip{"chip", file.path};
  Clock clk{"clk", chip};
  sc_core::sc_vector<sc_signal<double>> x{"x", 3};
  Bound() { chip.clk_i(clk), chip.x_i(x); }
};

std::string told() {
  try {
    sc_start(SC_ZERO_TIME);
  } catch (const WiringError& e) {
    return e.what();
  }
  return "nothing";
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  REQUIRE(pipe != nullptr);
  std::string text;
  for (int c = fgetc(pipe.get()); c != EOF; c = fgetc(pipe.get())) text += static_cast<char>(c);
  return text;
}

}  // namespace

TEST_CASE("wiring: every mandatory pin that is open is named at once, with what to do", "[wiring]") {
  const OnDisk file("chip.yaml", three_in_two_out);
  Chip chip{"chip", file.path};
  sc_signal<double> x{"x"};
  chip.x_i[1](x);
  const std::string text = told();
  CHECK_THAT(text, Contains("chip.clk_i is not bound: make a clock"));
  CHECK_THAT(text,
             Contains("chip.x_i_0 is not bound: it drives left[0]; bind a signal, chip.x_i[0](signal)"));
  CHECK_THAT(text,
             Contains("chip.x_i_2 is not bound: it drives right[0]; bind a signal, chip.x_i[2](signal)"));
  CHECK_THAT(text, !Contains("x_i_1"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
}

TEST_CASE("wiring: nothing to say about a chip with a clock and inputs", "[wiring]") {
  const Bound bound;
  CHECK(told() == "nothing");
}

TEST_CASE("wiring: targets are bound all or none", "[wiring]") {
  Bound b;
  sc_signal<double> target{"target"};
  b.chip.target_i[0](target);
  CHECK_THAT(told(), Contains("chip.target_i_1 is not bound, but other pins of target_i are: bind all 2"));
}

TEST_CASE("wiring: an input with two drivers is named, and so are both", "[wiring]") {
  Bound b;
  Source sine{"sine"}, noise{"noise"};
  sine.out_o(b.x[2]), noise.out_o(b.x[2]);
  CHECK_THAT(told(),
             Contains("chip.x_i_2 is driven by 2 pins: sine.out_o, noise.out_o, all bound to signal x_2; "
                      "give each driver a signal of its own"));
}

TEST_CASE("wiring: an output on a signal that has a driver is named", "[wiring]") {
  Bound b;
  Source sine{"sine"};
  sc_signal<double> y{"y"};
  sine.out_o(y), b.chip.value_o[1](y);
  CHECK_THAT(told(), Contains("chip.value_o_1 is driven by 2 pins") && Contains("sine.out_o") &&
                         Contains("all bound to signal y"));
}

TEST_CASE("wiring: signals that allow several drivers may have them", "[wiring]") {
  const OnDisk file("chip.yaml", three_in_two_out);
  Chip chip{"chip", file.path};
  Clock clk{"clk", chip};
  sc_core::sc_vector<sc_signal<double, sc_core::SC_MANY_WRITERS>> x{"x", 3};
  Source sine{"sine"}, noise{"noise"};
  chip.clk_i(clk), chip.x_i(x), sine.out_o(x[0]), noise.out_o(x[0]);
  CHECK(told() == "nothing");
}

TEST_CASE("wiring: a pin bound twice is named", "[wiring]") {
  Bound b;
  sc_signal<double> other{"other"};
  b.chip.x_i[0](other);
  CHECK_THAT(told(), Contains("chip.x_i_0 is bound to 2 signals: a pin takes one"));
}

TEST_CASE("wiring: rows of another size are refused when they are bound", "[wiring]") {
  const OnDisk file("chip.yaml", three_in_two_out);
  Chip chip{"chip", file.path};
  sc_core::sc_vector<sc_signal<double>> two{"two", 2}, four{"four", 4};
  CHECK_THROWS_WITH(chip.x_i(two), Contains("chip.x_i has 3 pins, but is bound to a row of 2"));
  CHECK_THROWS_WITH(chip.x_i(four), Contains("chip.x_i has 3 pins, but is bound to a row of 4"));
  CHECK_THROWS_WITH(chip.value_o.bind(four), Contains("chip.value_o has 2 pins"));
  CHECK_THROWS_WITH(chip.x_i[3](four[0]), Contains("there is no x_i[3]"));
}

TEST_CASE("wiring: a clock of another period is named with both periods", "[wiring]") {
  const OnDisk file("chip.yaml", three_in_two_out);
  Chip chip{"chip", file.path};
  sc_clock clk{"clk", {2, sc_core::SC_US}};
  sc_core::sc_vector<sc_signal<double>> x{"x", 3};
  chip.clk_i(clk), chip.x_i(x);
  CHECK_THROWS_WITH(sc_start(10, sc_core::SC_US), Contains("chip.clk_i rises after 2 us") &&
                                                      Contains("a period of 1 us") &&
                                                      Contains("leadlag::Clock"));
}

TEST_CASE("wiring: a blueprint's mistakes are told as leadlag check tells them", "[wiring]") {
  const OnDisk file("bad.yaml",
                    three_in_two_out + "limits: {final_msee: {max: 1}}\ntrace: [\"out[7].rate\"]\nfoo: 1\n");
  std::string what;
  try {
    Chip chip{"chip", file.path};
  } catch (const DesignError& e) {
    what = e.what();
    CHECK(e.diagnostics().size() == 3);
  }
  REQUIRE(std::count(what.begin(), what.end(), '\n') == 2);
  CHECK(what + "\n" == output_of(LEADLAG_PROGRAM " check " + file.path + " 2>&1"));
  const OnDisk good("good.yaml", three_in_two_out);
  CHECK_NOTHROW(Chip("chip", good.path));  // a refused chip leaves no trace
}

TEST_CASE("wiring: replicas are refused with the line that asks for them, and settings may mend it",
          "[wiring]") {
  const OnDisk file("chip.yaml", three_in_two_out);
  CHECK_THROWS_WITH((Chip{"chip", file.path, {.settings = {{"chip.replicas", "16"}}}}),
                    Contains("one die, not 16 replicas: set chip.replicas to 1"));
  const std::string sixteen =
      "leadlag: 1\nchip:\n  replicas: 16\n" + three_in_two_out.substr(three_in_two_out.find("arrays"));
  const OnDisk stated("many.yaml", sixteen);
  CHECK_THROWS_WITH((Chip{"chip", stated.path}), Contains("many.yaml:3:13: error[illegal-combination]"));
  CHECK_NOTHROW(Chip("chip", stated.path, {.settings = {{"chip.replicas", "1"}}}));
  CHECK_THROWS_AS((Chip{"chip", stated.path, {.presets = {"none"}}}), DesignError);
  CHECK_THROWS_AS((Chip{"chip", stated.path, {.threads = 0}}), std::invalid_argument);
}
