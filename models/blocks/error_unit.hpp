// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <systemc>
#include <tuple>

#include "blocks/analog_filter.hpp"
#include "blocks/lead_lag.hpp"
#include "blocks/offset_removal.hpp"
#include "blocks/operating_point.hpp"
#include "blocks/stage_physics.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"
#include "units/signal_traits.hpp"

namespace leadlag {

/// What carries the error from one layer to the one below.
enum class ErrorPath {
  prospective,    ///< error units: lag tau_r, lead tau_m (the neuron's filter with lead and lag exchanged)
  instantaneous,  ///< wires in their place: e = a (instantaneous backpropagation, a control)
  output_only,    ///< no current comes back to the hidden layers (a control: random features, a learning
                  ///< output)
  open,           ///< no error reaches any neuron (a control: nothing learns)
};
template <>
struct Names<ErrorPath> {
  static constexpr std::array<std::string_view, 4> value{"prospective", "instantaneous", "output_only",
                                                         "open"};
};

/// A neuron's error unit: the apical compartment that receives what the layer above sends back.
///
///   a = phi'(u_hat) (back + epsilon)         back = sum_j W_ji e_j; epsilon from the target unit, 0 if
///   hidden tau_r dv/dt = a - v                      lags by the neuron's lead e = v + tau_m dv/dt leads by
///   the neuron's lag
///     = a / rho + (1 - 1/rho) v              rho = tau_r / tau_m
///
/// High-frequency gain is tau_m / tau_r per hop. Needs tau_r > 0: with tau_r = 0 only the parasitic pole of
/// the adder would bound the gain. Source: GLE, arXiv 2403.16933. Circuit fidelity: mismatch, offset, noise
/// and saturation of CircuitStage (docs/physics.md). Not modelled: that the gate saturates.
struct ErrorUnit {
  struct Params {
    Time tau_m = 20_us;
    Time tau_r = 20_us;
    Capacitance capacitance = 1_pF;
    Capacitance hold_capacitance = 50_fF;
    Current adder_bias = 100_nA;
    OffsetRemoval offset_removal = OffsetRemoval::none;
    double zero_gain = 210.0;
    Capacitance zero_capacitor = 50_fF;

    static constexpr auto fields() {
      return std::tuple{
          Field{"tau_m", &Params::tau_m, domain::positive, "lead; follows the neuron's tau_m unless given"},
          Field{"tau_r", &Params::tau_r, domain::positive, "lag; follows the neuron's tau_r unless given"},
          Field{"capacitance", &Params::capacitance, domain::positive, "capacitor of the lag"},
          Field{"hold_capacitance", &Params::hold_capacitance, domain::positive,
                "capacitor of the sample-and-hold at the input"},
          Field{"adder_bias", &Params::adder_bias, domain::positive,
                "bias current of the adder per unit of gain"},
          Field{"offset_removal", &Params::offset_removal, Domain{}, "of the error at rest"},
          Field{"zero_gain", &Params::zero_gain, domain::between(1.0, 1e6),
                "DC gain of the loop that zeroes (auto_zero)"},
          Field{"zero_capacitor", &Params::zero_capacitor, domain::positive,
                "capacitor that keeps the measured offset (auto_zero)"}};
    }
  };
  static constexpr const char* stem = "error_unit";

  /// Gates what arrives by the slope of the neuron's curve.
  template <class V>
  [[gnu::always_inline]] static V gate(V slope, V back, V epsilon) {
    return slope * (back + epsilon);
  }
  static LeadLag::Coefficients<double> coefficients(const Params& p, Time tick, Input input) {
    return LeadLag::coefficients(p.tau_r, p.tau_m, tick, input);
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

/// Structural detail: one unit. The error follows the (already registered) slope and the target within the
/// tick; with Hop::registered what arrives from the layer above is sampled at the edge first; with
/// Hop::continuous the scheduler of its analog island calls settle(), keep(), advance() and publish().
class ErrorUnitModule final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(rst_ni);  // asynchronous, active low
  sc_core::sc_in<double> SC_NAMED(slope_i);
  sc_core::sc_in<Current> SC_NAMED(back_i);
  sc_core::sc_in<Voltage> SC_NAMED(epsilon_i);
  sc_core::sc_out<Voltage> SC_NAMED(error_o);

  SC_HAS_PROCESS(ErrorUnitModule);
  /// With ErrorPath::instantaneous the unit is a wire: error = a. ErrorPath::output_only cuts `back_i`,
  /// ErrorPath::open cuts `epsilon_i` as well.
  ErrorUnitModule(const sc_core::sc_module_name& name, const LeadLag::Coefficients<double>& coefficients,
                  ErrorPath path, Hop hop, FullScale full_scale, Activity& activity,
                  std::optional<double> pole_decay = {}, std::optional<CircuitStageOfOne> circuit = {});

  // Hop::continuous, in model units; `gated` is what ErrorUnit::gate returns.
  void begin_cycle();  ///< a clock period begins
  void settle(double gated, Instant at);
  void keep() { analog_.keep(); }
  void advance();
  void publish();
  void clear() { analog_.clear(), error_ = 0.0; }
  double error() const { return error_; }
  bool output_is_state() const { return path_ == ErrorPath::prospective && analog_.poled(); }
  ErrorPath path() const { return path_; }

  /// Hop::registered below an analog island: what the island sends back, sampled at this edge.
  void sample_island(double back) { next_island_back_ = back; }

  /// The error that the last edge used, for probes; the wire already shows the next one.
  Voltage last() const { return last_; }

 private:
  double gated() const;
  void write_output();
  void on_edge();

  LeadLag::Coefficients<double> coefficients_;
  LeadLag::State<double> state_;
  std::optional<CircuitStageOfOne> circuit_;  // none: ideal
  AnalogFilter analog_;
  double error_ = 0.0;  // Hop::continuous
  double held_back_ = 0.0, island_back_ = 0.0, next_island_back_ = 0.0;
  Voltage last_;
  ErrorPath path_;
  Hop hop_;
  FullScale full_scale_;
  Activity& activity_;
  sc_core::sc_event state_changed_;
};

}  // namespace leadlag
