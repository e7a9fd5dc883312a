// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <systemc>
#include <vector>

#include "instruments/waveform.hpp"

namespace leadlag {

/// What stands on the bench beside the chip. It moves at the falling edge of the chip's clock, when all that
/// follows from a rising edge has settled (docs/decisions/0007-falling-edge.md).
///
/// Time base: rising edge n, counted from 0, is at n times the exact period in seconds. The kernel's own time
/// is rounded to picoseconds and serves to order events only, so phase is exact for any period.
class Instrument : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  Time period() const { return period_; }

  SC_HAS_PROCESS(Instrument);

 protected:
  /// Throws std::invalid_argument unless the period is positive.
  Instrument(const sc_core::sc_module_name& name, Time period);
  /// At every falling edge, and once before the first edge. `edges`: rising edges so far.
  virtual void on_fall(std::int64_t edges) = 0;
  Time time_of(std::int64_t edge) const { return static_cast<double>(edge) * period_; }

 private:
  void on_edge();

  Time period_;
  std::int64_t edges_ = 0;
};

/// Drives a pin with a waveform: before rising edge n the pin has the waveform's value at that edge's time.
class Source final : public Instrument {
 public:
  sc_core::sc_out<double> SC_NAMED(out);

  Source(const sc_core::sc_module_name& name, Waveform waveform, Time period);

 private:
  void on_fall(std::int64_t edges) override;
  Waveform waveform_;
};

/// Which edges a probe takes: those at from <= t < to.
struct Gate {
  Time from{};
  Time to{std::numeric_limits<double>::infinity()};
};

/// Samples of consecutive rising edges.
struct Record {
  Time period{};
  std::int64_t first = 0;  ///< edge of values[0]
  std::vector<double> values{};
  Time time(std::size_t k) const {
    return static_cast<double>(first + static_cast<std::int64_t>(k)) * period;
  }
};

/// Samples a signal once in a clock cycle: the sample of edge n is the value at the falling edge that follows
/// it. On the pin that a Source drives this is the value that the chip sampled at edge n. Keeps 8 bytes per
/// sample.
class Probe : public Instrument {
 public:
  sc_core::sc_in<double> SC_NAMED(in);

  const Record& record() const { return record_; }

 protected:
  Probe(const sc_core::sc_module_name& name, Time period, const Gate& gate);
  virtual void sample() { record_.values.push_back(in.read()); }

 private:
  void on_fall(std::int64_t edges) override;
  Gate gate_;
  Record record_;
};

}  // namespace leadlag
