// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "design/measurement_table.hpp"
#include "design/sections.hpp"
#include "design/values.hpp"

namespace leadlag {
namespace {

void read_seeds(Draft& draft, const Node& node) {
  auto& seeds = draft.design.study.seeds;
  seeds.clear();
  if (!node.is_sequence() || node.items.empty()) {
    draft.log.add("wrong-type", node, "seeds needs a list such as [1, 2, 3], not " + kind_text(node));
    return;
  }
  for (const Node& item : node.items) {
    std::int64_t seed = 0;
    constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
    if (!read_whole(draft.log, item, "a seed", domain::non_negative, highest, seed)) continue;
    if (std::find(seeds.begin(), seeds.end(), seed) != seeds.end()) {
      draft.log.add("duplicate-name", item, "seeds lists " + std::to_string(seed) + " twice");
    } else {
      seeds.push_back(seed);
    }
  }
}

void read_presets(Draft& draft, const Node& node, const std::string& key, std::vector<std::string>& into) {
  std::vector<std::string> presets;
  for (const Entry& e : draft.section("presets").entries) presets.push_back(e.key);
  if (!node.is_sequence() || node.items.empty()) {
    draft.log.add("wrong-type", node,
                  key + " needs a list of presets such as [gle, pc], not " + kind_text(node));
    return;
  }
  for (const Node& item : node.items) {
    std::string name;
    if (!read_text(draft.log, item, "an element of " + key, name)) continue;
    if (std::find(presets.begin(), presets.end(), name) == presets.end()) {
      draft.log.add("unknown-name", item, "no preset is called '" + name + "'" + suggestion(name, presets));
    } else if (std::find(into.begin(), into.end(), name) != into.end()) {
      draft.log.add("duplicate-name", item, key + " lists '" + name + "' twice");
    } else {
      into.push_back(name);
    }
  }
}

void read_values(Draft& draft, const Node& node, StudyCurve& curve) {
  if (!node.is_sequence() || node.items.empty()) {
    draft.log.add("wrong-type", node, "values needs a list such as [0, 0.05, 0.1], not " + kind_text(node));
    return;
  }
  for (const Node& item : node.items) {
    const std::string text = flow_text(item);
    if (std::find(curve.values.begin(), curve.values.end(), text) != curve.values.end()) {
      draft.log.add("duplicate-name", item, "values lists " + text + " twice");
    }
    curve.values.push_back(text);
  }
}

void read_curve(Draft& draft, const Entry& e) {
  check_name(draft.log, e.mark, "a curve", e.key);
  if (!expect_map(draft.log, e.value, "curve '" + e.key + "'")) return;
  check_keys(draft.log, e.value, "study.curves." + e.key, {"vary", "values", "presets", "measure"});
  StudyCurve curve{.name = e.key, .vary = {}, .values = {}, .presets = {}, .at = e.mark.at};
  const auto require = [&](const char* key, const char* what) {
    const Node* node = e.value.find(key);
    if (node == nullptr) {
      draft.log.add("missing-key", e.mark, "curve '" + e.key + "' needs " + key + ": " + what);
    }
    return node;
  };
  if (const Node* node = require("vary", "the path of a parameter, such as blocks.readout.bits")) {
    read_text(draft.log, *node, "vary", curve.vary);
  }
  if (const Node* node = require("values", "a list of values for it")) read_values(draft, *node, curve);
  if (const Node* node = e.value.find("presets")) read_presets(draft, *node, "presets", curve.presets);
  const Node* measure = e.value.find("measure");
  if (measure != nullptr && read_text(draft.log, *measure, "measure", curve.measure)) {
    std::vector<std::string> names;
    for (const MeasurementKind& m : measurement_table) names.emplace_back(m.name);
    if (std::find(names.begin(), names.end(), curve.measure) == names.end()) {
      draft.log.add("bad-measurement", *measure,
                    "nothing measures '" + curve.measure + "'" + suggestion(curve.measure, names));
    }
  }
  draft.design.study.curves.push_back(std::move(curve));
}

}  // namespace

void read_study(Draft& draft) {
  const Node& map = draft.section("study");
  StudyDesign& study = draft.design.study;
  check_keys(draft.log, map, "study", field_names(StudyParams::fields(), {"systems", "seeds", "curves"}));
  read_fields(draft.log, map, StudyParams::fields(), study.params);
  if (const Node* node = map.find("seeds")) read_seeds(draft, *node);
  const Node *systems = map.find("systems"), *curves = map.find("curves");
  if (systems != nullptr) read_presets(draft, *systems, "systems", study.systems);
  if (curves != nullptr && expect_map(draft.log, *curves, "study.curves")) {
    for (const Entry& e : curves->entries) read_curve(draft, e);
  }
  if (systems == nullptr && curves == nullptr && draft.root.find("study") != nullptr) {
    draft.log.add("missing-key", draft.mark("study"),
                  "study needs systems: the presets to compare, such as [gle, pc, ep], or curves:");
  }
}

}  // namespace leadlag
