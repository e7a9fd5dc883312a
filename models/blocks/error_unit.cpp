// SPDX-License-Identifier: Apache-2.0
#include "blocks/error_unit.hpp"

#include <cmath>

#include "technology/relations.hpp"

namespace leadlag {

Datasheet ErrorUnit::datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
  const double gain = p.tau_m / p.tau_r;
  const Current lag = bias_for(t, p.capacitance, p.tau_r);
  const Current adder = adder_supply(t, gain, p.adder_bias);
  const bool zeroes = p.offset_removal == OffsetRemoval::auto_zero;
  Datasheet d{.block = stem,
              .arcs = {{"back_i", "error_o", settle_time(parasitic_pole(t, p.adder_bias), at.settle_bits),
                        "lead stage's parasitic pole, tau_p(adder_bias) ln 2^(settle_bits+1)"}},
              .static_current = t.supply_ota * lag + adder + 2.0 * p.adder_bias,
              .static_derivation =
                  "supply_ota I_b (lag OTA) + (supply_adder + supply_lead / rho + supply_direct |1-1/rho|) "
                  "adder_bias + 2 adder_bias (gate), I_b = 2 U_T C / (kappa(I_b) tau_r)",
              .energies = {{Event::hold_sample, p.hold_capacitance * t.v_dd * at.full_scale.voltage,
                            "input sampled, C_hold V_dd V_fs (an upper bound)"}},
              .area = transistor_area(t, stem) + (p.capacitance + p.hold_capacitance) / t.capacitor_density,
              .area_derivation = "transistors + (C + C_hold) / density"};
  if (p.offset_removal != OffsetRemoval::none) {
    d.area = d.area + offset_switches(t);
    d.area_derivation += " + switches";
    d.static_current += 2.0 * t.parasitic_capacitance * t.v_dd / at.clock;
    d.static_derivation += " + gates of the switches in every cycle, 2 C_par V_dd / clock";
  }
  if (zeroes) {
    d.area = d.area + p.zero_capacitor / t.capacitor_density;
    d.area_derivation += " + zero_capacitor / density";
    d.static_current += p.adder_bias;
    d.static_derivation += " + a branch that holds the zero, adder_bias";
  }
  return d;
}

ErrorUnitModule::ErrorUnitModule(const sc_core::sc_module_name& name,
                                 const LeadLag::Coefficients<double>& coefficients, ErrorPath path, Hop hop,
                                 FullScale full_scale, Activity& activity, std::optional<double> pole_decay,
                                 std::optional<CircuitStageOfOne> circuit)
    : sc_module(name),
      coefficients_(coefficients),
      circuit_(path == ErrorPath::instantaneous ? std::nullopt : circuit),
      analog_(coefficients, pole_decay, AnalogFilter::circuit(circuit_, coefficients)),
      path_(path),
      hop_(hop),
      full_scale_(full_scale),
      activity_(activity) {
  if (hop == Hop::continuous) return;
  SC_METHOD(on_edge);
  sensitive << clk_i.pos() << rst_ni.neg();
  dont_initialize();
  SC_METHOD(write_output);
  sensitive << slope_i << epsilon_i << state_changed_;
  if (hop == Hop::transparent) sensitive << back_i;
}

double ErrorUnitModule::gated() const {
  if (path_ == ErrorPath::open) return 0.0;
  const double back =
      hop_ == Hop::registered ? held_back_ + island_back_ : back_i.read() / full_scale_.current;
  return ErrorUnit::gate(slope_i.read(), path_ == ErrorPath::output_only ? 0.0 : back,
                         epsilon_i.read() / full_scale_.voltage);
}

void ErrorUnitModule::write_output() {
  island_back_ = next_island_back_;  // one delta after the edge, when every process of the edge has run
  const double a = gated();
  const double e = path_ == ErrorPath::instantaneous ? a
                   : circuit_                        ? circuit_->output(state_, a)
                                                     : LeadLag::output(coefficients_, state_, a);
  error_o.write(e * full_scale_.voltage);
}

void ErrorUnitModule::on_edge() {
  state_changed_.notify(sc_core::SC_ZERO_TIME);
  if (!rst_ni.read()) {
    state_ = {};
    held_back_ = island_back_ = next_island_back_ = 0.0;
    last_ = {};
    return;
  }
  last_ = error_o.read();
  if (circuit_) {
    circuit_->advance(state_, gated());
  } else {
    LeadLag::advance(coefficients_, state_, gated());
  }
  if (!std::isfinite(state_.carry)) SC_REPORT_ERROR("leadlag/non-finite", name());
  held_back_ = back_i.read() / full_scale_.current;
  ++activity_[Event::hold_sample];
}

void ErrorUnitModule::settle(double gated, Instant at) {
  error_ = path_ == ErrorPath::instantaneous ? gated : analog_.settle(gated, at) + analog_.offset();
}

void ErrorUnitModule::advance() {
  analog_.advance();
  if (output_is_state()) error_ = analog_.pole() + analog_.offset();
}

void ErrorUnitModule::begin_cycle() {
  analog_.begin_cycle();
  if (output_is_state()) error_ = analog_.pole() + analog_.offset();
}

void ErrorUnitModule::publish() {
  last_ = error_ * full_scale_.voltage;
  error_o.write(last_);
}

}  // namespace leadlag
