// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <systemc>

#include "blocks/error_unit.hpp"
#include "blocks/gain_stage.hpp"
#include "blocks/input_driver.hpp"
#include "blocks/plasticity_cell.hpp"
#include "blocks/prospective_neuron.hpp"
#include "blocks/readout.hpp"
#include "blocks/summing_node.hpp"
#include "blocks/synapse.hpp"
#include "blocks/synaptic_low_pass.hpp"
#include "blocks/target_unit.hpp"
#include "blocks/weight_register.hpp"

// Numbers here are dyadic (full scales of 1/32 V and 2^-27 A), so that expected values are equal to the bit.

using namespace leadlag;
using Catch::Matchers::WithinAbs;
using sc_core::sc_signal;

namespace {

const FullScale scale{.voltage = {0x1p-5}, .current = {0x1p-27}};
Voltage volts(double x) { return x * scale.voltage; }
Current amperes(double x) { return x * scale.current; }

/// Clock and reset by hand.
struct Controls {
  sc_signal<bool> clk{"clk"}, rst_n{"rst_n", true};
  void settle() { sc_core::sc_start(1, sc_core::SC_NS); }
  void rise() { clk.write(true), settle(); }
  void fall() { clk.write(false), settle(); }
  void cycle() { rise(), fall(); }
  void reset(bool on) { rst_n.write(!on), settle(); }
};

LeadLag::Coefficients<double> euler(double lag, double lead) {  // tick 1 us
  return LeadLag::coefficients({lag * 1e-6}, {lead * 1e-6}, {1e-6}, Input::euler);
}

template <class Port, class Signal>
concept wires_to = requires(Port& port, Signal& signal) {
  port(signal);
};
template <class A, class B>
concept adds_to = requires(A a, B b) {
  a + b;
};

}  // namespace

// A miswired or mixed-up quantity is a compile error.
static_assert(wires_to<sc_core::sc_in<Voltage>, sc_signal<Voltage>>);
static_assert(!wires_to<sc_core::sc_in<Voltage>, sc_signal<Current>>);
static_assert(!wires_to<sc_core::sc_in<Voltage>, sc_signal<double>>);
static_assert(!wires_to<sc_core::sc_out<Current>, sc_signal<Voltage>>);
static_assert(!wires_to<sc_core::sc_in<bool>, sc_signal<Voltage>>);
static_assert(adds_to<Voltage, Voltage> && !adds_to<Voltage, Current> && !adds_to<Voltage, double>);

TEST_CASE("neuron module, registered: samples on the rising edge, holds past the fall, resets at once",
          "[module]") {
  Controls c;
  sc_signal<Current> drive{"drive", amperes(1.0)};
  sc_signal<Voltage> error{"error"}, rate{"rate"};
  sc_signal<double> slope{"slope"};
  Activity activity;
  ProspectiveNeuronModule dut{"dut",       {.activation = Activation::linear, .nudging = 0.5},
                              euler(2, 4), Hop::registered,
                              scale,       activity};
  dut.clk_i(c.clk), dut.rst_ni(c.rst_n), dut.drive_i(drive), dut.error_i(error), dut.rate_o(rate),
      dut.slope_o(slope);
  c.settle();
  CHECK(rate.read() == volts(0.0));  // nothing before the first edge
  CHECK(slope.read() == 0.0);
  c.rise();
  CHECK(rate.read() == volts(2.0));  // rho = 2, u = 0
  CHECK(slope.read() == 1.0);
  CHECK(dut.membrane() == volts(0.5));
  drive.write(amperes(3.0));
  c.fall();
  CHECK(rate.read() == volts(2.0));
  error.write(volts(2.0));  // s = 3 + 0.5 * 2 = 4
  c.rise();
  CHECK(rate.read() == volts(2.0 * 4.0 - 0.5));
  CHECK(dut.membrane() == volts(2.25));
  CHECK(activity[Event::hold_sample] == 2);
  c.fall();
  c.reset(true);  // no edge needed
  CHECK(rate.read() == volts(0.0));
  CHECK(slope.read() == 0.0);
  CHECK(dut.membrane() == volts(0.0));
  c.cycle();
  CHECK(rate.read() == volts(0.0));  // held in reset
  CHECK(activity[Event::hold_sample] == 2);
  c.reset(false);
  CHECK(rate.read() == volts(0.0));
  c.cycle();
  CHECK(rate.read() == volts(8.0));  // from rest
}

TEST_CASE("neuron module, transparent: the output follows, only the membrane waits for the edge",
          "[module]") {
  Controls c;
  sc_signal<Current> drive{"drive"};
  sc_signal<Voltage> error{"error"}, rate{"rate"};
  sc_signal<double> slope{"slope"};
  Activity activity;
  ProspectiveNeuronModule dut{"dut",   {.activation = Activation::relu}, euler(2, 4), Hop::transparent, scale,
                              activity};
  dut.clk_i(c.clk), dut.rst_ni(c.rst_n), dut.drive_i(drive), dut.error_i(error), dut.rate_o(rate),
      dut.slope_o(slope);
  drive.write(amperes(1.0));
  c.settle();
  CHECK(rate.read() == volts(2.0));
  CHECK(slope.read() == 1.0);
  drive.write(amperes(-3.0));
  c.settle();
  CHECK(rate.read() == volts(0.0));  // relu of -6
  CHECK(slope.read() == 0.0);
  drive.write(amperes(3.0));
  c.rise();
  CHECK(dut.membrane() == volts(1.5));
  CHECK(rate.read() == volts(6.0 - 1.5));
  c.reset(true);
  CHECK(rate.read() == volts(6.0));  // follows the drive with an empty membrane
  CHECK(activity[Event::hold_sample] == 1);
}

TEST_CASE("neuron module: shows its drive and its lookahead to a gain stage", "[module]") {
  Controls c;
  sc_signal<Current> drive{"drive", amperes(1.0)};
  sc_signal<Voltage> error{"error", volts(2.0)}, rate{"rate"}, driven{"driven"}, lookahead{"lookahead"};
  sc_signal<double> slope{"slope"};
  Activity activity;
  ProspectiveNeuronModule dut{"dut",       {.activation = Activation::relu, .nudging = -1.0},
                              euler(2, 4), Hop::registered,
                              scale,       activity};
  dut.clk_i(c.clk), dut.rst_ni(c.rst_n), dut.drive_i(drive), dut.error_i(error), dut.rate_o(rate),
      dut.slope_o(slope), dut.driven_o(driven), dut.lookahead_o(lookahead);
  c.cycle();
  CHECK(driven.read() == volts(-1.0));     // 1 - 1 * 2
  CHECK(lookahead.read() == volts(-2.0));  // rho = 2, before the curve
  CHECK(rate.read() == volts(0.0));
  c.reset(true);
  CHECK(driven.read() == volts(0.0));
  CHECK(lookahead.read() == volts(0.0));
}

TEST_CASE("gain stage module: the error follows at once, the averages wait for the edge", "[module]") {
  Controls c;
  sc_signal<Voltage> driven{"driven"}, lookahead{"lookahead"}, in{"in", volts(2.0)}, out{"out"};
  GainStageModule dut{"dut", {.keep = 0.5, .take = 0.5, .floor = 1.0, .most = 4.0}, Hop::registered, scale};
  dut.clk_i(c.clk), dut.rst_ni(c.rst_n), dut.driven_i(driven), dut.lookahead_i(lookahead), dut.error_i(in),
      dut.error_o(out);
  c.settle();
  CHECK(out.read() == volts(2.0));  // no signal: gain 1
  driven.write(volts(1.0)), lookahead.write(volts(2.0));
  c.settle();
  CHECK(out.read() == volts(4.0));  // (2 + 1) / (0.5 + 1)
  c.rise();                         // the averages are now 0.5 and 2, and go on from there
  CHECK(dut.last() == volts(4.0));
  CHECK(dut.gain() == 16.0 / 7.0);  // (0.25 + 0.5 + 1) and (1 + 2 + 1)
  in.write(volts(7.0));
  c.fall();
  CHECK(out.read() == volts(16.0));
  driven.write(volts(0.0)), lookahead.write(volts(16.0));
  c.settle();
  CHECK(out.read() == volts(28.0));  // the divider ends at 4
  c.reset(true);
  driven.write(volts(0.0)), lookahead.write(volts(0.0));
  c.settle();
  CHECK(out.read() == volts(7.0));
}

TEST_CASE("error unit module, registered: what comes back waits for one edge, slope and target do not",
          "[module]") {
  Controls c;
  sc_signal<double> slope{"slope", 0.5};
  sc_signal<Current> back{"back"};
  sc_signal<Voltage> epsilon{"epsilon"}, error{"error"};
  Activity activity;
  // tau_r = 2 (lag), tau_m = 4 (lead): gain 2 at once.
  ErrorUnitModule dut{"dut", euler(2, 4), ErrorPath::prospective, Hop::registered, scale, activity};
  dut.clk_i(c.clk), dut.rst_ni(c.rst_n), dut.slope_i(slope), dut.back_i(back), dut.epsilon_i(epsilon),
      dut.error_o(error);
  c.settle();
  back.write(amperes(4.0));
  c.settle();
  CHECK(error.read() == volts(0.0));  // not sampled yet
  c.rise();
  CHECK(error.read() ==
        volts(4.0));  // a = 0.5 * 4, e = 2 a - v, v = 0: the edge advanced v with the old a = 0
  back.write(amperes(-100.0));
  c.fall();
  CHECK(error.read() == volts(4.0));
  epsilon.write(volts(2.0));
  c.settle();
  CHECK(error.read() == volts(6.0));  // a = 0.5 (4 + 2)
  slope.write(1.0);
  c.settle();
  CHECK(error.read() == volts(12.0));
  back.write(amperes(0.0)), epsilon.write(volts(0.0));
  c.rise();  // v advances with the a = 4 of held back and new epsilon: v = 0 + 4 / 2; held back becomes 0
  CHECK(error.read() == volts(-2.0));
  CHECK(activity[Event::hold_sample] == 2);
  c.fall();
  c.reset(true);
  CHECK(error.read() == volts(0.0));
  back.write(amperes(8.0));
  c.cycle();
  CHECK(error.read() == volts(0.0));  // nothing is sampled in reset
  CHECK(activity[Event::hold_sample] == 2);
}

TEST_CASE("error unit module, transparent: follows everything within the tick", "[module]") {
  Controls c;
  sc_signal<double> slope{"slope", 0.5};
  sc_signal<Current> back{"back", amperes(4.0)};
  sc_signal<Voltage> epsilon{"epsilon"}, error{"error"};
  Activity activity;
  ErrorUnitModule dut{"dut", euler(2, 4), ErrorPath::prospective, Hop::transparent, scale, activity};
  dut.clk_i(c.clk), dut.rst_ni(c.rst_n), dut.slope_i(slope), dut.back_i(back), dut.epsilon_i(epsilon),
      dut.error_o(error);
  c.settle();
  CHECK(error.read() == volts(4.0));
  back.write(amperes(8.0));
  c.settle();
  CHECK(error.read() == volts(8.0));
  c.rise();  // v = 4 / 2
  CHECK(error.read() == volts(6.0));
}

TEST_CASE("error unit module, instantaneous: a wire behind the gate", "[module]") {
  Controls c;
  sc_signal<double> slope{"slope", 0.5};
  sc_signal<Current> back{"back", amperes(4.0)};
  sc_signal<Voltage> epsilon{"epsilon", volts(2.0)}, error{"error"};
  Activity activity;
  ErrorUnitModule dut{"dut", euler(2, 4), ErrorPath::instantaneous, Hop::registered, scale, activity};
  dut.clk_i(c.clk), dut.rst_ni(c.rst_n), dut.slope_i(slope), dut.back_i(back), dut.epsilon_i(epsilon),
      dut.error_o(error);
  c.settle();
  CHECK(error.read() == volts(1.0));
  for (int n = 0; n < 3; ++n) {
    c.cycle();
    CHECK(error.read() == volts(3.0));  // no state shows
  }
}

TEST_CASE("error unit module, output_only: only the target gets through", "[module]") {
  Controls c;
  sc_signal<double> slope{"slope", 0.5};
  sc_signal<Current> back{"back", amperes(4.0)};
  sc_signal<Voltage> epsilon{"epsilon", volts(2.0)}, error{"error"};
  Activity activity;
  ErrorUnitModule dut{"dut", euler(2, 4), ErrorPath::output_only, Hop::registered, scale, activity};
  dut.clk_i(c.clk), dut.rst_ni(c.rst_n), dut.slope_i(slope), dut.back_i(back), dut.epsilon_i(epsilon),
      dut.error_o(error);
  c.settle();
  CHECK(error.read() == volts(2.0));
  c.cycle();
  CHECK(error.read() == volts(2.0 - 0.5));
  back.write(amperes(-64.0));
  c.cycle();
  CHECK(error.read() == volts(2.0 - 0.75));
}

TEST_CASE("error unit module, open: nothing gets through", "[module]") {
  Controls c;
  sc_signal<double> slope{"slope", 0.5};
  sc_signal<Current> back{"back", amperes(4.0)};
  sc_signal<Voltage> epsilon{"epsilon", volts(2.0)}, error{"error"};
  Activity activity;
  ErrorUnitModule dut{"dut", euler(2, 4), ErrorPath::open, Hop::registered, scale, activity};
  dut.clk_i(c.clk), dut.rst_ni(c.rst_n), dut.slope_i(slope), dut.back_i(back), dut.epsilon_i(epsilon),
      dut.error_o(error);
  for (int n = 0; n < 3; ++n) {
    c.settle();
    CHECK(error.read() == volts(0.0));
    c.cycle();
  }
}

TEST_CASE("synapse module: both reads follow weight and signal within the tick", "[module]") {
  sc_signal<double> weight{"weight", 0.5};
  sc_signal<Voltage> rate{"rate", volts(2.0)}, error{"error", volts(-4.0)};
  sc_signal<Current> current{"current"}, back{"back"};
  SynapseModule dut{"dut", scale};
  dut.weight_i(weight), dut.rate_i(rate), dut.error_i(error), dut.current_o(current), dut.back_o(back);
  sc_core::sc_start(1, sc_core::SC_NS);
  CHECK(current.read() == amperes(1.0));
  CHECK(back.read() == amperes(-2.0));
  weight.write(-1.0);
  sc_core::sc_start(1, sc_core::SC_NS);
  CHECK(current.read() == amperes(-2.0));
  CHECK(back.read() == amperes(4.0));
  rate.write(volts(8.0));
  sc_core::sc_start(1, sc_core::SC_NS);
  CHECK(current.read() == amperes(-8.0));
  CHECK(back.read() == amperes(4.0));
  error.write(volts(1.0));
  sc_core::sc_start(1, sc_core::SC_NS);
  CHECK(current.read() == amperes(-8.0));
  CHECK(back.read() == amperes(-1.0));
}

TEST_CASE("summing node module: adds its currents within the tick", "[module]") {
  sc_core::sc_vector<sc_signal<Current>> currents{"current", 3};
  sc_signal<Current> sum{"sum"};
  SummingNodeModule dut{"dut", 3};
  dut.currents_i(currents), dut.sum_o(sum);
  currents[0].write(amperes(1.0)), currents[1].write(amperes(-4.0)), currents[2].write(amperes(0.5));
  sc_core::sc_start(1, sc_core::SC_NS);
  CHECK(sum.read() == amperes(-2.5));
  currents[2].write(amperes(4.0));
  sc_core::sc_start(1, sc_core::SC_NS);
  CHECK(sum.read() == amperes(1.0));
}

TEST_CASE("target unit module: compares within the tick, silent while the target is off", "[module]") {
  sc_signal<bool> on{"on"};
  sc_core::sc_vector<sc_signal<Voltage>> rates{"rate", 2}, epsilons{"epsilon", 2};
  sc_core::sc_vector<sc_signal<double>> targets{"target", 2};
  TargetUnitModule dut{"dut", {.loss = Loss::mse, .beta = 0.5}, 2, scale};
  dut.target_on_i(on), dut.rates_i(rates), dut.targets_i(targets), dut.epsilons_o(epsilons);
  rates[0].write(volts(0.25)), rates[1].write(volts(-1.0)), targets[0].write(1.0), targets[1].write(2.0);
  const auto epsilon = [&](std::size_t i) {
    sc_core::sc_start(1, sc_core::SC_NS);
    return epsilons[i].read();
  };
  CHECK(epsilon(0) == volts(0.0));
  CHECK(epsilon(1) == volts(0.0));
  on.write(true);
  CHECK(epsilon(0) == volts(0.375));
  CHECK(epsilon(1) == volts(1.5));
  targets[0].write(0.25);
  CHECK(epsilon(0) == volts(0.0));
  rates[1].write(volts(4.0));
  CHECK(epsilon(1) == volts(-1.0));
  on.write(false);
  CHECK(epsilon(1) == volts(0.0));
}

TEST_CASE("plasticity cell module, host: accumulates at edges at which learning is on", "[module]") {
  Controls c;
  sc_signal<bool> learn{"learn"};
  sc_signal<Voltage> error{"error", volts(0.5)}, rate{"rate", volts(-3.0)};
  sc_signal<double> product{"product"};
  Activity activity;
  PlasticityCellModule dut{"dut", UpdateBy::host, Hop::registered, scale, activity};
  dut.clk_i(c.clk), dut.learn_i(learn), dut.error_i(error), dut.rate_i(rate), dut.product_o(product);
  c.settle();
  CHECK(product.read() == -1.5);
  c.cycle();
  CHECK(dut.accumulated() == 0.0);  // learning is off
  learn.write(true);
  c.cycle();
  c.cycle();
  CHECK(dut.accumulated() == -3.0);
  CHECK(activity[Event::accumulate] == 2);
  rate.write(volts(0.0));
  c.settle();
  c.cycle();
  CHECK(dut.accumulated() == -3.0);
  CHECK(activity[Event::accumulate] == 2);  // nothing to add, no charge moved
  dut.clear();
  rate.write(volts(1.0));
  c.settle();
  c.cycle();
  CHECK(dut.accumulated() == 0.5);
}

TEST_CASE("plasticity cell module, die: shows its product and keeps nothing", "[module]") {
  Controls c;
  sc_signal<bool> learn{"learn", true};
  sc_signal<Voltage> error{"error", volts(0.5)}, rate{"rate", volts(-3.0)};
  sc_signal<double> product{"product"};
  Activity activity;
  PlasticityCellModule dut{"dut", UpdateBy::die, Hop::registered, scale, activity};
  dut.clk_i(c.clk), dut.learn_i(learn), dut.error_i(error), dut.rate_i(rate), dut.product_o(product);
  c.settle();
  c.cycle();
  CHECK(product.read() == -1.5);
  CHECK(dut.accumulated() == 0.0);
  CHECK(activity[Event::accumulate] == 0);
}

TEST_CASE("weight register module, die: updates at edges at which learning is on, can be loaded",
          "[module]") {
  Controls c;
  sc_signal<bool> learn{"learn"};
  sc_signal<double> eta{"eta", 0.25}, product{"product", 2.0}, weight{"weight"};
  Activity activity;
  WeightRegisterModule dut{"dut", 1.0, {}, UpdateBy::die, Hop::registered, activity};
  dut.clk_i(c.clk), dut.learn_i(learn), dut.eta_i(eta), dut.product_i(product), dut.weight_o(weight);
  c.settle();
  CHECK(weight.read() == 1.0);  // wakes up with its weight
  c.cycle();
  CHECK(weight.read() == 1.0);
  CHECK(activity[Event::weight_update] == 0);
  learn.write(true);
  c.rise();
  CHECK(weight.read() == 1.5);
  c.fall();
  CHECK(weight.read() == 1.5);
  eta.write(-1.0);
  c.cycle();
  CHECK(weight.read() == -0.5);
  CHECK(activity[Event::weight_update] == 2);
  dut.load(8.0);
  c.settle();
  CHECK(weight.read() == 8.0);  // no edge needed
  CHECK(dut.weight() == 8.0);
  product.write(0.0);
  c.cycle();
  CHECK(dut.weight() == 8.0);
  CHECK(activity[Event::weight_update] == 2);  // unchanged: not written
}

TEST_CASE("weight register module, host: only a load changes it", "[module]") {
  Controls c;
  sc_signal<bool> learn{"learn", true};
  sc_signal<double> eta{"eta", 0.25}, product{"product", 2.0}, weight{"weight"};
  Activity activity;
  WeightRegisterModule dut{"dut", 1.0, {}, UpdateBy::host, Hop::registered, activity};
  dut.clk_i(c.clk), dut.learn_i(learn), dut.eta_i(eta), dut.product_i(product), dut.weight_o(weight);
  c.settle();
  c.cycle();
  CHECK(weight.read() == 1.0);
  dut.load(-2.0);
  c.settle();
  CHECK(weight.read() == -2.0);
}

TEST_CASE("readout module: converts and adds while the window is open", "[module]") {
  Controls c;
  sc_signal<bool> window{"window"};
  sc_signal<Voltage> rate{"rate", volts(1.0)};
  sc_signal<double> value{"value"}, sum{"sum"};
  Activity activity;
  ReadoutModule dut{"dut", Hop::registered, scale, activity};
  dut.clk_i(c.clk), dut.window_i(window), dut.rate_i(rate), dut.value_o(value), dut.sum_o(sum);
  c.settle();
  c.cycle();
  CHECK(value.read() == 1.0);
  CHECK(sum.read() == 0.0);
  CHECK(activity[Event::conversion] == 0);
  window.write(true);
  c.cycle();
  rate.write(volts(4.0));
  c.rise();
  CHECK(value.read() == 4.0);
  CHECK(sum.read() == 5.0);
  rate.write(volts(2.0));
  c.fall();
  CHECK(value.read() == 4.0);
  window.write(false);
  c.cycle();
  CHECK(value.read() == 2.0);
  CHECK(sum.read() == 5.0);
  CHECK(activity[Event::conversion] == 2);
  window.write(true);
  c.cycle();
  CHECK(sum.read() == 2.0);  // a new window starts from nothing
}

TEST_CASE("low-pass module: samples on the rising edge, resets at once", "[module]") {
  Controls c;
  sc_signal<Voltage> rate{"rate", volts(1.0)}, out{"out"};
  Activity activity;
  SynapticLowPassModule dut{"dut", SynapticLowPass::coefficients({.tau_s = {4e-6}}, {1e-6}, Input::euler),
                            Hop::registered, scale, activity};
  dut.clk_i(c.clk), dut.rst_ni(c.rst_n), dut.rate_i(rate), dut.rate_o(out);
  c.settle();
  CHECK(out.read() == volts(0.0));
  c.rise();
  CHECK(out.read() == volts(0.25));
  rate.write(volts(-8.0));
  c.fall();
  CHECK(out.read() == volts(0.25));
  c.rise();
  CHECK(out.read() == volts(0.1875 - 2.0));
  CHECK(activity[Event::hold_sample] == 2);
  c.reset(true);
  CHECK(out.read() == volts(0.0));
  c.fall();
  c.cycle();
  CHECK(out.read() == volts(0.0));
  CHECK(activity[Event::hold_sample] == 2);
}

TEST_CASE("input driver module: follows its pin within the tick and counts code changes", "[module]") {
  sc_signal<double> x{"x"};
  sc_signal<Voltage> rate{"rate"};
  Activity activity;
  InputDriverModule dut{"dut", {}, scale, activity};
  dut.x_i(x), dut.rate_o(rate);
  const auto drive = [&](double value) {
    x.write(value);
    sc_core::sc_start(1, sc_core::SC_NS);
  };
  drive(0.0);
  CHECK(activity[Event::code_change] == 0);
  drive(0.5);
  CHECK(rate.read() == volts(0.5));
  drive(0.5);
  CHECK(activity[Event::code_change] == 1);
  drive(-0.5);
  drive(0.0);
  CHECK(activity[Event::code_change] == 3);
}

TEST_CASE("neuron module: a state that is not finite is an error that names the instance", "[module]") {
  Controls c;
  sc_signal<Current> drive{"drive", Current{std::numeric_limits<double>::infinity()}};
  sc_signal<Voltage> error{"error"}, rate{"rate"};
  sc_signal<double> slope{"slope"};
  Activity activity;
  ProspectiveNeuronModule dut{
      "dut", {.activation = Activation::linear}, euler(2, 2), Hop::registered, scale, activity};
  dut.clk_i(c.clk), dut.rst_ni(c.rst_n), dut.drive_i(drive), dut.error_i(error), dut.rate_o(rate),
      dut.slope_o(slope);
  c.settle();
  std::string message;
  try {
    c.rise();
  } catch (const sc_core::sc_report& report) {
    message = report.what();
  }
  CHECK(message.find("leadlag/non-finite") != std::string::npos);
  CHECK(message.find("dut") != std::string::npos);
}
