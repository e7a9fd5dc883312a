// SPDX-License-Identifier: Apache-2.0
#include "instruments/wave_probe.hpp"

#include <algorithm>

namespace leadlag {
namespace {

/// "3" of an array, "2,7" of a crossbar: as a blueprint writes it.
std::string element_name(const Trace& trace, std::size_t element, const Design& design) {
  if (!trace.crossbar) return std::to_string(element);
  const std::size_t columns = design.arrays[design.crossbars[trace.index].from].size;
  return std::to_string(element / columns) + "," + std::to_string(element % columns);
}

/// Weights and slopes are numbers, everything else is in volts.
bool is_plain(const Trace& trace) { return trace.crossbar || trace.signal == "slope"; }

std::vector<Waves::Signal> signals_of(const Design& design) {
  std::vector<Waves::Signal> signals;
  for (const Trace& t : design.traces) {
    for (const std::size_t e : t.elements) {
      signals.push_back({t.array, t.signal, element_name(t, e, design), is_plain(t) ? "" : "V", {}});
    }
  }
  return signals;
}

}  // namespace

WaveProbe::WaveProbe(const sc_core::sc_module_name& name, const DieModule& chip, const Design& design,
                     const std::string& file, const std::string& comment)
    : sc_module(name),
      chip_(chip),
      chip_name_(design.chip.name),
      file_(sc_core::sc_create_vcd_trace_file(file.c_str())),
      cycles_left_(design.schedule.params.traced_cycles),
      record_(signals_of(design)) {
  file_->set_time_unit(1, sc_core::SC_PS);
  sc_core::sc_write_comment(file_, comment);
  for (const Trace& trace : design.traces) {
    for (const std::size_t element : trace.elements) {
      signals_.push_back({&trace, element, is_plain(trace) ? 1.0 : design.full_scale.voltage.si, 0.0});
      std::string place = element_name(trace, element, design);
      std::replace(place.begin(), place.end(), ',', '_');
      names_.push_back(chip_name_ + "." + trace.array + "." + trace.signal + "_" + place);
    }
  }
  SC_METHOD(sample);
  sensitive << clk_i.neg();
  dont_initialize();
}

WaveProbe::~WaveProbe() { close(); }

void WaveProbe::close() {
  if (file_ != nullptr) sc_core::sc_close_vcd_trace_file(file_);
  file_ = nullptr;
}

void WaveProbe::end_of_elaboration() {
  sc_core::sc_trace(file_, clk_i, chip_name_ + ".clk");
  for (std::size_t k = 0; k < signals_.size(); ++k) sc_core::sc_trace(file_, signals_[k].value, names_[k]);
}

void WaveProbe::sample() {
  if (file_ == nullptr) return;
  if (cycles_left_-- == 0) return close();
  now_.clear();
  for (Signal& s : signals_) {
    s.value = s.scale * chip_.probe(s.trace->crossbar, s.trace->index, s.trace->signal, s.element);
    now_.push_back(s.value);
  }
  record_.add(now_);
}

}  // namespace leadlag
