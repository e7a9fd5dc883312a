// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>
#include <systemc>
#include <tuple>

#include "blocks/operating_point.hpp"
#include "blocks/prospective_neuron.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"
#include "units/signal_traits.hpp"

namespace leadlag {

/// Where a gain stage has its gain from.
enum class GainFrom {
  measured,  ///< running averages of the neuron's own signals
  set,       ///< a bias fixed for one frequency
};
template <>
struct Names<GainFrom> {
  static constexpr std::array<std::string_view, 2> value{"measured", "set"};
};

/// Behind an error unit (VLE local): takes back what GLE's error has too much of, hop by hop.
///
///   e = g error          |G| / |A| = 1 / |H|^2 is the error unit's gain over the adjoint's, so g = |H|^2
///   measured:            g = (<u_hat^2> + floor) / (<s^2> + floor), at most max_gain
///                        averaging d<x>/dt = x - <x>, both of the stage's own neuron
///   set, w = 2 pi band:  g = (1 + w^2 tau_r^2) / (1 + w^2 tau_m^2)
///
/// The floor makes g = 1 where there is no signal. The rule is our own, not a published one. Not modelled:
/// offset and noise of the squarers, mismatch of the two averages.
struct GainStage {
  struct Params {
    GainFrom gain = GainFrom::measured;
    Time averaging = 2000_us;
    Frequency band = Frequency{1000.0};
    double floor = 1e-6;
    double max_gain = 10.0;
    Capacitance capacitance = 1_pF;
    Current bias = 100_nA;

    static constexpr auto fields() {
      return std::tuple{
          Field{"gain", &Params::gain, Domain{},
                "measured by the neuron's own signals, or set for one frequency"},
          Field{"averaging", &Params::averaging, domain::positive,
                "time constant of the two running averages (gain: measured)"},
          Field{"band", &Params::band, domain::positive, "frequency for which the gain is right (gain: set)"},
          Field{"floor", &Params::floor, domain::positive,
                "offset of both averages in units squared: the gain is 1 without a signal (gain: measured)"},
          Field{"max_gain", &Params::max_gain, domain::positive, "where the divider ends (gain: measured)"},
          Field{"capacitance", &Params::capacitance, domain::positive, "capacitor of each running average"},
          Field{"bias", &Params::bias, domain::positive, "bias current of multiplier, divider and squarers"}};
    }
  };
  static constexpr const char* stem = "gain_stage";

  /// A set gain is the same circuit with averages that stand still: numerator g, denominator 1.
  template <class V>
  struct Coefficients {
    V keep, take, floor, most;
    V start_driven{}, start_lookahead{};
  };
  template <class V>
  struct State {
    V driven{}, lookahead{};  ///< averages of s^2 and of u_hat^2
  };
  static Coefficients<double> coefficients(const Params& p, const ProspectiveNeuron::Params& neuron,
                                           Time tick);
  template <class V>
  static State<V> start(const Coefficients<V>& c) {
    return {c.start_driven, c.start_lookahead};
  }
  /// The averages a tick later: s and u_hat held over it.
  template <class V>
  static State<V> advanced(const Coefficients<V>& c, const State<V>& s, V driven, V lookahead) {
    return {c.keep * s.driven + c.take * (driven * driven),
            c.keep * s.lookahead + c.take * (lookahead * lookahead)};
  }
  template <class V>
  static V gain(const Coefficients<V>& c, const State<V>& s) {
    const V ratio = (s.lookahead + c.floor) / (s.driven + c.floor);
    return ratio < c.most ? ratio : c.most;
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

/// Structural detail: one stage. The error follows within the tick; the averages take what the neuron did at
/// the last edge. With Hop::continuous the scheduler of its analog island calls settle(), keep(),
/// advance() and publish().
class GainStageModule final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(rst_ni);  // asynchronous, active low
  sc_core::sc_in<Voltage> SC_NAMED(driven_i);
  sc_core::sc_in<Voltage> SC_NAMED(lookahead_i);
  sc_core::sc_in<Voltage> SC_NAMED(error_i);
  sc_core::sc_out<Voltage> SC_NAMED(error_o);

  SC_HAS_PROCESS(GainStageModule);
  GainStageModule(const sc_core::sc_module_name& name, const GainStage::Coefficients<double>& coefficients,
                  Hop hop, FullScale full_scale);

  // Hop::continuous, in model units: the gain stands still within a tick.
  double settle(double error) { return error_ = gain_ * error; }
  void keep(double driven, double lookahead);
  void advance() { gain_ = GainStage::gain(coefficients_, state_); }
  void publish() { error_o.write(last_ = error_ * full_scale_.voltage); }
  void clear();

  Voltage last() const { return last_; }  ///< the error that the last edge used, for probes
  double gain() const { return gain_; }

 private:
  GainStage::State<double> now() const;
  void multiply();
  void on_edge();

  GainStage::Coefficients<double> coefficients_;
  GainStage::State<double> state_;
  double gain_ = 1.0, error_ = 0.0;
  Voltage last_;
  FullScale full_scale_;
  sc_core::sc_event state_changed_;
};

}  // namespace leadlag
