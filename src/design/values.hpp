// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "design/document.hpp"
#include "units/field.hpp"
#include "units/text.hpp"

namespace leadlag {

// Text -> typed value, for every type that a Field can have. Each reader says true, or logs what is wrong.

bool read_number(DiagnosticLog&, const Node&, std::string_view name, const Domain&, const Dimension&,
                 double& out);
bool read_whole(DiagnosticLog&, const Node&, std::string_view name, const Domain&, std::int64_t highest,
                std::int64_t& out);
bool read_flag(DiagnosticLog&, const Node&, std::string_view name, bool& out);
bool read_text(DiagnosticLog&, const Node&, std::string_view name, std::string& out);
bool read_choice(DiagnosticLog&, const Node&, std::string_view name, std::span<const std::string_view> names,
                 std::size_t& out);

/// "more than 0 s", "200 K to 450 K", "a whole number from 1 to 16": the legal values as a message says them.
std::string legal_range(const Domain&, const Dimension&, bool whole = false);
/// A number for messages and tables: no unit, no needless exponent.
std::string plain_number(double value);
std::string joined(const std::vector<std::string>& words);
/// "; did you mean 'clock'?", or "; legal: a, b, c".
std::string suggestion(const std::string& word, const std::vector<std::string>& candidates);

/// Logs every key of a map that is not legal there.
void check_keys(DiagnosticLog&, const Node& map, const std::string& where,
                const std::vector<std::string>& legal);
/// True for a map, or for nothing at all (a section whose lines are commented out); else logs wrong-type.
bool expect_map(DiagnosticLog&, const Node&, const std::string& what);
/// Names become module names and parts of paths: letters, digits and _.
bool check_name(DiagnosticLog&, const Mark&, const std::string& what, const std::string& name);

template <class M>
struct ValueTraits {
  static constexpr bool quantity = false;
};
template <int M, int L, int T, int A, int K>
struct ValueTraits<Quantity<M, L, T, A, K>> {
  static constexpr bool quantity = true;
};
template <class M>
inline constexpr bool is_quantity = ValueTraits<M>::quantity;
/// What may differ from instance to instance of an array.
template <class M>
inline constexpr bool is_numeric = is_quantity<M> || (std::is_arithmetic_v<M> && !std::is_same_v<M, bool>);

template <class M>
bool read_value(DiagnosticLog& log, const Node& node, std::string_view name, const Domain& domain, M& out) {
  if constexpr (is_quantity<M>) {
    return read_number(log, node, name, domain, M::dimension, out.si);
  } else if constexpr (std::is_same_v<M, double>) {
    return read_number(log, node, name, domain, Dimension{}, out);
  } else if constexpr (std::is_same_v<M, bool>) {
    return read_flag(log, node, name, out);
  } else if constexpr (std::is_same_v<M, std::string>) {
    return read_text(log, node, name, out);
  } else if constexpr (std::is_enum_v<M>) {
    std::size_t index = 0;
    if (!read_choice(log, node, name, Names<M>::value, index)) return false;
    out = static_cast<M>(index);
    return true;
  } else {
    std::int64_t whole = 0;
    if (!read_whole(log, node, name, domain, std::numeric_limits<M>::max(), whole)) return false;
    out = static_cast<M>(whole);
    return true;
  }
}

template <class Fields>
std::vector<std::string> field_names(const Fields& fields, std::vector<std::string> names = {}) {
  std::apply([&](const auto&... f) { (names.emplace_back(f.name), ...); }, fields);
  return names;
}

/// Reads every field that the map states into `object`; what it does not state keeps its default.
template <class P, class Fields>
void read_fields(DiagnosticLog& log, const Node& map, const Fields& fields, P& object) {
  const auto read = [&](const auto& f) {
    if (const Node* node = map.find(f.name)) read_value(log, *node, f.name, f.domain, object.*f.member);
  };
  std::apply([&](const auto&... f) { (read(f), ...); }, fields);
}

void wrong_list(DiagnosticLog&, const Node& list, std::string_view name, bool numeric, std::size_t values,
                std::size_t size);

/// The values of a list in which "18 x 30 us" stands for eighteen times 30 us.
std::vector<Node> repeated(const Node& list);

/// The same for an array of equal blocks, where a quantity or number may be a list with one value per
/// instance.
template <class P>
void read_instances(DiagnosticLog& log, const Node& map, std::vector<P>& blocks) {
  const auto read = [&](const auto& f) {
    using M = typename std::remove_cvref_t<decltype(f)>::Member;
    const Node* node = map.find(f.name);
    if (node == nullptr) return;
    P scratch;  // where values go that have no instance because the size is unknown
    if (!node->is_sequence()) {
      if (!read_value(log, *node, f.name, f.domain, scratch.*f.member)) return;
      for (P& block : blocks) block.*f.member = scratch.*f.member;
      return;
    }
    const std::vector<Node> items = repeated(*node);
    const bool fits = is_numeric<M> && (blocks.empty() || items.size() == blocks.size());
    if (!fits) wrong_list(log, *node, f.name, is_numeric<M>, items.size(), blocks.size());
    if (!is_numeric<M>) return;
    for (std::size_t k = 0; k < items.size(); ++k) {  // the first mistake of a list stands for the rest
      P& block = fits && !blocks.empty() ? blocks[k] : scratch;
      const std::string element = std::string(f.name) + "[" + std::to_string(k) + "]";
      if (!read_value(log, items[k], element, f.domain, block.*f.member)) return;
    }
  };
  std::apply([&](const auto&... f) { (read(f), ...); }, P::fields());
}

/// A value as a blueprint would state it.
template <class M>
std::string value_text(const M& value) {
  if constexpr (is_quantity<M>) {
    return to_text(value);
  } else if constexpr (std::is_same_v<M, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_same_v<M, std::string>) {
    return value;
  } else if constexpr (std::is_enum_v<M>) {
    return std::string(name_of(value));
  } else {
    return plain_number(static_cast<double>(value));
  }
}

template <class M>
std::string legal_text(const Domain& domain) {
  if constexpr (is_quantity<M>) {
    return legal_range(domain, M::dimension);
  } else if constexpr (std::is_same_v<M, bool>) {
    return "true, false";
  } else if constexpr (std::is_same_v<M, std::string>) {
    return "text";
  } else if constexpr (std::is_enum_v<M>) {
    return joined({Names<M>::value.begin(), Names<M>::value.end()});
  } else {
    return legal_range(domain, {}, std::is_integral_v<M>);
  }
}

}  // namespace leadlag
