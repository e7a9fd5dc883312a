// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>
#include <systemc>
#include <tuple>

#include "blocks/offset_removal.hpp"
#include "blocks/operating_point.hpp"
#include "blocks/weight_device.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"
#include "units/signal_traits.hpp"

namespace leadlag {

/// Who turns the product of error and rate into a new weight.
enum class UpdateBy {
  die,   ///< the cell writes its weight register in every cycle in which plasticity is on
  host,  ///< the cell stores the sum of its products; a host reads it, computes the weight and writes it
};
template <>
struct Names<UpdateBy> {
  static constexpr std::array<std::string_view, 2> value{"die", "host"};
};

/// Local learning: a four-quadrant multiplier of the postsynaptic error and the presynaptic rate.
///
///   product = e r        dw/dt = eta e r: gradient descent on the prospective energy (GLE, arXiv 2403.16933)
///
/// Circuit fidelity: product = gain (L tanh(e / L)) (L tanh(r / L)) + offset, L = 2 U_T / (kappa V_fs); the
/// offset is sigma I_b over I_b / L^2, the current of e = r = 1. MadeCells (weight_device.hpp).
struct PlasticityCell {
  struct Params {
    Current bias = 1_nA;
    Capacitance store = 50_fF;
    OffsetRemoval offset_removal = OffsetRemoval::none;
    double zero_gain = 210.0;
    Capacitance zero_capacitor = 50_fF;

    static constexpr auto fields() {
      return std::tuple{
          Field{"bias", &Params::bias, domain::positive, "bias current of the multiplier"},
          Field{"store", &Params::store, domain::positive, "capacitor that accumulates products for a host"},
          Field{"offset_removal", &Params::offset_removal, Domain{}, "of the output current at e = r = 0"},
          Field{"zero_gain", &Params::zero_gain, domain::between(1.0, 1e6),
                "DC gain of the loop that zeroes (auto_zero)"},
          Field{"zero_capacitor", &Params::zero_capacitor, domain::positive,
                "capacitor that keeps the measured offset (auto_zero)"}};
    }
  };
  static constexpr const char* stem = "plasticity_cell";

  template <class V>
  static V product(V error, V rate) {
    return error * rate;
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&, UpdateBy update);
};

/// Structural detail: one cell. The product follows its inputs; with UpdateBy::host it is summed at every
/// edge at which learn_i is high. With Hop::continuous the scheduler of the analog island of its postsynaptic
/// neuron calls accumulate().
class PlasticityCellModule final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(learn_i);
  sc_core::sc_in<Voltage> SC_NAMED(error_i);
  sc_core::sc_in<Voltage> SC_NAMED(rate_i);
  sc_core::sc_out<double> SC_NAMED(product_o);  // model units squared

  SC_HAS_PROCESS(PlasticityCellModule);
  PlasticityCellModule(const sc_core::sc_module_name& name, UpdateBy update, Hop hop, FullScale full_scale,
                       Activity& activity, CellPlace place = {});

  /// Of these model units, in this cycle.
  double product(double error, double rate) const;
  void accumulate(double product);
  void chop();  ///< a learning cycle has passed

  double accumulated() const { return accumulated_; }
  void clear() { accumulated_ = 0.0; }

 private:
  void multiply();
  void on_edge();

  const CellPlace place_;
  const bool stores_;
  double accumulated_ = 0.0, sign_ = 1.0;
  sc_core::sc_event chopped_;
  FullScale full_scale_;
  Activity& activity_;
};

}  // namespace leadlag
