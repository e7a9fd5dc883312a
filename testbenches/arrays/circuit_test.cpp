// SPDX-License-Identifier: Apache-2.0
#include "arrays/circuit.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "blocks/error_node.hpp"
#include "blocks/leaky_neuron.hpp"
#include "blocks/sample_hold.hpp"
#include "blocks/transfer_stage.hpp"

using namespace leadlag;
using Catch::Matchers::Contains;

namespace {

/// x -> w -> stage -> error (against a held value): work in the order x, w, stage, error.
struct Small {
  Circuit c;
  std::size_t x, stage, error, hold, w;
  Small() {
    x = 0;
    c.columns.push_back({"x", 3, nullptr, Circuit::Pad::x, 0});
    error = c.add<ErrorNode>("error", std::vector<ErrorNode::Params>(2));
    stage = c.add<TransferStage>("stage", std::vector<TransferStage::Params>(2));
    hold = c.add<SampleHold>("hold", std::vector<SampleHold::Params>(2));
    w = 0;
    c.crossbars.push_back({});
    c.crossbars[0].name = "w", c.crossbars[0].rows = 2, c.crossbars[0].columns = 3;
    c.link({stage, TransferStage::rate}, {error, ErrorNode::prediction});
    c.link({hold, SampleHold::held}, {error, ErrorNode::value});
    c.link({error, ErrorNode::error}, {hold, SampleHold::signal});
    c.read(w, {x, 0}, {stage, TransferStage::drive});
    c.control(c.add_line("sample"), {hold, SampleHold::sample});
  }
  std::string mistake() const {
    try {
      signal_order(c);
    } catch (const std::logic_error& e) {
      return e.what();
    }
    return "";
  }
};

}  // namespace

TEST_CASE("netlist: work is ordered along the signals, whatever the order of drawing", "[circuit]") {
  const Small s;
  const auto order = signal_order(s.c);
  std::vector<std::size_t> follows;
  std::size_t reads_before_stage = 0;
  for (const CircuitStep& step : order) {
    if (step.kind == CircuitStep::Kind::follow) follows.push_back(step.index);
    if (step.kind == CircuitStep::Kind::read && follows.empty()) ++reads_before_stage;
  }
  CHECK(follows == std::vector<std::size_t>{s.stage, s.error});  // the hold shows a state: nothing to follow
  CHECK(reads_before_stage == 1);
}

TEST_CASE("netlist: a loop without a state is named", "[circuit]") {
  Small s;
  const std::size_t back = s.c.add<TransferStage>("back", std::vector<TransferStage::Params>(2));
  s.c.link({s.error, ErrorNode::error}, {back, TransferStage::drive});
  s.c.link({back, TransferStage::rate}, {s.stage, TransferStage::drive});
  CHECK_THAT(s.mistake(), Contains("no state in the loop through"));
}

TEST_CASE("netlist: a pin with two voltages, none of its line, or the wrong kind of wire is named",
          "[circuit]") {
  Small twice;
  twice.c.link({twice.hold, SampleHold::held}, {twice.error, ErrorNode::prediction});
  CHECK(twice.mistake() == "error.prediction_i has two drivers");
  Small loose;
  loose.c.controls.clear();
  CHECK(loose.mistake() == "hold.sample_i needs one line of the sequencer");
  Small wrong;
  wrong.c.read(wrong.w, {wrong.x, 0}, {wrong.error, ErrorNode::value});
  CHECK(wrong.mistake() == "error.value_i takes another kind of wire");
  Small line;
  line.c.control(0, {line.error, ErrorNode::value});
  CHECK(line.mistake() == "error.value_i is no line");
  CHECK(Small().mistake().empty());
}
