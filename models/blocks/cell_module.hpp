// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <systemc>
#include <vector>

#include "blocks/cell.hpp"
#include "units/signal_traits.hpp"

namespace leadlag {

/// Structural detail of a netlist's block: one unit of a column (all units where one block serves the whole
/// column). Outputs follow inputs and state within the cycle; the state moves at the rising edge.
class CellModule final : public sc_core::sc_module {
 public:
  /// What is bound to one port: which pin of which unit, and for currents the gain of the mirror in between.
  struct Source {
    std::size_t pin = 0, unit = 0;
    double gain = 1.0;
  };
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(rst_ni);                   // asynchronous, active low
  sc_core::sc_vector<sc_core::sc_in<Voltage>> voltages_i;  // a voltage that drives a current pin adds
  sc_core::sc_vector<sc_core::sc_in<Current>> currents_i;  // add up where they share a pin
  sc_core::sc_vector<sc_core::sc_in<double>> lines_i;
  sc_core::sc_vector<sc_core::sc_out<Voltage>>
      outputs_o;  // by pin, then by unit; slopes: 1 is one full scale

  SC_HAS_PROCESS(CellModule);
  /// Units [first, first + count) of `kind`. One port per source, in their order.
  CellModule(const sc_core::sc_module_name& name, const CellKind& kind, std::size_t first, std::size_t count,
             const CellContext& context, std::vector<Source> voltages, std::vector<Source> currents,
             std::vector<Source> lines, FullScale full_scale, Activity& activity);

 private:
  void end_of_elaboration() override;
  void gather();
  void follow();
  void on_edge();

  std::unique_ptr<CellColumn> cells_;
  std::vector<Source> voltages_, currents_, lines_;
  std::vector<std::vector<double>> in_, out_;  // by pin
  std::vector<Lanes> lanes_;
  std::vector<double*> outs_;
  FullScale full_scale_;
  Activity& activity_;
  sc_core::sc_event state_changed_;
};

}  // namespace leadlag
