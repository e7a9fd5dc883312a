// SPDX-License-Identifier: Apache-2.0
#include "elaborate/host_sequencer.hpp"

#include "design/host_traffic.hpp"

namespace leadlag {

HostSequencer::HostSequencer(const sc_core::sc_module_name& name, const Design& design,
                             std::function<void()> read, std::function<void()> back)
    : sc_module(name),
      window_(design.learning.params.window),
      words_(host_traffic(design).bits_out),
      weight_bits_(design.blocks.weight_register.bits),
      dies_(static_cast<std::uint64_t>(design.chip.replicas)),
      read_(std::move(read)),
      back_(std::move(back)),
      queue_{.capacity = host_traffic(design).capacity} {
  activities_[{"chip", HostLink::stem}] = &link_;
  converters_.reserve(design.arrays.size());  // activities_ points into it
  for (std::size_t a = 0; a < design.arrays.size() && design.converts_states(); ++a) {
    if (!design.arrays[a].is_neuron() || a == design.learning.output) continue;
    converters_.push_back({design.arrays[a].size, {}});
    activities_[{design.arrays[a].name, Readout::stem}] = &converters_.back().activity;
  }
  SC_METHOD(on_edge);
  sensitive << clk_i.pos() << rst_ni.neg() << weights_sent_;
  dont_initialize();
  SC_METHOD(go_back);
  sensitive << goes_back_;
  dont_initialize();
}

void HostSequencer::send_weights(std::size_t count) {
  queue_.in += static_cast<std::int64_t>(count) * weight_bits_;
  weights_sent_.notify(sc_core::SC_ZERO_TIME);
}

void HostSequencer::on_edge() {
  if (!rst_ni.read()) {
    recorded_ = 0;
    queue_.out = 0, queue_.last = false;
  } else if (clk_i.posedge()) {
    const bool stands = queue_.busy(), records = !stands && learn_i.read();
    if (!stands) recorded_ = records ? recorded_ + 1 : 0;
    const bool full = recorded_ == window_;
    queue_.advance(records ? words_ : 0, full);
    if (records && words_ > 0) {
      read_();
      link_[Event::transfer] += static_cast<std::uint64_t>(words_) * dies_;
      for (Converters& c : converters_) c.activity[Event::conversion] += c.size * dies_;
    }
    if (full) recorded_ = 0;
    if (full && back_) goes_back_.notify(sc_core::SC_ZERO_TIME);
  }
  still_o.write(queue_.busy());
}

void HostSequencer::go_back() {
  back_();
  replayed_ = (replayed_ + 1) % window_;
  if (replayed_ > 0) goes_back_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace leadlag
