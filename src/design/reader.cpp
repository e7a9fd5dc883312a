// SPDX-License-Identifier: Apache-2.0
#include "design/reader.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>

#include "design/sections.hpp"
#include "design/values.hpp"

namespace leadlag {
namespace {

/// FNV-1a, 64 bits, over texts separated by a byte that none of them contains.
std::string hash_of(const std::string& text, const std::vector<std::string>& options) {
  std::uint64_t h = 0xcbf29ce484222325U;
  const auto add = [&h](unsigned char byte) { h = (h ^ byte) * 0x100000001b3U; };
  for (const char c : text) add(static_cast<unsigned char>(c));
  for (const std::string& option : options) {
    add(0);
    for (const char c : option) add(static_cast<unsigned char>(c));
  }
  std::string digits(16, '0');
  for (std::size_t k = 16; k-- > 0; h >>= 4) digits[k] = "0123456789abcdef"[h & 15U];
  return digits;
}

std::vector<std::string> option_texts(const ReadOptions& options) {
  std::vector<std::string> texts;
  for (const std::string& preset : options.presets) texts.push_back("--preset " + preset);
  for (const auto& [path, value] : options.settings) texts.push_back("--set " + path + "=" + value);
  return texts;
}

void apply(Node& root, const Node& changes) {
  const std::vector<Entry> copy = changes.entries;  // a change may replace the map that `changes` lives in
  for (const Entry& e : copy) put(root, e.key, e.value, e.mark);
}

void apply_options(Node& root, const ReadOptions& options, DiagnosticLog& log) {
  const Node* presets = root.find("presets");
  std::size_t option = 0;
  for (const std::string& name : options.presets) {
    ++option;
    const Node* preset = presets == nullptr ? nullptr : presets->find(name);
    if (preset != nullptr) {
      const Node changes = *preset;
      apply(root, changes);
      presets = root.find("presets");
      continue;
    }
    std::vector<std::string> names;
    if (presets != nullptr) {
      for (const Entry& e : presets->entries) names.push_back(e.key);
    }
    log.add("unknown-name", Mark{{}, option}, "no preset is called '" + name + "'" + suggestion(name, names));
  }
  for (const auto& [path, text] : options.settings) {
    ++option;
    put(root, path, parse_document(text, log, option), Mark{{}, option});
  }
}

void collect_positions(const Node& node, const std::string& path,
                       std::map<std::string, Position>& positions) {
  for (const Entry& e : node.entries) {
    const std::string below = path.empty() ? e.key : path + "." + e.key;
    if (path.empty() && (e.key == "controls" || e.key == "presets" || e.key == "study")) continue;
    const Mark& mark = e.value.is_map() ? e.mark : e.value.mark;
    positions[below] = mark.setting == 0 ? mark.at : Position{};
    collect_positions(e.value, below, positions);
  }
}

/// One pass over the whole tree; the log holds what is wrong with it.
Design validate(const std::string& file, const Node& root, const ReadOptions& options, DiagnosticLog& log) {
  Draft draft{.root = root, .options = options, .log = log, .design = {}, .broken = {}};
  draft.design.file = file;
  if (!expect_map(log, root, "a blueprint")) return {};
  const Node* version = root.find("leadlag");
  if (root.entries.empty()) {
    log.add("missing-key", root, "the blueprint is empty; it begins with leadlag: 1");
    return {};
  }
  if (version == nullptr) {
    log.add("missing-key", root, "a blueprint needs leadlag: 1, the version of its language");
  } else if (!version->is_scalar() || version->text != "1") {
    log.add("bad-version", *version,
            "leadlag needs 1, the only version of blueprints, not " + kind_text(*version));
    return {};
  }
  check_keys(log, root, "the blueprint", sections);
  for (const std::string& name : sections) {
    const Node* node = root.find(name);
    if (node != nullptr && name != "leadlag" && name != "trace") expect_map(log, *node, name);
  }
  const auto require = [&](const char* name, const char* what) {
    if (root.find(name) == nullptr)
      log.add("missing-key", root, "a blueprint needs " + std::string(name) + ": " + what);
  };
  require("arrays", "the rows of blocks on the die");
  require("crossbars", "the synapses between arrays");
  require("task", "what drives inputs and targets, such as {kind: idx_images}");
  const bool drawn = root.find("arrays") != nullptr && root.find("crossbars") != nullptr;
  read_chip(draft);
  read_blocks(draft);
  read_physics(draft);
  read_fixed(draft);
  if (root.find("arrays") != nullptr) read_arrays(draft);
  if (root.find("crossbars") != nullptr) read_crossbars(draft);
  if (drawn) read_learning(draft);
  if (root.find("task") != nullptr) read_task(draft);
  read_schedule(draft);
  read_limits(draft);
  if (drawn) read_traces(draft);
  read_controls(draft);
  read_study(draft);
  if (drawn) fill_ranges(draft);
  if (drawn) check_rules(draft);
  if (drawn && log.size() == 0 && draft.design.has_circuit()) set_phases(draft.design);
  collect_positions(root, "", draft.design.positions);
  return std::move(draft.design);
}

using Place = std::pair<int, int>;

void collect_places(const Node& node, std::set<Place>& places) {
  const auto add = [&](const Mark& m) {
    if (m.setting == 0) places.insert({m.at.line, m.at.column});
  };
  add(node.mark);
  for (const Node& item : node.items) collect_places(item, places);
  for (const Entry& e : node.entries) add(e.mark), collect_places(e.value, places);
}

/// What a preset or a control would break: mistakes of the design with it that the design without it does not
/// have.
void check_variant(const std::string& file, const Node& root, const ReadOptions& options,
                   const std::string& kind, const Entry& variant, const std::vector<Diagnostic>& base,
                   DiagnosticLog& log) {
  if (!variant.value.is_map()) return;
  Node changed = root;
  apply(changed, variant.value);
  DiagnosticLog findings(option_texts(options));
  validate(file, changed, options, findings);
  std::set<Place> inside;
  collect_places(variant.value, inside);
  for (Diagnostic d : findings.sorted()) {
    const auto same = [&](const Diagnostic& b) { return b.id == d.id && b.message == d.message; };
    if (std::any_of(base.begin(), base.end(), same)) continue;
    if (!inside.contains({d.at.line, d.at.column})) {
      log.add(std::move(d.id), variant.mark, "with " + kind + " '" + variant.key + "': " + d.message);
    } else {
      d.message = "with " + kind + " '" + variant.key + "': " + d.message;
      log.add(std::move(d));
    }
  }
}

/// Every value of every curve, with every preset of it.
void check_curves(const std::string& file, const Node& root, const ReadOptions& options, const Design& design,
                  DiagnosticLog& log) {
  const std::vector<Diagnostic> base = log.sorted();
  for (const StudyCurve& curve : design.study.curves) {
    const Node* study = root.find("study");
    const Node* values = study->find("curves")->find(curve.name)->find("values");
    if (curve.vary.empty() || values == nullptr) continue;
    std::vector<std::string> presets = curve.presets;
    if (presets.empty()) presets.emplace_back();
    for (const std::string& preset : presets) {
      for (const Node& value : values->items) {
        Entry variant{curve.name, value.mark, {}};
        variant.value.kind = Node::Kind::map;
        variant.value.mark = value.mark;
        if (!preset.empty()) variant.value.entries = root.find("presets")->find(preset)->entries;
        variant.value.entries.push_back({curve.vary, value.mark, value});
        check_variant(file, root, options, "curve", variant, base, log);
      }
    }
  }
}

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream || !text) throw DesignError(path, {{"no-file", {}, "cannot read this file"}});
  return text.str();
}

}  // namespace

Mark Draft::mark(const std::string& path) const {
  const Node* node = &root;
  Mark best = root.mark;
  std::string rest = path;
  while (true) {
    const Entry* e = node->entry(rest);  // a key with dots is found whole
    const std::size_t dot = e != nullptr ? rest.size() : std::min(rest.find('.'), rest.size());
    if (e == nullptr) e = node->entry(rest.substr(0, dot));
    if (e == nullptr) return best;
    best = e->value.is_map() || e->value.is_null() ? e->mark : e->value.mark;
    if (dot == rest.size()) return best;
    node = &e->value, rest = rest.substr(dot + 1);
  }
}

bool Draft::states(const std::string& path) const {
  const Node* node = &root;
  std::istringstream keys(path);
  for (std::string key; node != nullptr && std::getline(keys, key, '.');) node = node->find(key);
  return node != nullptr;
}

const Node& Draft::section(const std::string& name) const {
  static const Node none{.kind = Node::Kind::map};
  const Node* node = root.find(name);
  return node != nullptr && node->is_map() ? *node : none;
}

std::optional<std::size_t> Draft::find_array(const std::string& name) const {
  for (std::size_t k = 0; k < design.arrays.size(); ++k) {
    if (design.arrays[k].name == name) return k;
  }
  return std::nullopt;
}
std::optional<std::size_t> Draft::find_crossbar(const std::string& name) const {
  for (std::size_t k = 0; k < design.crossbars.size(); ++k) {
    if (design.crossbars[k].name == name) return k;
  }
  return std::nullopt;
}
std::vector<std::string> Draft::array_names() const {
  std::vector<std::string> names;
  for (const ArrayDesign& a : design.arrays) names.push_back(a.name);
  return names;
}
std::vector<std::string> Draft::crossbar_names() const {
  std::vector<std::string> names;
  for (const CrossbarDesign& c : design.crossbars) names.push_back(c.name);
  return names;
}

std::size_t Design::inputs() const {
  std::size_t n = 0;
  for (const ArrayDesign& a : arrays) n += a.is_input() ? a.size : 0;
  return n;
}

Design parse_design(const std::string& file, const std::string& text, const ReadOptions& options) {
  const std::vector<std::string> texts = option_texts(options);
  DiagnosticLog log(texts);
  Node root = parse_document(text, log);
  const auto unreadable = [&log] {
    const auto all = log.sorted();
    return std::any_of(all.begin(), all.end(), [](const Diagnostic& d) { return d.id == "yaml-syntax"; });
  };
  if (unreadable()) throw DesignError(file, log.sorted());
  apply_options(root, options, log);
  Design design;
  if (!unreadable()) {
    design = validate(file, root, options, log);
    const std::vector<Diagnostic> base = log.sorted();
    for (const std::string kind : {"preset", "control"}) {
      const Node* all = root.find(kind + "s");
      if (all == nullptr) continue;
      for (const Entry& e : all->entries) {
        if (kind == "preset" && !options.presets.empty()) continue;  // presets may be alternatives
        check_variant(file, root, options, kind, e, base, log);
      }
    }
    // A run of the study itself has its preset and value already.
    if (options.presets.empty() && options.settings.empty()) check_curves(file, root, options, design, log);
  }
  if (!log.empty()) throw DesignError(file, log.sorted());
  design.text = text;
  design.options = texts;
  design.hash = hash_of(text, texts);
  return design;
}

Design read_design(const std::string& path, const ReadOptions& options) {
  return parse_design(path, read_file(path), options);
}

}  // namespace leadlag
