// SPDX-License-Identifier: Apache-2.0
#include "spice/ngspice.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "spice/tool.hpp"

namespace leadlag {
const std::vector<double>& SpiceRecord::column(const std::string& name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw SpiceError("ngspice wrote no vector " + name);
  return columns[static_cast<std::size_t>(found - names.begin())];
}

double SpiceRecord::at(const std::vector<double>& values, double instant) const {
  const std::vector<double>& axis = columns.front();
  const auto after = std::lower_bound(axis.begin(), axis.end(), instant);
  if (after == axis.begin()) return values.front();
  if (after == axis.end()) return values.back();
  const auto k = static_cast<std::size_t>(after - axis.begin());
  const double share = (instant - axis[k - 1]) / (axis[k] - axis[k - 1]);
  return values[k - 1] + share * (values[k] - values[k - 1]);
}

SpiceRecord read_raw(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw SpiceError("ngspice wrote no " + path);
  std::size_t variables = 0, points = 0;
  SpiceRecord record;
  const auto bad = [&](const std::string& why) { return SpiceError(path + " cannot be read: " + why); };
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("Flags:", 0) == 0 && line.find("complex") != std::string::npos)
      throw bad("complex numbers");
    if (line.rfind("No. Variables:", 0) == 0) variables = std::stoul(line.substr(14));
    if (line.rfind("No. Points:", 0) == 0) points = std::stoul(line.substr(11));
    if (line.rfind("Variables:", 0) == 0) {
      for (std::size_t k = 0; k < variables && std::getline(file, line); ++k) {
        std::istringstream words(line);
        std::string index, name;
        words >> index >> name;
        record.names.push_back(name);
      }
    }
    if (line.rfind("Binary:", 0) == 0) break;
  }
  if (variables == 0 || points == 0 || record.names.size() != variables) throw bad("it has no vectors");
  std::vector<double> row(variables);
  record.columns.assign(variables, std::vector<double>(points));
  for (std::size_t n = 0; n < points; ++n) {
    file.read(reinterpret_cast<char*>(row.data()), static_cast<std::streamsize>(variables * sizeof(double)));
    if (!file) throw bad("it ends after " + std::to_string(n) + " of " + std::to_string(points) + " points");
    for (std::size_t k = 0; k < variables; ++k) record.columns[k][n] = row[k];
  }
  return record;
}

void run_ngspice(const std::string& folder, const std::string& file, const std::function<void()>& waiting) {
  try {
    if (run_tool({"ngspice", "-b", file}, folder, "ngspice.log", "ngspice", waiting) == 0) return;
  } catch (const ToolMissing& e) {
    throw SpiceMissing(e.what());
  }
  throw SpiceError("ngspice failed on " + file + ": " + first_error(folder + "/ngspice.log"));
}

}  // namespace leadlag
