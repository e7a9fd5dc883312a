// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "fixed/format.hpp"

namespace leadlag::fixed {

/// Curves that the digital neuron has; numbers as in rtl_ref/leadlag_pkg.sv.
enum class Curve { linear = 0, relu = 1, tanh = 2, hard_sigmoid = 3, softplus = 4 };

struct Activated {
  std::int64_t rate = 0;   // a signal
  std::int64_t slope = 0;  // of 2^(slope_bits - 1)
};

/// phi(x) and phi'(x) of a signal; twin of rtl_ref/activation.sv.
///
/// tanh: 128 equal segments from 0 to 4, straight between nodes of 15 fraction bits, odd, constant beyond 4;
/// slope = 1 - tanh^2. Error of the curve: h^2/8 max|phi''| = 9.4e-5 with h = 1/32, two roundings of 2^-16
/// and one of half an LSB; beyond 4 it is 1 - tanh(4) = 6.7e-4. Needs 6 fraction bits or more.
///
/// softplus: max(x, 0) + log(1 + e^-|x|), the second from 128 segments from 0 to 8, constant beyond; slope =
/// (1 + tanh(x / 2)) / 2 from the nodes of tanh, whose segments are the same. Error of the curve: h^2/8
/// max|phi''| = 1.2e-4 with h = 1/16 and the same roundings; beyond 8, 3.4e-4.
struct Activation {
  static constexpr int index_bits = 7, node_bits = 15, range_bits = 2;  // 4 = 2^range_bits
  static constexpr std::size_t segments = std::size_t{1} << index_bits;
  using Nodes = std::array<std::int64_t, segments + 1>;

  /// tanh at the ends of the segments: what rtl_ref/leadlag_tanh_rom.sv holds.
  static const Nodes& nodes() noexcept {
    static const Nodes table = [] {
      Nodes n{};
      for (std::size_t i = 0; i < n.size(); ++i) {
        const double x = static_cast<double>(i << range_bits) / static_cast<double>(segments);
        n[i] = quantise(std::tanh(x), {node_bits + 1, node_bits});
      }
      return n;
    }();
    return table;
  }

  /// log(1 + e^-x) at the ends of 128 segments from 0 to 8: what rtl_ref/leadlag_softplus_rom.sv holds.
  static const Nodes& softplus_nodes() noexcept {
    static const Nodes table = [] {
      Nodes n{};
      for (std::size_t i = 0; i < n.size(); ++i) {
        const double x = static_cast<double>(i << (range_bits + 1)) / static_cast<double>(segments);
        n[i] = quantise(std::log1p(std::exp(-x)), {node_bits + 1, node_bits});
      }
      return n;
    }();
    return table;
  }

  static Activated softplus(const WordLengths& w, std::int64_t x) noexcept {
    const Nodes &tail = softplus_nodes(), &bend = nodes();
    const int within = w.signal.frac + range_bits + 1 - index_bits;
    const std::int64_t size = x < 0 ? -x : x;
    const auto segment = static_cast<std::size_t>(size >> within);
    std::int64_t g = tail[segments], t = bend[segments];
    if (segment < segments) {
      const std::int64_t rest = size & ((std::int64_t{1} << within) - 1);
      g = tail[segment] - round_shift((tail[segment] - tail[segment + 1]) * rest, within);
      t = bend[segment] + round_shift((bend[segment + 1] - bend[segment]) * rest, within);
    }
    const std::int64_t rate = (x > 0 ? x : 0) + round_shift(g, node_bits - w.signal.frac);
    const std::int64_t half = round_shift(t, node_bits + 2 - w.slope_bits);  // of tanh(|x| / 2) / 2
    const std::int64_t middle = w.slope_one() / 2;
    return {saturate(rate, w.signal.bits), x < 0 ? middle - half : middle + half};
  }
  static Activated tanh(const WordLengths& w, std::int64_t x) noexcept {
    const Nodes& table = nodes();
    const int within = w.signal.frac + range_bits - index_bits;  // bits of x inside a segment
    const std::int64_t size = x < 0 ? -x : x;
    const auto segment = static_cast<std::size_t>(size >> within);
    std::int64_t y = table[segments];
    if (segment < segments) {
      const std::int64_t rest = size & ((std::int64_t{1} << within) - 1);
      y = table[segment] + round_shift((table[segment + 1] - table[segment]) * rest, within);
    }
    const std::int64_t rate = round_saturate(y, node_bits - w.signal.frac, w.signal.bits);
    const std::int64_t fall = round_shift(y * y, 2 * node_bits - (w.slope_bits - 1));
    return {x < 0 ? -rate : rate, w.slope_one() - fall};
  }
  static constexpr Activated hard_sigmoid(const WordLengths& w, std::int64_t x) noexcept {
    const std::int64_t y4 = x + 2 * w.signal.one();  // 4 (x/4 + 1/2)
    const std::int64_t rate = std::clamp(round_shift(y4, 2), std::int64_t{0}, w.signal.one());
    return {rate, y4 > 0 && y4 < 4 * w.signal.one() ? w.slope_one() / 4 : 0};
  }
  static Activated of(Curve curve, const WordLengths& w, std::int64_t x) noexcept {
    switch (curve) {
      case Curve::tanh:
        return tanh(w, x);
      case Curve::hard_sigmoid:
        return hard_sigmoid(w, x);
      case Curve::softplus:
        return softplus(w, x);
      case Curve::relu:
        return {x > 0 ? x : 0, x > 0 ? w.slope_one() : 0};
      case Curve::linear:
        break;
    }
    return {x, w.slope_one()};
  }
};

}  // namespace leadlag::fixed
