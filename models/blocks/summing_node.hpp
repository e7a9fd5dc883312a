// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <systemc>
#include <tuple>

#include "blocks/offset_removal.hpp"
#include "blocks/operating_point.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"
#include "units/signal_traits.hpp"

namespace leadlag {

/// Adds the currents of a crossbar column (Kirchhoff) at a regulated input: out = sum_k i_k.
///
/// Settling: the wire's Elmore delay 0.5 R C n^2 and the regulator's pole. Not modelled: IR drop.
/// Circuit fidelity of synapses: out = sum_k i_k + offset, the sum of what n synapses give at rest,
/// N(0, sqrt(n) s) with the s of Synapse, and over zero_gain if the node is zeroed.
struct SummingNode {
  struct Params {
    Current bias = 50_nA;
    Zeroing offset_removal = Zeroing::none;
    double zero_gain = 210.0;
    Capacitance zero_capacitor = 50_fF;

    static constexpr auto fields() {
      return std::tuple{Field{"bias", &Params::bias, domain::positive, "bias current of the regulated input"},
                        Field{"offset_removal", &Params::offset_removal, Domain{},
                              "of the current of all its synapses at rest"},
                        Field{"zero_gain", &Params::zero_gain, domain::between(1.0, 1e6),
                              "DC gain of the loop that zeroes (auto_zero)"},
                        Field{"zero_capacitor", &Params::zero_capacitor, domain::positive,
                              "capacitor that keeps the measured current (auto_zero)"}};
    }
  };
  static constexpr const char* stem = "summing_node";

  /// sum of value(k), k < n, in 16 virtual lanes folded in halves: the order of the tile detail's reads.
  template <class V, class F>
  static V sum(std::size_t n, F&& value) {
    std::array<V, 16> lane{};
    for (std::size_t k = 0; k < n; ++k) lane[k % 16] += value(k);
    for (std::size_t half = 8; half > 0; half /= 2) {
      for (std::size_t k = 0; k < half; ++k) lane[k] += lane[k + half];
    }
    return lane[0];
  }
  /// `cells`: synapses on the wire.
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&, std::size_t cells);
};

/// Structural detail: one node; follows its inputs within the tick.
class SummingNodeModule final : public sc_core::sc_module {
 public:
  sc_core::sc_vector<sc_core::sc_in<Current>> currents_i;
  sc_core::sc_out<Current> SC_NAMED(sum_o);

  SC_HAS_PROCESS(SummingNodeModule);
  SummingNodeModule(const sc_core::sc_module_name& name, std::size_t inputs, Current offset = {});

  Current offset() const { return offset_; }

 private:
  void add();

  const Current offset_;  // of its synapses, at rest
};

}  // namespace leadlag
