// SPDX-License-Identifier: Apache-2.0
#include "learning/predictive_coding.hpp"

#include "learning/energy_based.hpp"

namespace leadlag {

std::vector<std::string> PredictiveCoding::objections(const ForwardChip& chip, const Params&) {
  if (chip.depths().empty()) return {"predictive coding needs layers without loops"};
  return {};
}

Circuit PredictiveCoding::draw(const ForwardChip& chip, const Params& p) {
  std::vector<std::size_t> pads;
  std::size_t target = 0;
  Circuit c = chip.begin(pads, target);
  const std::size_t init = c.add_line("init"), nudge = c.add_line("nudge"), write = c.add_line("write");
  const auto depth = chip.depths();
  const std::size_t layers = depth[chip.output];
  std::vector<std::size_t> learn;  // by distance from the output; one line for all with `relaxed`
  for (std::size_t k = 0; k < (p.schedule == PcSchedule::z_il ? layers : 1); ++k) {
    learn.push_back(
        c.add_line(p.schedule == PcSchedule::z_il ? "learn_" + std::to_string(layers - k) : "learn"));
  }

  std::vector<std::size_t> stage(chip.arrays.size()), error(chip.arrays.size());
  std::vector<Circuit::Signal> rate(chip.arrays.size()), prediction(chip.arrays.size());
  // Fixed predictions: a sample-and-hold that follows while `init` is on.
  const auto keep = [&](Circuit::Signal s, const std::string& name) {
    if (p.schedule != PcSchedule::fixed_prediction) return s;
    const std::size_t hold = c.add<SampleHold>(
        name, std::vector<SampleHold::Params>(c.columns[s.column].size, chip.cells.sample_hold));
    c.link(s, {hold, SampleHold::signal});
    c.control(init, {hold, SampleHold::sample});
    return Circuit::Signal{hold, SampleHold::held};
  };
  for (std::size_t a = 0; a < chip.arrays.size(); ++a) {
    const ForwardChip::Array& array = chip.arrays[a];
    rate[a] = {pads[a], 0};
    if (array.is_input()) continue;
    const bool hidden = a != chip.output;
    stage[a] = c.add<TransferStage>(array.name + ".prediction",
                                    for_neurons(array, chip.cells.transfer_stage,
                                                [](auto& s, const auto& n) { s.activation = n.activation; }));
    error[a] = c.add<ErrorNode>(
        array.name + ".error",
        for_neurons(array, chip.cells.error_node, [&](auto& e, const auto&) { e.compares = hidden; }));
    prediction[a] = keep({stage[a], TransferStage::rate}, array.name + ".held_prediction");
    c.link(prediction[a], {error[a], ErrorNode::prediction});
    c.link(keep({stage[a], TransferStage::slope}, array.name + ".held_slope"), {error[a], ErrorNode::slope});
    if (hidden) {
      const std::size_t value = c.add<ValueNode>(
          array.name,
          for_neurons(array, chip.cells.value_node, [](auto& v, const auto& n) { v.tau = n.tau; }));
      c.link({value, ValueNode::value}, {error[a], ErrorNode::value});
      c.link({error[a], ErrorNode::error}, {value, ValueNode::error});
      c.link({stage[a], TransferStage::rate}, {value, ValueNode::prediction});
      c.control(init, {value, ValueNode::init});
      rate[a] = {value, ValueNode::value};
    } else {
      draw_target_unit(c, chip, target, prediction[a], {error[a], ErrorNode::epsilon}, nudge);
      rate[a] = {stage[a], TransferStage::rate};
    }
    c.probes[{array.name, "rate"}] = rate[a];
    c.probes[{array.name, "prediction"}] = {stage[a], TransferStage::rate};
    c.probes[{array.name, "error"}] = {error[a], ErrorNode::error};
  }
  for (std::size_t k = 0; k < chip.crossbars.size(); ++k) {
    const auto& w = chip.crossbars[k];
    c.read(k, rate[w.from], {stage[w.to], TransferStage::drive});
    if (!chip.arrays[w.from].is_input()) {
      c.read_transposed(k, {error[w.to], ErrorNode::gated}, {rate[w.from].column, ValueNode::back});
    }
    const std::size_t line = learn.size() > 1 ? learn[layers - depth[w.to]] : learn[0];
    const bool held = p.schedule == PcSchedule::fixed_prediction && !chip.arrays[w.from].is_input();
    c.products.push_back(
        {k, {error[w.to], ErrorNode::gated}, held ? prediction[w.from] : rate[w.from], 1.0, line});
    c.crossbars[k].write_line = write;
  }
  c.output = rate[chip.output];

  // The last cycle of `init` shows the feed-forward output: the readout looks there.
  c.add_phase("init", static_cast<std::int64_t>(layers), true, {{init, 1.0}});
  const double gain = 1.0 / p.lambda;
  if (p.schedule == PcSchedule::z_il) {
    for (std::size_t k = 0; k < layers; ++k) {
      c.add_phase("layer " + std::to_string(layers - k), 1, false, {{nudge, p.lambda}, {learn[k], gain}});
    }
    c.add_phase("write", 1, false, {{write, 1.0}});
  } else {
    c.add_phase("relax", p.relax, false, {{nudge, p.lambda}});
    c.add_phase("write", 1, false, {{nudge, p.lambda}, {learn[0], gain}, {write, 1.0}});
  }
  return c;
}

}  // namespace leadlag
