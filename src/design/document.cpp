// SPDX-License-Identifier: Apache-2.0
#include "design/document.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cassert>
#include <cctype>
#include <sstream>
#include <tuple>

namespace leadlag {
namespace {

constexpr std::size_t deepest = 64;

/// Builds a tree from parser events; yaml-cpp's own nodes would lose the place of the second of two equal
/// keys.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(DiagnosticLog& log, std::size_t setting) : log_(log), setting_(setting) {}

  Node root;
  bool failed = false;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { put({.mark = at(mark)}); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    log_.add("yaml-syntax", at(mark), "blueprints have no aliases (*name): write the value out");
    failed = true;
    put({.mark = at(mark)});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    put({.kind = Node::Kind::scalar, .text = value, .quoted = tag == "!", .mark = at(mark)});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open({.kind = Node::Kind::sequence, .mark = at(mark)});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open({.kind = Node::Kind::map, .mark = at(mark)});
  }
  void OnMapEnd() override { close(); }

  /// yaml-cpp's message in the words of someone who did not write a parser.
  std::string explain(const std::string& message) const {
    const bool list = message == "end of sequence flow not found";
    if ((list || message == "end of map flow not found") && !levels_.empty()) {
      const Position open = levels_.back().node.mark.at;
      return std::string("unexpected text inside ") + (list ? "[ ]" : "{ }") +
             ": a comma is missing, or the " + (list ? "[" : "{") + place(open) + " is not closed";
    }
    if (message == "end of map not found" || message == "end of sequence not found") {
      return "this line is indented neither like the lines above it nor like a section around them";
    }
    return message;
  }

 private:
  struct Level {
    Node node;
    Node key;
    bool has_key = false;
  };

  static std::string place(const Position& p) {
    return p.line == 0 ? "" : " of line " + std::to_string(p.line) + ", column " + std::to_string(p.column);
  }
  Mark at(const YAML::Mark& mark) const {
    if (setting_ > 0) return {{}, setting_};
    return {{mark.line + 1, mark.column + 1}, 0};
  }
  void open(Node node) {
    if (levels_.size() >= deepest) throw YAML::ParserException(YAML::Mark::null_mark(), "nested too deeply");
    levels_.push_back({std::move(node), {}, false});
  }
  void close() {
    Node done = std::move(levels_.back().node);
    levels_.pop_back();
    put(std::move(done));
  }
  void put(Node node) {
    if (levels_.empty()) {
      root = std::move(node);
      return;
    }
    Level& level = levels_.back();
    if (level.node.is_sequence()) {
      level.node.items.push_back(std::move(node));
    } else if (!level.has_key) {
      if (!node.is_scalar())
        log_.add("yaml-syntax", node.mark, "a key must be plain text, not " + kind_text(node));
      level.key = std::move(node), level.has_key = true;
    } else {
      level.has_key = false;
      if (node.is_null()) node.mark = level.key.mark;  // yaml-cpp puts a missing value at the next token
      if (const Entry* first = level.node.entry(level.key.text)) {
        std::string message = "'" + level.key.text + "' stands here for the second time";
        if (setting_ == 0) message += "; the first is in line " + std::to_string(first->mark.at.line);
        log_.add("duplicate-key", level.key.mark, message);
      } else {
        level.node.entries.push_back({level.key.text, level.key.mark, std::move(node)});
      }
    }
  }

  DiagnosticLog& log_;
  std::size_t setting_;
  std::vector<Level> levels_;
};

/// Tabs where only spaces may indent; yaml-cpp's own message for them names something else.
bool find_tab(const std::string& text, DiagnosticLog& log, std::size_t setting) {
  int line = 1, column = 1;
  bool indentation = true;
  for (const char c : text) {
    if (c == '\t' && indentation) {
      log.add("yaml-syntax", Mark{setting == 0 ? Position{line, column} : Position{}, setting},
              "a tab in the indentation: YAML indents with spaces only");
      return true;
    }
    indentation = c == '\n' || (indentation && c == ' ');
    ++column;
    if (c == '\n') ++line, column = 1;
  }
  return false;
}

/// hidden[3].rate without quotes inside [ ] is the mistake a trace list invites.
std::string hint(const std::string& text, int line) {
  std::istringstream lines(text);
  std::string content;
  for (int k = 0; k <= line && std::getline(lines, content); ++k) {
  }
  const std::size_t open = content.find('[');
  if (open == std::string::npos) return "";
  const std::size_t inner = content.find('[', open + 1);
  const bool name =
      inner != std::string::npos && inner > 0 &&
      (std::isalnum(static_cast<unsigned char>(content[inner - 1])) != 0 || content[inner - 1] == '_');
  return name ? "; a text with brackets inside a list needs quotes: \"hidden[3].rate\"" : "";
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

const Entry* Node::entry(std::string_view key) const {
  for (const Entry& e : entries) {
    if (e.key == key) return &e;
  }
  return nullptr;
}

const Node* Node::find(std::string_view key) const {
  const Entry* e = entry(key);
  return e == nullptr ? nullptr : &e->value;
}

void DiagnosticLog::add(std::string id, const Mark& at, std::string message) {
  assert(std::find(diagnostic_ids.begin(), diagnostic_ids.end(), id) != diagnostic_ids.end());
  std::string origin = at.setting == 0 ? "" : settings_.at(at.setting - 1);
  diagnostics_.push_back(
      {std::move(id), at.setting == 0 ? at.at : Position{}, std::move(message), std::move(origin)});
}

std::vector<Diagnostic> DiagnosticLog::sorted() const {
  std::vector<Diagnostic> all = diagnostics_;
  const auto key = [](const Diagnostic& d) {
    return std::tuple{!d.origin.empty() && d.at.line > 0, d.at.line, d.at.column};
  };
  std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  const auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return a.id == b.id && a.message == b.message && a.origin == b.origin && a.at.line == b.at.line &&
           a.at.column == b.at.column;
  };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

Node parse_document(const std::string& text, DiagnosticLog& log, std::size_t setting) {
  if (find_tab(text, log, setting)) return {};
  const Position start = setting == 0 ? Position{1, 1} : Position{};
  TreeBuilder builder(log, setting);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    if (parser && !parser.HandleNextDocument(builder)) return {.mark = {start, setting}};
    if (builder.root.is_null()) builder.root.mark = {start, setting};
    if (parser) {
      TreeBuilder second(log, setting);
      if (parser.HandleNextDocument(second)) {
        log.add("yaml-syntax", second.root, "a second document begins here: a blueprint is one");
      }
    }
  } catch (const YAML::Exception& e) {
    Position at = start;
    if (setting == 0 && !e.mark.is_null()) at = {e.mark.line + 1, e.mark.column + 1};
    log.add("yaml-syntax", Mark{at, setting},
            builder.explain(e.msg) + (setting == 0 ? hint(text, e.mark.line) : ""));
    return {.mark = {start, setting}};
  }
  return std::move(builder.root);
}

void put(Node& root, const std::string& path, Node value, const Mark& mark) {
  Node* node = &root;
  std::string rest = path;
  while (true) {
    if (!node->is_map()) *node = {.kind = Node::Kind::map, .mark = mark};
    std::size_t length = rest.size();
    Entry* found = nullptr;
    for (Entry& e : node->entries) {  // the longest existing key that the path begins with
      const bool whole = rest == e.key;
      if ((whole || rest.starts_with(e.key + ".")) &&
          (found == nullptr || e.key.size() > found->key.size())) {
        found = &e, length = e.key.size();
      }
    }
    if (found == nullptr) {
      length = std::min(rest.find('.'), rest.size());
      // The one kind of key that has dots of its own: limits.controls.NAME.MEASUREMENT.
      const bool limit = path.starts_with("limits.") && rest.starts_with("controls.");
      if (limit) length = rest.ends_with(".min") || rest.ends_with(".max") ? rest.size() - 4 : rest.size();
      node->entries.push_back({rest.substr(0, length), mark, {.mark = mark}});
      found = &node->entries.back();
    }
    if (length == rest.size()) {
      found->mark = mark, found->value = std::move(value);
      return;
    }
    node = &found->value, rest = rest.substr(length + 1);
  }
}

std::string flow_text(const Node& node) {
  std::string out;
  switch (node.kind) {
    case Node::Kind::null:
      return "null";
    case Node::Kind::scalar: {
      const bool plain = !node.quoted &&
                         node.text.find_first_of(",[]{}#&*!|>'\"%@`\n") == std::string::npos &&
                         node.text.find(": ") == std::string::npos;
      return plain ? node.text : quoted(node.text);
    }
    case Node::Kind::sequence:
      for (const Node& item : node.items) out += (out.empty() ? "" : ", ") + flow_text(item);
      return "[" + out + "]";
    case Node::Kind::map:
      break;
  }
  for (const Entry& e : node.entries)
    out += (out.empty() ? "" : ", ") + quoted(e.key) + ": " + flow_text(e.value);
  return "{" + out + "}";
}

std::string kind_text(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "an empty value";
    case Node::Kind::scalar:
      return "'" + node.text + "'";
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::map:
      break;
  }
  return "a map";
}

}  // namespace leadlag
