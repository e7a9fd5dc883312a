// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <systemc>
#include <tuple>

#include "blocks/operating_point.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"
#include "units/signal_traits.hpp"

namespace leadlag {

/// Adds the currents of a crossbar column (Kirchhoff) at a regulated input: out = sum_k i_k.
///
/// Settling: the wire's Elmore delay 0.5 R C n^2 and the regulator's pole. Not modelled: IR drop.
struct SummingNode {
  struct Params {
    Current bias = 50_nA;

    static constexpr auto fields() {
      return std::tuple{
          Field{"bias", &Params::bias, domain::positive, "bias current of the regulated input"}};
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
  SummingNodeModule(const sc_core::sc_module_name& name, std::size_t inputs);

 private:
  void add();
};

}  // namespace leadlag
