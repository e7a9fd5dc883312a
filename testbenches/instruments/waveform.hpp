// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "units/quantity.hpp"

namespace leadlag {

/// A signal as a pure function of time: asked twice, in any order, it says the same. Values are what a pin
/// carries: model units on a Chip, volts where a pin is a voltage.
using Waveform = std::function<double(Time)>;

/// Whether `t` has come to `at`. Both are products of whole numbers and a period, so they are compared with a
/// slack of 1e-12: what is set to 5 us happens at edge 5 of a 1 MHz clock, not at edge 6 because of rounding.
inline bool reached(Time t, Time at) { return t.si >= at.si - 1e-12 * (at.si < 0.0 ? -at.si : at.si); }

/// Makers of waveforms. Each throws std::invalid_argument that names the parameter when one makes no sense.
namespace waveform {

Waveform dc(double value);

struct Step {
  double before = 0.0, after = 1.0;
  Time at{};
};
/// `before` until `at`, `after` from then on.
Waveform step(const Step& step);

struct Sine {
  double amplitude = 1.0;  ///< peak
  Frequency frequency{};
  double phase = 0.0;  ///< radians
  double offset = 0.0;
};
/// offset + amplitude sin(2 pi f t + phase). Whole periods are removed before the sine: no loss in long runs
/// beyond the rounding of f t.
Waveform sine(const Sine& sine);

Waveform sum(std::vector<Waveform> parts);
/// The sum of its tones.
Waveform multi_tone(const std::vector<Sine>& tones);

enum class Sweep { linear, exponential };
struct Chirp {
  double amplitude = 1.0;
  Frequency from{}, to{};
  Time duration{};
  Sweep sweep = Sweep::linear;
  double phase = 0.0;
  double offset = 0.0;
};
/// A sine whose frequency moves during `duration` and stays at `to` afterwards, without a jump in phase:
///
///   linear       f(t) = from + (to - from) t / D      phase = 2 pi (from t + (to - from) t^2 / (2 D))
///   exponential  f(t) = from (to / from)^(t / D)      phase = 2 pi D (f(t) - from) / ln(to / from)
Waveform chirp(const Chirp& chirp);
/// Its instantaneous frequency f(t).
Frequency chirp_frequency(const Chirp& chirp, Time t);

struct Prbs {
  int order = 7;  ///< 7, 9, 15, 23 or 31
  double low = -1.0, high = 1.0;
  Time bit{};  ///< duration of one bit
};
/// Pseudo-random binary sequence of maximal length, 2^order - 1 bits: s[k] = s[k - order] xor s[k - m], the
/// first `order` bits are 1. Polynomials x^order + x^m + 1 of ITU-T O.150: x^7 + x^6, x^9 + x^5, x^15 + x^14,
/// x^23 + x^18, x^31 + x^28. Any bit costs about order^2 steps: a bit is found by a power of x, not by
/// shifting.
Waveform prbs(const Prbs& prbs);

struct Noise {
  double mean = 0.0, deviation = 1.0;  ///< of each sample
  Time interval{};                     ///< between samples; each is held
  std::uint64_t seed = 1;
  std::string name = "noise";  ///< sources of different names are independent
};
/// White Gaussian noise, band-limited by its sampling: flat up to 1 / (2 interval) as samples, one-sided
/// density 2 deviation^2 interval far below that. The same seed and name give the same noise.
Waveform noise(const Noise& noise);

enum class Between { line, hold };
/// Time and value from a CSV file. A line is `time,value`, time in seconds, ascending; a first line of words
/// is a header, `#` starts a comment, empty lines are skipped. Between two points the waveform is a straight
/// line or holds the earlier one; before the first point it is the first value, after the last the last.
/// Throws DataError with every mistake in the file, one `file:line:column: ...` each.
Waveform from_file(const std::string& path, Between between);

}  // namespace waveform
}  // namespace leadlag
