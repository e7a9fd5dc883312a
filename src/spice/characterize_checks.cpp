// SPDX-License-Identifier: Apache-2.0
// How far the relations of the Datasheets hold, at biases that no number comes from.
#include <algorithm>
#include <cmath>

#include "blocks/pi_controller.hpp"
#include "blocks/plasticity_cell.hpp"
#include "spice/characterize_rows.hpp"
#include "spice/record_figures.hpp"
#include "technology/relations.hpp"

namespace leadlag {
namespace {

class Checks : MeasuredRows {
 public:
  using MeasuredRows::MeasuredRows;

  std::vector<RelationCheck> all() {
    const bool stages = asks_for(r_, "prospective_neuron") || asks_for(r_, "error_unit");
    for (const double i : held_out_biases(r_)) {
      if (stages) check_stage(i);
      if (asks_for(r_, "activation")) check_curve(i);
      if (asks_for(r_, "synapse") || asks_for(r_, "plasticity_cell")) check_multiplier(i);
      if (asks_for(r_, "pi_controller")) check_pi(i);
    }
    return std::move(checks_);
  }

 private:
  void check(const std::string& what, double i, double relation, double measured, const std::string& unit,
             double limit = 0.1) {
    checks_.push_back({what, text(i, Current::dimension), relation, measured, unit, limit, false});
  }
  void check_share(const std::string& what, double i, double error) {
    checks_.push_back({what, text(i, Current::dimension), error, 0.0, "", 0.05, true});
  }

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

  std::vector<RelationCheck> checks_;
};

}  // namespace

double RelationCheck::error() const { return share ? relation : std::abs(relation / measured - 1.0); }
bool RelationCheck::met() const { return error() <= limit; }

std::vector<RelationCheck> held_out_checks(const CharacterizeRequest& request,
                                           const std::map<std::string, SpiceRows>& rows,
                                           const Technology& technology) {
  return Checks(request, rows, technology).all();
}

}  // namespace leadlag
