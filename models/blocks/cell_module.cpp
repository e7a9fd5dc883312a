// SPDX-License-Identifier: Apache-2.0
#include "blocks/cell_module.hpp"

#include <algorithm>

namespace leadlag {

CellModule::CellModule(const sc_core::sc_module_name& name, const CellKind& kind, std::size_t first,
                       std::size_t count, const CellContext& context, std::vector<Source> voltages,
                       std::vector<Source> currents, std::vector<Source> lines, FullScale full_scale,
                       Activity& activity)
    : sc_module(name),
      voltages_i("voltages_i", voltages.size()),
      currents_i("currents_i", currents.size()),
      lines_i("lines_i", lines.size()),
      outputs_o("outputs_o", kind.outputs().size() * count),
      cells_(kind.make(first, count, context)),
      voltages_(std::move(voltages)),
      currents_(std::move(currents)),
      lines_(std::move(lines)),
      full_scale_(full_scale),
      activity_(activity) {
  for (const Pin& pin : kind.inputs()) {
    in_.emplace_back(pin.wire == Wire::line ? 1 : count);
    lanes_.push_back({in_.back().data(), pin.wire == Wire::line ? 0U : 1U});
  }
  out_.assign(kind.outputs().size(), std::vector<double>(count));
  for (auto& out : out_) outs_.push_back(out.data());
  SC_METHOD(on_edge);
  sensitive << clk_i.pos() << rst_ni.neg();
  dont_initialize();
  SC_METHOD(follow);
  sensitive << state_changed_;
  for (auto& port : voltages_i) sensitive << port;
  for (auto& port : currents_i) sensitive << port;
  for (auto& port : lines_i) sensitive << port;
}

void CellModule::end_of_elaboration() { state_changed_.notify(sc_core::SC_ZERO_TIME); }

void CellModule::gather() {
  for (const auto* sources : {&voltages_, &currents_}) {
    for (const Source& s : *sources) in_[s.pin][s.unit] = 0.0;
  }
  for (std::size_t k = 0; k < voltages_.size(); ++k) {
    in_[voltages_[k].pin][voltages_[k].unit] += voltages_i[k].read() / full_scale_.voltage;
  }
  for (std::size_t k = 0; k < currents_.size(); ++k) {
    in_[currents_[k].pin][currents_[k].unit] +=
        currents_[k].gain * (currents_i[k].read() / full_scale_.current);
  }
  for (std::size_t k = 0; k < lines_.size(); ++k) in_[lines_[k].pin][0] = lines_i[k].read();
}

void CellModule::follow() {
  gather();
  cells_->show(outs_.data());
  cells_->follow(lanes_.data(), outs_.data());
  const std::size_t count = out_.empty() ? 0 : out_[0].size();
  for (std::size_t pin = 0; pin < out_.size(); ++pin) {
    for (std::size_t i = 0; i < count; ++i)
      outputs_o[pin * count + i].write(out_[pin][i] * full_scale_.voltage);
  }
}

void CellModule::on_edge() {
  state_changed_.notify(sc_core::SC_ZERO_TIME);
  if (!rst_ni.read()) {
    cells_->reset();
    return;
  }
  gather();
  cells_->advance(lanes_.data(), activity_);
}

}  // namespace leadlag
