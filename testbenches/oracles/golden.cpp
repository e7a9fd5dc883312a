// SPDX-License-Identifier: Apache-2.0
#include "oracles/golden.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <stdexcept>

namespace leadlag::oracle {
namespace {

std::vector<std::string> cells_of(std::string line) {
  if (!line.empty() && line.back() == '\r') line.pop_back();
  std::vector<std::string> cells;
  std::size_t begin = 0;
  for (std::size_t comma = line.find(','); comma != std::string::npos; comma = line.find(',', begin)) {
    cells.push_back(line.substr(begin, comma - begin));
    begin = comma + 1;
  }
  cells.push_back(line.substr(begin));
  return cells;
}

}  // namespace

std::size_t CsvTable::column(const std::string& name) const {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) throw std::runtime_error("no column '" + name + "'");
  return static_cast<std::size_t>(found - header.begin());
}

CsvTable read_csv(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) throw std::runtime_error(path + ": unreadable or empty");
  CsvTable table;
  table.header = cells_of(line);
  for (std::size_t number = 2; std::getline(file, line); ++number) {
    const std::string where = path + ":" + std::to_string(number) + ": ";
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() != table.header.size()) throw std::runtime_error(where + "not as long as the header");
    std::vector<double> row;
    for (const std::string& cell : cells) {
      const char* const end = cell.data() + cell.size();
      double value = 0.0;
      const auto [stop, error] = std::from_chars(cell.data(), end, value);
      if (error != std::errc{} || stop != end)
        throw std::runtime_error(where + "not a number: '" + cell + "'");
      row.push_back(value);
    }
    table.rows.push_back(std::move(row));
  }
  if (table.rows.empty()) throw std::runtime_error(path + ": no rows");
  return table;
}

std::string golden_path(const std::string& file) { return std::string(LEADLAG_GOLDEN_DIR) + "/" + file; }

}  // namespace leadlag::oracle
