// SPDX-License-Identifier: Apache-2.0
// What circuit fidelity adds to the cells of netlists, against the relations it is made from.
#include <boost/math/distributions/chi_squared.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <optional>
#include <vector>

#include "blocks/compartment_neuron.hpp"
#include "blocks/high_pass.hpp"
#include "blocks/leaky_neuron.hpp"
#include "blocks/pi_controller.hpp"
#include "blocks/pyramidal_cell.hpp"
#include "blocks/sample_hold.hpp"
#include "blocks/state_node.hpp"
#include "blocks/target_unit.hpp"
#include "blocks/transfer_stage.hpp"
#include "blocks/value_node.hpp"

using namespace leadlag;
using Catch::Matchers::WithinRel;

namespace {

constexpr double k_boltzmann = 1.380649e-23, full_scale = 0.025;

/// A process with one size of transistor for all groups: 4 um x 1 um.
Technology process() {
  Technology t;
  for (const char* block :
       {"leaky_neuron", "state_node", "sample_hold", "target_unit", "compartment_neuron", "pi_controller"}) {
    for (const char* group : {"node_pair", "node_mirror", "tails", "buffer", "comparator", "soma_pair",
                              "soma_mirror", "switch", "switches", "hold_switches", "subtractor"}) {
      t.transistors[block][group] = {Length{4e-6}, Length{1e-6}, 2, "test"};
    }
  }
  return t;
}

CellContext at(const std::vector<Effect>& effects, std::int64_t die = 1, std::uint64_t seed = 1,
               std::optional<Voltage> comparator_offset = {}, Time tick = 1_us) {
  CellPhysics physics;
  physics.technology = process();
  physics.full_scale.voltage = Voltage{full_scale};
  physics.physics.params.die = die;
  for (const Effect e : effects) physics.physics.on[static_cast<std::size_t>(e)] = true;
  physics.physics.stated.comparator_offset = comparator_offset;
  physics.kinds = {"leaky_neuron",  "state_node", "sample_hold",    "target_unit", "compartment_neuron",
                   "pi_controller", "value_node", "pyramidal_cell", "high_pass"};
  return {tick, 1_us, Input::held, seed, "column", std::make_shared<const CellPhysics>(physics)};
}

double deviation(const std::vector<double>& x) {
  double mean = 0.0, square = 0.0;
  for (const double v : x) mean += v / static_cast<double>(x.size());
  for (const double v : x) square += (v - mean) * (v - mean);
  return std::sqrt(square / static_cast<double>(x.size() - 1));
}

/// Whether a sample's deviation is that of its law, at a level that one run in 1e4 misses.
bool agrees(const std::vector<double>& x, double sigma) {
  const double n = static_cast<double>(x.size() - 1);
  const boost::math::chi_squared law(n);
  const double ratio = n * std::pow(deviation(x) / sigma, 2);
  return ratio > quantile(law, 0.5e-4) && ratio < quantile(complement(law, 0.5e-4));
}

constexpr std::size_t many = 4000;

}  // namespace

TEST_CASE("cell physics: time constants differ as capacitor and mirror do", "[physics]") {
  const CellContext c = at({Effect::mismatch});
  std::vector<double> errors;
  for (std::size_t i = 0; i < many; ++i) {
    errors.push_back(c.made(10_us, 1_pF, "leaky_neuron", i) / 10_us - 1.0);
  }
  // 1 pF at 1 fF/um2 is 1000 um2: .01 um / sqrt(1000 um2); 5 mV um / sqrt(4 um2) = 2.5 mV.
  const double capacitor = 0.01e-6 / std::sqrt(1000e-12), mirror = 0.7 * 2.5e-3 / 0.025852;
  CHECK(agrees(errors, std::hypot(capacitor, mirror)));
  CHECK_THAT(capacitor_mismatch(process(), 1_pF), WithinRel(capacitor, 1e-12));
  CHECK_THAT(current_mismatch(process(), "leaky_neuron", "tails"), WithinRel(mirror, 1e-5));
  CHECK(at({Effect::mismatch}).made(10_us, 1_pF, "leaky_neuron", 3) ==
        c.made(10_us, 1_pF, "leaky_neuron", 3));
  CHECK(at({Effect::mismatch}, 2).made(10_us, 1_pF, "leaky_neuron", 3) !=
        c.made(10_us, 1_pF, "leaky_neuron", 3));
  CHECK(at({Effect::mismatch}, 1, 9).made(10_us, 1_pF, "leaky_neuron", 3) ==
        c.made(10_us, 1_pF, "leaky_neuron", 3));  // another seed of the run is not another die
}

TEST_CASE("cell physics: offsets add the variances of their pairs, or are as stated", "[physics]") {
  const CellContext c = at({Effect::offset});
  const CellContext with = at({Effect::offset}, 1, 1, 1_mV);
  std::vector<double> pair, two, drawn, stated, controller, no_comparator;
  for (std::size_t i = 0; i < many; ++i) {
    pair.push_back(c.offset("leaky_neuron", {"node_pair"}, i));
    two.push_back(c.offset("leaky_neuron", {"node_pair", "node_mirror"}, i));
    drawn.push_back(c.comparator_offset("target_unit", {"comparator"}, i));
    stated.push_back(with.comparator_offset("target_unit", {"comparator"}, i));
    controller.push_back(PiController::coefficients({}, with, i).offset);
    no_comparator.push_back(with.offset("leaky_neuron", {"node_pair"}, i));
  }
  CHECK(agrees(pair, 2.5e-3 / full_scale));
  CHECK(agrees(two, std::sqrt(2.0) * 2.5e-3 / full_scale));
  CHECK(agrees(drawn, 2.5e-3 / full_scale));
  CHECK(agrees(stated, 1e-3 / full_scale));
  CHECK(agrees(controller, 1e-3 / full_scale));
  CHECK(agrees(no_comparator, 2.5e-3 / full_scale));
}

TEST_CASE("cell physics: each effect alone, and none of a kind that stays ideal", "[physics]") {
  const LeakyNeuron::Params p;
  const double k = 1.0 - std::exp(-1_us / p.tau);
  const auto of = [&](const std::vector<Effect>& effects) {
    return LeakyNeuron::coefficients(p, at(effects), 0);
  };
  const auto none = of({}), mismatch = of({Effect::mismatch}), offset = of({Effect::offset}),
             noise = of({Effect::noise});
  CHECK_THAT(none.ota.approach, WithinRel(k, 1e-12));
  CHECK((none.offset == 0.0 && none.noise.strength == 0.0 && none.hold.strength == 0.0));
  CHECK((mismatch.ota.approach != none.ota.approach && mismatch.offset == 0.0 &&
         mismatch.noise.strength == 0.0));
  CHECK((offset.ota.approach == none.ota.approach && offset.offset != 0.0 && offset.noise.strength == 0.0));
  CHECK((noise.ota.approach == none.ota.approach && noise.offset == 0.0 && noise.noise.strength > 0.0));
  CHECK(at({Effect::offset}).offset("value_node", {"node_pair"}, 0) == 0.0);
}

TEST_CASE("cell physics: a node's noise has variance gamma kT/C and the node's memory", "[physics]") {
  const CellsOf<LeakyNeuron> kind(std::vector<LeakyNeuron::Params>(200, LeakyNeuron::Params{.tau = 5_us}));
  const auto column = kind.make(0, 200, at({Effect::noise}));
  const std::vector<double> drive(200, 0.0);
  const Lanes in[]{{drive.data(), 1}};
  std::vector<double> rate(200), slope(200), membrane(200), last(200);
  double square = 0.0, product = 0.0;
  std::size_t n = 0;
  Activity activity;
  const auto inside = [&](std::size_t i) {
    return std::atanh(rate[i]);
  };  // the hold's noise is in it as well
  for (int tick = 0; tick < 2050; ++tick) {
    double* out[]{rate.data(), slope.data()};
    column->show(out);
    for (std::size_t i = 0; i < 200; ++i) {
      const double v = inside(i);
      if (tick > 50) square += v * v, product += v * last[i], ++n;
      last[i] = v;
    }
    column->advance(in, activity);
  }
  const double node = 2.6 * k_boltzmann * 300.0 / 1e-12, hold = k_boltzmann * 300.0 / 50e-15;
  const double unit = full_scale * full_scale;
  CHECK_THAT(square / static_cast<double>(n), WithinRel((node + hold) / unit, 0.02));
  CHECK_THAT(product / static_cast<double>(n), WithinRel(std::exp(-0.2) * node / unit, 0.05));
}

TEST_CASE("cell physics: a hold samples with kT/C or the stated noise, and droops by leakage", "[physics]") {
  const SampleHold::Params p;
  const auto thermal = SampleHold::coefficients(p, at({Effect::noise}), 0);
  CHECK_THAT(thermal.noise.strength, WithinRel(std::sqrt(k_boltzmann * 300.0 / 200e-15) / full_scale, 1e-9));
  std::vector<double> samples;
  SampleHold::State s;
  const double in[]{0.3, 1.0}, hold[]{0.9, 0.0};
  for (std::size_t k = 0; k < many; ++k) {
    SampleHold::advance(thermal, s, in);
    samples.push_back(s.v - 0.3);
  }
  CHECK(agrees(samples, thermal.noise.strength));
  const auto leaky = SampleHold::coefficients(p, at({Effect::leakage}), 0);
  SampleHold::State d{.v = 0.5};
  for (int tick = 0; tick < 1000; ++tick) SampleHold::advance(leaky, d, hold);
  // 1 fA over 1 ms from 200 fF: 5 uV.
  CHECK_THAT(0.5 - d.v, WithinRel(5e-6 / full_scale, 1e-6));
}

TEST_CASE("cell physics: hold switches leave their charge, lower by q / C, and nothing else does",
          "[physics]") {
  // W L = 4 um2, W = 4 um: 0.2 (4 um2 8.6 fF/um2 1.8 V / 4 + 4 um 0.3 fF/um 1.8 V) = 3.53 fC.
  const double charge = 0.2 * (4.0 * 8.6e-15 * 0.45 + 4.0 * 0.3e-15 * 1.8);
  const auto hold = SampleHold::coefficients({}, at({Effect::injection}), 0);
  SampleHold::State s;
  const double in[]{0.3, 1.0}, keep[]{0.9, 0.0};
  SampleHold::advance(hold, s, in);
  const double held = s.v;
  CHECK_THAT(held, WithinRel(0.3 - charge / 200e-15 / full_scale, 1e-9));
  SampleHold::advance(hold, s, keep);
  CHECK(s.v == held);
  CHECK(SampleHold::coefficients({}, at({Effect::offset, Effect::noise}), 0).offset != hold.offset);
  CHECK(at({Effect::offset, Effect::leakage, Effect::noise}).injection("sample_hold", "switch", 200_fF) ==
        0.0);
  // The holds before a curve: the curve sees phi(v - q / C).
  const double shift = charge / 50e-15 / full_scale;
  double out[2];
  const auto leaky = LeakyNeuron::coefficients({}, at({Effect::injection}), 0);
  LeakyNeuron::State node{.v = 0.5};
  const double drive[]{0.5};
  LeakyNeuron::advance(leaky, node, drive);
  LeakyNeuron::show(leaky, node, out);
  CHECK_THAT(out[0], WithinRel(std::tanh(0.5 - shift), 1e-9));
  CHECK(node.v == 0.5);
  const auto slow = StateNode::coefficients({}, at({Effect::injection}), 0);
  StateNode::State state{};
  const double rest[]{0.0, 0.0, 0.0, 0.0};
  StateNode::advance(slow, state, rest);
  StateNode::show(slow, state, out);
  CHECK_THAT(out[0], WithinRel(std::tanh(-shift), 1e-9));
}

TEST_CASE("cell physics: a target unit whose output meets its target shows the comparator's offset",
          "[physics]") {
  const TargetUnitCells kind(TargetUnit::Params{}, 2000);
  const auto column = kind.make(0, 2000, at({Effect::offset}));
  const std::vector<double> same(2000, 0.4);
  const double nudge = 2.0;
  const Lanes in[]{{same.data(), 1}, {same.data(), 1}, {&nudge, 0}};
  std::vector<double> epsilon(2000);
  double* out[]{epsilon.data()};
  column->follow(in, out);
  CHECK(agrees(epsilon, 2.0 * 2.5e-3 / full_scale));
}

TEST_CASE("cell physics: the circuit of tanh' has a gain, alone of all effects", "[physics]") {
  CellPhysics physics;
  physics.technology = process();
  physics.technology.slope_gain = 1.2, physics.technology.slope_specific_current = 50_nA;
  physics.physics.on[static_cast<std::size_t>(Effect::slope)] = true;
  physics.kinds = {"leaky_neuron", "state_node", "transfer_stage"};
  const CellContext with{1_us, 1_us, Input::held, 1, "column", std::make_shared<const CellPhysics>(physics)};
  const CellContext without = at({Effect::mismatch, Effect::saturation, Effect::offset});
  // 100 nA is twice the specific current: f^2 - f = 2.
  const double gain = 1.2 / 2.0, v = 0.4, rate = std::tanh(v), slope = 1.0 - rate * rate;
  CHECK(without.slope_gain("leaky_neuron", Activation::tanh, 100_nA) == 1.0);
  CHECK(with.slope_gain("compartment_neuron", Activation::tanh, 100_nA) == 1.0);  // ideal
  double out[2], in[4] = {v, 0.0, 0.0, 0.0};

  const auto node = LeakyNeuron::coefficients({}, with, 0);
  LeakyNeuron::show(node, {.v = v}, out);
  CHECK_THAT(out[LeakyNeuron::rate], WithinRel(rate, 1e-12));
  CHECK_THAT(out[LeakyNeuron::slope], WithinRel(gain * slope, 1e-12));
  LeakyNeuron::show(LeakyNeuron::coefficients({.activation = Activation::softplus}, with, 0), {.v = v}, out);
  CHECK_THAT(out[LeakyNeuron::slope], WithinRel(1.0 / (1.0 + std::exp(-v)), 1e-12));

  TransferStage::follow(TransferStage::coefficients({}, with, 0), {}, in, out);
  CHECK_THAT(out[TransferStage::rate], WithinRel(rate, 1e-12));
  CHECK_THAT(out[TransferStage::slope], WithinRel(gain * slope, 1e-12));

  // The gate of a state node: from v, drive moves it by k (g drive - v).
  in[StateNode::drive] = 3.0;
  const auto moved = [&](StateNode::Pull pull) {
    const auto c = StateNode::coefficients({.pull = pull}, with, 0);
    StateNode::State s{.v = v};
    StateNode::advance(c, s, in);
    return (s.v - v) / c.ota.approach + v;
  };
  CHECK_THAT(moved(StateNode::Pull::gated), WithinRel(gain * slope * 3.0, 1e-12));
  CHECK_THAT(moved(StateNode::Pull::plain), WithinRel(3.0, 1e-12));
}

TEST_CASE("cell physics: a node that saturates is the solution of its equation, whatever the tick",
          "[physics]") {
  // tau dv/dt = V_L tanh((goal - v) / V_L), V_L = 2 U_T / kappa, from v = 0 for 7 us.
  const double v_l = 2.0 * 1.380649e-23 * 300.0 / 1.602176634e-19 / 0.7 / full_scale;
  const auto ends = [&](double goal, double tau) {
    return goal - v_l * std::asinh(std::sinh(goal / v_l) * std::exp(-7.0 / tau));
  };
  for (const double halves : {1.0, 2.0}) {
    const CellContext c = at({Effect::saturation}, 1, 1, {}, 1_us / halves);
    for (const double goal : {0.01, -2.0, 3.0, 30.0}) {
      CAPTURE(halves, goal);
      const LeakyNeuron::Params leaky{.tau = 10_us};
      const StateNode::Params plain{
          .tau = 5_us, .activation = Activation::linear, .pull = StateNode::Pull::plain};
      const CompartmentNeuron::Params compartments{.tau = 4_us, .tau_apical = 6_us};
      const PyramidalCell::Params cell{.tau = 8_us};
      const HighPass::Params filter{.tau = 20_us};
      LeakyNeuron::State a;
      StateNode::State b;
      CompartmentNeuron::State d, apical;
      PyramidalCell::State e;
      HighPass::State f;
      const double all = cell.leak + cell.basal + cell.apical + cell.soma;
      for (int n = 0; n < 7 * static_cast<int>(halves); ++n) {
        const double one[] = {goal, 0.0, 0.0, 0.0}, of_apical[] = {0.0, goal, 0.0, 0.0};
        LeakyNeuron::advance(LeakyNeuron::coefficients(leaky, c, 0), a, one);
        StateNode::advance(StateNode::coefficients(plain, c, 0), b, one);
        CompartmentNeuron::advance(CompartmentNeuron::coefficients(compartments, c, 0), d, one);
        CompartmentNeuron::advance(CompartmentNeuron::coefficients(compartments, c, 0), apical, of_apical);
        const double basal[] = {goal * all / cell.basal, 0.0, 0.0};
        PyramidalCell::advance(PyramidalCell::coefficients(cell, c, 0), e, basal);
        HighPass::advance(HighPass::coefficients(filter, c, 0), f, one);
      }
      CHECK_THAT(a.v, WithinRel(ends(goal, 10.0), 1e-9));
      CHECK_THAT(b.v, WithinRel(ends(goal, 5.0), 1e-9));
      CHECK_THAT(d.v, WithinRel(ends(goal, 4.0), 1e-9));
      CHECK_THAT(apical.v_fb, WithinRel(ends(goal, 6.0), 1e-9));
      CHECK_THAT(e.u, WithinRel(ends(goal, 8.0), 1e-9));
      CHECK_THAT(f.low, WithinRel(ends(goal, 20.0), 1e-9));
    }
  }
  // Far beyond V_L a node slews: V_L per time constant.
  CHECK_THAT(ends(30.0, 10.0), WithinRel(0.7 * v_l, 1e-3));
}

TEST_CASE("cell physics: the pair of a value node bends, and nothing does without the effect", "[physics]") {
  const double v_l = 2.0 * 1.380649e-23 * 300.0 / 1.602176634e-19 / 0.7 / full_scale;
  const ValueNode::Params p{.tau = 10_us};
  for (const double pull : {0.01, -1.0, 5.0}) {
    CAPTURE(pull);
    const double in[] = {-pull, 0.0, 0.0, 0.0};
    ValueNode::State bent, straight;
    ValueNode::advance(ValueNode::coefficients(p, at({Effect::saturation}), 0), bent, in);
    ValueNode::advance(ValueNode::coefficients(p, at({Effect::mismatch}, 1), 0), straight, in);
    CHECK_THAT(bent.x, WithinRel((1.0 - std::exp(-0.1)) * v_l * std::tanh(pull / v_l), 1e-9));
    const double share = ValueNode::coefficients(p, at({Effect::mismatch}, 1), 0).ota.approach;
    CHECK_THAT(straight.x, WithinRel(share * pull, 1e-9));
  }
}
