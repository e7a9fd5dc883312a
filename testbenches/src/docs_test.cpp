// SPDX-License-Identifier: Apache-2.0

// Holds docs/ to the program: generated sections equal what the tables say, names and links lead somewhere.
// LEADLAG_ACCEPT=1 rewrites the generated sections instead.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "design/diagnostic.hpp"
#include "design/measurement_table.hpp"
#include "design/reader.hpp"
#include "measure/findings.hpp"
#include "technology/technology.hpp"
#include "units/text.hpp"

#ifndef LEADLAG_DOCS_DIR
#error "LEADLAG_DOCS_DIR comes from CMake"
#endif

using namespace leadlag;
namespace fs = std::filesystem;

namespace {

const fs::path docs = LEADLAG_DOCS_DIR;

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  INFO(file.string());
  REQUIRE(stream.good());
  return text.str();
}

std::vector<fs::path> pages() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(docs)) {
    if (entry.is_regular_file() && entry.path().extension() == ".md") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  REQUIRE(found.size() > 20);
  return found;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The lines outside of ``` fences.
std::vector<std::string> prose_of(const std::string& text) {
  std::vector<std::string> prose;
  bool fenced = false;
  for (const std::string& line : lines_of(text)) {
    const bool fence = line.starts_with("```");
    if (!fence && !fenced) prose.push_back(line);
    fenced = fenced != fence;
  }
  CHECK_FALSE(fenced);
  return prose;
}

// ---------------------------------------------------------------------------------------------- generated
// sections
std::string escaped(std::string_view cell) {
  std::string out;
  for (const char c : cell) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string unit_of(const MeasurementKind& kind) {
  const std::string unit = unit_name(kind.dimension);
  return unit.empty() ? "-" : unit;
}

/// What stands between "<!-- generated: NAME -->" and "<!-- end generated -->"; "" for a name that nothing
/// generates.
std::string generated(const std::string& name) {
  if (name.starts_with("block ")) return block_table(name.substr(6));
  if (name.starts_with("system ")) return block_table(name);
  if (name.starts_with("source ")) return "```cpp\n" + text_of(docs.parent_path() / name.substr(7)) + "```\n";
  std::string table;
  if (name == "measurements") {
    table = "| measurement | unit | meaning |\n|---|---|---|\n";
    for (const MeasurementKind& m : measurement_table) {
      table += "| `" + std::string(m.name) + "` | " + unit_of(m) + " | " + escaped(m.meaning) + " |\n";
    }
  } else if (name == "results") {
    table = "| key | unit | meaning |\n|---|---|---|\n";
    for (const MeasurementKind& m : measurement_table) {
      table +=
          "| `results." + std::string(m.name) + "` | " + unit_of(m) + " | " + escaped(m.meaning) + " |\n";
    }
  } else if (name == "technology keys") {
    table = "| key | meaning |\n|---|---|\n";
    const auto row = [&](const auto& f) {
      table += "| `technology.numbers." + std::string(f.name) + "` | " + escaped(f.meaning) + " |\n";
    };
    std::apply([&](const auto&... f) { (row(f), ...); }, Technology::fields());
  } else if (name == "rules") {
    table = "| id | rule | formula |\n|---|---|---|\n";
    for (const Rule& r : rule_table) {
      table += "| `" + std::string(r.id) + "` | " + escaped(r.title) + " | `" + escaped(r.formula) + "` |\n";
    }
  }
  return table;
}

struct Section {
  std::string name, body;
  std::size_t first, length;  // of the body within the page
};

std::vector<Section> sections_of(const std::string& text) {
  static constexpr std::string_view open = "<!-- generated: ", close = " -->\n",
                                    end = "<!-- end generated -->";
  std::vector<Section> found;
  for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
    const std::size_t name = at + open.size(), name_end = text.find(close, name);
    REQUIRE(name_end != std::string::npos);
    const std::size_t first = name_end + close.size(), last = text.find(end, first);
    REQUIRE(last != std::string::npos);
    found.push_back(
        {text.substr(name, name_end - name), text.substr(first, last - first), first, last - first});
    at = last;
  }
  return found;
}

bool accepting() {
  const char* accept = std::getenv("LEADLAG_ACCEPT");
  return accept != nullptr && std::string_view(accept) == "1";
}

// ---------------------------------------------------------------------------------------------- names and
// links
/// The anchor that GitHub gives to a heading.
std::string anchor_of(const std::string& heading) {
  std::string anchor;
  for (const char c : heading) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) != 0 || c == '-' || c == '_') anchor += static_cast<char>(std::tolower(u));
    if (c == ' ') anchor += '-';
  }
  return anchor;
}

std::set<std::string> anchors_of(const fs::path& page) {
  std::set<std::string> anchors;
  for (const std::string& line : prose_of(text_of(page))) {
    const std::size_t title = line.find_first_not_of('#');
    if (title == 0 || title == std::string::npos || line[title] != ' ') continue;
    anchors.insert(anchor_of(line.substr(title + 1)));
  }
  return anchors;
}

std::vector<std::string> links_of(const fs::path& page) {
  std::vector<std::string> links;
  for (const std::string& line : prose_of(text_of(page))) {
    for (std::size_t at = line.find("]("); at != std::string::npos; at = line.find("](", at + 2)) {
      links.push_back(line.substr(at + 2, line.find(')', at) - at - 2));
    }
  }
  return links;
}

/// Texts between a pair of `mark` characters, in order.
std::vector<std::string> between(const std::string& line, char mark) {
  std::vector<std::string> found;
  for (std::size_t open = line.find(mark); open != std::string::npos; open = line.find(mark, open)) {
    const std::size_t close = line.find(mark, open + 1);
    if (close == std::string::npos) break;
    found.push_back(line.substr(open + 1, close - open - 1));
    open = close + 1;
  }
  return found;
}

/// First cells in backticks of the table rows below a heading, up to the next heading.
std::vector<std::string> ids_below(const fs::path& page, const std::string& heading) {
  std::vector<std::string> ids;
  bool inside = false;
  for (const std::string& line : prose_of(text_of(page))) {
    if (line.starts_with("#")) inside = line.ends_with("# " + heading);
    if (!inside || !line.starts_with("| `")) continue;
    ids.push_back(between(line, '`').front());
  }
  return ids;
}

}  // namespace

TEST_CASE("docs: generated sections are what the program's tables say", "[docs]") {
  std::set<std::string> names;
  for (const fs::path& page : pages()) {
    std::string text = text_of(page);
    std::vector<Section> sections = sections_of(text);
    for (const Section& s : sections) {
      INFO(page.string() + ": " + s.name);
      names.insert(s.name);
      REQUIRE_FALSE(generated(s.name).empty());
      if (!accepting()) CHECK(s.body == generated(s.name));
    }
    if (!accepting() || sections.empty()) continue;
    std::reverse(sections.begin(), sections.end());  // from the end, so that places stay valid
    for (const Section& s : sections) text.replace(s.first, s.length, generated(s.name));
    std::ofstream(page, std::ios::binary) << text;
  }
  for (const char* name : {"block chip", "block full_scale", "block learning", "block task", "block schedule",
                           "block technology", "measurements", "results", "rules", "technology keys"}) {
    INFO(name);
    CHECK(names.contains(name));
  }
}

TEST_CASE("docs: every block has a page with its own parameters, and no page is left over", "[docs]") {
  std::set<std::string> expected, found;
  for (const std::string& kind : block_kinds()) {
    expected.insert(kind);
    const auto sections = sections_of(text_of(docs / "blocks" / (kind + ".md")));
    INFO(kind);
    CHECK(std::any_of(sections.begin(), sections.end(),
                      [&](const Section& s) { return s.name == "block " + kind; }));
  }
  for (const auto& entry : fs::directory_iterator(docs / "blocks"))
    found.insert(entry.path().stem().string());
  CHECK(found == expected);
}

TEST_CASE("docs: every system that is drawn as a netlist has a page with its own parameters", "[docs]") {
  for (const std::string_view keyword : CircuitSystems::keywords) {
    INFO(keyword);
    const auto sections = sections_of(text_of(docs / "learning" / (std::string(keyword) + ".md")));
    CHECK(std::any_of(sections.begin(), sections.end(),
                      [&](const Section& s) { return s.name == "system " + std::string(keyword); }));
  }
}

TEST_CASE("docs: the blueprint page explains every diagnostic id, and no other", "[docs]") {
  const std::vector<std::string> listed = ids_below(docs / "blueprint.md", "Diagnostics");
  CHECK(listed == std::vector<std::string>(diagnostic_ids.begin(), diagnostic_ids.end()));
}

TEST_CASE("docs: the blueprint page's example is a chip", "[docs]") {
  const std::string text = text_of(docs / "blueprint.md"), fence = "```yaml\n";
  const std::size_t first = text.find(fence) + fence.size(), last = text.find("```", first);
  REQUIRE(last != std::string::npos);
  ReadOptions options;
  options.technology_folder = (docs.parent_path() / "models" / "technology").string();
  const Design design = parse_design("blueprint.md", text.substr(first, last - first), options);
  CHECK(design.arrays.size() == 3);
  CHECK(design.traces.size() == 3);
}

TEST_CASE("docs: every relative link leads to a file, and to a heading when it names one", "[docs]") {
  std::size_t checked = 0;
  for (const fs::path& page : pages()) {
    for (const std::string& link : links_of(page)) {
      if (link.starts_with("http://") || link.starts_with("https://")) continue;
      INFO(page.string() + ": " + link);
      const std::size_t hash = std::min(link.find('#'), link.size());
      const fs::path target = hash == 0 ? page : page.parent_path() / link.substr(0, hash);
      ++checked;
      CHECK(fs::exists(target));
      if (hash == link.size() || !fs::is_regular_file(target)) continue;
      CHECK(anchors_of(target).contains(link.substr(hash + 1)));
    }
  }
  CHECK(checked >= 60);
}

TEST_CASE("docs: every page can be reached from docs/README.md", "[docs]") {
  std::set<fs::path> reached;
  std::vector<fs::path> open{fs::weakly_canonical(docs / "README.md")};
  while (!open.empty()) {
    const fs::path page = open.back();
    open.pop_back();
    if (!reached.insert(page).second) continue;
    for (const std::string& link : links_of(page)) {
      const std::string path = link.substr(0, link.find('#'));
      if (path.empty() || link.starts_with("http")) continue;
      const fs::path target = fs::weakly_canonical(page.parent_path() / path);
      if (target.extension() == ".md" && fs::is_regular_file(target)) open.push_back(target);
    }
  }
  for (const fs::path& page : pages()) {
    INFO(page.string());
    CHECK(reached.contains(fs::weakly_canonical(page)));
  }
}

TEST_CASE("docs: every test that verification.md names exists", "[docs]") {
  // A row is | claim | `file` | "case", "case" |: each case is a text that stands in the file.
  std::size_t rows = 0;
  for (const std::string& line : prose_of(text_of(docs / "verification.md"))) {
    const std::size_t file_cell = line.find("| `testbenches/");
    if (!line.starts_with("| ") || file_cell == std::string::npos) continue;
    ++rows;
    const fs::path file = docs.parent_path() / between(line.substr(file_cell), '`').front();
    INFO(line);
    REQUIRE(fs::exists(file));
    if (!fs::is_regular_file(file)) continue;
    const std::string text = text_of(file);
    const auto cases = between(line.substr(file_cell), '"');
    CHECK_FALSE(cases.empty());
    for (const std::string& name : cases) {
      INFO(name);
      CHECK(text.find(name) != std::string::npos);
    }
  }
  CHECK(rows > 40);
}
