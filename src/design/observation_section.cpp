// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "design/measurement_table.hpp"
#include "design/sections.hpp"
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
/// One index or *, below `size`; nothing when it is neither.
std::optional<std::pair<std::size_t, std::size_t>> parse_index(std::string_view text, std::size_t size) {
  if (text == "*") return std::pair<std::size_t, std::size_t>{0, size};
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc{} || end != text.data() + text.size() || index >= size) return std::nullopt;
  return std::pair{index, index + 1};
}

class TraceReader {
 public:
  TraceReader(Draft& draft, const Node& node) : draft_(draft), node_(node) {}

  /// Elements that it traces; 0 after a mistake.
  std::size_t read(std::size_t already) {
    if (!read_text(draft_.log, node_, "an element of trace", trace_.path)) return 0;
    std::string index;
    if (!split(index) || !resolve_signal()) return 0;
    const std::size_t count = select(index);
    if (count == 0 || already + count > most_traced) return count;
    trace_.at = node_.mark.at;
    const std::size_t columns = trace_.crossbar ? columns_ : 1;
    for (std::size_t r = rows_.first; r < rows_.second; ++r) {
      for (std::size_t c = range_.first; c < range_.second; ++c) trace_.elements.push_back(r * columns + c);
    }
    draft_.design.traces.push_back(std::move(trace_));
    return count;
  }

 private:
  bool fail(const std::string& why) {
    draft_.log.add("bad-trace", node_, "cannot trace '" + trace_.path + "': " + why);
    return false;
  }
  /// NAME.SIGNAL or NAME[INDEX].SIGNAL
  bool split(std::string& index) {
    const std::string& path = trace_.path;
    const std::size_t dot = path.rfind('.');
    if (dot == std::string::npos) {
      return fail("it needs the form NAME.SIGNAL, NAME[INDEX].SIGNAL or NAME[ROW,COLUMN].weight");
    }
    trace_.signal = path.substr(dot + 1);
    const std::size_t open = path.find('[');
    trace_.array = path.substr(0, std::min(open, dot));
    if (open == std::string::npos) return true;
    if (open > dot || path[dot - 1] != ']') return fail("the index is NAME[INDEX].SIGNAL");
    index = path.substr(open + 1, dot - open - 2);
    return true;
  }
  bool resolve_signal() {
    const auto array = draft_.find_array(trace_.array), crossbar = draft_.find_crossbar(trace_.array);
    std::vector<std::string> signals{"rate"};
    if (array) {
      if (!draft_.sound(*array)) return false;
      trace_.index = *array;
      if (draft_.design.arrays[*array].is_neuron()) {
        signals.emplace_back("slope");
        if (draft_.design.learning.params.system != System::none) signals.emplace_back("error");
      }
    } else if (crossbar) {
      const CrossbarDesign& c = draft_.design.crossbars[*crossbar];
      if (!draft_.sound(c.from) || !draft_.sound(c.to)) return false;
      trace_.index = *crossbar, trace_.crossbar = true, signals = {"weight"};
    } else {
      std::vector<std::string> names = draft_.array_names(), more = draft_.crossbar_names();
      names.insert(names.end(), more.begin(), more.end());
      return fail("nothing is called '" + trace_.array + "'" + suggestion(trace_.array, names));
    }
    if (std::find(signals.begin(), signals.end(), trace_.signal) != signals.end()) return true;
    const bool no_errors = trace_.signal == "error" && array && signals.size() == 2;
    return fail(no_errors ? "learning.system: none leaves the chip without error units"
                          : "'" + trace_.array + "' has no signal '" + trace_.signal + "'" +
                                suggestion(trace_.signal, signals));
  }
  /// Number of elements that the index selects.
  std::size_t select(const std::string& index) {
    const Design& design = draft_.design;
    if (!trace_.crossbar) {
      const std::size_t size = design.arrays[trace_.index].size;
      const auto range = parse_index(index.empty() ? "*" : index, size);
      if (!range) return fail("legal indices are 0 to " + std::to_string(size - 1) + " and *"), 0;
      range_ = *range;
      return range_.second - range_.first;
    }
    const CrossbarDesign& c = design.crossbars[trace_.index];
    columns_ = design.arrays[c.from].size;
    const std::size_t rows = design.arrays[c.to].size, comma = index.find(',');
    const auto row = parse_index(index.empty() ? "*" : std::string_view(index).substr(0, comma), rows);
    std::string_view rest = comma == std::string::npos ? "" : std::string_view(index).substr(comma + 1);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    const auto column = parse_index(index.empty() ? "*" : rest, columns_);
    if (!row || !column) {
      return fail("legal indices are [ROW,COLUMN], rows 0 to " + std::to_string(rows - 1) +
                  " and *, columns 0 to " + std::to_string(columns_ - 1) + " and *"),
             0;
    }
    rows_ = *row, range_ = *column;
    return (rows_.second - rows_.first) * (range_.second - range_.first);
  }

  Draft& draft_;
  const Node& node_;
  Trace trace_{};
  std::pair<std::size_t, std::size_t> rows_{0, 1}, range_{0, 1};
  std::size_t columns_ = 1;
};

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
    traced += TraceReader(draft, node).read(traced);
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
