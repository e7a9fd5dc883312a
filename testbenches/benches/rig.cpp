// SPDX-License-Identifier: Apache-2.0
#include "benches/rig.hpp"

#include <algorithm>
#include <stdexcept>

#include "elaborate/elaborate.hpp"

namespace leadlag {

Rig::Rig(const Design& design, const Die& die)
    : x(design.inputs()),
      target(design.outputs()),
      design_(design),
      chip_(elaborate(design, die)),
      x_("x", design.inputs(), 1),
      target_("target", design.outputs(), 1),
      value_("value", design.outputs(), 1),
      sum_("sum", design.outputs(), 1) {
  if (design.chip.replicas != 1) throw std::invalid_argument("a rig holds one die");
  chip_->clk_i(clk_), chip_->rst_ni(rst_n_), chip_->target_on_i(target_on_), chip_->learn_i(learn_);
  chip_->window_i(window_), chip_->eta_i(eta_), chip_->x_i(x_), chip_->target_i(target_);
  chip_->value_o(value_), chip_->sum_o(sum_);
}

void Rig::settle() { sc_core::sc_start(1, sc_core::SC_NS); }

void Rig::reset() {
  std::fill(x.begin(), x.end(), 0.0);
  std::fill(target.begin(), target.end(), 0.0);
  rst_n_.write(false), settle();
  rst_n_.write(true), settle();
}

void Rig::cycle() {
  if (watch && ++cycles_ % 1000 == 0) watch(cycles_);
  const std::size_t lanes = lanes_per_unit(1);
  const auto drive = [&](LaneBus<double>& bus, const std::vector<double>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) bus.next()[i * lanes] = values[i];
    bus.commit();
  };
  drive(x_, x), drive(target_, target);
  target_on_.write(target_on), learn_.write(learn), eta_.write(eta);
  settle();
  do {
    clk_.write(true), settle();
    clk_.write(false), settle();
  } while (chip_->replaying());
}

}  // namespace leadlag
