// SPDX-License-Identifier: Apache-2.0
#include "instruments/bench.hpp"

#include <algorithm>
#include <cmath>

namespace leadlag {
namespace {

/// Learning curves of chips with at most this many plastic parameters show them.
constexpr std::size_t shown_parameters = 32;

}  // namespace

sc_core::sc_time kernel_period(const Design& design) {
  const double ps = std::max(2.0, 2.0 * std::round(design.chip.period().si / 2e-12));
  return {ps, sc_core::SC_PS};
}

Bench::Bench(const sc_core::sc_module_name& name, DieModule& chip, const Design& design, Task& task)
    : sc_module(name),
      chip_(chip),
      design_(design),
      task_(task),
      host_(chip, design),
      clk_("clk", kernel_period(design), 0.5, kernel_period(design) / 2),
      x_("x", design.inputs(), static_cast<std::size_t>(design.chip.replicas)),
      target_("target", design.outputs(), static_cast<std::size_t>(design.chip.replicas)),
      value_("value", design.outputs(), static_cast<std::size_t>(design.chip.replicas)),
      sum_("sum", design.outputs(), static_cast<std::size_t>(design.chip.replicas)),
      next_x_(x_.read().size()),
      next_target_(target_.read().size()) {
  chip.clk_i(clk_), chip.rst_ni(rst_n_), chip.target_on_i(target_on_), chip.learn_i(learn_),
      chip.window_i(window_);
  chip.eta_i(eta_), chip.x_i(x_), chip.target_i(target_), chip.value_o(value_), chip.sum_o(sum_);
  SC_METHOD(on_fall);
  sensitive << clk_.negedge_event();
  SC_METHOD(turn_reset);
  sensitive << reset_turns_;
  dont_initialize();
}

double Bench::annealed(std::int64_t n) const {
  const LearningParams& p = design_.learning.params;
  const double progress = task_.progress(n);
  return p.anneal_shape == Anneal::exponential ? std::pow(p.anneal, progress)
                                               : 1.0 - (1.0 - p.anneal) * progress;
}

void Bench::on_fall() {
  // Also runs once before the first edge, to set the pins of cycle 0.
  if (sc_core::sc_time_stamp() != sc_core::SC_ZERO_TIME) {
    ++edges_;
    observe_cycle();
    if (chip_.replaying()) return window_.write(false);
  }
  if (!done()) set_pins(cycle_);
}

void Bench::observe_cycle() {
  if (!host_waits_) task_.observe(cycle_++, value_.read(), sum_.read()), host_due_ = true;
  host_waits_ = chip_.replaying();
  if (host_waits_ || !host_due_) return;
  host_due_ = false;
  const std::int64_t n = cycle_ - 1;
  host_.after_edge(frame_.learn, task_.training_sample_ended(n), design_.learning.params.rate * annealed(n));
  record_parameters();
  learning_cycles_ += frame_.learn;
  host_waits_ = chip_.replaying();  // for the weights that the host has just sent
}

void Bench::set_pins(std::int64_t n) {
  frame_ = task_.drive(n, next_x_, next_target_);
  const auto drive = [](LaneBus<double>& bus, const std::vector<double>& lanes) {
    if (std::equal(lanes.begin(), lanes.end(), bus.read().begin())) return;
    std::copy(lanes.begin(), lanes.end(), bus.next().begin());
    bus.commit();
  };
  drive(x_, next_x_), drive(target_, next_target_);
  target_on_.write(frame_.target_on), learn_.write(frame_.learn), window_.write(frame_.window);
  eta_.write(design_.learning.params.rate * annealed(n));
  if (frame_.reset) reset_turns_.notify(sc_core::SC_ZERO_TIME);
}

/// Low for a quarter of a period, before the next rising edge.
void Bench::turn_reset() {
  const bool begins = rst_n_.read();
  rst_n_.write(!begins);
  if (begins) reset_turns_.notify(kernel_period(design_) / 4);
}

void Bench::record_parameters() {
  auto& curve = task_.results().curve;
  if (curve.size() == points_) return;
  points_ = curve.size();
  std::size_t total = 0;
  for (const auto& group : chip_.groups()) total += group.plastic ? group.size : 0;
  if (total > shown_parameters) return;
  for (std::size_t g = 0; g < chip_.groups().size(); ++g) {
    if (!chip_.groups()[g].plastic) continue;
    std::vector<double> values(chip_.groups()[g].size);
    chip_.read(g, values);
    auto& parameters = curve.back().parameters;
    parameters.insert(parameters.end(), values.begin(), values.end());
  }
}

void Bench::run(std::int64_t cycles) {
  const std::int64_t last = std::min(cycle_ + cycles, task_.cycles());
  // A quarter period past the last falling edge: sc_start leaves out what happens at its very end.
  const sc_core::sc_time period = kernel_period(design_);
  while (cycle_ < last || host_waits_) {
    const std::int64_t edges = edges_ + std::max<std::int64_t>(1, last - cycle_);
    const sc_core::sc_time end = period * static_cast<double>(edges) + period / 4;
    sc_core::sc_start(end - sc_core::sc_time_stamp());
  }
}

}  // namespace leadlag
