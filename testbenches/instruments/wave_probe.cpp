// SPDX-License-Identifier: Apache-2.0
#include "instruments/wave_probe.hpp"

namespace leadlag {

WaveProbe::WaveProbe(const sc_core::sc_module_name& name, const DieModule& chip, const Design& design,
                     const std::string& file, const std::string& comment)
    : sc_module(name),
      chip_(chip),
      chip_name_(design.chip.name),
      file_(sc_core::sc_create_vcd_trace_file(file.c_str())),
      cycles_left_(design.schedule.params.traced_cycles) {
  file_->set_time_unit(1, sc_core::SC_PS);
  sc_core::sc_write_comment(file_, comment);
  for (const Trace& trace : design.traces) {
    for (const std::size_t element : trace.elements) {
      const bool plain = trace.crossbar || trace.signal == "slope";
      signals_.push_back({&trace, element, plain ? 1.0 : design.full_scale.voltage.si, 0.0});
      std::string place = std::to_string(element);
      if (trace.crossbar) {
        const std::size_t columns = design.arrays[design.crossbars[trace.index].from].size;
        place = std::to_string(element / columns) + "_" + std::to_string(element % columns);
      }
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
  for (Signal& s : signals_) {
    s.value = s.scale * chip_.probe(s.trace->crossbar, s.trace->index, s.trace->signal, s.element);
  }
}

}  // namespace leadlag
