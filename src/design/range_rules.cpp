// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "design/sections.hpp"
#include "design/values.hpp"

// Initial weights against what the cells of their crossbar can hold.
namespace leadlag {
namespace {

std::string text_of(const WeightRange& range) {
  const auto end = [](const char* word, double value) {
    return std::isfinite(value) ? std::string(word) + plain_number(value) : std::string();
  };
  const std::string low = end("min: ", range.low), high = end("max: ", range.high);
  return "range {" + low + (low.empty() || high.empty() ? "" : ", ") + high + "}";
}

void check_matrix(Draft& draft, const CrossbarDesign& c, const WeightRange& range) {
  const Node* node = draft.section("crossbars").find(c.name)->find("weights");
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const Node& row = node->items[i];
    for (std::size_t j = 0; j < row.items.size(); ++j) {
      const double weight = c.values[i * row.items.size() + j];
      if (range.holds(weight)) continue;
      draft.log.add("out-of-range", row.items[j],
                    "weight [" + std::to_string(i) + ", " + std::to_string(j) + "] of '" + c.name + "' is " +
                        plain_number(weight) + ", outside of its " + text_of(range));
    }
  }
}

void check_rule(Draft& draft, const CrossbarDesign& c, const WeightRange& range) {
  const Mark mark = draft.mark("crossbars." + c.name + ".weights");
  const auto outside = [&](const std::string& drawn) {
    draft.log.add("out-of-range", mark,
                  "the initial weights of '" + c.name + "' are drawn " + drawn + ", its cells hold " +
                      text_of(range) + "; weights: {between: [from, to]} draws within it");
  };
  const std::string rule(name_of(c.weights));
  switch (c.weights) {
    case WeightInit::zero:
      if (!range.holds(0.0)) outside("by " + rule + " at 0");
      break;
    case WeightInit::he:
    case WeightInit::glorot:  // normal: the few that are far out start at an end, as after any write
      if (range.low >= 0.0 || range.high <= 0.0) outside("by " + rule + " on both sides of 0");
      break;
    case WeightInit::uniform:
      if (!range.holds(-c.scale) || !range.holds(c.scale)) {
        outside("by " + rule + " from " + plain_number(-c.scale) + " to " + plain_number(c.scale));
      }
      break;
    case WeightInit::between:
      if (!range.holds(c.from_weight) || !range.holds(c.to_weight)) {
        outside("between " + plain_number(c.from_weight) + " and " + plain_number(c.to_weight));
      }
      break;
    case WeightInit::values:
      check_matrix(draft, c, range);
      break;
  }
}

}  // namespace

void fill_ranges(Draft& draft) {
  for (std::size_t k = 0; k < draft.design.crossbars.size(); ++k) {
    CrossbarDesign& c = draft.design.crossbars[k];
    if (draft.sound(c.from) && draft.sound(c.to)) c.range = draft.design.cell_range(k);
  }
}

void check_ranges(Draft& draft) {
  const Design& design = draft.design;
  std::vector<WeightRange> ranges;
  for (const CrossbarDesign& c : design.crossbars) ranges.push_back(c.range);
  if (draft.log.size() == 0 && design.has_circuit()) {
    for (const Circuit::Crossbar& c : design.circuit().crossbars) {
      if (c.drawn != Circuit::none) ranges[c.drawn] = c.range;
    }
  }
  for (std::size_t k = 0; k < ranges.size(); ++k) {
    const CrossbarDesign& c = design.crossbars[k];
    if (!ranges[k].bounded()) continue;
    const bool matrix = c.weights == WeightInit::values;
    const bool whole = !matrix || (draft.sound(c.from) && draft.sound(c.to) &&
                                   c.values.size() == design.arrays[c.from].size * design.arrays[c.to].size);
    if (whole) check_rule(draft, c, ranges[k]);
    if (c.bias && !ranges[k].holds(0.0)) {
      draft.log.add("out-of-range", draft.mark("crossbars." + c.name + ".bias"),
                    "biases of '" + c.name + "' start at 0, outside of its " + text_of(ranges[k]));
    }
  }
}

}  // namespace leadlag
