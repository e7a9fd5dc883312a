// SPDX-License-Identifier: Apache-2.0
#include "blocks/prospective_neuron.hpp"

#include <cmath>

#include "technology/relations.hpp"

namespace leadlag {

Datasheet ProspectiveNeuron::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const double rho = p.tau_r / p.tau_m;
  const Current membrane = bias_for(t, p.membrane_capacitance, p.tau_m);
  const double strength = p.adapts() ? p.tau_r / p.tau_a : 0.0;
  const Current adder =
      p.adapts() ? 2.0 * (1.0 + 2.0 * strength) * p.adder_bias : adder_supply(t, rho, p.adder_bias);
  const Current adaptation = p.adapts() ? bias_for(t, p.membrane_capacitance, p.tau_a) : Current{};
  const double capacitors = p.adapts() ? 2.0 : 1.0;
  return {.block = stem,
          .arcs = {{"drive_i", "rate_o", settle_time(parasitic_pole(t, p.adder_bias), at.settle_bits),
                    "lead stage's parasitic pole, tau_p(adder_bias) ln 2^(settle_bits+1)"}},
          .static_current = t.supply_ota * (membrane + adaptation) + adder + t.supply_curve * p.adder_bias,
          .static_derivation =
              "supply_ota I_b (membrane OTA) + (supply_adder + supply_lead rho + supply_direct |1-rho|) "
              "adder_bias + supply_curve adder_bias (phi and phi'), I_b = 2 U_T C / (kappa(I_b) tau_m); with "
              "tau_a: + supply_ota I_a (adaptation OTA), and 2 (1 + 2 tau_r / tau_a) adder_bias of the adder",
          .energies = {{Event::hold_sample, 2.0 * p.hold_capacitance * t.v_dd * at.full_scale.voltage,
                        "rate and slope sampled, 2 C_hold V_dd V_fs (an upper bound)"}},
          .area = transistor_area(t, stem) +
                  (capacitors * p.membrane_capacitance + 2.0 * p.hold_capacitance) / t.capacitor_density,
          .area_derivation = "transistors + (C_m + 2 C_hold) / density, 2 C_m with tau_a"};
}

ProspectiveNeuronModule::ProspectiveNeuronModule(const sc_core::sc_module_name& name,
                                                 const ProspectiveNeuron::Params& params,
                                                 const LeadLag::Coefficients<double>& coefficients, Hop hop,
                                                 FullScale full_scale, Activity& activity,
                                                 std::optional<double> pole_decay,
                                                 std::optional<CircuitStageOfOne> circuit)
    : sc_module(name),
      coefficients_(coefficients),
      circuit_(circuit),
      analog_(coefficients, pole_decay, AnalogFilter::circuit(circuit, coefficients)),
      activation_(params.activation),
      nudging_(params.nudging),
      hop_(hop),
      full_scale_(full_scale),
      activity_(activity) {
  if (hop == Hop::continuous) return;
  SC_METHOD(on_edge);
  sensitive << clk_i.pos() << rst_ni.neg();
  dont_initialize();
  if (hop == Hop::transparent) {
    SC_METHOD(follow);
    sensitive << drive_i << error_i << state_changed_;
  }
}

double ProspectiveNeuronModule::drive() const {
  const double s = drive_i.read() / full_scale_.current;
  return nudging_ == 0.0 ? s : s + nudging_ * (error_i.read() / full_scale_.voltage);
}

void ProspectiveNeuronModule::write_outputs(double drive) {
  const double lead =
      circuit_ ? circuit_->output(state_, drive) : LeadLag::output(coefficients_, state_, drive);
  double rate = 0.0, slope = 0.0;
  curve(lead, rate, slope);
  rate_o.write(rate * full_scale_.voltage);
  slope_o.write(slope);
  show_inside(drive, lead);
}

void ProspectiveNeuronModule::show_inside(double drive, double lead) {
  if (driven_o.size() > 0) driven_o->write(drive * full_scale_.voltage);
  if (lookahead_o.size() > 0) lookahead_o->write(lead * full_scale_.voltage);
}

void ProspectiveNeuronModule::on_edge() {
  if (!rst_ni.read()) {
    state_ = {};
    if (hop_ == Hop::registered) rate_o.write({}), slope_o.write(0.0), show_inside(0.0, 0.0);
    if (hop_ == Hop::transparent) state_changed_.notify(sc_core::SC_ZERO_TIME);
    return;
  }
  const double s = drive();
  if (hop_ == Hop::registered) write_outputs(s);
  if (circuit_) {
    circuit_->advance(state_, s);
  } else {
    LeadLag::advance(coefficients_, state_, s);
  }
  if (!std::isfinite(state_.carry)) SC_REPORT_ERROR("leadlag/non-finite", name());
  ++activity_[Event::hold_sample];
  if (hop_ == Hop::transparent) state_changed_.notify(sc_core::SC_ZERO_TIME);
}

void ProspectiveNeuronModule::curve(double lead, double& rate, double& slope) const {
  with_activation(activation_, [&]<Activation A>() { leadlag::activate<A>(lead, rate, slope); });
  if (circuit_) rate *= circuit_->physics().amplitude, slope *= circuit_->physics().slope;
}

void ProspectiveNeuronModule::activate(double lead) { curve(lead + analog_.offset(), rate_, slope_); }

void ProspectiveNeuronModule::settle(double drive, double error, Instant at) {
  const double lead = analog_.settle(nudging_ == 0.0 ? drive : drive + nudging_ * error, at);
  if (!analog_.poled()) activate(lead);
}

void ProspectiveNeuronModule::begin_cycle() {
  analog_.begin_cycle();
  if (analog_.poled()) activate(analog_.pole());
}

void ProspectiveNeuronModule::advance() {
  analog_.advance();
  if (!std::isfinite(analog_.capacitor())) SC_REPORT_ERROR("leadlag/non-finite", name());
  if (analog_.poled()) activate(analog_.pole());
}

void ProspectiveNeuronModule::clear() {
  analog_.clear();
  rate_ = slope_ = 0.0;
  if (analog_.poled()) activate(0.0);
}

void ProspectiveNeuronModule::publish() {
  rate_o.write(rate_ * full_scale_.voltage);
  slope_o.write(slope_);
}

}  // namespace leadlag
