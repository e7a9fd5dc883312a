// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <sstream>

#include "design/sections.hpp"
#include "design/values.hpp"

namespace leadlag {
namespace {

double in_si(double x) { return x; }
template <int M, int L, int T, int A, int K>
double in_si(Quantity<M, L, T, A, K> x) {
  return x.si;
}

std::string read_source(DiagnosticLog& log, const Entry& number) {
  const Node* source = number.value.find("source");
  std::string text;
  if (source == nullptr || (source->is_scalar() && source->text.empty()) || source->is_null()) {
    log.add("missing-source", number.mark, "'" + number.key + "' has no source: say where its value is from");
  } else {
    read_text(log, *source, "source of " + number.key, text);
  }
  return text;
}

/// `min:` and `max:` of a number; they enclose its value.
template <class F>
void read_ends(DiagnosticLog& log, const Node& map, const F& f, Technology& technology) {
  const std::string name(f.name);
  const double typical = in_si(technology.*f.member);
  const auto read = [&](const char* key, bool below, std::optional<double>& end) {
    const Node* node = map.find(key);
    auto value = technology.*f.member;
    if (node == nullptr || !read_value(log, *node, std::string(key) + " of " + name, f.domain, value)) return;
    end = in_si(value);
    if (below ? *end <= typical : *end >= typical) return;
    log.add("out-of-range", *node,
            std::string(key) + " of " + name + " is " + (below ? "above" : "below") + " its value");
  };
  Ends ends;
  read("min", true, ends.min), read("max", false, ends.max);
  if (ends.min || ends.max) technology.ends[name] = ends;
}

/// `corners: NAME: {NUMBER: min | max}`
void read_corners(DiagnosticLog& log, const Node& map, Technology& technology) {
  for (const Entry& corner : map.entries) {
    check_name(log, corner.mark, "a corner", corner.key);
    if (corner.key == Technology::typical)
      log.add("duplicate-name", corner.mark, "typical is the corner of the values themselves");
    if (!expect_map(log, corner.value, "corner " + corner.key)) continue;
    check_keys(log, corner.value, "corners." + corner.key, field_names(Technology::fields()));
    if (corner.value.entries.empty())
      log.add("missing-key", corner.mark, "corner '" + corner.key + "' moves no number");
    const auto known = field_names(Technology::fields());
    for (const Entry& number : corner.value.entries) {
      if (std::find(known.begin(), known.end(), number.key) == known.end()) continue;  // said above
      std::size_t end = 0;
      if (!read_choice(log, number.value, number.key, Names<End>::value, end)) continue;
      const auto found = technology.ends.find(number.key);
      const bool stated = found != technology.ends.end() &&
                          (end == 0 ? found->second.min.has_value() : found->second.max.has_value());
      const std::string word(Names<End>::value.at(end));
      if (!stated) {
        log.add("missing-key", number.value,
                "corner '" + corner.key + "' takes the " + word + " of " + number.key + ", which numbers." +
                    number.key + " does not state");
      }
      technology.corners[corner.key][number.key] = static_cast<End>(end);
    }
  }
}

void read_numbers(DiagnosticLog& log, const Node& map, Technology& technology) {
  check_keys(log, map, "numbers", field_names(Technology::fields()));
  const auto read = [&](const auto& f) {
    const std::string name(f.name);
    const Entry* e = map.entry(name);
    if (e == nullptr) {
      technology.sources[name] = {"default of Leadlag, " + std::string(f.meaning), true};
      return;
    }
    if (!e->value.is_map()) {
      log.add("wrong-type", e->value, name + " needs {value: , source: }, not " + kind_text(e->value));
      return;
    }
    check_keys(log, e->value, "numbers." + name, {"value", "min", "max", "source"});
    if (const Node* value = e->value.find("value")) {
      if (read_value(log, *value, name, f.domain, technology.*f.member))
        read_ends(log, e->value, f, technology);
    } else {
      log.add("missing-key", e->mark, "'" + name + "' needs a value");
    }
    technology.sources[name] = {read_source(log, *e), false};
  };
  std::apply([&](const auto&... f) { (read(f), ...); }, Technology::fields());
}

Transistors read_group(DiagnosticLog& log, const Entry& e) {
  Transistors t;
  if (!e.value.is_map()) {
    log.add("wrong-type", e.value, e.key + " needs {w: , l: , count: , source: }, not " + kind_text(e.value));
    return t;
  }
  check_keys(log, e.value, "transistors " + e.key, {"w", "l", "count", "source"});
  const auto read = [&](const char* key, const Domain& domain, auto& out) {
    const Node* node = e.value.find(key);
    if (node != nullptr) {
      read_value(log, *node, std::string(key) + " of " + e.key, domain, out);
    } else {
      log.add("missing-key", e.mark, "transistors '" + e.key + "' need " + key);
    }
  };
  read("w", domain::positive, t.w), read("l", domain::positive, t.l);
  read("count", domain::between(1, 10000), t.count);
  t.source = read_source(log, e);
  return t;
}

void read_transistors(DiagnosticLog& log, const Node& map, Technology& technology) {
  std::vector<std::string> stems;
  const BlockDefaults defaults;
  for_each_block(defaults, [&](const char* stem, const auto&) { stems.emplace_back(stem); });
  check_keys(log, map, "transistors", stems);
  for (const Entry& block : map.entries) {
    if (!expect_map(log, block.value, "transistors of " + block.key)) continue;
    for (const Entry& group : block.value.entries) {
      technology.transistors[block.key][group.key] = read_group(log, group);
    }
  }
}

}  // namespace

Technology read_technology(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream || !text) throw DesignError(path, {{"no-file", {}, "cannot read this file"}});
  DiagnosticLog log;
  const Node root = parse_document(text.str(), log);
  Technology technology;
  if (log.empty() && expect_map(log, root, "a technology file")) {
    check_keys(log, root, "the technology file",
               {"technology", "numbers", "corners", "transistors", "digital"});
    if (const Node* name = root.find("technology")) {
      read_text(log, *name, "technology", technology.name);
    } else {
      log.add("missing-key", root, "a technology file needs technology: its name");
    }
    const Node none;
    const Node* numbers = root.find("numbers");
    const Node* transistors = root.find("transistors");
    if (numbers == nullptr || expect_map(log, *numbers, "numbers")) {
      read_numbers(log, numbers == nullptr ? none : *numbers, technology);
    }
    const Node* corners = root.find("corners");
    if (corners != nullptr && expect_map(log, *corners, "corners")) read_corners(log, *corners, technology);
    if (transistors != nullptr && expect_map(log, *transistors, "transistors")) {
      read_transistors(log, *transistors, technology);
    }
    if (const Node* digital = root.find("digital")) read_digital(log, *digital, technology);
  }
  if (!log.empty()) throw DesignError(path, log.sorted());
  return technology;
}

}  // namespace leadlag
