// SPDX-License-Identifier: Apache-2.0
#include "blocks/gain_stage.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace leadlag {

GainStage::Coefficients<double> GainStage::coefficients(const Params& p,
                                                        const ProspectiveNeuron::Params& neuron, Time tick) {
  if (p.gain == GainFrom::measured) {
    const double keep = std::exp(-(tick / p.averaging));
    return {keep, 1.0 - keep, p.floor, p.max_gain, 0.0, 0.0};
  }
  const double w = 2.0 * std::numbers::pi * p.band.si, lead = w * neuron.tau_r.si, lag = w * neuron.tau_m.si;
  return {
      1.0, 0.0, 0.0, std::numeric_limits<double>::infinity(), 1.0, (1.0 + lead * lead) / (1.0 + lag * lag)};
}

Datasheet GainStage::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const bool measured = p.gain == GainFrom::measured;
  const Arc arc{"error_i", "error_o", settle_time(parasitic_pole(t, p.bias), at.settle_bits),
                "tau_p(bias) ln 2^(settle_bits+1)"};
  if (!measured) {
    return {.block = stem,
            .arcs = {arc},
            .static_current = 2.0 * p.bias,
            .static_derivation = "multiplier and its mirror, 2 bias",
            .energies = {},
            .area = transistor_area(t, stem),
            .area_derivation = "transistors"};
  }
  return {.block = stem,
          .arcs = {arc},
          .static_current = 8.0 * p.bias + 4.0 * bias_for(t, p.capacitance, p.averaging),
          .static_derivation =
              "multiplier, divider, two squarers, 2 bias each; 2 I_b per average, "
              "I_b = 2 U_T C / (kappa averaging)",
          .energies = {},
          .area = transistor_area(t, stem) + 2.0 * p.capacitance / t.capacitor_density,
          .area_derivation = "transistors + 2 C / density"};
}

GainStageModule::GainStageModule(const sc_core::sc_module_name& name,
                                 const GainStage::Coefficients<double>& coefficients, Hop hop,
                                 FullScale full_scale)
    : sc_module(name),
      coefficients_(coefficients),
      state_(GainStage::start(coefficients)),
      full_scale_(full_scale) {
  clear();
  if (hop == Hop::continuous) return;
  SC_METHOD(on_edge);
  sensitive << clk_i.pos() << rst_ni.neg();
  dont_initialize();
  SC_METHOD(multiply);
  sensitive << driven_i << lookahead_i << error_i << state_changed_;
}

GainStage::State<double> GainStageModule::now() const {
  return GainStage::advanced(coefficients_, state_, driven_i.read() / full_scale_.voltage,
                             lookahead_i.read() / full_scale_.voltage);
}

void GainStageModule::multiply() {
  gain_ = GainStage::gain(coefficients_, now());
  error_o.write(gain_ * (error_i.read() / full_scale_.voltage) * full_scale_.voltage);
}

void GainStageModule::on_edge() {
  state_changed_.notify(sc_core::SC_ZERO_TIME);
  if (!rst_ni.read()) {
    clear();
    return;
  }
  last_ = error_o.read();
  state_ = now();
}

void GainStageModule::keep(double driven, double lookahead) {
  state_ = GainStage::advanced(coefficients_, state_, driven, lookahead);
}

void GainStageModule::clear() {
  state_ = GainStage::start(coefficients_);
  gain_ = GainStage::gain(coefficients_, state_);
  error_ = 0.0;
  last_ = {};
}

}  // namespace leadlag
