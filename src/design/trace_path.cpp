// SPDX-License-Identifier: Apache-2.0
#include "design/trace_path.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "design/values.hpp"

namespace leadlag {
namespace {

using Range = std::pair<std::size_t, std::size_t>;

[[noreturn]] void fail(const std::string& why) { throw std::invalid_argument(why); }

/// One index or *, below `size`; nothing when it is neither.
std::optional<Range> parse_index(std::string_view text, std::size_t size) {
  if (text == "*") return Range{0, size};
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc{} || end != text.data() + text.size() || index >= size) return std::nullopt;
  return Range{index, index + 1};
}

/// NAME.SIGNAL or NAME[INDEX].SIGNAL; returns the index, "" for none.
std::string split(Trace& trace) {
  const std::string& path = trace.path;
  const std::size_t dot = path.rfind('.');
  if (dot == std::string::npos) {
    fail("it needs the form NAME.SIGNAL, NAME[INDEX].SIGNAL or NAME[ROW,COLUMN].weight");
  }
  trace.signal = path.substr(dot + 1);
  const std::size_t open = path.find('[');
  trace.array = path.substr(0, std::min(open, dot));
  if (open == std::string::npos) return {};
  if (open > dot || path[dot - 1] != ']') fail("the index is NAME[INDEX].SIGNAL");
  return path.substr(open + 1, dot - open - 2);
}

template <class Items>
std::optional<std::size_t> find(const Items& items, const std::string& name) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const auto& i) { return i.name == name; });
  if (found == items.end()) return std::nullopt;
  return static_cast<std::size_t>(found - items.begin());
}

void resolve_signal(const Design& design, Trace& trace) {
  const auto array = find(design.arrays, trace.array), crossbar = find(design.crossbars, trace.array);
  std::vector<std::string> signals{"rate"};
  if (array) {
    trace.index = *array;
    if (design.has_circuit()) {
      signals.clear();
      for (const auto& [key, signal] : design.circuit().probes) {
        if (key.first == trace.array) signals.push_back(key.second);
      }
    }
    if (design.arrays[*array].is_neuron()) {
      signals.emplace_back("slope");
      if (has_error_units(design.learning.params.system)) signals.emplace_back("error");
    }
  } else if (crossbar) {
    trace.index = *crossbar, trace.crossbar = true, signals = {"weight"};
  } else {
    std::vector<std::string> names;
    for (const ArrayDesign& a : design.arrays) names.push_back(a.name);
    for (const CrossbarDesign& c : design.crossbars) names.push_back(c.name);
    fail("nothing is called '" + trace.array + "'" + suggestion(trace.array, names));
  }
  if (std::find(signals.begin(), signals.end(), trace.signal) != signals.end()) return;
  if (trace.signal == "error" && array && signals.size() == 2) {
    fail("learning.system: " + std::string(name_of(design.learning.params.system)) +
         " leaves the chip without error units");
  }
  fail("'" + trace.array + "' has no signal '" + trace.signal + "'" + suggestion(trace.signal, signals));
}

/// Rows and columns that the index selects; an array is one column.
std::pair<Range, Range> select(const Design& design, const Trace& trace, const std::string& index) {
  if (!trace.crossbar) {
    const std::size_t size = design.arrays[trace.index].size;
    const auto range = parse_index(index.empty() ? "*" : index, size);
    if (!range) fail("legal indices are 0 to " + std::to_string(size - 1) + " and *");
    return {*range, {0, 1}};
  }
  const CrossbarDesign& c = design.crossbars[trace.index];
  const std::size_t rows = design.arrays[c.to].size, columns = design.arrays[c.from].size;
  const std::size_t comma = index.find(',');
  const auto row = parse_index(index.empty() ? "*" : std::string_view(index).substr(0, comma), rows);
  std::string_view rest = comma == std::string::npos ? "" : std::string_view(index).substr(comma + 1);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  const auto column = parse_index(index.empty() ? "*" : rest, columns);
  if (!row || !column) {
    fail("legal indices are [ROW,COLUMN], rows 0 to " + std::to_string(rows - 1) + " and *, columns 0 to " +
         std::to_string(columns - 1) + " and *");
  }
  return {*row, *column};
}

}  // namespace

ResolvedTrace resolve_trace(const Design& design, const std::string& path, std::size_t most) {
  ResolvedTrace found;
  Trace& trace = found.trace;
  trace.path = path;
  const std::string index = split(trace);
  resolve_signal(design, trace);
  const auto [rows, columns] = select(design, trace, index);
  found.count = (rows.second - rows.first) * (columns.second - columns.first);
  if (found.count > most) return found;
  const std::size_t stride = trace.crossbar ? design.arrays[design.crossbars[trace.index].from].size : 1;
  for (std::size_t r = rows.first; r < rows.second; ++r) {
    for (std::size_t c = columns.first; c < columns.second; ++c) trace.elements.push_back(r * stride + c);
  }
  return found;
}

}  // namespace leadlag
