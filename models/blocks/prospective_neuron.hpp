// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <systemc>
#include <tuple>

#include "blocks/activation.hpp"
#include "blocks/analog_filter.hpp"
#include "blocks/lead_lag.hpp"
#include "blocks/operating_point.hpp"
#include "blocks/stage_physics.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"
#include "units/signal_traits.hpp"

namespace leadlag {

/// Leaky neuron whose output stage leads its own membrane.
///
///   s = drive + gamma e                      basal drive, nudged by the neuron's own error
///   tau_m du/dt = s - u                      membrane: lags the drive
///   u_hat = u + tau_r du/dt                  output stage: leads the membrane
///         = rho s + (1 - rho) u              rho = tau_r / tau_m: one RC, one weighted adder
///   rate = phi(u_hat), slope = phi'(u_hat)   the curve comes after the lookahead
///
/// Phase of u_hat against s at angular frequency w: atan(w tau_r) - atan(w tau_m). tau_r = tau_m makes u_hat
/// = s for every signal (Latent Equilibrium); tau_r < tau_m lags (memory), tau_r > tau_m leads. Source: GLE,
/// arXiv 2403.16933. Circuit fidelity: mismatch, offset, noise and saturation of CircuitStage, and an output
/// curve with errors of amplitude and slope (docs/physics.md). Not modelled: slew of the output.
///
/// With tau_a > 0 the lead is made by an adaptation current instead of an adder (Zucchet et al. 2025, arXiv
/// 2511.14917), and the membrane itself is the output:
///
///   tau_a da/dt = s - a        tau_m du_hat/dt = (1 + tau_r/tau_a) s - (tau_r/tau_a) a - u_hat
///   u_hat / s = (1 + jw (tau_r + tau_a)) / ((1 + jw tau_m)(1 + jw tau_a))
///
/// which is the lead stage with tau_r + tau_a, followed by a pole tau_a: so it is computed.
struct ProspectiveNeuron {
  struct Params {
    Time tau_m = 20_us;
    Time tau_r = 20_us;
    Time tau_a{};
    Activation activation = Activation::tanh;
    double nudging = 0.0;
    Capacitance membrane_capacitance = 1_pF;
    Capacitance hold_capacitance = 50_fF;
    Current adder_bias = 100_nA;

    static constexpr auto fields() {
      return std::tuple{
          Field{"tau_m", &Params::tau_m, domain::positive, "membrane time constant"},
          Field{"tau_r", &Params::tau_r, domain::non_negative,
                "lead of the output stage; 0 is a plain leaky neuron"},
          Field{"tau_a", &Params::tau_a, domain::non_negative,
                "time constant of the adaptation current that makes the lead; 0: an adder makes it"},
          Field{"activation", &Params::activation, Domain{}, "output curve phi"},
          Field{"nudging", &Params::nudging, domain::between(0.0, 10.0), "somatic nudging gain gamma"},
          Field{"membrane_capacitance", &Params::membrane_capacitance, domain::positive,
                "membrane capacitor"},
          Field{"hold_capacitance", &Params::hold_capacitance, domain::positive,
                "capacitor of the sample-and-hold at the output"},
          Field{"adder_bias", &Params::adder_bias, domain::positive,
                "bias current of the output stage's adder per unit of gain"}};
    }
    bool adapts() const { return tau_a > Time{}; }
    Time lead() const { return tau_r + tau_a; }  ///< of the lead stage before the pole tau_a
  };
  static constexpr const char* stem = "prospective_neuron";

  static LeadLag::Coefficients<double> coefficients(const Params& p, Time tick, Input input) {
    return LeadLag::coefficients(p.tau_m, p.lead(), tick, input);
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

/// Structural detail: one neuron. With Hop::registered the outputs change on the rising edge; with
/// Hop::transparent they follow the drive and only the membrane waits for the edge; with Hop::continuous the
/// scheduler of its analog island calls settle(), keep(), advance() and, for observers, publish().
class ProspectiveNeuronModule final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(rst_ni);  // asynchronous, active low
  sc_core::sc_in<Current> SC_NAMED(drive_i);
  sc_core::sc_in<Voltage> SC_NAMED(error_i);
  sc_core::sc_out<Voltage> SC_NAMED(rate_o);
  sc_core::sc_out<double> SC_NAMED(slope_o);
  // For a gain stage; open without one.
  sc_core::sc_port<sc_core::sc_signal_inout_if<Voltage>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> SC_NAMED(
      driven_o);  // s, nudging included
  sc_core::sc_port<sc_core::sc_signal_inout_if<Voltage>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> SC_NAMED(
      lookahead_o);  // u_hat

  SC_HAS_PROCESS(ProspectiveNeuronModule);
  ProspectiveNeuronModule(const sc_core::sc_module_name& name, const ProspectiveNeuron::Params& params,
                          const LeadLag::Coefficients<double>& coefficients, Hop hop, FullScale full_scale,
                          Activity& activity, std::optional<double> pole_decay = {},
                          std::optional<CircuitStageOfOne> circuit = {});

  /// Membrane voltage at the start of the present tick, for probes.
  Voltage membrane() const {
    return (hop_ == Hop::continuous ? analog_.capacitor() : state_.carry) * full_scale_.voltage;
  }

  // Hop::continuous, in model units.
  void begin_cycle();  ///< a clock period begins
  void settle(double drive, double error, Instant at);
  void keep() { analog_.keep(); }
  void advance();
  void publish();
  void clear();
  double rate() const { return rate_; }
  double slope() const { return slope_; }
  double driven() const { return analog_.drive(); }
  double lookahead() const { return analog_.passed(); }
  bool output_is_state() const { return analog_.poled(); }

 private:
  double drive() const;
  void write_outputs(double drive);
  void show_inside(double drive, double lead);
  void follow() { write_outputs(drive()); }
  void on_edge();
  void curve(double lead, double& rate, double& slope) const;
  void activate(double lead);

  LeadLag::Coefficients<double> coefficients_;
  LeadLag::State<double> state_;
  std::optional<CircuitStageOfOne> circuit_;  // none: ideal
  AnalogFilter analog_;
  double rate_ = 0.0, slope_ = 0.0;  // Hop::continuous
  Activation activation_;
  double nudging_;
  Hop hop_;
  FullScale full_scale_;
  Activity& activity_;
  sc_core::sc_event state_changed_;
};

}  // namespace leadlag
