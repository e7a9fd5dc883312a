// SPDX-License-Identifier: Apache-2.0
#include "blocks/cell.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "blocks/error_gate.hpp"
#include "blocks/error_node.hpp"
#include "blocks/leaky_neuron.hpp"
#include "blocks/phase_sequencer.hpp"
#include "blocks/sample_hold.hpp"
#include "blocks/target_unit.hpp"
#include "blocks/transfer_stage.hpp"
#include "blocks/value_node.hpp"

using namespace leadlag;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

CellContext context(Input input = Input::held) { return {Time{1e-6}, Time{1e-6}, input, 1, "column"}; }

/// One column of a kind with its pins, driven by hand.
struct Rig {
  std::unique_ptr<CellColumn> column;
  std::vector<std::vector<double>> in, out;
  std::size_t sampled = 0;

  Rig(const CellKind& kind, const CellContext& at) : column(kind.make(0, kind.size(), at)) {
    for (const Pin& p : kind.inputs()) in.emplace_back(p.wire == Wire::line ? 1 : kind.size());
    out.assign(kind.outputs().size(), std::vector<double>(kind.size(), -77.0));
  }
  void look() {
    std::vector<Lanes> lanes;
    for (auto& i : in) lanes.push_back({i.data(), i.size() == 1 && out[0].size() > 1 ? 0U : 1U});
    std::vector<double*> outs;
    for (auto& o : out) outs.push_back(o.data());
    column->show(outs.data());
    column->follow(lanes.data(), outs.data());
    lanes_ = lanes;
  }
  void edge() {
    look();
    Activity activity;
    column->advance(lanes_.data(), activity);
    sampled += activity[Event::hold_sample];
    look();
  }

 private:
  std::vector<Lanes> lanes_;
};

// A process in which no two numbers are alike and none is a default.
constexpr double u_t = 8.617333262e-5 * 320.0, kappa = 0.64, v_dd = 1.3, c_par = 7e-15, density = 2e-3,
                 v_fs = 0.04;
Technology process(const std::string& stem) {
  Technology t;
  t.v_dd = {v_dd}, t.kappa = kappa, t.temperature = {320.0}, t.parasitic_capacitance = {c_par};
  t.capacitor_density = {density}, t.layout_overhead = 2.5, t.sram_bit_area = {6e-12};
  t.transistors[stem]["pair"] = {{1e-6}, {2e-6}, 3, ""};
  return t;
}
constexpr double gates = 2.5 * 6e-12;
const OperatingPoint at{
    .full_scale = {.voltage = {v_fs}, .current = {20e-9}}, .clock = {3e-6}, .settle_bits = 5};
double settling(double bias) { return c_par * 2.0 * u_t / (kappa * bias) * std::log(64.0); }
double bias_of(double c, double tau) { return 2.0 * u_t * c / (kappa * tau); }

}  // namespace

TEST_CASE("leaky neuron: a held drive is approached exponentially, whatever the tick", "[cell]") {
  LeakyNeuron::Params p;
  p.tau = {4e-6}, p.activation = Activation::tanh;
  const CellsOf<LeakyNeuron> kind({p, p});
  Rig rig(kind, context());
  rig.in[0] = {0.5, -2.0};
  rig.look();
  CHECK(rig.out[LeakyNeuron::rate] == std::vector<double>{0.0, 0.0});
  for (int n = 1; n <= 12; ++n) {
    rig.edge();
    const double share = -std::expm1(-n / 4.0);
    CHECK_THAT(rig.out[LeakyNeuron::rate][0], WithinAbs(std::tanh(0.5 * share), 1e-14));
    CHECK_THAT(rig.out[LeakyNeuron::slope][1], WithinAbs(1.0 - std::pow(std::tanh(2.0 * share), 2), 1e-14));
  }
  CHECK(rig.sampled == 24);
  rig.column->reset();
  rig.look();
  CHECK(rig.out[LeakyNeuron::rate][1] == 0.0);
}

TEST_CASE("cells: Euler steps go tick over tau of the way", "[cell]") {
  LeakyNeuron::Params p;
  p.tau = {4e-6}, p.activation = Activation::linear;
  Rig rig(CellsOf<LeakyNeuron>({p}), context(Input::euler));
  rig.in[0] = {1.0};
  rig.edge(), rig.edge();
  CHECK(rig.out[LeakyNeuron::rate][0] == 0.4375);  // 1 - (3/4)^2
}

TEST_CASE("transfer stage: follows its drive within the cycle and keeps nothing", "[cell]") {
  TransferStage::Params p;
  p.activation = Activation::tanh;
  const CellsOf<TransferStage> kind({p});
  CHECK(kind.passes(TransferStage::drive));
  Rig rig(kind, context());
  rig.in[0] = {0.7};
  rig.look();
  CHECK_THAT(rig.out[TransferStage::rate][0], WithinRel(std::tanh(0.7), 1e-15));
  CHECK_THAT(rig.out[TransferStage::slope][0], WithinRel(1.0 - std::pow(std::tanh(0.7), 2), 1e-14));
  rig.edge();
  CHECK(rig.sampled == 0);
}

TEST_CASE("value node: integrates back minus error, is tied to the prediction while init is high", "[cell]") {
  ValueNode::Params p;
  p.tau = {5e-6};
  Rig rig(CellsOf<ValueNode>({p}), context(Input::euler));
  rig.in[ValueNode::prediction] = {0.3}, rig.in[ValueNode::init] = {1.0}, rig.in[ValueNode::back] = {9.0};
  rig.edge();
  CHECK(rig.out[ValueNode::value][0] == 0.3);
  rig.in[ValueNode::init] = {0.0}, rig.in[ValueNode::back] = {0.5}, rig.in[ValueNode::error] = {0.1};
  rig.edge();
  CHECK_THAT(rig.out[ValueNode::value][0], WithinAbs(0.3 + 0.2 * 0.4, 1e-15));
}

TEST_CASE("error node: compares in hidden layers, takes the target's word in the output layer", "[cell]") {
  ErrorNode::Params hidden, output;
  output.compares = false;
  Rig rig(CellsOf<ErrorNode>({hidden, output}), context());
  rig.in[ErrorNode::value] = {0.9, 0.9}, rig.in[ErrorNode::prediction] = {0.4, 0.4};
  rig.in[ErrorNode::slope] = {0.5, 0.25}, rig.in[ErrorNode::epsilon] = {7.0, -2.0};
  rig.look();
  CHECK(rig.out[ErrorNode::error] == std::vector<double>{0.5, -2.0});
  CHECK(rig.out[ErrorNode::gated] == std::vector<double>{0.25, -0.5});
}

TEST_CASE("error gate: slope times what comes back and what the target says", "[cell]") {
  Rig rig(CellsOf<ErrorGate>({ErrorGate::Params{}}), context());
  rig.in[ErrorGate::back] = {0.75}, rig.in[ErrorGate::epsilon] = {-0.25}, rig.in[ErrorGate::slope] = {0.5};
  rig.look();
  CHECK(rig.out[ErrorGate::gated][0] == 0.25);
}

TEST_CASE("sample-and-hold: takes its input at the end of a cycle with sample high, and counts only those",
          "[cell]") {
  Rig rig(CellsOf<SampleHold>({SampleHold::Params{}, SampleHold::Params{}}), context());
  rig.in[SampleHold::signal] = {0.2, -0.6};
  rig.edge();
  CHECK(rig.out[SampleHold::held] == std::vector<double>{0.0, 0.0});
  rig.in[SampleHold::sample] = {1.0};
  rig.edge();
  rig.in[SampleHold::sample] = {0.0}, rig.in[SampleHold::signal] = {5.0, 5.0};
  rig.edge();
  CHECK(rig.out[SampleHold::held] == std::vector<double>{0.2, -0.6});
  CHECK(rig.sampled == 2);
}

TEST_CASE("target unit in a netlist: the line sets how hard it nudges, both losses", "[cell]") {
  TargetUnit::Params p;
  p.beta = 3.0;  // belongs to the other use of the block
  const auto epsilon = [&](double nudge) {
    Rig rig(TargetUnitCells(p, 2), context());
    rig.in[TargetUnitCells::rate] = {0.5, -1.0}, rig.in[TargetUnitCells::target] = {1.0, 0.0};
    rig.in[TargetUnitCells::nudge] = {nudge};
    rig.look();
    return rig.out[TargetUnitCells::epsilon];
  };
  CHECK(epsilon(0.0) == std::vector<double>{0.0, 0.0});
  CHECK(epsilon(0.5) == std::vector<double>{0.25, 0.5});
  p.loss = Loss::cross_entropy;
  const double first = 1.0 / (1.0 + std::exp(-1.5));
  CHECK_THAT(epsilon(-2.0)[0], WithinAbs(-2.0 * (1.0 - first), 1e-14));
  CHECK_THAT(epsilon(-2.0)[1], WithinAbs(2.0 * (1.0 - first), 1e-14));
}

TEST_CASE("phase sequencer: all rows when the sample is learnt, only inference when it is not", "[cell]") {
  const std::vector<PhaseSequencer::Row> table{{2, true, {1.0}}, {1, false, {2.0}}, {3, false, {3.0}}};
  PhaseSequencer::State s;
  std::vector<double> seen;
  const auto play = [&](std::vector<bool> learn) {
    seen.clear();
    for (const bool l : learn) {
      seen.push_back(PhaseSequencer::begin(table, s, l).lines[0]);
      PhaseSequencer::advance(table, s);
    }
  };
  play({true, true, true, true, true, true});
  CHECK(seen == std::vector<double>{1, 1, 2, 3, 3, 3});
  CHECK(s.fresh);
  play({false, false, false, false, true, false, false});  // learn_i counts when a sample begins
  CHECK(seen == std::vector<double>{1, 1, 1, 1, 1, 1, 2});
}

TEST_CASE("datasheets of cells: every figure by hand", "[cell]") {
  const auto energy = [](const Datasheet& d, Event e) {
    REQUIRE(d.energies.size() == 1);
    REQUIRE(d.energies[0].event == e);
    return d.energies[0].energy.si;
  };
  const auto sheet = [](const Datasheet& d, std::size_t arcs, double settle, double current, double area) {
    REQUIRE(d.arcs.size() == arcs);
    if (arcs > 0) CHECK_THAT(d.arcs[0].settle.si, WithinRel(settle, 1e-12));
    CHECK_THAT(d.static_current.si, WithinRel(current, 1e-12) || WithinAbs(current, 1e-30));
    CHECK_THAT(d.area.si, WithinRel(area, 1e-12));
  };
  LeakyNeuron::Params n;
  n.tau = {4e-6}, n.capacitance = {2e-12}, n.hold_capacitance = {3e-14}, n.curve_bias = {6e-8};
  const Datasheet leaky = LeakyNeuron::datasheet(n, process(LeakyNeuron::stem), at);
  sheet(leaky, 1, settling(6e-8), 2.0 * bias_of(2e-12, 4e-6) + 1.2e-7, gates + 2.06e-12 / density);
  CHECK_THAT(energy(leaky, Event::hold_sample), WithinRel(2.0 * 3e-14 * v_dd * v_fs, 1e-12));

  TransferStage::Params stage;
  stage.curve_bias = {6e-8};
  sheet(TransferStage::datasheet(stage, process(TransferStage::stem), at), 1, settling(6e-8), 1.2e-7, gates);

  ValueNode::Params v;
  v.tau = {4e-6}, v.capacitance = {2e-12}, v.hold_capacitance = {3e-14};
  const double node = bias_of(2e-12, 4e-6);
  const Datasheet value = ValueNode::datasheet(v, process(ValueNode::stem), at);
  sheet(value, 1, settling(node), 3.0 * node, gates + 2.03e-12 / density);
  CHECK_THAT(energy(value, Event::hold_sample), WithinRel(3e-14 * v_dd * v_fs, 1e-12));

  ErrorNode::Params e;
  e.bias = {6e-8};
  const Datasheet error = ErrorNode::datasheet(e, process(ErrorNode::stem), at);
  sheet(error, 2, settling(6e-8), 2.4e-7, gates);
  CHECK_THAT(error.arcs[1].settle.si, WithinRel(2.0 * settling(6e-8), 1e-12));

  ErrorGate::Params g;
  g.bias = {6e-8};
  sheet(ErrorGate::datasheet(g, process(ErrorGate::stem), at), 1, settling(6e-8), 1.2e-7, gates);

  SampleHold::Params h;
  h.capacitance = {4e-13}, h.buffer_bias = {6e-8};
  const Datasheet hold = SampleHold::datasheet(h, process(SampleHold::stem), at);
  sheet(hold, 1, settling(6e-8), 1.2e-7, gates + 4e-13 / density);
  CHECK_THAT(energy(hold, Event::hold_sample), WithinRel(4e-13 * v_dd * v_fs, 1e-12));

  PhaseSequencer::Params q;
  q.line_capacitance = {5e-12};
  const Datasheet sequencer = PhaseSequencer::datasheet(q, process(PhaseSequencer::stem), at, 3, 4);
  sheet(sequencer, 0, 0.0, 0.0, gates + 3.0 * 20.0 * 6e-12);
  CHECK_THAT(energy(sequencer, Event::code_change), WithinRel(5e-12 * v_dd * v_dd, 1e-12));
}
