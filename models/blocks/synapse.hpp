// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <systemc>
#include <tuple>

#include "blocks/operating_point.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"
#include "units/signal_traits.hpp"

namespace leadlag {

/// One crosspoint: two transconductors that share a weight.
///
///   current = w rate        into the postsynaptic neuron's summing node (forward read)
///   back    = w error       into the presynaptic neuron's error node (transposed read)
///
/// Not modelled: compression, offset, wire resistance.
struct Synapse {
  struct Params {
    Current bias = 1_nA;

    static constexpr auto fields() {
      return std::tuple{Field{"bias", &Params::bias, domain::positive,
                              "bias current of each of the two transconductors at weight 1"}};
    }
  };
  static constexpr const char* stem = "synapse";

  template <class V>
  static V output(V weight, V signal) {
    return weight * signal;
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
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
