// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <systemc>
#include <tuple>

#include "blocks/analog_filter.hpp"
#include "blocks/lead_lag.hpp"
#include "blocks/operating_point.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"
#include "units/signal_traits.hpp"

namespace leadlag {

/// Smooths a presynaptic rate before the synapses read it.
///
///   tau_s dy/dt = r - y        y is sampled at the end of the tick: one register per hop like every block
///
/// The transposed (error) path bypasses it. Not modelled: saturation, noise, offset.
/// Source: synaptic filtering of LE (arXiv 2110.14549).
struct SynapticLowPass {
  struct Params {
    Time tau_s = 2_us;
    Capacitance capacitance = 1_pF;

    static constexpr auto fields() {
      return std::tuple{
          Field{"tau_s", &Params::tau_s, domain::positive, "synaptic time constant"},
          Field{"capacitance", &Params::capacitance, domain::positive, "capacitor of the filter"}};
    }
  };
  static constexpr const char* stem = "synaptic_low_pass";

  /// New filter output after a tick in which `rate` was held.
  template <class V>
  [[gnu::always_inline]] static V advance(const LeadLag::Coefficients<V>& c, LeadLag::State<V>& s, V rate) {
    LeadLag::advance(c, s, rate);
    return s.carry;
  }
  static LeadLag::Coefficients<double> coefficients(const Params& p, Time tick, Input input) {
    return LeadLag::coefficients(p.tau_s, {0.0}, tick, input);
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

/// Structural detail: one filter. With Hop::continuous the scheduler of its analog island calls settle(),
/// keep(), advance() and publish().
class SynapticLowPassModule final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(rst_ni);  // asynchronous, active low
  sc_core::sc_in<Voltage> SC_NAMED(rate_i);
  sc_core::sc_out<Voltage> SC_NAMED(rate_o);  // registered

  SC_HAS_PROCESS(SynapticLowPassModule);
  SynapticLowPassModule(const sc_core::sc_module_name& name,
                        const LeadLag::Coefficients<double>& coefficients, Hop hop, FullScale full_scale,
                        Activity& activity);

  // Hop::continuous, in model units.
  void settle(double rate, Instant at) { rate_ = analog_.settle(rate, at); }
  void keep() { analog_.keep(); }
  void advance() { analog_.advance(); }
  void publish() { rate_o.write(rate_ * full_scale_.voltage); }
  void clear() { analog_.clear(), rate_ = 0.0; }
  double rate() const { return rate_; }

 private:
  void on_edge();

  LeadLag::Coefficients<double> coefficients_;
  LeadLag::State<double> state_;
  AnalogFilter analog_;
  double rate_ = 0.0;  // Hop::continuous
  FullScale full_scale_;
  Activity& activity_;
};

}  // namespace leadlag
