// SPDX-License-Identifier: Apache-2.0
#include "instruments/instrument.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

namespace leadlag {

Instrument::Instrument(const sc_core::sc_module_name& name, Time period) : sc_module(name), period_(period) {
  if (!(period.si > 0.0) || !std::isfinite(period.si))
    throw std::invalid_argument(std::string(this->name()) + ": period must be more than 0");
  SC_METHOD(on_edge);
  sensitive << clk_i;
}

void Instrument::on_edge() {
  if (clk_i.posedge()) {
    ++edges_;
  } else {
    on_fall(edges_);
  }
}

Source::Source(const sc_core::sc_module_name& name, Waveform waveform, Time period)
    : Instrument(name, period), waveform_(std::move(waveform)) {}

void Source::on_fall(std::int64_t edges) { out.write(waveform_(time_of(edges))); }

Probe::Probe(const sc_core::sc_module_name& name, Time period, const Gate& gate)
    : Instrument(name, period), gate_(gate), record_{.period = period} {}

void Probe::on_fall(std::int64_t edges) {
  if (edges == 0) return;
  const Time now = time_of(edges - 1);
  if (!reached(now, gate_.from) || reached(now, gate_.to)) return;
  if (record_.values.empty()) record_.first = edges - 1;
  sample();
}

}  // namespace leadlag
