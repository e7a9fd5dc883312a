// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <systemc>
#include <tuple>

#include "blocks/converter.hpp"
#include "blocks/operating_point.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"
#include "units/signal_traits.hpp"

namespace leadlag {

/// Takes an output off the chip: one SAR converter per output and an accumulator that adds what it converts
/// while the readout window is open.
///
///   sum += rate at every edge at which window_i is high; cleared at the first edge of a window
///
/// Ideal fidelity does not quantise: `bits` sizes energy, area and conversion time. Circuit fidelity: what is
/// converted is Converter::to_digital (converter.hpp) of the rate.
struct Readout {
  struct Params {
    int bits = 8;
    double range = 2.0;

    static constexpr auto fields() {
      return std::tuple{Field{"bits", &Params::bits, domain::between(1, 16), "resolution of the converter"},
                        Field{"range", &Params::range, domain::positive,
                              "circuit fidelity: it converts -range to range, in model units"}};
    }
  };
  static constexpr const char* stem = "readout";

  template <class V>
  struct State {
    V sum{};
    bool open = false;
  };
  template <class V>
  static void advance(State<V>& s, bool window, V rate) {
    if (window) s.sum = s.open ? s.sum + rate : rate;
    s.open = window;
  }
  /// What a converter of `bits` makes of a rate: the nearest of 2^bits steps of 2 range / 2^bits from -range
  /// to range. For a host that works with the converted numbers (system: bptt).
  template <class V>
  static V quantised(V rate, int bits, V range) {
    const V half = static_cast<V>(1 << (bits - 1)), code = std::nearbyint(rate / range * half);
    return std::clamp(code, -half, half - V(1)) * range / half;
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

/// Structural detail: one channel. With Hop::continuous the analog island of its neuron calls sample().
class ReadoutModule final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(window_i);
  sc_core::sc_in<Voltage> SC_NAMED(rate_i);
  sc_core::sc_out<double> SC_NAMED(value_o);  // sampled at the last edge, model units
  sc_core::sc_out<double> SC_NAMED(sum_o);    // model units

  SC_HAS_PROCESS(ReadoutModule);
  /// converter: null at ideal fidelity.
  ReadoutModule(const sc_core::sc_module_name& name, Hop hop, FullScale full_scale, Activity& activity,
                const Converter* converter = nullptr);

  void sample(double rate);  ///< model units

 private:
  void on_edge() { sample(rate_i.read() / full_scale_.voltage); }

  Readout::State<double> state_;
  FullScale full_scale_;
  std::optional<Converter> converter_;
  Activity& activity_;
};

}  // namespace leadlag
