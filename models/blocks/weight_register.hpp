// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <limits>
#include <string_view>
#include <systemc>
#include <tuple>

#include "blocks/operating_point.hpp"
#include "blocks/plasticity_cell.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"

namespace leadlag {

/// What a weight is kept in.
enum class Storage {
  sram,       ///< `bits` bits beside the synapse
  capacitor,  ///< a charge
};
template <>
struct Names<Storage> {
  static constexpr std::array<std::string_view, 2> value{"sram", "capacitor"};
};

/// What a weight cell can hold: a write beyond an end leaves the weight at that end, whoever writes.
struct WeightRange {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();

  bool bounded() const {
    return low > -std::numeric_limits<double>::infinity() || high < std::numeric_limits<double>::infinity();
  }
  bool holds(double weight) const { return weight >= low && weight <= high; }
  bool at_end(double weight) const { return weight <= low || weight >= high; }
  template <class V>
  V keep(V weight) const {
    return weight < static_cast<V>(low)    ? static_cast<V>(low)
           : weight > static_cast<V>(high) ? static_cast<V>(high)
                                           : weight;
  }
};

/// Keeps one weight: w += eta product at an edge at which plasticity is on (UpdateBy::die), within its range.
///
/// Ideal fidelity keeps the weight exactly: `bits` and `capacitance` size its energy and area only.
/// Not modelled: resolution, rounding, leakage.
struct WeightRegister {
  struct Params {
    Storage storage = Storage::sram;
    int bits = 8;
    Capacitance capacitance = 100_fF;
    Length host_distance{1e-3};

    static constexpr auto fields() {
      return std::tuple{
          Field{"storage", &Params::storage, Domain{}, "what keeps the weight"},
          Field{"bits", &Params::bits, domain::between(1, 32),
                "bits of a weight, over the wires and in SRAM"},
          Field{"capacitance", &Params::capacitance, domain::positive, "capacitor that keeps a weight"},
          Field{"host_distance", &Params::host_distance, domain::non_negative,
                "length of wire between a register and the host port"}};
    }
  };
  static constexpr const char* stem = "weight_register";

  template <class V>
  static V update(V weight, V eta, V product) {
    return weight + eta * product;
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

/// Structural detail: one register. With Hop::continuous the scheduler of the analog island of its
/// postsynaptic neuron calls learn().
class WeightRegisterModule final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(learn_i);
  sc_core::sc_in<double> SC_NAMED(eta_i);  // learning rate, programmed by the host
  sc_core::sc_in<double> SC_NAMED(product_i);
  sc_core::sc_out<double> SC_NAMED(weight_o);

  SC_HAS_PROCESS(WeightRegisterModule);
  WeightRegisterModule(const sc_core::sc_module_name& name, double weight, WeightRange range, UpdateBy update,
                       Hop hop, Activity& activity);

  double weight() const { return weight_; }
  void load(double weight);
  void learn(double eta, double product);

 private:
  void show() { weight_o.write(weight_); }
  void on_edge();

  const WeightRange range_;
  double weight_;
  sc_core::sc_event changed_;  // one process drives weight_o, whoever changed the weight
  Activity& activity_;
};

}  // namespace leadlag
