// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <memory>
#include <optional>
#include <string_view>

#include "instruments/data_error.hpp"
#include "instruments/waveform.hpp"
#include "units/text.hpp"

namespace leadlag::waveform {
namespace {

struct Points {
  std::vector<double> time, value;
};

/// What from_file promises to say about a file, collected.
class Mistakes {
 public:
  explicit Mistakes(std::string path) : path_(std::move(path)) {}
  void add(std::size_t line, std::size_t column, const std::string& what) {
    const std::string at = line == 0 ? "" : ":" + std::to_string(line) + ":" + std::to_string(column);
    text_ += (text_.empty() ? "" : "\n") + path_ + at + ": " + what;
  }
  bool none() const { return text_.empty(); }
  const std::string& text() const { return text_; }

 private:
  std::string path_, text_;
};

struct Cell {
  std::string_view text;
  std::size_t column;
};

std::vector<Cell> cells(std::string_view line) {
  std::vector<Cell> list;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    std::size_t first = std::min(line.find_first_not_of(" \t\r", begin), end), last = end;
    while (last > first && std::string_view(" \t\r").find(line[last - 1]) != std::string_view::npos) --last;
    list.push_back({line.substr(first, last - first), first + 1});
    begin = end + 1;
  }
  return list;
}

std::optional<double> number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

bool is_word(const Cell& cell) {
  return !cell.text.empty() && std::isalpha(static_cast<unsigned char>(cell.text.front())) != 0 &&
         cell.text != "nan" && cell.text != "inf";
}

void read_line(std::size_t at, const std::vector<Cell>& row, Points& points, Mistakes& mistakes) {
  if (row.size() != 2) {
    const Cell& where = row.size() > 2 ? row[2] : row.back();
    return mistakes.add(at, where.column,
                        "a line is time,value; this one has " + std::to_string(row.size()) +
                            (row.size() == 1 ? " column" : " columns"));
  }
  const auto time = number(row[0].text), value = number(row[1].text);
  for (const auto& [given, cell, name] :
       {std::tuple{time, row[0], "time"}, std::tuple{value, row[1], "value"}}) {
    if (given) continue;
    mistakes.add(at, cell.column,
                 std::string(name) + " needs a number, but this is '" + std::string(cell.text) + "'");
  }
  if (!time || !value) return;
  if (!points.time.empty() && *time <= points.time.back()) {
    return mistakes.add(
        at, row[0].column,
        "times must ascend, but " + shortest(*time) + " comes after " + shortest(points.time.back()));
  }
  points.time.push_back(*time), points.value.push_back(*value);
}

Points read(const std::string& path) {
  std::ifstream file(path);
  Mistakes mistakes(path);
  Points points;
  if (!file) mistakes.add(0, 0, "no such file, or not readable");
  std::string line;
  bool first = true;
  for (std::size_t at = 1; std::getline(file, line); ++at) {
    const auto row = cells(std::string_view(line).substr(0, line.find('#')));
    if (row.size() == 1 && row[0].text.empty()) continue;
    const bool header = first && std::all_of(row.begin(), row.end(), is_word);
    first = false;
    if (!header) read_line(at, row, points, mistakes);
  }
  if (mistakes.none() && points.time.empty()) mistakes.add(0, 0, "has no line time,value");
  if (!mistakes.none()) throw DataError(mistakes.text());
  return points;
}

}  // namespace

Waveform from_file(const std::string& path, Between between) {
  const auto points = std::make_shared<const Points>(read(path));
  return [points, between](Time t) {
    const auto& times = points->time;
    // The first point that has not been reached yet.
    const auto next =
        std::partition_point(times.begin(), times.end(), [t](double time) { return reached(t, {time}); });
    const auto k = static_cast<std::size_t>(next - times.begin());
    if (k == 0) return points->value.front();
    const double before = points->value[k - 1];
    if (k == times.size() || between == Between::hold) return before;
    return before + (points->value[k] - before) * (t.si - times[k - 1]) / (times[k] - times[k - 1]);
  };
}

}  // namespace leadlag::waveform
