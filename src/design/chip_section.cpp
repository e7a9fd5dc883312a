// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "design/sections.hpp"
#include "design/values.hpp"

namespace leadlag {
namespace {

void read_technology_of(Draft& draft) {
  namespace fs = std::filesystem;
  const std::string& name = draft.design.chip.technology;
  const bool is_path = name.find('/') != std::string::npos || name.ends_with(".yaml");
  const fs::path beside = fs::path(draft.design.file).parent_path();
  const fs::path path =
      is_path ? beside / name : fs::path(draft.options.technology_folder) / (name + ".yaml");
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) {
    std::vector<std::string> known;
    for (const auto& file : fs::directory_iterator(draft.options.technology_folder, ignored)) {
      if (file.path().extension() == ".yaml") known.push_back(file.path().stem().string());
    }
    std::sort(known.begin(), known.end());
    const std::string why = is_path ? "there is no file '" + path.string() + "'"
                                    : "no technology is called '" + name + "'" + suggestion(name, known);
    draft.log.add("unknown-name", draft.mark("chip.technology"), why);
    return;
  }
  try {
    draft.design.technology = read_technology(path.string());
    const Technology& t = draft.design.technology;
    const std::string& corner = draft.design.chip.corner;
    if (corner == Technology::typical || t.corners.contains(corner)) {
      draft.design.technology = at_corner(t, corner);
      return;
    }
    std::vector<std::string> known{Technology::typical};
    for (const auto& [name_of_corner, numbers] : t.corners) known.push_back(name_of_corner);
    draft.log.add("unknown-name", draft.mark("chip.corner"),
                  "technology '" + t.name + "' has no corner '" + corner + "'" + suggestion(corner, known));
  } catch (const DesignError& e) {
    for (Diagnostic d : e.diagnostics()) {
      if (d.origin.empty()) d.origin = path.string();
      draft.log.add(std::move(d));
    }
  }
}

void read_fidelity(Draft& draft, const Node& node) {
  if (!node.is_map()) {
    read_value(draft.log, node, "fidelity", Domain{}, draft.design.chip.fidelity);
    return;
  }
  std::vector<std::string> kinds{"default"};
  for_each_block(draft.design.blocks, [&](const char* stem, auto&) { kinds.emplace_back(stem); });
  check_keys(draft.log, node, "chip.fidelity", kinds);
  for (const Entry& e : node.entries) {
    Fidelity fidelity{};
    if (!read_value(draft.log, e.value, "fidelity of " + e.key, Domain{}, fidelity)) continue;
    if (e.key == "default") {
      draft.design.chip.fidelity = fidelity;
    } else {
      draft.design.fidelities[e.key] = fidelity;
    }
  }
}

}  // namespace

void read_chip(Draft& draft) {
  const Node& map = draft.section("chip");
  ChipParams& chip = draft.design.chip;
  check_keys(draft.log, map, "chip", field_names(ChipParams::fields(), {"full_scale"}));
  const auto read = [&](const auto& f) {
    const Node* node = map.find(f.name);
    if (node != nullptr && f.name != "fidelity")
      read_value(draft.log, *node, f.name, f.domain, chip.*f.member);
  };
  std::apply([&](const auto&... f) { (read(f), ...); }, ChipParams::fields());
  if (const Node* node = map.find("fidelity")) read_fidelity(draft, *node);
  if (map.find("name") != nullptr) check_name(draft.log, draft.mark("chip.name"), "a chip", chip.name);
  const Node* scale = map.find("full_scale");
  if (scale != nullptr && expect_map(draft.log, *scale, "full_scale")) {
    check_keys(draft.log, *scale, "chip.full_scale", field_names(full_scale_fields()));
    read_fields(draft.log, *scale, full_scale_fields(), draft.design.full_scale);
  }
  read_technology_of(draft);
}

void read_blocks(Draft& draft) {
  const Node& map = draft.section("blocks");
  BlockDefaults& blocks = draft.design.blocks;
  std::vector<std::string> kinds;
  const auto read = [&](const char* stem, auto& params) {
    kinds.emplace_back(stem);
    const Node* node = map.find(stem);
    if (node == nullptr || !expect_map(draft.log, *node, "blocks." + std::string(stem))) return;
    check_keys(draft.log, *node, "blocks." + std::string(stem), field_names(params.fields()));
    read_fields(draft.log, *node, params.fields(), params);
  };
  for_each_block(blocks, read);
  check_keys(draft.log, map, "blocks", kinds);
  if (draft.states("blocks.error_unit.tau_m")) blocks.error_tau_m = blocks.error_unit.tau_m;
  if (draft.states("blocks.error_unit.tau_r")) blocks.error_tau_r = blocks.error_unit.tau_r;
}

Time error_lead(const Design& design, const ProspectiveNeuron::Params& neuron) {
  const bool backwards = runs_backwards(design.learning.params.system);
  return design.blocks.error_tau_m.value_or(backwards ? neuron.tau_r : neuron.tau_m);
}
Time error_lag(const Design& design, const ProspectiveNeuron::Params& neuron) {
  const bool backwards = runs_backwards(design.learning.params.system);
  return design.blocks.error_tau_r.value_or(backwards ? neuron.tau_m : neuron.tau_r);
}

}  // namespace leadlag
