// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "design/sections.hpp"
#include "design/values.hpp"

namespace leadlag {
namespace {

std::string path_of(const ArrayDesign& array) { return "arrays." + array.name; }

bool read_kind(Draft& draft, const Entry& entry, ArrayDesign& array) {
  const Node* block = entry.value.find("block");
  std::size_t kind = 0;
  if (block == nullptr) {
    draft.log.add(
        "missing-key", entry.mark,
        "array '" + entry.key + "' needs block: one of " + joined({array_kinds.begin(), array_kinds.end()}));
    return false;
  }
  if (!read_choice(draft.log, *block, "block", array_kinds, kind)) return false;
  if (kind == 1) array.blocks.emplace<1>(), array.source = unresolved;
  if (kind == 2) array.blocks.emplace<2>();
  if (kind == 3) array.blocks.emplace<3>();
  return true;
}

bool read_size(Draft& draft, const Entry& entry, ArrayDesign& array) {
  const Node* size = entry.value.find("size");
  if (size == nullptr) {
    draft.log.add("missing-key", entry.mark,
                  "array '" + entry.key + "' needs size: the number of its blocks");
    return false;
  }
  std::int64_t blocks = 0;
  if (!read_whole(draft.log, *size, "size", array_size, 1 << 20, blocks)) return false;
  array.size = static_cast<std::size_t>(blocks);
  return true;
}

/// Which array a low-pass smooths; its size follows.
bool resolve_source(Draft& draft, const Entry& entry, ArrayDesign& array) {
  const Node* from = entry.value.find("from");
  std::string name;
  if (from == nullptr) {
    draft.log.add("missing-key", entry.mark,
                  "low-pass '" + entry.key + "' needs from: the array that it smooths");
    return false;
  }
  if (!read_text(draft.log, *from, "from", name)) return false;
  const auto source = draft.find_array(name);
  if (!source) {
    draft.log.add("unknown-name", *from,
                  "no array is called '" + name + "'" + suggestion(name, draft.array_names()));
    return false;
  }
  array.source = *source;
  const ArrayDesign& other = draft.design.arrays[*source];
  if (!draft.broken[*source] && !other.is_low_pass()) array.size = other.size;
  return array.size > 0;
}

/// Low-passes may not chain; a chain that closes on itself is named as such.
void check_chain(Draft& draft, std::size_t index) {
  const auto& arrays = draft.design.arrays;
  const std::size_t source = arrays[index].source;
  if (source == unresolved || !arrays[source].is_low_pass()) return;
  std::size_t at = source;
  std::string chain = arrays[index].name;
  for (std::size_t k = 0; k < arrays.size() && at != index; ++k) {
    if (at == unresolved || !arrays[at].is_low_pass()) break;
    chain += " <- " + arrays[at].name, at = arrays[at].source;
  }
  const Mark mark = draft.mark(path_of(arrays[index]) + ".from");
  if (at == index) {
    draft.log.add("cyclic-low-pass", mark, "low-pass smooths itself: " + chain + " <- " + arrays[index].name);
  } else {
    draft.log.add("illegal-combination", mark,
                  "low-pass '" + arrays[index].name + "' may not smooth low-pass '" + arrays[source].name +
                      "': from must be an input_driver or prospective_neuron array");
  }
}

void read_parameters(Draft& draft, const Entry& entry, ArrayDesign& array) {
  const BlockDefaults& defaults = draft.design.blocks;
  const auto read = [&](auto& blocks, const auto& params, const char* place) {
    blocks.assign(array.size, params);
    std::vector<std::string> more{"block", place};
    if (!array.is_input() && !array.is_leaky()) more.emplace_back("coupling");
    check_keys(draft.log, entry.value, path_of(array), field_names(params.fields(), more));
    read_instances(draft.log, entry.value, blocks);
  };
  array.coupling = array.is_leaky() ? Coupling::sampled : draft.design.chip.coupling;
  const Node* coupling = entry.value.find("coupling");
  if (coupling != nullptr && !array.is_input() && !array.is_leaky()) {
    read_value(draft.log, *coupling, "coupling", Domain{}, array.coupling);
  }
  if (array.is_input()) read(std::get<0>(array.blocks), defaults.input_driver, "size");
  if (array.is_low_pass()) read(std::get<1>(array.blocks), defaults.synaptic_low_pass, "from");
  if (array.is_neuron()) read(std::get<2>(array.blocks), defaults.prospective_neuron, "size");
  if (array.is_leaky()) read(std::get<3>(array.blocks), defaults.leaky_neuron, "size");
}

bool read_matrix(Draft& draft, const Node& node, CrossbarDesign& c) {
  const bool known = draft.sound(c.from) && draft.sound(c.to);
  const auto& arrays = draft.design.arrays;
  c.weights = WeightInit::values;
  if (known && node.items.size() != arrays[c.to].size) {
    draft.log.add("size-mismatch", node,
                  "weights has " + std::to_string(node.items.size()) + " rows, but '" + arrays[c.to].name +
                      "' has " + std::to_string(arrays[c.to].size) + " neurons: one row each");
    return false;
  }
  for (const Node& row : node.items) {
    if (!row.is_sequence()) {
      draft.log.add("wrong-type", row,
                    "weights is a list of rows, each a list of numbers, not " + kind_text(row));
      return false;
    }
    if (known && row.items.size() != arrays[c.from].size) {
      draft.log.add("size-mismatch", row,
                    "this row of weights has " + std::to_string(row.items.size()) + " columns, but '" +
                        arrays[c.from].name + "' has " + std::to_string(arrays[c.from].size) +
                        " blocks: one column each");
      return false;
    }
    for (const Node& item : row.items) {
      double value = 0.0;
      if (!read_number(draft.log, item, "a weight", domain::finite, {}, value)) return false;
      c.values.push_back(value);
    }
  }
  return true;
}

bool read_between(Draft& draft, const Node& node, CrossbarDesign& c) {
  if (!node.is_sequence() || node.items.size() != 2) {
    draft.log.add("wrong-type", node,
                  "between needs two numbers [from, to), such as [0.1, 1], not " + kind_text(node));
    return false;
  }
  const bool read = read_number(draft.log, node.items[0], "between[0]", domain::finite, {}, c.from_weight) &&
                    read_number(draft.log, node.items[1], "between[1]", domain::finite, {}, c.to_weight);
  if (read && c.from_weight >= c.to_weight) {
    draft.log.add("out-of-range", node, "between needs its second number above its first");
  }
  return read && c.from_weight < c.to_weight;
}

void read_range(Draft& draft, const Node& node, CrossbarDesign& c) {
  if (!expect_map(draft.log, node, "range of '" + c.name + "'")) return;
  check_keys(draft.log, node, "range", {"min", "max"});
  const auto read = [&](const char* key, double& end) {
    const Node* value = node.find(key);
    return value == nullptr ||
           read_number(draft.log, *value, std::string("range.") + key, domain::finite, {}, end);
  };
  const bool min = read("min", c.range.low), max = read("max", c.range.high);
  if (node.entries.empty()) {
    draft.log.add("empty-limit", node, "range of '" + c.name + "' needs min, max or both");
  } else if (min && max && c.range.low >= c.range.high) {
    draft.log.add("empty-limit", node,
                  "no weight fits into the range of '" + c.name + "': min needs to be below max");
    c.range = {};
  }
}

void read_weights(Draft& draft, const Node& node, CrossbarDesign& c) {
  static constexpr std::array<std::string_view, 5> rules{"zero", "he", "glorot", "uniform", "between"};
  if (node.is_sequence()) {
    read_matrix(draft, node, c);
    return;
  }
  std::size_t rule = 0;
  if (node.is_map()) {
    check_keys(draft.log, node, "weights", {"he", "glorot", "uniform", "between"});
    if (node.entries.size() != 1) {
      draft.log.add("wrong-type", node, "weights takes one rule and its scale, such as {uniform: 0.5}");
      return;
    }
    const Entry& e = node.entries.front();
    for (rule = 0; rule < rules.size() && rules[rule] != e.key;) ++rule;
    if (rule == rules.size()) return;
    if (rule == static_cast<std::size_t>(WeightInit::between)) {
      if (!read_between(draft, e.value, c)) return;
    } else {
      read_number(draft.log, e.value, e.key, domain::positive, {}, c.scale);
    }
  } else if (!node.is_scalar()) {
    draft.log.add("wrong-type", node,
                  "weights needs one of " + joined({rules.begin(), rules.end() - 1}) +
                      ", a rule with its scale such as "
                      "{uniform: 0.5}, or a matrix, not " +
                      kind_text(node));
    return;
  } else if (!read_choice(draft.log, node, "weights", {rules.data(), rules.size() - 1}, rule)) {
    return;
  }
  c.weights = static_cast<WeightInit>(rule);
}

void read_tile(Draft& draft, const Node& node, TileShape& tile) {
  const std::string& text = node.text;
  const char* const end = text.data() + text.size();
  const auto [middle, first] = std::from_chars(text.data(), end, tile.rows);
  if (node.is_scalar() && first == std::errc{} && middle != end && *middle == 'x') {
    const auto [rest, second] = std::from_chars(middle + 1, end, tile.columns);
    if (second == std::errc{} && rest == end && tile.rows > 0 && tile.columns > 0) return;
  }
  draft.log.add("bad-number", node, "tile needs ROWSxCOLUMNS such as 256x256, not " + kind_text(node));
}

std::size_t read_end(Draft& draft, const Entry& entry, const char* key) {
  const Node* node = entry.value.find(key);
  std::string name;
  if (node == nullptr) {
    draft.log.add("missing-key", entry.mark,
                  "crossbar '" + entry.key + "' needs " + key + ": the name of an array");
    return unresolved;
  }
  if (!read_text(draft.log, *node, key, name)) return unresolved;
  if (const auto index = draft.find_array(name)) return *index;
  draft.log.add("unknown-name", *node,
                "no array is called '" + name + "'" + suggestion(name, draft.array_names()));
  return unresolved;
}

void check_ends(Draft& draft, const CrossbarDesign& c) {
  const auto& arrays = draft.design.arrays;
  if (!draft.sound(c.to)) return;
  if (!arrays[c.to].has_drive()) {
    draft.log.add("illegal-combination", draft.mark("crossbars." + c.name + ".to"),
                  "crossbar '" + c.name + "' cannot drive '" + arrays[c.to].name + "': only " +
                      ProspectiveNeuron::stem + " and " + LeakyNeuron::stem + " arrays have summing nodes");
  }
  if (!draft.sound(c.from)) return;
  constexpr double most = 1e9;
  if (static_cast<double>(arrays[c.from].size) * static_cast<double>(arrays[c.to].size) > most) {
    draft.log.add("out-of-range", draft.mark("crossbars." + c.name),
                  "crossbar '" + c.name + "' would have more than 1e9 crosspoints");
  }
}

}  // namespace

void read_arrays(Draft& draft) {
  const Node& map = draft.section("arrays");
  auto& arrays = draft.design.arrays;
  bool has_input = false, has_neuron = false;
  std::vector<bool> known;  // kinds
  for (const Entry& e : map.entries) {
    ArrayDesign array{.name = e.key, .at = e.mark.at, .blocks = {}};
    check_name(draft.log, e.mark, "an array", e.key);
    known.push_back(expect_map(draft.log, e.value, "array '" + e.key + "'") && read_kind(draft, e, array));
    draft.broken.push_back(!known.back() || (!array.is_low_pass() && !read_size(draft, e, array)));
    has_input = has_input || !known.back() || array.is_input();
    has_neuron = has_neuron || !known.back() || array.has_drive();
    arrays.push_back(std::move(array));
  }
  const Mark mark = draft.mark("arrays");
  if (!has_input)
    draft.log.add("missing-key", mark, "arrays needs at least one array of block: input_driver");
  if (!has_neuron)
    draft.log.add("missing-key", mark,
                  "arrays needs at least one array of block: prospective_neuron or leaky_neuron");
  for (std::size_t k = 0; k < arrays.size(); ++k) {
    if (arrays[k].is_low_pass()) draft.broken[k] = !resolve_source(draft, map.entries[k], arrays[k]);
  }
  for (std::size_t k = 0; k < arrays.size(); ++k) {
    check_chain(draft, k);
    if (known[k]) read_parameters(draft, map.entries[k], arrays[k]);
  }
}

void read_crossbars(Draft& draft) {
  const Node& map = draft.section("crossbars");
  if (map.entries.empty()) {
    draft.log.add("missing-key", draft.mark("crossbars"),
                  "crossbars needs at least one crossbar: {from: , to: }");
  }
  for (const Entry& e : map.entries) {
    CrossbarDesign c{
        .name = e.key, .at = e.mark.at, .from = unresolved, .to = unresolved, .values = {}, .tile = {}};
    check_name(draft.log, e.mark, "a crossbar", e.key);
    if (draft.find_array(e.key)) {
      draft.log.add("duplicate-name", e.mark,
                    "'" + e.key + "' already names an array: give the crossbar another");
    }
    if (expect_map(draft.log, e.value, "crossbar '" + e.key + "'")) {
      check_keys(draft.log, e.value, "crossbars." + e.key, crossbar_keys);
      c.from = read_end(draft, e, "from"), c.to = read_end(draft, e, "to");
      if (const Node* node = e.value.find("weights")) read_weights(draft, *node, c);
      if (const Node* node = e.value.find("range")) read_range(draft, *node, c);
      if (const Node* node = e.value.find("bias")) read_flag(draft.log, *node, "bias", c.bias);
      if (const Node* node = e.value.find("tile")) read_tile(draft, *node, c.tile);
      check_ends(draft, c);
    }
    draft.design.crossbars.push_back(std::move(c));
  }
}

}  // namespace leadlag
