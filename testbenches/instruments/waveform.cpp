// SPDX-License-Identifier: Apache-2.0
#include "instruments/waveform.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "units/random.hpp"

namespace leadlag::waveform {
namespace {

void require(bool condition, const std::string& message) {
  if (!condition) throw std::invalid_argument(message);
}

void finite(double value, const char* what) {
  require(std::isfinite(value), std::string(what) + " must be a finite number");
}

void positive(double value, const char* what) {
  require(value > 0.0 && std::isfinite(value), std::string(what) + " must be more than 0");
}

/// The sine of an angle given in turns.
double sine_of_turns(double turns, double phase) {
  return std::sin(2.0 * std::numbers::pi * (turns - std::floor(turns)) + phase);
}

/// Which interval t lies in; the slack of reached().
std::uint64_t interval_of(Time t, Time interval) {
  const double n = std::floor(t / interval * (1.0 + 1e-12));
  return n > 0.0 ? static_cast<std::uint64_t>(n) : 0;
}

/// Turns of a chirp since its start.
double turns(const Chirp& c, Time t) {
  if (!reached(c.duration, t)) return turns(c, c.duration) + c.to.si * (t - c.duration).si;
  if (c.from == c.to) return c.from.si * t.si;
  if (c.sweep == Sweep::linear) return c.from.si * t.si + 0.5 * (c.to - c.from).si * t.si * (t / c.duration);
  const double octaves = std::log(c.to / c.from);  // natural ones
  return c.from.si * c.duration.si / octaves * std::expm1(octaves * (t / c.duration));
}

void check(const Chirp& c) {
  finite(c.amplitude, "chirp: amplitude"), finite(c.phase, "chirp: phase"), finite(c.offset, "chirp: offset");
  positive(c.duration.si, "chirp: duration");
  const bool linear = c.sweep == Sweep::linear;
  for (const Frequency f : {c.from, c.to}) {
    require(std::isfinite(f.si) && (f.si > 0.0 || (linear && f.si == 0.0)),
            linear ? "chirp: from and to must not be negative"
                   : "chirp: from and to of an exponential sweep must be more than 0");
  }
}

/// A linear-feedback shift register, one bit at a time from anywhere. With s[k + order] = s[k] + s[k + order
/// - m] over GF(2), x^k mod c(x), c(x) = x^order + x^(order - m) + 1, gives s[k] as a sum of the first
/// `order` bits, which are all 1: the parity of its coefficients.
class ShiftRegister {
 public:
  explicit ShiftRegister(int order) : order_(order) {
    constexpr std::array<std::array<int, 2>, 5> known{{{7, 6}, {9, 5}, {15, 14}, {23, 18}, {31, 28}}};
    for (const auto& [n, m] : known) {
      if (n == order) low_terms_ = (std::uint64_t{1} << (n - m)) | 1U;
    }
    require(low_terms_ != 0, "prbs: order must be 7, 9, 15, 23 or 31");
  }
  bool bit(std::uint64_t k) const {
    k %= (std::uint64_t{1} << order_) - 1;
    std::uint64_t power = 1;
    for (int b = order_ - 1; b >= 0; --b) {
      power = times(power, power);
      if ((k >> b & 1U) != 0) power = times(power, 2);
    }
    return std::popcount(power) % 2 != 0;
  }

 private:
  std::uint64_t times(std::uint64_t a, std::uint64_t b) const {
    std::uint64_t product = 0;
    for (int k = order_ - 1; k >= 0; --k) {
      product <<= 1;
      if ((product >> order_) != 0) product ^= (std::uint64_t{1} << order_) | low_terms_;
      if ((b >> k & 1U) != 0) product ^= a;
    }
    return product;
  }
  int order_;
  std::uint64_t low_terms_ = 0;
};

}  // namespace

Waveform dc(double value) {
  finite(value, "dc: value");
  return [value](Time) { return value; };
}

Waveform step(const Step& s) {
  finite(s.before, "step: before"), finite(s.after, "step: after"), finite(s.at.si, "step: at");
  return [s](Time t) { return reached(t, s.at) ? s.after : s.before; };
}

Waveform sine(const Sine& s) {
  finite(s.amplitude, "sine: amplitude"), finite(s.phase, "sine: phase"), finite(s.offset, "sine: offset");
  positive(s.frequency.si, "sine: frequency");
  return [s](Time t) { return s.offset + s.amplitude * sine_of_turns(s.frequency.si * t.si, s.phase); };
}

Waveform sum(std::vector<Waveform> parts) {
  return [parts = std::move(parts)](Time t) {
    double total = 0.0;
    for (const Waveform& part : parts) total += part(t);
    return total;
  };
}

Waveform multi_tone(const std::vector<Sine>& tones) {
  require(!tones.empty(), "multi_tone: needs a tone");
  std::vector<Waveform> parts;
  for (const Sine& tone : tones) parts.push_back(sine(tone));
  return sum(std::move(parts));
}

Waveform chirp(const Chirp& c) {
  check(c);
  return [c](Time t) { return c.offset + c.amplitude * sine_of_turns(turns(c, t), c.phase); };
}

Frequency chirp_frequency(const Chirp& c, Time t) {
  check(c);
  if (reached(t, c.duration)) return c.to;
  const double share = t / c.duration;
  return c.sweep == Sweep::linear ? c.from + (c.to - c.from) * share
                                  : c.from * std::pow(c.to / c.from, share);
}

Waveform prbs(const Prbs& p) {
  finite(p.low, "prbs: low"), finite(p.high, "prbs: high");
  positive(p.bit.si, "prbs: bit");
  return
      [p, bits = ShiftRegister(p.order)](Time t) { return bits.bit(interval_of(t, p.bit)) ? p.high : p.low; };
}

Waveform noise(const Noise& n) {
  finite(n.mean, "noise: mean");
  require(n.deviation >= 0.0 && std::isfinite(n.deviation), "noise: deviation must not be negative");
  positive(n.interval.si, "noise: interval");
  return [n, draws = Draws(n.seed, n.name, "noise source")](Time t) {
    return n.mean + n.deviation * draws.normal(interval_of(t, n.interval));
  };
}

}  // namespace leadlag::waveform
