// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "blocks/error_unit.hpp"
#include "blocks/gain_stage.hpp"
#include "blocks/host_link.hpp"
#include "blocks/input_driver.hpp"
#include "blocks/plasticity_cell.hpp"
#include "blocks/prospective_neuron.hpp"
#include "blocks/readout.hpp"
#include "blocks/summing_node.hpp"
#include "blocks/synapse.hpp"
#include "blocks/synaptic_low_pass.hpp"
#include "blocks/target_unit.hpp"
#include "blocks/trajectory_memory.hpp"
#include "blocks/weight_register.hpp"
#include "technology/relations.hpp"

using namespace leadlag;
using Catch::Matchers::WithinRel;

namespace {

constexpr double exact = 1e-13;  // relative: the same products in another order

// A process in which no two numbers are alike and none is a default, so that a wrong one cannot pass for the
// right one.
constexpr double u_t = 8.617333262e-5 * 320.0, kappa = 0.64, v_dd = 1.3, c_par = 7e-15, c_unit = 3e-15,
                 c_mul = 11e-15, i_s = 31e-9, density = 2e-3, overhead = 2.5, v_fs = 0.04,
                 clock_period = 3e-6;
constexpr int bits = 5;

Technology process() {
  Technology t;
  t.v_dd = {v_dd}, t.kappa = kappa, t.temperature = {320.0}, t.parasitic_capacitance = {c_par};
  t.multiplier_capacitance = {c_mul}, t.multiplier_specific_current = {i_s};
  t.dac_unit_capacitor = {c_unit}, t.capacitor_density = {density}, t.layout_overhead = overhead;
  t.adc_energy_per_step = {31e-15}, t.sram_write_energy = {11e-15}, t.sram_read_energy = {2e-15};
  t.sram_bit_area = {6e-12}, t.wire_energy = {17e-11}, t.wire_resistance = {3e5},
  t.wire_capacitance = {4e-10};
  t.cell_pitch = {9e-6};
  double w = 1e-6;
  for (const char* stem : {"input_driver", "synaptic_low_pass", "synapse", "summing_node",
                           "prospective_neuron", "error_unit", "target_unit", "plasticity_cell",
                           "weight_register", "readout", "gain_stage", "trajectory_memory", "host_link"}) {
    t.transistors[stem]["pair"] = {{w}, {2e-6}, 2, ""};
    t.transistors[stem]["tail"] = {{3e-6}, {w}, 1, ""};
    w += 1e-6;
  }
  return t;
}
/// overhead (2 w 2um + w 3um) for the block at `place` of the list above.
double gates(int place) { return overhead * 7e-6 * (place + 1) * 1e-6; }
double bias_of(double c, double tau) { return 2.0 * u_t * c / (kappa * tau); }
double pole_of(double i) { return c_par * 2.0 * u_t / (kappa * i); }
/// The EKV factor f is the root of f^2 - f = i / i_s.
double moderate(double i) {
  double f = 1.0;
  for (int k = 0; k < 100; ++k) f -= (f * f - f - i / i_s) / (2.0 * f - 1.0);
  return f;
}
double multiplier_of(double i) { return c_mul / c_par * pole_of(i) * moderate(i); }
double settling(double tau) { return tau * std::log(64.0); }  // to half an LSB of 5 bits

const Technology tech = process();
const OperatingPoint at{
    .full_scale = {.voltage = {v_fs}, .current = {20e-9}}, .clock = {clock_period}, .settle_bits = bits};

double energy_of(const Datasheet& d, Event e) {
  std::size_t found = 0;
  double energy = 0.0;
  for (const EventEnergy& entry : d.energies) {
    if (entry.event == e) ++found, energy = entry.energy.si;
    CHECK(!entry.derivation.empty());
  }
  REQUIRE(found == 1);
  return energy;
}
using Arcs = std::vector<std::string>;  // "from > to"; all arcs of a block settle alike
void check(const Datasheet& d, const std::string& stem, const Arcs& arcs, double settle, double current,
           double area, const std::vector<std::pair<Event, double>>& energies) {
  INFO("block " << stem);
  CHECK(d.block == stem);
  REQUIRE(d.arcs.size() == arcs.size());
  for (std::size_t k = 0; k < arcs.size(); ++k) {
    CHECK(d.arcs[k].from + " > " + d.arcs[k].to == arcs[k]);
    CHECK_THAT(d.arcs[k].settle.si, WithinRel(settle, exact));
    CHECK(!d.arcs[k].derivation.empty());
  }
  CHECK_THAT(d.static_current.si, WithinRel(current, exact));
  CHECK_THAT(d.area.si, WithinRel(area, exact));
  REQUIRE(d.energies.size() == energies.size());
  for (const auto& [event, energy] : energies) CHECK_THAT(energy_of(d, event), WithinRel(energy, exact));
}

}  // namespace

TEST_CASE("technology: bias, parasitic pole, settling, transistor area by hand", "[core]") {
  CHECK_THAT(tech.thermal_voltage().si, WithinRel(0.0275754664384, 1e-12));
  CHECK_THAT(bias_for(tech, {1e-12}, {1e-6}).si,
             WithinRel(2.0 * 0.0275754664384 * 1e-12 / (0.64 * 1e-6), 1e-12));
  CHECK_THAT(parasitic_pole(tech, {1e-9}).si,
             WithinRel(7e-15 * 2.0 * 0.0275754664384 / (0.64 * 1e-9), 1e-12));
  CHECK_THAT(settle_time({1.0}, 8).si, WithinRel(std::log(512.0), 1e-15));
  CHECK_THAT(std::exp(-settle_time({1.0}, 8).si), WithinRel(0.5 / 256.0, 1e-14));  // half an LSB
  CHECK_THAT(transistor_area(tech, "synapse").si, WithinRel(2.5 * (2 * 3e-6 * 2e-6 + 3e-6 * 3e-6), exact));
  CHECK(transistor_area(tech, "no such block").si == 0.0);
}

TEST_CASE("relations: multipliers and the slope's gain leave weak inversion as EKV says", "[core]") {
  CHECK(inversion({5e-9}, {}) == 1.0);
  CHECK_THAT(inversion({3e-9}, {3e-9}), WithinRel(0.5 * (1.0 + std::sqrt(5.0)), exact));  // the golden ratio
  CHECK_THAT(inversion({6e-9}, {1e-9}), WithinRel(3.0, exact));
  CHECK_THAT(inversion({1.0}, {1e-9}), WithinRel(std::sqrt(1e9), 1e-4));  // strong inversion: g ~ sqrt(i)
  CHECK_THAT(inversion({1e-12}, {1e-3}), WithinRel(1.0, 2e-9));
  for (const double i : {1e-10, 8e-9, 300e-9}) {
    CHECK_THAT(multiplier_pole(tech, {i}).si, WithinRel(multiplier_of(i), 1e-12));
    Technology t = tech;
    t.multiplier_specific_current = {};
    CHECK_THAT(multiplier_pole(t, {i}).si, WithinRel(c_mul / c_par * pole_of(i), exact));
    CHECK(slope_gain_at(t, {i}) == 1.0);  // what no file states changes nothing
    t.slope_gain = 1.3, t.slope_specific_current = {i_s};
    CHECK_THAT(slope_gain_at(t, {i}), WithinRel(1.3 / moderate(i), 1e-12));
  }
}

TEST_CASE("datasheets: every figure of every block by hand", "[core]") {
  check(InputDriver::datasheet({.bits = 6, .bias = {3e-9}}, tech, at), "input_driver", {"x_i > rate_o"},
        settling(pole_of(3e-9)), 6e-9, gates(0) + 64 * c_unit / density,
        {{Event::code_change, 64 * c_unit * v_fs * v_fs / 3.0}});

  const double lp = bias_of(2e-12, 4e-6);
  check(SynapticLowPass::datasheet({.tau_s = {4e-6}, .capacitance = {2e-12}}, tech, at), "synaptic_low_pass",
        {"rate_i > rate_o"}, settling(pole_of(lp)), 3.0 * lp, gates(1) + 1.05 * 2e-12 / density,
        {{Event::hold_sample, 2e-12 / 20.0 * v_dd * v_fs}});

  check(Synapse::datasheet({.bias = {5e-9}}, tech, at), "synapse", {"rate_i > current_o", "error_i > back_o"},
        settling(multiplier_of(5e-9)), 20e-9, gates(2), {});

  const double n = 37, pitch = 9e-6;
  const double elmore = 0.5 * (3e5 * pitch * n) * (4e-10 * pitch * n);
  check(SummingNode::datasheet({.bias = {6e-9}}, tech, at, 37), "summing_node", {"currents_i > sum_o"},
        settling(elmore + pole_of(6e-9) * (1.0 + n * 4e-10 * pitch / c_par)), 12e-9, gates(3), {});

  // rho = 1/4: the adder's weights are 1/4 and 3/4. rho = 3: 3 and 2.
  for (const auto& [tau_m, tau_r, weights] : {std::tuple{8e-6, 2e-6, 1.0}, {2e-6, 6e-6, 5.0}}) {
    check(ProspectiveNeuron::datasheet({.tau_m = {tau_m},
                                        .tau_r = {tau_r},
                                        .membrane_capacitance = {3e-12},
                                        .hold_capacitance = {80e-15},
                                        .adder_bias = {50e-9}},
                                       tech, at),
          "prospective_neuron", {"drive_i > rate_o"}, settling(pole_of(50e-9)),
          2.0 * bias_of(3e-12, tau_m) + 2.0 * weights * 50e-9 + 2.0 * 50e-9,
          gates(4) + (3e-12 + 160e-15) / density, {{Event::hold_sample, 160e-15 * v_dd * v_fs}});
  }
  // Made by an adaptation current: 1 + tau_r / tau_a of the drive less tau_r / tau_a of the adaptation, which
  // is a second OTA and capacitor.
  check(ProspectiveNeuron::datasheet({.tau_m = {8e-6},
                                      .tau_r = {2e-6},
                                      .tau_a = {0.5e-6},
                                      .membrane_capacitance = {3e-12},
                                      .hold_capacitance = {80e-15},
                                      .adder_bias = {50e-9}},
                                     tech, at),
        "prospective_neuron", {"drive_i > rate_o"}, settling(pole_of(50e-9)),
        2.0 * bias_of(3e-12, 8e-6) + 2.0 * bias_of(3e-12, 0.5e-6) + 2.0 * 9.0 * 50e-9 + 2.0 * 50e-9,
        gates(4) + (6e-12 + 160e-15) / density, {{Event::hold_sample, 160e-15 * v_dd * v_fs}});
  // The error unit has lead and lag exchanged: gain tau_m / tau_r = 4 needs weights 4 and 3; 1/3 needs 1/3
  // and 2/3.
  for (const auto& [tau_m, tau_r, weights] : {std::tuple{8e-6, 2e-6, 7.0}, {2e-6, 6e-6, 1.0}}) {
    check(ErrorUnit::datasheet({.tau_m = {tau_m},
                                .tau_r = {tau_r},
                                .capacitance = {3e-12},
                                .hold_capacitance = {80e-15},
                                .adder_bias = {50e-9}},
                               tech, at),
          "error_unit", {"back_i > error_o"}, settling(pole_of(50e-9)),
          2.0 * bias_of(3e-12, tau_r) + 2.0 * weights * 50e-9 + 2.0 * 50e-9,
          gates(5) + (3e-12 + 80e-15) / density, {{Event::hold_sample, 80e-15 * v_dd * v_fs}});
  }
  // What removes an offset: gates of two switches in every cycle, a capacitor, a branch that holds the zero.
  const double switched = 2.0 * tech.parasitic_capacitance.si * v_dd / at.clock.si;
  const auto removing = [](OffsetRemoval removal) {
    return ErrorUnit::datasheet({.offset_removal = removal, .zero_capacitor = {90e-15}}, tech, at);
  };
  const Datasheet kept = removing(OffsetRemoval::none), zeroed = removing(OffsetRemoval::auto_zero),
                  chopped = removing(OffsetRemoval::chopped);
  CHECK(zeroed.static_current.si - kept.static_current.si == Approx(switched + 100e-9));
  CHECK(chopped.static_current.si - kept.static_current.si == Approx(switched));
  CHECK(zeroed.area.si - chopped.area.si == Approx(90e-15 / density));
  const GainStage::Params gain{.averaging = {4e-4}, .capacitance = {3e-12}, .bias = {9e-9}};
  check(GainStage::datasheet(gain, tech, at), "gain_stage", {"error_i > error_o"}, settling(pole_of(9e-9)),
        72e-9 + 4.0 * bias_of(3e-12, 4e-4), gates(10) + 6e-12 / density, {});
  check(GainStage::datasheet({.gain = GainFrom::set, .bias = {9e-9}}, tech, at), "gain_stage",
        {"error_i > error_o"}, settling(pole_of(9e-9)), 18e-9, gates(10), {});
  check(TargetUnit::datasheet({.loss = Loss::mse, .bias = {7e-9}}, tech, at), "target_unit",
        {"rates_i > epsilons_o"}, settling(pole_of(7e-9)), 14e-9, gates(6), {});
  check(TargetUnit::datasheet({.loss = Loss::cross_entropy, .bias = {7e-9}}, tech, at), "target_unit",
        {"rates_i > epsilons_o"}, settling(pole_of(7e-9)), 28e-9, gates(6), {});
  check(PlasticityCell::datasheet({.bias = {8e-9}, .store = {90e-15}}, tech, at, UpdateBy::die),
        "plasticity_cell", {"error_i > product_o"}, settling(multiplier_of(8e-9)), 16e-9, gates(7), {});
  check(PlasticityCell::datasheet({.bias = {8e-9}, .store = {90e-15}}, tech, at, UpdateBy::host),
        "plasticity_cell", {"error_i > product_o"}, settling(multiplier_of(8e-9)), 16e-9,
        gates(7) + 90e-15 / density, {{Event::accumulate, 90e-15 * v_dd * v_fs}});

  const double wires = 6 * 17e-11 * 2e-3;
  check(WeightRegister::datasheet({.storage = Storage::sram, .bits = 6, .host_distance = {2e-3}}, tech, at),
        "weight_register", {}, 0.0, 0.0, gates(8) + 6 * 6e-12,
        {{Event::weight_update, 6 * 11e-15},
         {Event::weight_read, 6 * 2e-15 + wires},
         {Event::weight_write, 6 * 11e-15 + wires}});
  check(WeightRegister::datasheet(
            {.storage = Storage::capacitor, .bits = 6, .capacitance = {60e-15}, .host_distance = {2e-3}},
            tech, at),
        "weight_register", {}, 0.0, 0.0, gates(8) + 60e-15 / density,
        {{Event::weight_update, 60e-15 * v_dd * v_fs},
         {Event::weight_read, 6 * 2e-15 + wires},
         {Event::weight_write, 60e-15 * v_dd * v_fs + wires}});
  check(Readout::datasheet({.bits = 7}, tech, at), "readout", {"rate_i > sum_o"}, 0.5 * clock_period, 0.0,
        gates(9) + 128 * c_unit / density, {{Event::conversion, 128 * 31e-15}});
}

TEST_CASE("datasheets: a channel of a trajectory memory by hand", "[core]") {
  const Datasheet d = TrajectoryMemory::datasheet({.bits = 6, .bias = {5e-9}}, tech, at, 700);
  CHECK(d.block == "trajectory_memory");
  REQUIRE(d.arcs.size() == 2);
  CHECK(d.arcs[0].from + " > " + d.arcs[0].to == "value_i > word");
  CHECK_THAT(d.arcs[0].settle.si, WithinRel(0.5 * clock_period, exact));
  CHECK(d.arcs[1].from + " > " + d.arcs[1].to == "word > value_o");
  CHECK_THAT(d.arcs[1].settle.si, WithinRel(settling(pole_of(5e-9)), exact));
  CHECK_THAT(d.static_current.si, WithinRel(10e-9, exact));
  CHECK_THAT(d.area.si, WithinRel(gates(11) + 700 * 6 * 6e-12 + 128 * c_unit / density, exact));
  REQUIRE(d.energies.size() == 2);
  CHECK_THAT(energy_of(d, Event::record), WithinRel(64 * 31e-15 + 6 * 11e-15, exact));
  CHECK_THAT(energy_of(d, Event::replay), WithinRel(6 * 2e-15 + 64 * c_unit * v_fs * v_fs / 3.0, exact));
}

TEST_CASE("datasheets: a host link by hand", "[core]") {
  const HostLink::Params link{.width = 3, .clock = {2e6}, .capacitance = {8e-12}};
  const Datasheet d = HostLink::datasheet(link, tech, at);
  CHECK(d.block == "host_link");
  CHECK(d.arcs.empty());
  CHECK(d.static_current.si == 0.0);
  CHECK_THAT(d.area.si, WithinRel(6 * gates(12), exact));
  REQUIRE(d.energies.size() == 1);
  CHECK_THAT(energy_of(d, Event::transfer), WithinRel(8e-12 * v_dd * v_dd / 4.0, exact));
  CHECK(HostLink::capacity(link, {3e-6}) == 18);
  CHECK(HostLink::capacity(link, {0.1e-6}) == 0);
  CHECK(HostLink::capacity({.width = 1, .clock = {10e6}}, 1.0 / Frequency{3e6}) == 3);
}

TEST_CASE("datasheets: the directions a designer expects", "[core]") {
  const auto neuron = [](double tau_m, double tau_r, double c) {
    return ProspectiveNeuron::datasheet({.tau_m = {tau_m}, .tau_r = {tau_r}, .membrane_capacitance = {c}},
                                        tech, at);
  };
  const auto unit = [](double tau_m, double tau_r) {
    return ErrorUnit::datasheet({.tau_m = {tau_m}, .tau_r = {tau_r}}, tech, at);
  };
  const auto filter = [](double tau) { return SynapticLowPass::datasheet({.tau_s = {tau}}, tech, at); };
  const auto node = [](std::size_t cells) { return SummingNode::datasheet({}, tech, at, cells); };
  for (const double tau : {1e-6, 3e-6, 1e-5, 1e-4}) {
    INFO("tau " << tau);
    CHECK(neuron(tau, tau, 1e-12).static_current > neuron(2.0 * tau, 2.0 * tau, 1e-12).static_current);
    CHECK(neuron(tau, tau, 2e-12).static_current > neuron(tau, tau, 1e-12).static_current);
    CHECK(neuron(tau, tau, 2e-12).area > neuron(tau, tau, 1e-12).area);
    CHECK(unit(tau, tau).static_current > unit(2.0 * tau, 2.0 * tau).static_current);
    CHECK(unit(4.0 * tau, tau).static_current > unit(2.0 * tau, tau).static_current);  // gain costs current
    CHECK(filter(tau).static_current > filter(2.0 * tau).static_current);
    CHECK(filter(tau).arcs.at(0).settle < filter(2.0 * tau).arcs.at(0).settle);
  }
  for (const std::size_t cells : {1u, 16u, 300u})
    CHECK(node(cells).arcs.at(0).settle < node(2 * cells).arcs.at(0).settle);
  for (const int b : {1, 4, 9}) {
    CHECK(energy_of(InputDriver::datasheet({.bits = b}, tech, at), Event::code_change) <
          energy_of(InputDriver::datasheet({.bits = b + 1}, tech, at), Event::code_change));
    CHECK(energy_of(Readout::datasheet({.bits = b}, tech, at), Event::conversion) <
          energy_of(Readout::datasheet({.bits = b + 1}, tech, at), Event::conversion));
  }
  CHECK(Synapse::datasheet({.bias = {2e-9}}, tech, at).arcs.at(0).settle <
        Synapse::datasheet({.bias = {1e-9}}, tech, at).arcs.at(0).settle);
}
