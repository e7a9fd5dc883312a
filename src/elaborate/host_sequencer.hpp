// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <systemc>
#include <utility>
#include <vector>

#include "arrays/die_module.hpp"
#include "blocks/host_link.hpp"
#include "design/design.hpp"

namespace leadlag {

/// Between a die of system: bptt and its host: counts the words that its converters read and that cross the
/// link, lets the die stand still while they do, and has the host go backwards over each window that is full.
class HostSequencer final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(rst_ni);
  sc_core::sc_in<bool> SC_NAMED(learn_i);
  sc_core::sc_out<bool> SC_NAMED(still_o);  // the neurons stand still at the next edge

  SC_HAS_PROCESS(HostSequencer);
  /// `read` is called at every edge whose words leave. `back` is one cycle of the host's way back over a
  /// window: called once per cycle of it, each time in a delta cycle of its own so that buses carry from one
  /// to the next, and in no time of the die; empty for a die that the host does not look at.
  HostSequencer(const sc_core::sc_module_name& name, const Design& design, std::function<void()> read,
                std::function<void()> back);

  bool busy() const { return queue_.busy(); }
  void send_weights(std::size_t count);
  /// By array and block, of what the die has for its host. The outputs are the readout's.
  const DieModule::Activities& activities() const { return activities_; }

 private:
  void on_edge();
  void go_back();

  const std::int64_t window_, words_, weight_bits_;
  const std::uint64_t dies_;
  std::function<void()> read_, back_;
  HostLink::Queue queue_;
  std::int64_t recorded_ = 0, replayed_ = 0;
  sc_core::sc_event weights_sent_, goes_back_;
  struct Converters {
    std::size_t size;
    Activity activity;
  };
  Activity link_;
  std::vector<Converters> converters_;
  DieModule::Activities activities_;
};

}  // namespace leadlag
