// SPDX-License-Identifier: Apache-2.0
#include "design/values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace leadlag {
namespace {

bool expect_scalar(DiagnosticLog& log, const Node& node, std::string_view name, const std::string& what) {
  if (node.is_scalar()) return true;
  log.add("wrong-type", node, std::string(name) + " needs " + what + ", not " + kind_text(node));
  return false;
}

std::string lower_text(const Domain& d, const Dimension& dimension) {
  return dimension == Dimension{} ? plain_number(d.low) : format_quantity(d.low, dimension);
}

}  // namespace

std::string plain_number(double value) {
  if (std::abs(value) < 1e9 && value == std::floor(value))
    return std::to_string(static_cast<std::int64_t>(value));
  return shortest(value);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& candidates) {
  if (candidates.empty()) return "; there are none";
  if (const std::string near = did_you_mean(word, candidates); !near.empty())
    return "; did you mean '" + near + "'?";
  return "; legal: " + joined(candidates);
}

std::string legal_range(const Domain& d, const Dimension& dimension, bool whole) {
  const std::string noun = whole ? "a whole number" : "";
  const auto text = [&](double x) {
    return dimension == Dimension{} ? plain_number(x) : format_quantity(x, dimension);
  };
  const bool low = d.low > -std::numeric_limits<double>::max();
  const bool high = d.high < std::numeric_limits<double>::max();
  if (!low && !high) return whole ? noun : "any finite number";
  if (low && high && d.low == d.high) return text(d.low);
  if (low && high && !d.low_open) return (whole ? noun + " from " : "") + text(d.low) + " to " + text(d.high);
  const std::string lower =
      d.low_open ? "more than " + lower_text(d, dimension) : lower_text(d, dimension) + " or more";
  return (whole ? noun + ", " : "") + (low ? lower : "") + (low && high ? " and " : "") +
         (high ? "at most " + text(d.high) : "");
}

bool read_number(DiagnosticLog& log, const Node& node, std::string_view name, const Domain& domain,
                 const Dimension& dimension, double& out) {
  const std::string what = describe(dimension), start = std::string(name) + " needs " + what;
  if (!expect_scalar(log, node, name, what)) return false;
  std::string problem;
  const auto parsed = parse_quantity(node.text, problem);
  if (!parsed) {
    const bool unit = problem.starts_with("unknown unit");
    log.add(unit ? "bad-unit" : "bad-number", node,
            start + ", but '" + node.text + "' cannot be read: " + problem);
    return false;
  }
  if (parsed->dimension != dimension) {
    std::string found = "has no unit";
    if (parsed->dimension != Dimension{}) {
      const std::string kind = describe(parsed->dimension);
      found = "is " + kind.substr(0, kind.find(" such as"));
    }
    log.add("bad-unit", node, start + ", but '" + node.text + "' " + found);
    return false;
  }
  if (!domain.contains(parsed->si)) {
    log.add(
        "out-of-range", node,
        std::string(name) + " = " + node.text + " is out of range; legal: " + legal_range(domain, dimension));
    return false;
  }
  out = parsed->si;
  return true;
}

bool read_whole(DiagnosticLog& log, const Node& node, std::string_view name, const Domain& domain,
                std::int64_t highest, std::int64_t& out) {
  if (!expect_scalar(log, node, name, "a whole number")) return false;
  const std::string& text = node.text;
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error != std::errc{} || end != text.data() + text.size()) {  // 6e4, or a mistake
    std::string problem;
    const auto parsed = parse_quantity(text, problem);
    const bool number = parsed && parsed->dimension == Dimension{};
    if (!number || parsed->si != std::floor(parsed->si)) {
      log.add(parsed && !number ? "bad-unit" : "bad-number", node,
              std::string(name) + " needs a whole number, but '" + text + "' " +
                  (!parsed  ? "cannot be read: " + problem
                   : number ? "is not whole"
                            : "has a unit"));
      return false;
    }
    const bool fits = std::abs(parsed->si) <= 0x1p53;
    whole = fits ? static_cast<std::int64_t>(parsed->si) : -1;
    if (!fits) highest = -2;
  }
  if (!domain.contains(static_cast<double>(whole)) || whole > highest) {
    Domain legal = domain;
    if (highest > 0 && highest < std::numeric_limits<std::int64_t>::max())
      legal.high = std::min(legal.high, static_cast<double>(highest));
    log.add("out-of-range", node,
            std::string(name) + " = " + text + " is out of range; legal: " + legal_range(legal, {}, true));
    return false;
  }
  out = whole;
  return true;
}

bool read_flag(DiagnosticLog& log, const Node& node, std::string_view name, bool& out) {
  if (!expect_scalar(log, node, name, "true or false")) return false;
  if (node.text != "true" && node.text != "false") {
    log.add("wrong-type", node, std::string(name) + " needs true or false, not " + kind_text(node));
    return false;
  }
  out = node.text == "true";
  return true;
}

bool read_text(DiagnosticLog& log, const Node& node, std::string_view name, std::string& out) {
  if (!expect_scalar(log, node, name, "a text")) return false;
  if (node.text.empty()) {
    log.add("wrong-type", node, std::string(name) + " needs a text, but this one is empty");
    return false;
  }
  out = node.text;
  return true;
}

bool read_choice(DiagnosticLog& log, const Node& node, std::string_view name,
                 std::span<const std::string_view> names, std::size_t& out) {
  const std::vector<std::string> words(names.begin(), names.end());
  if (!expect_scalar(log, node, name, "one of " + joined(words))) return false;
  const auto found = std::find(words.begin(), words.end(), node.text);
  if (found == words.end()) {
    const std::string near = did_you_mean(node.text, words);
    log.add("unknown-name", node,
            std::string(name) + " cannot be '" + node.text + "'; legal: " + joined(words) +
                (near.empty() ? "" : "; did you mean '" + near + "'?"));
    return false;
  }
  out = static_cast<std::size_t>(found - words.begin());
  return true;
}

void check_keys(DiagnosticLog& log, const Node& map, const std::string& where,
                const std::vector<std::string>& legal) {
  for (const Entry& e : map.entries) {
    if (std::find(legal.begin(), legal.end(), e.key) != legal.end()) continue;
    log.add("unknown-key", e.mark, "unknown key '" + e.key + "' in " + where + suggestion(e.key, legal));
  }
}

bool expect_map(DiagnosticLog& log, const Node& node, const std::string& what) {
  if (node.is_map() || node.is_null()) return true;
  log.add("wrong-type", node, what + " needs a map of keys and values, not " + kind_text(node));
  return false;
}

bool check_name(DiagnosticLog& log, const Mark& at, const std::string& what, const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto legal = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  if (!name.empty() && letter(name.front()) && std::all_of(name.begin(), name.end(), legal)) return true;
  log.add("bad-name", at, "'" + name + "' cannot name " + what + ": letters, digits and _, no digit first");
  return false;
}

void wrong_list(DiagnosticLog& log, const Node& list, std::string_view name, bool numeric, std::size_t values,
                std::size_t size) {
  if (!numeric) {
    log.add("wrong-type", list, std::string(name) + " holds for the whole array: one value, not a list");
    return;
  }
  log.add("size-mismatch", list,
          std::string(name) + " lists " + std::to_string(values) + " values, but the array has " +
              std::to_string(size) + " blocks: one value for all, or one each");
}

std::vector<Node> repeated(const Node& list) {
  constexpr std::size_t most = std::size_t{1} << 20;  // as many as an array has blocks
  std::vector<Node> items;
  for (const Node& item : list.items) {
    const std::size_t cross = item.text.find(" x ");
    std::size_t times = 0;
    const char* const end = item.text.data() + std::min(cross, item.text.size());
    const bool counted = item.is_scalar() && cross != std::string::npos &&
                         std::from_chars(item.text.data(), end, times).ptr == end && times > 0 &&
                         times <= most;
    if (!counted) {  // what is no count is left for the reader of the value to refuse
      items.push_back(item);
      continue;
    }
    Node value = item;
    value.text.erase(0, cross + 3);
    items.insert(items.end(), std::min(times, most - std::min(most, items.size()) + 1), value);
  }
  return items;
}

}  // namespace leadlag
