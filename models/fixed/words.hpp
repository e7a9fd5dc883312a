// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "fixed/format.hpp"
#include "units/field.hpp"

namespace leadlag {

/// `fixed:` of a blueprint with fidelity: fixed: the word lengths of a digital die, parameters of its RTL.
struct FixedWords {
  int signal_bits = 16, signal_fraction = 11;
  int weight_bits = 16, weight_fraction = 13;
  int guard_bits = 8;
  int decay_bits = 16;
  int gain_bits = 16, gain_fraction = 12;
  int slope_bits = 16;

  fixed::FixedFormat signal() const { return {signal_bits, signal_fraction}; }
  fixed::FixedFormat weight() const { return {weight_bits, weight_fraction}; }
  fixed::WordLengths lengths() const {
    return {.signal = signal(),
            .weight = weight(),
            .guard = guard_bits,
            .decay_bits = decay_bits,
            .gain = {gain_bits, gain_fraction},
            .slope_bits = slope_bits};
  }

  static constexpr auto fields() {
    using W = FixedWords;
    return std::tuple{
        Field{"signal_bits", &W::signal_bits, domain::between(4, 24), "word of drives, rates and errors"},
        Field{"signal_fraction", &W::signal_fraction, domain::between(0, 23), "its bits behind the point"},
        Field{"weight_bits", &W::weight_bits, domain::between(4, 24), "word of weights and biases"},
        Field{"weight_fraction", &W::weight_fraction, domain::between(0, 23), "its bits behind the point"},
        Field{"guard_bits", &W::guard_bits, domain::between(0, 16),
              "bits of a membrane below a signal's last one"},
        Field{"decay_bits", &W::decay_bits, domain::between(4, 24),
              "1 - decay per cycle, all behind the point"},
        Field{"gain_bits", &W::gain_bits, domain::between(4, 24), "lead / lag, no sign"},
        Field{"gain_fraction", &W::gain_fraction, domain::between(0, 23), "its bits behind the point"},
        Field{"slope_bits", &W::slope_bits, domain::between(4, 16),
              "phi' from 0 to 1, one bit before the point"}};
  }
  bool operator==(const FixedWords&) const = default;
};

}  // namespace leadlag
