// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "arrays/island.hpp"
#include "design/design.hpp"
#include "elaborate/structural_arrays.hpp"

namespace leadlag {

/// An analog island in structural detail: a stage of the scheduler per block. At every clock edge it reads
/// the wires that enter it, advances its blocks by ticks_per_clock ticks, lets its plasticity cells work, and
/// writes its blocks' signals for those who look at them.
class StructuralIsland final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(rst_ni);
  sc_core::sc_in<bool> SC_NAMED(learn_i);
  sc_core::sc_in<bool> SC_NAMED(target_on_i);
  sc_core::sc_in<double> SC_NAMED(eta_i);

  /// The chip's parts, by index of Design::arrays and Design::crossbars; null where there is none.
  struct Parts {
    std::vector<StructuralSource*> sources;
    std::vector<StructuralNeurons*> neurons;
    std::vector<StructuralCrossbar*> crossbars;
    const Wires<double>* target;
    std::vector<ReadoutModule*> readouts;  ///< empty unless the output array is a member
  };
  SC_HAS_PROCESS(StructuralIsland);
  StructuralIsland(const sc_core::sc_module_name& name, const Design& design, const Wiring& wiring,
                   Parts parts, const std::vector<std::size_t>& members);

  const std::vector<std::size_t>& members() const { return members_; }
  const Island& scheduler() const { return *island_; }

 private:
  struct NeuronStage;
  struct ErrorStage;
  struct FilterStage;
  struct Builder;
  void run();
  void begin_cycle();
  void clear();
  void read_wires();
  void move_inputs(double fraction);
  void send_back();
  void learn();
  void publish();
  bool contains(std::size_t array) const;
  double drive(std::size_t array, std::size_t unit) const;
  double back(std::size_t array, std::size_t unit) const;
  double epsilon(std::size_t array, std::size_t unit) const;
  double weight(std::size_t crossbar, std::size_t row, std::size_t column) const;

  // Of the Design, which need not outlive the construction.
  struct Crossbar {
    std::size_t from, to, below;
    bool plastic;
  };
  std::vector<Crossbar> crossbars_;
  std::vector<std::size_t> low_pass_source_, inputs_;
  std::vector<std::vector<bool>> ramps_;
  TargetUnit::Params target_unit_;
  UpdateBy update_;
  std::size_t output_;
  bool has_target_;
  int ticks_;
  FullScale full_scale_;

  Parts parts_;
  std::vector<std::size_t> members_;
  std::unique_ptr<Island> island_;
  // In model units, by array.
  std::vector<std::vector<double>> rates_, errors_;    // at this instant
  std::vector<std::vector<double>> wire_, last_wire_;  // of what enters: at this edge and at the last one
  std::vector<std::vector<double>> held_, next_held_;  // errors from sampled arrays, one register on the way
  std::vector<ProductLag<double>> lagged_rates_, lagged_errors_;  // by crossbar; by array
  std::vector<double> target_, wire_target_, last_target_;
  bool jumps_ = false;    // reads something that steps at clock edges
  bool started_ = false;  // the first edge after a reset is time 0
};

}  // namespace leadlag
