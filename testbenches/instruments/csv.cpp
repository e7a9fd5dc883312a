// SPDX-License-Identifier: Apache-2.0
#include "instruments/csv.hpp"

#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>
#include <string_view>

#include "instruments/data_error.hpp"

namespace leadlag {
namespace {

constexpr std::size_t most_mistakes = 10;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == text.npos ? std::string_view{}
                            : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  for (;;) {
    const std::size_t comma = line.find(',');
    cells.push_back(trimmed(line.substr(0, comma)));
    if (comma == line.npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

std::optional<double> number(std::string_view cell) {
  if (cell.starts_with('+')) cell.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc{} || end != cell.data() + cell.size()) return std::nullopt;
  return value;
}

}  // namespace

Csv read_csv(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw DataError(path + ": no such file");
  Csv csv;
  std::vector<std::string> mistakes;
  std::string text;
  bool first = true;
  for (std::size_t line = 1; std::getline(file, text) && mistakes.size() < most_mistakes; ++line) {
    if (trimmed(text).empty() || text.starts_with('#')) continue;
    const auto wrong = [&](const std::string& why) {
      mistakes.push_back(path + ":" + std::to_string(line) + ": " + why);
    };
    const auto cells = cells_of(text);
    std::vector<double> row;
    for (const std::string_view cell : cells) {
      if (const auto value = number(cell)) row.push_back(*value);
    }
    if (first && row.empty()) {  // a header
      first = false, csv.columns = cells.size();
      continue;
    }
    if (first) csv.columns = cells.size();
    first = false;
    if (cells.size() != csv.columns) {
      wrong(std::to_string(cells.size()) + " values where the first row has " + std::to_string(csv.columns));
      continue;
    }
    for (const std::string_view cell : cells) {
      const auto value = number(cell);
      if (!value || !std::isfinite(*value)) {
        wrong("'" + std::string(cell) + "' is no " + (value ? "finite " : "") + "number");
        break;
      }
    }
    csv.values.insert(csv.values.end(), row.begin(), row.end());
    csv.lines.push_back(line);
  }
  if (mistakes.empty() && csv.rows() == 0) mistakes.push_back(path + ": no rows of numbers");
  if (mistakes.empty()) return csv;
  std::string all;
  for (const std::string& m : mistakes) all += (all.empty() ? "" : "\n") + m;
  throw DataError(all);
}

}  // namespace leadlag
