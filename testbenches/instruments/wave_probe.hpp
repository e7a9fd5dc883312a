// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <systemc>
#include <vector>

#include "arrays/die_module.hpp"
#include "design/design.hpp"
#include "instruments/wave_record.hpp"

namespace leadlag {

/// Writes the traced signals of die 0 to a VCD file, and keeps a bounded record of them: SI values, sampled
/// at the falling edge when everything within the cycle has settled. Scopes are blueprint paths:
/// chip.hidden.rate_3.
class WaveProbe final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);

  SC_HAS_PROCESS(WaveProbe);
  /// `file` without ".vcd". `comment` is written into the header (provenance).
  WaveProbe(const sc_core::sc_module_name& name, const DieModule& chip, const Design& design,
            const std::string& file, const std::string& comment);
  ~WaveProbe() override;
  Waves waves() const { return record_.waves(); }

 private:
  struct Signal {
    const Trace* trace;
    std::size_t element;
    double scale, value;
  };
  void sample();
  void close();
  void end_of_elaboration() override;

  const DieModule& chip_;
  std::string chip_name_;
  std::deque<Signal> signals_;  // deque: the trace file keeps addresses
  std::vector<std::string> names_;
  sc_core::sc_trace_file* file_;  // closed, null, when the last traced cycle is over
  std::int64_t cycles_left_;
  WaveRecord record_;
  std::vector<double> now_;
};

}  // namespace leadlag
