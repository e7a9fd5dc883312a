// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "arrays/boundary_arrays.hpp"
#include "arrays/island.hpp"
#include "arrays/neuron_array.hpp"
#include "design/design.hpp"

namespace leadlag {

/// An analog island in tile detail: at every clock edge it advances its columns by ticks_per_clock ticks, all
/// of them together, then lets the plastic cells work.
template <class T>
class TileIsland {
 public:
  /// What stands at each index of Design::arrays; null where it is of another kind.
  struct Columns {
    std::vector<InputArray<T>*> inputs;
    std::vector<LowPassArray<T>*> low_passes;
    std::vector<NeuronArray<T>*> neurons;
  };
  TileIsland(const Design& design, const Wiring& wiring, const Columns& columns,
             const std::vector<std::size_t>& members);

  void on_edge();
  void reset() { started_ = false; }
  bool contains(std::size_t array) const;
  const std::vector<std::size_t>& members() const { return members_; }
  const Island& scheduler() const { return *island_; }

 private:
  void move_inputs(double fraction);

  std::vector<std::size_t> members_;
  std::vector<InputArray<T>*> inputs_;
  std::vector<NeuronArray<T>*> neurons_;
  std::unique_ptr<Island> island_;
  int ticks_;
  bool jumps_ = false;    // reads something that steps at clock edges
  bool started_ = false;  // the first edge after a reset is time 0
};

}  // namespace leadlag
