// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "design/diagnostic.hpp"

namespace leadlag {

/// Where a piece of text stands: in the blueprint, or in the n-th --set (from 1).
struct Mark {
  Position at;
  std::size_t setting = 0;
};

struct Entry;

/// YAML as it was written: text and places, nothing interpreted. Keys of a map are unique and keep their
/// order.
struct Node {
  enum class Kind { null, scalar, sequence, map } kind = Kind::null;
  std::string text{};   ///< scalar
  bool quoted = false;  ///< scalar written in quotes
  Mark mark{};
  std::vector<Node> items{};     ///< sequence
  std::vector<Entry> entries{};  ///< map

  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_sequence() const { return kind == Kind::sequence; }
  bool is_map() const { return kind == Kind::map; }
  bool is_null() const { return kind == Kind::null; }
  const Entry* entry(std::string_view key) const;
  const Node* find(std::string_view key) const;
};
struct Entry {
  std::string key;
  Mark mark;
  Node value;
};

/// Collects what is wrong; the one place that turns marks into positions and origins.
class DiagnosticLog {
 public:
  explicit DiagnosticLog(std::vector<std::string> settings = {}) : settings_(std::move(settings)) {}

  void add(std::string id, const Mark& at, std::string message);
  void add(std::string id, const Node& at, std::string message) {
    add(std::move(id), at.mark, std::move(message));
  }
  void add(Diagnostic diagnostic) { diagnostics_.push_back(std::move(diagnostic)); }
  bool empty() const { return diagnostics_.empty(); }
  std::size_t size() const { return diagnostics_.size(); }
  /// In the order of the file: options first, then by line and column, other files last. Repetitions removed.
  std::vector<Diagnostic> sorted() const;

 private:
  std::vector<std::string> settings_;  ///< texts of the --set options
  std::vector<Diagnostic> diagnostics_;
};

/// Reads one YAML document. Syntax errors and duplicate keys go to the log; after a syntax error the result
/// is null.
Node parse_document(const std::string& text, DiagnosticLog& log, std::size_t setting = 0);

/// Puts `value` at a dotted path below `root`, replacing what is there and creating maps on the way. Existing
/// keys that contain dots ("controls.open.test_accuracy" of limits) are found whole.
void put(Node& root, const std::string& path, Node value, const Mark& key);

/// The value as YAML on one line, such that it reads back as the same node.
std::string flow_text(const Node& node);

/// "a map", "a list", "'20 us'", "an empty value": what a message calls a node.
std::string kind_text(const Node& node);

}  // namespace leadlag
