// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "arrays/boundary_arrays.hpp"
#include "arrays/die_module.hpp"
#include "arrays/neuron_array.hpp"
#include "design/design.hpp"
#include "design/die.hpp"
#include "elaborate/host_sequencer.hpp"
#include "elaborate/tile_island.hpp"

namespace leadlag {

/// Tile detail: one module per array (its crossbars and their physical tiles inside), lane buses between
/// them.
template <class T>
class TileDie final : public DieModule {
 public:
  SC_HAS_PROCESS(TileDie);
  /// `gathers` is false for a die of system: bptt whose host computes the gradient elsewhere, from a model.
  TileDie(const sc_core::sc_module_name& name, const Design& design, const Die& die, bool gathers = true);

  void read(std::size_t group, std::span<double> out) const override;
  void write(std::size_t group, std::span<const double> in) override;
  void take(std::size_t group, std::span<double> out) override;
  double probe(bool crossbar, std::size_t index, const std::string& signal,
               std::size_t element) const override;
  std::vector<IslandReport> islands() const override;
  bool replaying() const override { return host_ ? host_->busy() : replay_.read(); }

 private:
  struct Array {  // one of the three
    std::unique_ptr<InputArray<T>> input;
    std::unique_ptr<LowPassArray<T>> low_pass;
    std::unique_ptr<NeuronArray<T>> neurons;
    std::unique_ptr<LaneBus<T>> rate;
  };
  enum class Member { weights, bias, tau_m, tau_r };
  struct Handle {
    Member member;
    std::size_t index;  // crossbar, or array
  };

  void build_neurons(std::size_t a, const Design& design, const Die& die, const Wiring& wiring);
  void bind_neurons(std::size_t a, const Design& design, const Wiring& wiring);
  void list_groups(const Design& design);
  void list_activities(const Design& design);
  void build_islands(const Design& design, const Wiring& wiring);
  void run_in_order();
  void run_islands();
  void reset_islands();
  void build_sequencer(const Design& design);
  void sequence();
  void build_host(const Design& design, bool gathers);
  void replay_backward();

  std::vector<Array> arrays_;
  std::vector<CrossbarArray<T>*> crossbars_;
  std::vector<std::unique_ptr<LaneBus<T>>> backs_;  // by crossbar; null where nothing is sent back
  std::unique_ptr<ReadoutArray<T>> readout_;
  std::size_t output_ = 0;
  std::vector<Handle> handles_;
  std::vector<NeuronArray<T>*> order_;  // transparent schedule: bottom-up
  std::vector<std::unique_ptr<TileIsland<T>>> islands_;
  // VLE exact: `window` cycles with plasticity on are recorded, then as many are replayed.
  sc_core::sc_signal<bool> replay_{"replay"};
  std::int64_t window_ = 0, recorded_ = 0;
  std::vector<std::size_t> recorded_signals_;  // by array, of all its units and replicas
  std::vector<Activity> memory_activity_;
  // BPTT: a host goes backwards over the window, in no time of the die; replay_ says that the die stands
  // still.
  std::unique_ptr<HostSequencer> host_;
};

}  // namespace leadlag
