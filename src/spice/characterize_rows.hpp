// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "spice/characterize.hpp"
#include "spice/ngspice.hpp"
#include "units/text.hpp"

namespace leadlag {

/// What the decks of a characterisation printed, by deck, and what follows from it with the numbers that are
/// known so far.
class MeasuredRows {
 public:
  MeasuredRows(const CharacterizeRequest& request, const std::map<std::string, SpiceRows>& rows,
               const Technology& technology)
      : r_(request), rows_(rows), technology_(technology), celsius_(room(request)) {}

  using Table = std::vector<std::vector<double>>;
  const Table& table(const std::string& job, const std::string& name) const {
    const auto found = rows_.find(job);
    if (found == rows_.end() || found->second.count(name) == 0)
      throw SpiceError(job + ": ngspice printed no " + name);
    const Table& t = found->second.at(name);
    for (const auto& row : t) {
      const bool numbers = std::all_of(row.begin(), row.end(), [](double v) { return std::isfinite(v); });
      if (row.empty() || row.size() != t.front().size() || !numbers)
        throw SpiceError(job + ": what ngspice printed as " + name + " is not all numbers");
    }
    return t;
  }
  double value(const std::string& job, const std::string& name) const {
    const Table& t = table(job, name);
    if (t.size() != 1 || t[0].size() != 1) throw SpiceError(job + ": ngspice printed no number for " + name);
    return t[0][0];
  }
  std::string at(const std::string& what, double i) const { return job_name(what, i, celsius_); }
  std::string lead(double rho, double i) const { return at("lead" + shortest(rho), i); }
  const Technology& t() const { return technology_; }
  double kappa_measured(double i, double tau) const {
    return (2.0 * t().thermal_voltage() * membrane_capacitance / (Time{tau} * Current{i}));
  }
  /// v at which the tanh of a pair at this bias has the argument 1.
  double scale(double i) const { return 2.0 * t().thermal_voltage().si / t().kappa_at({i}); }
  double gamma(const std::string& job) const {
    const double rms = value(job, "noise");
    return rms * rms * membrane_capacitance.si / (boltzmann * t().temperature.si);
  }
  /// Gain of the slope's current over I_b / 2 (1 - tanh^2), by least squares over the range.
  double slope_gain(double i) const {
    double products = 0.0, squares = 0.0;
    for (const auto& row : table(at("curve", i), "curve")) {
      const double h = std::tanh(row.at(0) / scale(i)), slope = 1.0 - h * h;
      products += row.at(2) / (0.5 * i) * slope, squares += slope * slope;
    }
    return products / squares;
  }

  static constexpr int settle_bits = 8;
  static constexpr Capacitance membrane_capacitance{1e-12};
  static constexpr double compressed = 0.037;  ///< V: a plain pair is 8 % compressed there
  static constexpr double boltzmann = 1.380649e-23;
  static double half_lsb() { return std::exp2(-settle_bits - 1); }
  static std::string text(double si, const Dimension& dimension) { return format_quantity(si, dimension, 3); }

 protected:
  const CharacterizeRequest& r_;
  const std::map<std::string, SpiceRows>& rows_;
  const Technology& technology_;
  double celsius_;
};

/// The relations against transistors at held-out biases.
std::vector<RelationCheck> held_out_checks(const CharacterizeRequest& request,
                                           const std::map<std::string, SpiceRows>& rows,
                                           const Technology& technology);

}  // namespace leadlag
