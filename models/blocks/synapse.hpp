// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <systemc>
#include <tuple>

#include "blocks/operating_point.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"
#include "units/signal_traits.hpp"

namespace leadlag {

/// What a crosspoint is made of, and whether its wires resist.
enum class WireModel {
  ideal,        ///< two transconductors; their inputs draw no current and wires cost nothing
  approximate,  ///< pairs of conductances on wires that resist, each wire solved as a ladder by itself
  nodal,        ///< the same, solved exactly
};
template <>
struct Names<WireModel> {
  static constexpr std::array<std::string_view, 3> value{"ideal", "approximate", "nodal"};
};

/// One crosspoint: two transconductors that share a weight.
///
///   current = w rate        into the postsynaptic neuron's summing node (forward read)
///   back    = w error       into the presynaptic neuron's error node (transposed read)
///
/// Or, with resistive wires, two differential pairs of conductances that share a weight, one for each read:
/// g+ = conductance max(w, 0), g- = conductance max(-w, 0); arrays/wired_crossbar.hpp.
/// Circuit fidelity: each transconductor, a Gilbert cell, gives N(0, s) at rest, whatever its weight;
///   s = plasticity_offset V_L^2 / (weight_voltage V_fs)     in units of drive, V_L = 2 U_T / kappa:
/// its offset current over its current at a weight and a signal of 1. Drawn for all synapses of a summing
/// node together. Not modelled: compression, gain mismatch.
struct Synapse {
  struct Params {
    Current bias = 1_nA;
    Voltage weight_voltage = 20_mV;
    WireModel wires = WireModel::ideal;
    Conductance conductance{1e-6};

    bool conducts() const { return wires != WireModel::ideal; }
    /// Of a wire per cell, in units of the resistance of weight 1.
    double wire_resistance(const Technology& t) const {
      return conducts() ? t.wire_resistance * t.cell_pitch * conductance : 0.0;
    }

    static constexpr auto fields() {
      return std::tuple{
          Field{"bias", &Params::bias, domain::positive,
                "bias current of each of the two transconductors (wires: ideal)"},
          Field{"weight_voltage", &Params::weight_voltage, domain::positive,
                "at the transconductors' weight inputs for a weight of 1 (wires: ideal): more makes their "
                "offset smaller beside the signal, and leaves less range"},
          Field{"wires", &Params::wires, Domain{},
                "ideal: transconductors; else pairs of conductances on wires that resist, "
                "approximate or nodal"},
          Field{"conductance", &Params::conductance, domain::positive,
                "of weight 1 (wires: approximate, nodal)"}};
    }
  };
  static constexpr const char* stem = "synapse";

  /// s above.
  static double offset(const Params&, const Technology&, FullScale);
  /// Cells along the wires that drive a crosspoint's two reads.
  struct Run {
    std::size_t rows = 0, columns = 0;
  };

  template <class V>
  static V output(V weight, V signal) {
    return weight * signal;
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&, Run wire);
  static Datasheet datasheet(const Params& p, const Technology& t, const OperatingPoint& at) {
    return datasheet(p, t, at, Run{});
  }
};

/// Structural detail: one crosspoint; follows its inputs within the tick.
class SynapseModule final : public sc_core::sc_module {
 public:
  sc_core::sc_in<double> SC_NAMED(weight_i);
  sc_core::sc_in<Voltage> SC_NAMED(rate_i);
  sc_core::sc_in<Voltage> SC_NAMED(error_i);
  sc_core::sc_out<Current> SC_NAMED(current_o);
  sc_core::sc_out<Current> SC_NAMED(back_o);

  SC_HAS_PROCESS(SynapseModule);
  SynapseModule(const sc_core::sc_module_name& name, FullScale full_scale);

 private:
  void read_forward();
  void read_transposed();

  FullScale full_scale_;
};

}  // namespace leadlag
