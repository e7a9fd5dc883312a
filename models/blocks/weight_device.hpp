// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "blocks/die_math.hpp"
#include "blocks/normal_draw.hpp"
#include "fixed/plasticity.hpp"
#include "units/field.hpp"

namespace leadlag {

/// What a weight cell can hold: a write beyond an end leaves the weight at that end, whoever writes.
struct WeightRange {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();

  bool bounded() const {
    return low > -std::numeric_limits<double>::infinity() || high < std::numeric_limits<double>::infinity();
  }
  bool holds(double weight) const { return weight >= low && weight <= high; }
  bool at_end(double weight) const { return weight <= low || weight >= high; }
  template <class V>
  V keep(V weight) const {
    return weight < static_cast<V>(low)    ? static_cast<V>(low)
           : weight > static_cast<V>(high) ? static_cast<V>(high)
                                           : weight;
  }
};

/// What becomes of the part of a write that is smaller than a step.
enum class Rounding {
  nearest,     ///< lost below half a step
  stochastic,  ///< up with the probability of its share of a step: right in the mean
};
template <>
struct Names<Rounding> {
  static constexpr std::array<std::string_view, 2> value{"nearest", "stochastic"};
};

/// Numbers for rounding: a function of who rounds, which write it is and which cell, so there is no stream
/// and no order, and both details draw the same. Integer operations that compilers turn into vectors.
///
/// The constants are those of splitmix64 (Steele et al., OOPSLA 2014) and of C. Wellons' search for 32-bit
/// mixers with two multiplications (nullprogram.com/blog/2018/07/31).
inline constexpr std::uint32_t write_key(std::uint64_t who, std::uint64_t write) {
  std::uint64_t h = who + 0x9E3779B97F4A7C15U * (write + 1);
  h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9U;
  h = (h ^ (h >> 27)) * 0x94D049BB133111EBU;
  return static_cast<std::uint32_t>(h ^ (h >> 31));
}
/// Uniform on [0, 1), 24 bits.
template <class V>
[[gnu::always_inline]] inline V cell_uniform(std::uint32_t key, std::uint32_t cell) {
  std::uint32_t h = cell * 0x9E3779B1U ^ key;
  h = (h ^ (h >> 16)) * 0x21F0AAADU;
  h = (h ^ (h >> 15)) * 0x735A2D97U;
  h ^= h >> 15;
  return static_cast<V>(static_cast<std::int32_t>(h >> 8)) * V(0x1p-24);
}

/// One write of every cell of a crossbar:
///
///   w <- keep(round(w + eta (gain sum + ticks offset) - decay w - droop))
template <class V>
struct CellStep {
  V eta = V(1), ticks = V(0), decay = V(0), droop = V(0);
  V low = -std::numeric_limits<V>::infinity(), high = std::numeric_limits<V>::infinity();
  V step = V(0), per_step = V(0);  ///< 0: not rounded
  bool stochastic = false;
  std::uint32_t key = 0;

  template <bool rounds, bool dithered>
  [[gnu::always_inline]] V kept(V w, std::uint32_t cell) const {
    if constexpr (rounds) {
      const V up = dithered ? cell_uniform<V>(key, cell) : V(0.5);
      w = low + step * std::floor((w - low) * per_step + up);
    }
    w = w < low ? low : w;
    return w > high ? high : w;
  }
  template <bool rounds, bool dithered>
  [[gnu::always_inline]] V next(V w, V sum, V gain, V offset, std::uint32_t cell) const {
    const V moved = w + eta * (gain * sum + ticks * offset);
    return kept<rounds, dithered>(moved - decay * w - droop, cell);
  }
  /// Calls f.operator()<rounds, dithered>().
  template <class F>
  auto with_rounding(F&& f) const {
    if (step == V(0)) return f.template operator()<false, false>();
    return stochastic ? f.template operator()<true, true>() : f.template operator()<true, false>();
  }
};

/// What keeps the weights of one crossbar, at circuit fidelity. Times in clock cycles, all else in units of
/// weight. Resistive devices are conductances between two ends, x = (w - low) / (high - low) of the way:
///
///   step up    d <- d (2 (1 - x))^nonlinearity (1 + asymmetry)     d: what an ideal cell would move
///   step down  d <- d (2 x)^nonlinearity (1 - asymmetry)
///   each       d <- d + cycle_variation sqrt(pulse |d|) normal      so many pulses, each with its own error
///   drift      g(t) = g(0) (1 + t / start)^-drift                   g = g_min + x (g_max - g_min)
///
/// Soft bounds and their variations: aihwkit (M. Rasch et al., AICAS 2021), after Gong et al., Nat. Commun. 9
/// (2018); drift: Le Gallo et al., Adv. Electron. Mater. 4 (2018), as in aihwkit's model of PCM.
struct WeightDevice {
  WeightRange range;
  double write_step = 0.0;   ///< of what a host writes; 0: exact
  double update_step = 0.0;  ///< of what the cell writes itself; 0: exact
  Rounding rounding = Rounding::nearest;
  double droop = 0.0;        ///< per cycle, towards the low end
  double write_noise = 0.0;  ///< sigma of a host's write
  double read_noise = 0.0;   ///< sigma of one cell in one read
  bool resistive = false;
  double nonlinearity = 1.0, asymmetry = 0.0, pulse = 0.0, cycle_variation = 0.0;
  double drift = 0.0, drift_start = 1.0, g_min = 0.0;  ///< g_max is 1

  bool ages() const { return droop > 0.0 || drift > 0.0; }
  /// Leaks and drifts act in steps: when they have come to a ten-thousandth of a unit, or when somebody
  /// looks.
  bool due(std::int64_t from, std::int64_t to) const {
    return droop * static_cast<double>(to - from) >= 1e-4 || 1.0 - kept_share(from, to) >= 1e-4;
  }
  /// A weight that was written 0 cycles ago and has aged to `from`, at `to`.
  double aged(double weight, std::int64_t from, std::int64_t to) const {
    if (droop > 0.0) weight -= droop * static_cast<double>(to - from);
    if (drift > 0.0) {
      const double ratio = g_min / (1.0 - g_min), span = range.high - range.low;
      const double x = (weight - range.low) / span;
      weight = range.low + span * ((x + ratio) * kept_share(from, to) - ratio);
    }
    return range.keep(weight);
  }
  /// What a host's write leaves in the cell; normal: of this cell and write.
  double written(double weight, std::uint32_t key, std::uint32_t cell, double normal) const {
    const CellStep<double> s = step<double>(key, write_step);
    const double kept = s.with_rounding(
        [&]<bool rounds, bool dithered>() { return s.template kept<rounds, dithered>(weight, cell); });
    return write_noise > 0.0 ? range.keep(kept + write_noise * normal) : kept;
  }
  /// An update by `d` of a resistive cell.
  double stepped(double weight, double d, double normal) const {
    const double span = range.high - range.low, x = (weight - range.low) / span;
    d *= d > 0.0 ? (1.0 + asymmetry) * std::pow(2.0 * (1.0 - x), nonlinearity)
                 : (1.0 - asymmetry) * std::pow(2.0 * x, nonlinearity);
    if (cycle_variation > 0.0) d += cycle_variation * std::sqrt(pulse * std::abs(d)) * normal;
    return range.keep(weight + d);
  }
  template <class V>
  CellStep<V> step(std::uint32_t key, double size) const {
    CellStep<V> s;
    s.low = static_cast<V>(range.low), s.high = static_cast<V>(range.high - size);
    s.step = static_cast<V>(size), s.per_step = size > 0.0 ? V(1) / s.step : V(0);
    s.stochastic = rounding == Rounding::stochastic, s.key = key;
    return s;
  }

 private:
  double kept_share(std::int64_t from, std::int64_t to) const {
    if (drift == 0.0) return 1.0;
    const auto t = [&](std::int64_t n) { return 1.0 + static_cast<double>(n) / drift_start; };
    return std::pow(t(to) / t(from), -drift);
  }
};

/// Digital cells that write their own weights: plasticity_cell.sv of rtl_ref, one for each weight and bias.
/// Its shift register begins where gle_tile.sv puts it: cells are counted crossbar by crossbar, a row's
/// weights and then its bias.
struct DigitalCells {
  fixed::WordLengths words;
  int cut = 0;             ///< fixed::Plasticity::cut of the learning rate
  std::uint32_t seed = 0;  ///< of the tile
  std::size_t base = 0;    ///< cells of the crossbars before this one
  std::size_t rows = 0, columns = 0;
  bool bias = false;

  std::uint32_t register_of(std::size_t cell) const {
    const std::size_t weights = rows * columns, stride = columns + (bias ? 1 : 0);
    const std::size_t address = base + (cell < weights ? cell / columns * stride + cell % columns
                                                       : (cell - weights) * stride + columns);
    return (seed + 0x9E3779B9U * static_cast<std::uint32_t>(address)) | 1U;
  }
};

/// The cells of one crossbar as made: its plasticity cells and what keeps its weights.
///
///   product = gain (limit tanh(e / limit)) (limit tanh(r / limit)) +- offset       limit 0: linear
///
/// Cells are counted row-major over the weights, then over the biases.
struct MadeCells {
  WeightDevice device;
  double limit = 0.0;                ///< linear range of the multiplier in model units, 2 U_T / (kappa V_fs)
  bool chopped = false;              ///< offsets change their sign from one learning cycle to the next
  std::vector<double> gain, offset;  ///< by cell
  std::optional<DigitalCells> digital;
  // Of what is drawn while the chip runs.
  std::uint64_t run_key = 0, write_noise_key = 0, read_noise_key = 0;

  bool bends() const { return limit > 0.0; }
  /// Error of a write of one cell, standard normal.
  double write_normal(std::uint64_t write, std::size_t cell) const {
    return static_cast<double>(noise::normal(write_noise_key, write, cell));
  }
  template <class V>
  V bent(V signal) const {
    return bends() ? static_cast<V>(limit) * die_tanh(signal / static_cast<V>(limit)) : signal;
  }
};

/// One of them; cells is null at ideal fidelity.
struct CellPlace {
  const MadeCells* cells = nullptr;
  std::size_t index = 0;
};

}  // namespace leadlag
