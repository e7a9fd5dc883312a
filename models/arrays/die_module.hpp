// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <systemc>
#include <utility>
#include <vector>

#include "arrays/island.hpp"
#include "arrays/lane_bus.hpp"
#include "blocks/weight_register.hpp"
#include "technology/datasheet.hpp"

namespace leadlag {

/// A die at its pads, whatever its detail. Pads carry model units (1 = one full scale), unit-major, replicas
/// inside.
///
/// Clocked on the rising edge; drive the pads on the falling edge. The host port (parameters below) is used
/// between edges, as a host's bus would.
class DieModule : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(rst_ni);       ///< asynchronous, active low; clears state, keeps weights
  sc_core::sc_in<bool> SC_NAMED(target_on_i);  ///< the target drives the output error
  sc_core::sc_in<bool> SC_NAMED(learn_i);      ///< plasticity is on
  sc_core::sc_in<bool> SC_NAMED(window_i);     ///< the readout converts
  sc_core::sc_in<double> SC_NAMED(eta_i);      ///< learning rate of updates on the die
  sc_core::sc_port<LaneIn<double>> SC_NAMED(x_i);
  sc_core::sc_port<LaneIn<double>> SC_NAMED(target_i);
  sc_core::sc_port<LaneOut<double>> SC_NAMED(value_o);  ///< outputs sampled at the last edge
  sc_core::sc_port<LaneOut<double>> SC_NAMED(sum_o);    ///< outputs summed over the readout window

  explicit DieModule(const sc_core::sc_module_name& name) : sc_module(name) {}

  /// A set of parameters that a host can read and write: "w1", "w1.bias", "hidden.tau_m" (in model time
  /// units).
  struct Group {
    std::string name;
    std::size_t size;
    bool plastic;
    WeightRange range{};  ///< of what is written to it
  };
  const std::vector<Group>& groups() const { return groups_; }
  virtual void read(std::size_t group, std::span<double> out) const = 0;
  virtual void write(std::size_t group, std::span<const double> in) = 0;
  /// What the plasticity cells have accumulated since the last call (descent direction, mean over replicas);
  /// clears.
  virtual void take(std::size_t group, std::span<double> out) = 0;

  /// Present value of a signal of replica 0 in model units: "rate", "slope", "error", "membrane" of an array's
  /// unit, "weight" of a crossbar's element (row-major). Indices follow the Design.
  virtual double probe(bool crossbar, std::size_t index, const std::string& signal,
                       std::size_t element) const = 0;

  /// Analog islands: the arrays in each, and how hard their loops were to close.
  struct IslandReport {
    std::vector<std::size_t> arrays;  ///< indices of the Design
    std::string loop;                 ///< stages on its loops; empty: none
    LoopCounts counts;
  };
  virtual std::vector<IslandReport> islands() const { return {}; }

  /// The next edge runs backwards over what has been recorded, or the die stands still for its host's link:
  /// hold the pins; the task waits.
  virtual bool replaying() const { return false; }

  /// Event counters by (array or crossbar name, block stem).
  using Activities = std::map<std::pair<std::string, std::string>, const Activity*>;
  const Activities& activities() const { return activities_; }

 protected:
  std::vector<Group> groups_;
  Activities activities_;
};

}  // namespace leadlag
