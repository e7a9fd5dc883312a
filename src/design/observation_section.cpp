// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <stdexcept>

#include "design/measurement_table.hpp"
#include "design/sections.hpp"
#include "design/trace_path.hpp"
#include "design/values.hpp"

namespace leadlag {
namespace {

constexpr std::size_t most_traced = 4096;

const MeasurementKind* find_measurement(const std::string& name) {
  for (const MeasurementKind& m : measurement_table) {
    if (m.name == name) return &m;
  }
  return nullptr;
}

/// The measurement that a limit binds: one of the table, or controls.NAME.test_accuracy and .final_mse.
const MeasurementKind* resolve_limit(Draft& draft, const Entry& e) {
  const bool control = e.key.starts_with("controls.");
  const std::size_t dot = control ? e.key.rfind('.') : std::string::npos;
  const std::string name = control ? e.key.substr(dot + 1) : e.key;
  if (control) {
    const std::string run = dot > 9 ? e.key.substr(9, dot - 9) : "";
    std::vector<std::string> runs;
    for (const Entry& c : draft.section("controls").entries) runs.push_back(c.key);
    if (draft.section("controls").find(run) == nullptr) {
      draft.log.add("unknown-name", e.mark, "no control is called '" + run + "'" + suggestion(run, runs));
      return nullptr;
    }
    if (name != "test_accuracy" && name != "final_mse") {
      draft.log.add("bad-measurement", e.mark,
                    "a control measures test_accuracy or final_mse, not '" + name + "'");
      return nullptr;
    }
  }
  const MeasurementKind* measurement = find_measurement(name);
  if (measurement == nullptr) {
    std::vector<std::string> names;
    for (const MeasurementKind& m : measurement_table) names.emplace_back(m.name);
    draft.log.add("bad-measurement", e.mark, "nothing measures '" + name + "'" + suggestion(name, names));
  }
  return measurement;
}

void read_limit(Draft& draft, const Entry& e) {
  const MeasurementKind* measurement = resolve_limit(draft, e);
  if (measurement == nullptr || !expect_map(draft.log, e.value, "limit '" + e.key + "'")) return;
  check_keys(draft.log, e.value, "limits." + e.key, {"min", "max"});
  Limit limit{.measurement = e.key, .min = {}, .max = {}, .at = e.mark.at};
  const auto read = [&](const char* key, std::optional<double>& bound) {
    const Node* node = e.value.find(key);
    double value = 0.0;
    if (node == nullptr) return true;
    if (!read_number(draft.log, *node, std::string(key) + " of " + e.key, domain::finite,
                     measurement->dimension, value))
      return false;
    bound = value;
    return true;
  };
  const bool min = read("min", limit.min), max = read("max", limit.max);
  if (!min || !max) return;
  if (!limit.min && !limit.max) {
    draft.log.add("empty-limit", e.mark, "limit '" + e.key + "' needs min, max or both");
  } else if (limit.min && limit.max && *limit.min > *limit.max) {
    draft.log.add("empty-limit", e.mark,
                  "no value can meet limit '" + e.key + "': min " + e.value.find("min")->text +
                      " is above max " + e.value.find("max")->text);
  }
  draft.design.limits.push_back(std::move(limit));
}

// ---------------------------------------------------------------------------------------------- trace
/// Elements that it traces; 0 after a mistake.
std::size_t read_trace(Draft& draft, const Node& node, std::size_t already) {
  std::string path;
  if (!read_text(draft.log, node, "an element of trace", path)) return 0;
  const std::string name = path.substr(0, path.find_first_of("[."));
  const auto array = draft.find_array(name), crossbar = draft.find_crossbar(name);
  if (array && !draft.sound(*array)) return 0;
  if (crossbar) {
    const CrossbarDesign& c = draft.design.crossbars[*crossbar];
    if (!draft.sound(c.from) || !draft.sound(c.to)) return 0;
  }
  try {
    ResolvedTrace found = resolve_trace(draft.design, path, most_traced - std::min(already, most_traced));
    if (found.count != found.trace.elements.size()) return found.count;
    found.trace.at = node.mark.at;
    draft.design.traces.push_back(std::move(found.trace));
    return found.count;
  } catch (const std::invalid_argument& e) {
    draft.log.add("bad-trace", node, "cannot trace '" + path + "': " + e.what());
    return 0;
  }
}

}  // namespace

void read_limits(Draft& draft) {
  for (const Entry& e : draft.section("limits").entries) read_limit(draft, e);
}

void read_traces(Draft& draft) {
  const Node* list = draft.root.find("trace");
  if (list == nullptr || list->is_null()) return;
  if (!list->is_sequence()) {
    draft.log.add("wrong-type", *list,
                  "trace needs a list such as [\"hidden[3].rate\"], not " + kind_text(*list));
    return;
  }
  std::size_t traced = 0;
  bool told = false;
  for (const Node& node : list->items) {
    traced += read_trace(draft, node, traced);
    if (traced > most_traced && !told) {
      draft.log.add("bad-trace", node,
                    "with '" + node.text + "' the trace has " + std::to_string(traced) +
                        " signals; legal: at most " + std::to_string(most_traced));
      told = true;
    }
  }
}

void read_controls(Draft& draft) {
  for (const char* kind : {"controls", "presets"}) {
    const std::string one = std::string(kind).substr(0, std::string(kind).size() - 1);
    for (const Entry& e : draft.section(kind).entries) {
      check_name(draft.log, e.mark, "a " + one, e.key);
      if (!expect_map(draft.log, e.value, one + " '" + e.key + "'")) continue;
      if (e.value.entries.empty()) {
        draft.log.add("missing-key", e.mark, one + " '" + e.key + "' changes nothing: give it path: value");
      }
      if (one == "preset") continue;
      Control control{.name = e.key, .settings = {}, .at = e.mark.at};
      for (const Entry& s : e.value.entries) control.settings.emplace_back(s.key, flow_text(s.value));
      draft.design.controls.push_back(std::move(control));
    }
  }
}

}  // namespace leadlag
