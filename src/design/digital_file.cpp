// SPDX-License-Identifier: Apache-2.0
// `digital:` of a technology file: synthesised modules.
#include "design/sections.hpp"
#include "design/values.hpp"

namespace leadlag {
namespace {

/// Every field of DigitalBlock but `stirred` is needed; words have defaults.
template <class P, class Fields>
void read_all(DiagnosticLog& log, const Node& map, const std::string& what, const Fields& fields, P& object) {
  const auto read = [&](const auto& f) {
    if (map.find(f.name) == nullptr && f.name != "stirred")
      log.add("missing-key", map, what + " needs " + std::string(f.name) + ": " + std::string(f.meaning));
  };
  std::apply([&](const auto&... f) { (read(f), ...); }, fields);
  read_fields(log, map, fields, object);
}

void read_needed_text(DiagnosticLog& log, const Node& map, const char* key, const std::string& what,
                      std::string& out) {
  if (const Node* node = map.find(key); node != nullptr && !node->is_null()) {
    read_text(log, *node, key, out);
    if (node->is_scalar() && out.empty()) log.add("missing-key", *node, what + " has an empty " + key);
  } else {
    log.add("missing-key", map, what + " needs " + key);
  }
}

DigitalBlock read_block(DiagnosticLog& log, const Node& map) {
  DigitalBlock block;
  auto keys = field_names(DigitalBlock::fields(), {"module", "words", "critical_pins", "source"});
  read_needed_text(log, map, "module", "an entry of digital", block.module);
  const std::string what = "digital " + (block.module.empty() ? "entry" : block.module);
  check_keys(log, map, what, keys);
  if (const Node* words = map.find("words")) {
    if (expect_map(log, *words, "words of " + what)) {
      check_keys(log, *words, "words of " + what, field_names(FixedWords::fields()));
      read_fields(log, *words, FixedWords::fields(), block.words);
    }
  } else {
    log.add("missing-key", map, what + " needs words: the word lengths that it was synthesised with");
  }
  read_all(log, map, what, DigitalBlock::fields(), block);
  read_needed_text(log, map, "critical_pins", what, block.critical_pins);
  if (const Node* source = map.find("source"); source == nullptr || source->is_null()) {
    log.add("missing-source", map, what + " has no source: say which tools and library it is from");
  } else {
    read_text(log, *source, "source of " + what, block.source);
    if (source->is_scalar() && block.source.empty())
      log.add("missing-source", *source, what + " has no source: say which tools and library it is from");
  }
  return block;
}

}  // namespace

void read_digital(DiagnosticLog& log, const Node& list, Technology& technology) {
  if (list.is_null()) return;
  if (!list.is_sequence()) {
    log.add("wrong-type", list, "digital needs a list of modules, not " + kind_text(list));
    return;
  }
  for (const Node& item : list.items) {
    if (!item.is_map()) {
      log.add("wrong-type", item,
              "an entry of digital needs {module: , words: , ...}, not " + kind_text(item));
      continue;
    }
    DigitalBlock block = read_block(log, item);
    for (const DigitalBlock& other : technology.digital) {
      if (!block.module.empty() && other.module == block.module && other.words == block.words)
        log.add("duplicate-name", item, "digital " + block.module + " is stated twice for the same words");
    }
    technology.digital.push_back(std::move(block));
  }
}

}  // namespace leadlag
