// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace leadlag {

/// A binary-weighted array of capacitors as made, over -range to range in 2^bits steps: the DAC of an input,
/// or the heart of a successive-approximation ADC. A bit's capacitor is 2^k unit capacitors, so its relative
/// error is that of one over sqrt(2^k); one more unit closes the array, C_total = C_u + sum C_k.
///
///   level(code) = range (2 sum of the code's C_k / C_total - 1)      of code 2^(bits-1): 0, if all are equal
///   to_analog   level of the nearest code, ends included
///   to_digital  code found bit by bit from the highest: a bit stays if level(code with it) - LSB/2 <= v
///               + offset; read as its nominal level
///
/// Integral nonlinearity of code 2^(bits-1) has sigma ~ sigma_u sqrt(2^bits) / 2 LSB, differential
/// nonlinearity at that step sigma_u sqrt(2^bits - 1) LSB: variances of units that change sides there add.
struct Converter {
  double range = 1.0;
  std::vector<double> bit;  ///< share of bit k in the whole, lowest first; 2^k / 2^bits as drawn
  double offset = 0.0;      ///< of the comparator, model units

  int bits() const { return static_cast<int>(bit.size()); }
  double lsb() const { return 2.0 * range / std::exp2(bits()); }
  double level(std::uint32_t code) const {
    double share = 0.0;
    for (std::size_t k = 0; k < bit.size(); ++k) share += (code >> k & 1U) != 0 ? bit[k] : 0.0;
    return range * (2.0 * share - 1.0);
  }
  double to_analog(double x) const {
    const double codes = std::exp2(bits());
    const double nearest = std::floor((x / range + 1.0) / 2.0 * codes + 0.5);
    return level(static_cast<std::uint32_t>(std::clamp(nearest, 0.0, codes - 1.0)));
  }
  double to_digital(double v) const {
    const double shifted = ((v + offset) / range + 1.0) / 2.0 + 0.5 / std::exp2(bits());
    double share = 0.0, nominal = 0.0;
    for (std::size_t k = bit.size(); k-- > 0;) {
      if (share + bit[k] > shifted) continue;
      share += bit[k];
      nominal += std::exp2(static_cast<int>(k) - bits());
    }
    return range * (2.0 * nominal - 1.0);
  }
};

}  // namespace leadlag
