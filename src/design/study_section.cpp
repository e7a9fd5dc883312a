// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

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

void read_names(Draft& draft, const Node& node) {
  std::vector<std::string> presets;
  for (const Entry& e : draft.section("presets").entries) presets.push_back(e.key);
  if (!node.is_sequence() || node.items.empty()) {
    draft.log.add("wrong-type", node,
                  "systems needs a list of presets such as [gle, pc], not " + kind_text(node));
    return;
  }
  auto& systems = draft.design.study.systems;
  for (const Node& item : node.items) {
    std::string name;
    if (!read_text(draft.log, item, "an element of systems", name)) continue;
    if (std::find(presets.begin(), presets.end(), name) == presets.end()) {
      draft.log.add("unknown-name", item, "no preset is called '" + name + "'" + suggestion(name, presets));
    } else if (std::find(systems.begin(), systems.end(), name) != systems.end()) {
      draft.log.add("duplicate-name", item, "systems lists '" + name + "' twice");
    } else {
      systems.push_back(name);
    }
  }
}

}  // namespace

void read_study(Draft& draft) {
  const Node& map = draft.section("study");
  StudyDesign& study = draft.design.study;
  check_keys(draft.log, map, "study", field_names(StudyParams::fields(), {"systems", "seeds"}));
  read_fields(draft.log, map, StudyParams::fields(), study.params);
  if (const Node* node = map.find("seeds")) read_seeds(draft, *node);
  const Node* systems = map.find("systems");
  if (systems != nullptr) {
    read_names(draft, *systems);
  } else if (draft.root.find("study") != nullptr) {
    draft.log.add("missing-key", draft.mark("study"),
                  "study needs systems: the presets to compare, such as [gle, pc, ep]");
  }
}

}  // namespace leadlag
