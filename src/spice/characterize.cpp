// SPDX-License-Identifier: Apache-2.0
// From what the decks printed to the numbers of a technology file, and how far its relations hold.
#include "spice/characterize.hpp"

#include <algorithm>
#include <cmath>

#include "blocks/pi_controller.hpp"
#include "blocks/plasticity_cell.hpp"
#include "spice/ngspice.hpp"
#include "spice/record_figures.hpp"
#include "technology/relations.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

constexpr int settle_bits = 8;
constexpr Capacitance membrane_capacitance{1e-12};
constexpr double compressed = 0.037;  ///< V: a plain pair is 8 % compressed there
constexpr double boltzmann = 1.380649e-23;

std::string text(double si, const Dimension& dimension) { return format_quantity(si, dimension, 3); }

class Evaluation {
 public:
  Evaluation(const CharacterizeRequest& request, const std::map<std::string, SpiceRows>& rows)
      : r_(request), rows_(rows), celsius_(room(request)) {
    c_.technology = request.technology;
  }

  Characterization result() {
    const bool stages = asks_for(r_, "prospective_neuron") || asks_for(r_, "error_unit");
    const bool multipliers = asks_for(r_, "synapse") || asks_for(r_, "plasticity_cell");
    if (asks_for_kappa(r_)) kappa_numbers();
    if (stages) stage_numbers(), stage_notes();
    if (asks_for(r_, "activation")) curve_numbers();
    if (multipliers) multiplier_numbers();
    for (const double i : held_out_biases(r_)) {
      if (stages) check_stage(i);
      if (asks_for(r_, "activation")) check_curve(i);
      if (multipliers) check_multiplier(i);
      if (asks_for(r_, "pi_controller")) check_pi(i);
    }
    return std::move(c_);
  }

 private:
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
  const Technology& t() const { return c_.technology; }
  double kappa_measured(double i, double tau) const {
    return (2.0 * t().thermal_voltage() * membrane_capacitance / (Time{tau} * Current{i}));
  }
  /// v at which the tanh of a pair at this bias has the argument 1.
  double scale(double i) const { return 2.0 * t().thermal_voltage().si / t().kappa_at({i}); }

  void number(const std::string& name, double si, const std::string& how) {
    const std::string source =
        "characterised by ngspice " + ngspice_version() + " with " + r_.card + ": " + how;
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
  void check(const std::string& what, double i, double relation, double measured, const std::string& unit,
             double limit = 0.1) {
    c_.checks.push_back({what, text(i, Current::dimension), relation, measured, unit, limit, false});
  }
  void check_share(const std::string& what, double i, double error) {
    c_.checks.push_back({what, text(i, Current::dimension), error, 0.0, "", 0.05, true});
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
    number("noise_gamma", mean(gammas),
           "thermal noise of the same OTA as a follower with 1 pF, mean of " + span());
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
  double gamma(const std::string& job) const {
    const double rms = value(job, "noise");
    return rms * rms * membrane_capacitance.si / (boltzmann * t().temperature.si);
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
  /// Gain of the slope's current over I_b / 2 (1 - tanh^2), by least squares over the range.
  double slope_gain(double i) const {
    double products = 0.0, squares = 0.0;
    for (const auto& row : table(at("curve", i), "curve")) {
      const double h = std::tanh(row.at(0) / scale(i)), slope = 1.0 - h * h;
      products += row.at(2) / (0.5 * i) * slope, squares += slope * slope;
    }
    return products / squares;
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
  static double half_lsb() { return std::exp2(-settle_bits - 1); }

  void check_stage(double i) {
    const std::string job = at("membrane", i);
    const Current bias{i};
    check("membrane tau", i,
          (2.0 * t().thermal_voltage() * membrane_capacitance / (t().kappa_at(bias) * bias)).si,
          value(job, "tau"), "s");
    check("supply current of an OTA", i, t().supply_ota * i, 0.5 * value(job, "supply"), "A");
    check("noise power of a membrane", i, t().noise_gamma, gamma(job), "");
    const Table& iv = table(job, "iv");
    double squares = 0.0, largest = 0.0;
    std::size_t n = 0;
    for (std::size_t k = 1; k <= iv.size() / 2 && iv[iv.size() / 2 + k][0] <= compressed; ++k, ++n) {
      const double model = i * std::tanh(iv[iv.size() / 2 + k][0] / scale(i));
      squares += std::pow(model - odd(iv, k), 2), largest = std::max(largest, model);
    }
    check_share("transconductor's tanh to 37 mV, rms of its range", i,
                std::sqrt(squares / static_cast<double>(n)) / largest);
    for (const double rho : measured_rho) {
      const std::string of = ", rho " + shortest(rho);
      check("lead stage's pole" + of, i, parasitic_pole(t(), bias).si, value(lead(rho, i), "tau"), "s");
      check("lead stage's settling" + of, i, settle_time(parasitic_pole(t(), bias), settle_bits).si,
            settled(table(lead(rho, i), "step"), half_lsb()), "s");
      check("lead stage's gain" + of, i, rho, value(lead(rho, i), "gain"), "", 0.05);
      check("supply current of the adder" + of, i, adder_supply(t(), rho, bias).si,
            value(lead(rho, i), "supply"), "A");
    }
  }

  void check_curve(double i) {
    const Table& rows = table(at("curve", i), "curve");
    const double gain = slope_gain_at(t(), {i});
    double tanh_squares = 0.0, slope_squares = 0.0, shape_squares = 0.0, peak = 0.0;
    for (const auto& row : rows) peak = std::max(peak, row.at(2));
    for (const auto& row : rows) {
      const double h = std::tanh(row.at(0) / scale(i));
      shape_squares += std::pow(row.at(2) / peak - (1.0 - h * h), 2);
      tanh_squares += std::pow(row.at(1) / i - h, 2);
      slope_squares += std::pow(2.0 * row.at(2) / i - gain * (1.0 - h * h), 2);
    }
    const auto count = static_cast<double>(rows.size());
    check_share("tanh curve to 100 mV, rms of its range", i, std::sqrt(tanh_squares / count));
    check_share("its slope, rms of its range", i, std::sqrt(slope_squares / count) / gain);
    check_share("its slope over the slope at its top, rms", i, std::sqrt(shape_squares / count));
    check("its slope at its top", i, 0.5 * gain * i, peak, "A");
    check("supply current of the curve", i, t().supply_curve * i, value(at("curve", i), "supply"), "A");
  }

  void check_multiplier(double i) {
    const std::string job = at("multiplier", i);
    double squares = 0.0, largest = 0.0;
    const Table& grid = table(job, "grid");
    for (const auto& row : grid) {
      const double model = i * std::tanh(row.at(0) / scale(i)) * std::tanh(row.at(1) / scale(i));
      squares += std::pow(model - row.at(2), 2), largest = std::max(largest, model);
    }
    check_share("product of tanh to 40 mV, rms of its range", i,
                std::sqrt(squares / static_cast<double>(grid.size())) / largest);
    check("multiplier's settling", i, settle_time(multiplier_pole(t(), {i}), settle_bits).si,
          settled(table(job, "step"), half_lsb()), "s");
    const PlasticityCell::Params cell{.bias = {i}};
    check("supply current of a plasticity cell", i,
          PlasticityCell::datasheet(cell, t(), OperatingPoint{}, UpdateBy::die).static_current.si,
          value(job, "supply"), "A");
  }

  /// The model's loop, a PI channel around one membrane, both linear: rest and settling.
  void check_pi(double i) {
    const std::string job = at("pi", i);
    const double gain = value(job, "gain"), alpha = 1.0 / gain, k_p = 2.0;
    const Table& rest = table(job, "rest");
    if (rest.size() != 2) throw SpiceError(job + ": ngspice printed no rest");
    check("PI: error at rest per control, alpha / (1 + alpha k_p), alpha = 1 / gain " + text(gain, {}), i,
          alpha / (1.0 + alpha * k_p), (rest[1][1] - rest[0][1]) / (rest[1][0] - rest[0][0]), "");
    check("PI: k_p", i, k_p, value(job, "k_p"), "", 0.05);
    const Time tau = 2.0 * t().thermal_voltage() * membrane_capacitance / (t().kappa_at({i}) * Current{i});
    const PiController::Params params{.tau_u = 5.0 * tau, .alpha = alpha, .k_p = k_p, .bias = {10.0 * i}};
    check("PI: settling to 2 % around a membrane", i, pi_loop_settles(params, tau),
          settled(table(job, "step"), 0.02), "s");
    const double membrane = t().supply_ota * i;
    check("supply current of a PI channel", i,
          PiController::datasheet(params, t(), OperatingPoint{}).static_current.si,
          0.5 * (value(job, "supply") - membrane), "A");
  }
  /// tau dy/dt = u - y; PiController's own equations step the integrator.
  static double pi_loop_settles(const PiController::Params& p, Time tau) {
    const double dt = 1e-4 * tau.si;
    double y = 0.0, integral = 0.0, last = 0.0;
    std::vector<double> path;
    for (int k = 0; k < 1500000; ++k) {
      const double e = 1.0 - y, u = integral + p.k_p * e;
      y += dt / tau.si * (u - y);
      integral += dt / p.tau_u.si * (e - p.alpha * integral);
      path.push_back(y);
    }
    for (std::size_t k = 0; k < path.size(); ++k) {
      if (std::abs(path[k] - path.back()) > 0.02 * path.back()) last = static_cast<double>(k) * dt;
    }
    return last;
  }

  const CharacterizeRequest& r_;
  const std::map<std::string, SpiceRows>& rows_;
  double celsius_;
  Characterization c_;
};

}  // namespace

double RelationCheck::error() const { return share ? relation : std::abs(relation / measured - 1.0); }
bool RelationCheck::met() const { return error() <= limit; }

Characterization characterization_of(const CharacterizeRequest& request,
                                     const std::map<std::string, SpiceRows>& rows) {
  return Evaluation(request, rows).result();
}

}  // namespace leadlag
