// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <systemc>
#include <utility>
#include <vector>

#include "arrays/column_kernel.hpp"
#include "arrays/lane_bus.hpp"
#include "blocks/converter.hpp"
#include "blocks/input_driver.hpp"
#include "blocks/readout.hpp"
#include "technology/datasheet.hpp"

namespace leadlag {

/// Tile detail of a column of input drivers: takes its slice of the chip's input pins, follows within the
/// tick.
template <class T>
class InputArray final : public sc_core::sc_module {
 public:
  sc_core::sc_port<LaneIn<double>> SC_NAMED(x_i);
  sc_core::sc_port<LaneOut<T>> SC_NAMED(rate_o);

  SC_HAS_PROCESS(InputArray);
  /// Its pins are those of the chip from `first` on. converters: by unit, of those that are DACs; or none.
  InputArray(const sc_core::sc_module_name& name, const std::vector<InputDriver::Params>& drivers,
             std::size_t first, std::size_t replicas, std::vector<Converter> converters = {})
      : sc_module(name),
        size_(drivers.size()),
        first_(first),
        replicas_(replicas),
        converters_(std::move(converters)) {
    for (const auto& p : drivers) ramps_.push_back(p.reconstruction == Reconstruction::ramp);
    any_ramp_ = std::find(ramps_.begin(), ramps_.end(), true) != ramps_.end();
    SC_METHOD(follow);
  }
  bool any_held() const { return std::find(ramps_.begin(), ramps_.end(), false) != ramps_.end(); }
  /// For analog islands: rates at this fraction of the way from the last edge to this one. The first call is
  /// for fraction 1.
  void move_to(double fraction) {
    if (!any_ramp_) return;
    const std::size_t lanes = lanes_per_unit(replicas_);
    const auto x = x_i->read().subspan(first_ * lanes, size_ * lanes);
    if (last_.empty()) last_.assign(x.begin(), x.end());
    const auto rate = rate_o->next();
    for (std::size_t k = 0; k < rate.size(); ++k) {
      rate[k] = ramps_[k / lanes] ? static_cast<T>(last_[k] + fraction * (x[k] - last_[k]))
                                  : converted(k, x[k], lanes);
    }
    rate_o->commit();
    if (fraction == 1.0) last_.assign(x.begin(), x.end());
  }
  double rate(std::size_t unit) const {
    return static_cast<double>(rate_o->read()[unit * lanes_per_unit(replicas_)]);
  }
  Activity activity;

 private:
  void end_of_elaboration() override { changed_ = &x_i->changed(); }
  /// A code that stands is not converted again.
  T converted(std::size_t k, double x, std::size_t lanes) {
    const bool padding = k % lanes >= replicas_;  // stays zero
    if (converters_.empty() || ramps_[k / lanes] || padding) return static_cast<T>(x);
    if (codes_.empty()) codes_.assign(size_ * lanes, {std::numeric_limits<double>::quiet_NaN(), T(0)});
    auto& [code, level] = codes_[k];
    if (x != code) code = x, level = static_cast<T>(converters_[k / lanes].to_analog(x));
    return level;
  }
  void follow() {
    const std::size_t lanes = lanes_per_unit(replicas_);
    const auto x = x_i->read().subspan(first_ * lanes, size_ * lanes);
    const auto now = rate_o->read();
    const auto rate = rate_o->next();
    for (std::size_t k = 0; k < rate.size(); ++k) {
      rate[k] = converted(k, x[k], lanes);
      if (rate[k] != now[k] && !ramps_[k / lanes]) ++activity[Event::code_change];
    }
    rate_o->commit();
    next_trigger(*changed_);
  }

  std::size_t size_, first_, replicas_;
  std::vector<Converter> converters_;
  std::vector<std::pair<double, T>> codes_;  // by lane: what it was last asked for, and its level
  std::vector<bool> ramps_;
  bool any_ramp_ = false;
  std::vector<double> last_;  // pins at the last edge
  const sc_core::sc_event* changed_ = nullptr;
};

/// Tile detail of a column of synaptic low-pass filters.
template <class T>
class LowPassArray final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(rst_ni);
  sc_core::sc_port<LaneIn<T>> SC_NAMED(rate_i);
  sc_core::sc_port<LaneOut<T>> SC_NAMED(rate_o);

  SC_HAS_PROCESS(LowPassArray);
  /// With Hop::continuous the scheduler of its analog island calls settle(), keep() and advance().
  LowPassArray(const sc_core::sc_module_name& name, std::size_t size, std::size_t replicas, Hop hop,
               bool same_instant)
      : sc_module(name),
        size_(size),
        replicas_(replicas),
        same_instant_(same_instant),
        lanes_(size * lanes_per_unit(replicas)),
        analog_(lanes_, false) {
    SC_METHOD(on_edge);
    sensitive << rst_ni.neg();
    if (hop != Hop::continuous) sensitive << clk_i.pos();
    dont_initialize();
  }
  void settle(Instant at) {
    analog_.settle(at, (same_instant_ ? rate_i->fresh() : rate_i->read()).data(), rate_o->next().data());
    rate_o->commit();
  }
  void keep() { analog_.keep(); }
  void advance() { analog_.advance(); }
  std::span<T> wires() { return rate_o->next(); }
  void set(std::size_t unit, const LeadLag::Coefficients<double>& c) {
    const std::size_t lanes = lanes_per_unit(replicas_);
    lanes_.set(unit * lanes, lanes, c);
  }
  double rate(std::size_t unit) const {
    return static_cast<double>(rate_o->read()[unit * lanes_per_unit(replicas_)]);
  }
  Activity activity;

 private:
  void on_edge() {
    if (!rst_ni.read()) {
      std::fill(lanes_.carry.begin(), lanes_.carry.end(), T(0));
      analog_.clear();
      std::fill(rate_o->next().begin(), rate_o->next().end(), T(0));
    } else {
      low_pass_column(lanes_, rate_i->read().data(), rate_o->next().data());
      activity[Event::hold_sample] += size_ * replicas_;
    }
    rate_o->commit();
  }

  std::size_t size_, replicas_;
  bool same_instant_;
  LeadLagLanes<T> lanes_;
  AnalogColumn<T> analog_;
};

/// Tile detail of the readout channels: value_o is what was sampled at the last edge, sum_o what the window
/// gathered.
template <class T>
class ReadoutArray final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(window_i);
  sc_core::sc_port<LaneIn<T>> SC_NAMED(rate_i);
  sc_core::sc_port<LaneOut<double>> SC_NAMED(value_o);
  sc_core::sc_port<LaneOut<double>> SC_NAMED(sum_o);

  SC_HAS_PROCESS(ReadoutArray);
  /// converters: by unit, or none.
  ReadoutArray(const sc_core::sc_module_name& name, std::size_t size, std::size_t replicas, Hop hop,
               std::vector<Converter> converters = {})
      : sc_module(name),
        size_(size),
        replicas_(replicas),
        converters_(std::move(converters)),
        states_(size * lanes_per_unit(replicas)) {
    if (hop != Hop::registered) return;  // the chip calls sample() after it has run the neurons
    SC_METHOD(on_edge);
    sensitive << clk_i.pos();
    dont_initialize();
  }
  void sample(std::span<const T> rate) {
    const bool window = window_i.read();
    const auto value = value_o->next(), sum = sum_o->next();
    for (std::size_t k = 0; k < states_.size(); ++k) {
      value[k] = static_cast<double>(rate[k]);
      if (!converters_.empty()) value[k] = converters_[k / lanes_per_unit(replicas_)].to_digital(value[k]);
      Readout::advance(states_[k], window, value[k]);
      sum[k] = states_[k].sum;
    }
    value_o->commit();
    sum_o->commit();
    if (window) activity[Event::conversion] += size_ * replicas_;
  }
  /// For a host that looks at the outputs outside of the readout's window.
  void convert_once() { activity[Event::conversion] += size_ * replicas_; }
  Activity activity;

 private:
  void on_edge() { sample(rate_i->read()); }

  std::size_t size_, replicas_;
  std::vector<Converter> converters_;
  std::vector<Readout::State<double>> states_;
};

}  // namespace leadlag
