// SPDX-License-Identifier: Apache-2.0
// From what the decks printed to the numbers of a technology file.
#include <algorithm>
#include <cmath>

#include "spice/characterize_rows.hpp"
#include "spice/record_figures.hpp"

namespace leadlag {
namespace {

class Evaluation : MeasuredRows {
 public:
  Evaluation(const CharacterizeRequest& request, const std::map<std::string, SpiceRows>& rows,
             Characterization& found)
      : MeasuredRows(request, rows, found.technology), c_(found) {}

  void all() {
    const bool stages = asks_for(r_, "prospective_neuron") || asks_for(r_, "error_unit");
    const bool multipliers = asks_for(r_, "synapse") || asks_for(r_, "plasticity_cell");
    if (asks_for_kappa(r_)) kappa_numbers();
    if (stages) stage_numbers(), stage_notes();
    if (asks_for(r_, "activation")) curve_numbers();
    if (multipliers) multiplier_numbers();
  }

 private:
  void number(const std::string& name, double si, const std::string& how) {
    const std::string source =
        "characterised by ngspice " + ngspice_version() + " with " + r_.card + ": " + how;
    if (!std::isfinite(si)) throw SpiceError(name + ": " + how + ": the decks give no number");
    c_.numbers.push_back({name, si, source});
    const auto set = [&](const auto& f) {
      if (f.name != name) return;
      auto& member = c_.technology.*f.member;
      if constexpr (std::is_same_v<std::decay_t<decltype(member)>, double>) {
        member = si;
      } else {
        member.si = si;
      }
    };
    std::apply([&](const auto&... f) { (set(f), ...); }, Technology::fields());
    c_.technology.sources[name] = {source, false};
    c_.technology.ends.erase(name);  // those were of another value
    for (auto& [corner, moved] : c_.technology.corners) moved.erase(name);
  }
  std::string span() const { return std::to_string(r_.points) + " biases from 1 nA to 300 nA"; }

  void kappa_numbers() {
    std::vector<double> decades, kappas;
    for (const double i : measured_biases(r_)) {
      decades.push_back(std::log10(i / t().kappa_bias.si));
      kappas.push_back(kappa_measured(i, value(at("membrane", i), "tau")));
    }
    const auto [kappa, slope] = line(decades, kappas);
    number("kappa", kappa,
           "tau of a 5-transistor OTA with 1 pF at " + span() + ", line over decades of bias");
    number("kappa_slope", std::clamp(-slope, 0.0, 0.2), "the same line");
    number("kappa_bias", t().kappa_bias.si, "where that line is read for kappa");
  }

  void stage_numbers() {
    std::vector<double> ranges, gammas, supplies, capacitances, rhos, adders;
    const auto biases = measured_biases(r_);
    for (const double i : biases) {
      const std::string job = at("membrane", i);
      ranges.push_back(linear_to(table(job, "iv")));
      gammas.push_back(gamma(job));
      supplies.push_back(value(job, "supply") / (2.0 * i));
    }
    number("linear_range", *std::min_element(ranges.begin(), ranges.end()),
           "smallest of a 5-transistor OTA at " + span());
    const auto [least, most] = std::minmax_element(gammas.begin(), gammas.end());
    number("noise_gamma", 0.5 * (*least + *most),
           "thermal noise of the same OTA as a follower with 1 pF, middle of its range over " + span());
    number("supply_ota", mean(supplies), "the same OTA and its bias diode");
    for (const double i : biases) {
      for (const double rho : measured_rho) {
        const double g = i / scale(i);
        capacitances.push_back(value(lead(rho, i), "tau") * g);
        capacitances.push_back(settled(table(lead(rho, i), "step"), half_lsb()) /
                               settle_time(1_s, settle_bits).si * g);
        rhos.push_back(rho), adders.push_back(value(lead(rho, i), "supply") / i);
      }
    }
    number("parasitic_capacitance", mean(capacitances),
           "adder of a lead stage with 0.5 pF at its output, from its pole and from its settling to half an "
           "LSB of "
           "8 bits, rho 0.5, 1 and 2, mean of " +
               span());
    const auto [fixed, by_rho] = line(rhos, adders);
    number("supply_adder", std::max(0.0, fixed), "the same adder and its bias diode, line over rho");
    number("supply_lead", std::max(0.0, by_rho), "the same line");
    number("supply_direct", 0.0, "the second transconductor of that adder is a follower of weight 1");
  }

  void stage_notes() {
    c_.notes.emplace_back(
        "bias: kappa, kappa by the line, 5 % compressed at, gamma, offset without mismatch");
    for (const double i : measured_biases(r_)) {
      const std::string job = at("membrane", i);
      c_.notes.push_back(text(i, Current::dimension) + ": " + text(kappa_measured(i, value(job, "tau")), {}) +
                         ", " + text(t().kappa_at({i}), {}) + ", " +
                         text(linear_to(table(job, "iv")), Voltage::dimension) + ", " + text(gamma(job), {}) +
                         ", " + text(value(job, "offset"), Voltage::dimension));
    }
    std::vector<double> corners = r_.corners;
    for (const double celsius : corners) {
      std::string row = "tau at " + shortest(celsius) + " C over that at the file's temperature, by bias:";
      for (const double i : measured_biases(r_))
        row +=
            " " + text(value(job_name("membrane", i, celsius), "tau") / value(at("membrane", i), "tau"), {});
      c_.notes.push_back(row);
    }
    for (const double supply : {0.9, 1.1}) {
      std::string row = "tau at " + shortest(supply) + " v_dd over that at v_dd, by bias:";
      for (const double i : measured_biases(r_))
        row += " " +
               text(value(job_name("membrane", i, celsius_, supply), "tau") / value(at("membrane", i), "tau"),
                    {});
      c_.notes.push_back(row);
    }
    const auto offsets = drawn("membrane");
    if (offsets.size() > 1)
      c_.notes.push_back("offset of a 5-transistor follower at 10 nA: sigma " +
                         text(sigma(offsets), Voltage::dimension) + " over " +
                         std::to_string(offsets.size()) + " draws at A_VT " + to_text(t().a_vt) +
                         "; by hand " + text(offset_by_hand(), Voltage::dimension));
  }
  /// Pair of 4 um2 and mirror of 4 um2, in weak inversion with equal transconductances.
  double offset_by_hand() const { return t().a_vt.si * std::sqrt(1.0 / 4e-12 + 1.0 / 4e-12); }

  /// First (or `part`-th) number of every copy.
  std::vector<double> drawn(const std::string& what, std::size_t part = 0) const {
    std::vector<double> values;
    for (int first = 0; first < r_.draws; first += copies_per_deck) {
      const Table& rows =
          table(job_name("drawn_" + what + std::to_string(first), mismatch_bias, celsius_), "drawn");
      const auto copies = static_cast<std::size_t>(std::min(r_.draws - first, copies_per_deck));
      if (rows.size() < (part + 1) * copies) throw SpiceError(what + ": too few draws");
      for (std::size_t k = 0; k < copies; ++k) values.push_back(rows[part * copies + k].at(1));
    }
    return values;
  }

  void curve_numbers() {
    std::vector<double> supplies;
    for (const double i : measured_biases(r_)) supplies.push_back(value(at("curve", i), "supply") / i);
    number("supply_curve", mean(supplies), "tanh cell with its slope and its bias diode");
    slope_numbers();
    if (r_.draws < 2) return;
    const auto low = drawn("curve", 0), high = drawn("curve", 1);
    std::vector<double> amplitudes;
    for (std::size_t k = 0; k < low.size(); ++k) amplitudes.push_back(0.5 * (high[k] - low[k]));
    number("activation_mismatch", sigma(amplitudes) / mean(amplitudes), draws_text());
  }
  void slope_numbers() {
    const auto biases = measured_biases(r_);
    std::vector<double> losses;
    std::string note = "gain of the tanh cell's slope, by bias:";
    for (const double i : biases) {
      losses.push_back(1.0 / slope_gain(i));
      note += " " + text(slope_gain(i), {});
    }
    const InversionFit fit = inversion_fit(biases, losses);
    number("slope_gain", 1.0 / fit.scale,
           "slope of the tanh cell to 100 mV, over I_b / 2 (1 - tanh^2) by least squares, in weak inversion; "
           "fit of slope_gain / inversion to " +
               span());
    number("slope_specific_current", fit.specific, "the same fit");
    c_.notes.push_back(note);
  }
  std::string draws_text() const {
    return std::to_string(r_.draws) + " draws at 10 nA, A_VT " + to_text(t().a_vt) + ", seed " +
           std::to_string(r_.seed);
  }

  void multiplier_numbers() {
    std::vector<double> supplies, capacitances;
    const auto biases = measured_biases(r_);
    for (const double i : biases) {
      supplies.push_back(value(at("multiplier", i), "supply") / i);
      capacitances.push_back(settled(table(at("multiplier", i), "step"), half_lsb()) /
                             settle_time(1_s, settle_bits).si * i / scale(i));
    }
    number("supply_multiplier", mean(supplies), "Gilbert cell with cascoded output and its bias diode");
    const InversionFit fit = inversion_fit(biases, capacitances);
    number("multiplier_capacitance", fit.scale,
           "settling of its output current to half an LSB of 8 bits, as that of one pole, in weak inversion; "
           "fit of its growth by inversion to " +
               span());
    number("multiplier_specific_current", fit.specific,
           "the same fit, beside what kappa loses by kappa_slope");
    if (r_.draws < 2 || !asks_for(r_, "plasticity_cell")) return;
    const auto rest = drawn("multiplier", 0);
    number("plasticity_offset", sigma(rest) / mismatch_bias, "output at e = r = 0, " + draws_text());
    const auto pp = drawn("multiplier", 1), np = drawn("multiplier", 2), pn = drawn("multiplier", 3),
               nn = drawn("multiplier", 4);
    std::vector<double> gains;
    for (std::size_t k = 0; k < pp.size(); ++k) gains.push_back(pp[k] - np[k] - pn[k] + nn[k]);
    number("plasticity_gain_mismatch", sigma(gains) / mean(gains), "product at 10 mV, " + draws_text());
  }

  Characterization& c_;
};

}  // namespace

Characterization characterization_of(const CharacterizeRequest& request,
                                     const std::map<std::string, SpiceRows>& rows) {
  Characterization found;
  found.technology = request.technology;
  Evaluation(request, rows, found).all();
  found.checks = held_out_checks(request, rows, found.technology);
  return found;
}

}  // namespace leadlag
