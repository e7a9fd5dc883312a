// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <optional>
#include <string_view>

#include "blocks/die_math.hpp"
#include "blocks/lead_lag.hpp"
#include "blocks/normal_draw.hpp"
#include "blocks/operating_point.hpp"
#include "blocks/physics.hpp"
#include "technology/technology.hpp"

namespace leadlag {

/// What the circuit of one lead-lag stage (neuron or error unit) adds to its equations, in model units. A
/// default one adds nothing.
struct StagePhysics {
  double offset = 0.0;           ///< of the output, constant
  double capacitor_noise = 0.0;  ///< rms of the capacitor's voltage, sqrt(gamma k T / C)
  double output_noise = 0.0;     ///< rms of the adder, white from cycle to cycle, sqrt(gamma k T / C_p)
  double adder_noise = 0.0;      ///< analog islands: rms of what a tick adds to the output or to its pole
  double flicker = 0.0;          ///< 1/f noise of the output, sqrt(S f) of its one-sided density S
  double range = 0.0;            ///< V_L = 2 U_T / kappa of the transconductors; 0: linear
  double rail = 0.0;             ///< with a range: the output stays within +-rail, v_dd / 2
  double amplitude = 1.0;        ///< of the output curve
  double slope = 1.0;            ///< of its derivative's circuit: mismatch, and slope_gain_at() if it is tanh
  bool chopped = false;          ///< the offset's sign changes from cycle to cycle
  double lag = 1.0, lead = 1.0;  ///< time constants as made over those drawn or written by a host

  bool operator==(const StagePhysics&) const = default;
};

/// The transistors of a stage: names of their groups in the technology file.
struct StageGroups {
  std::string_view stem;
  std::string_view pair, mirror;  ///< of the transconductor that drives the capacitor
  std::string_view beside;        ///< what adds an offset of its own: the curve behind it, the gate before it
};

/// Standard deviations of what fabrication draws for a stage, from drawn areas (Pelgrom 1989).
///
///   tau   ln of the lag: capacitor and bias mirror, s^2 = s(dC/C)^2 + s(dI/I)^2, s(dI/I) = kappa s(tails) /
///   U_T rho   ln of lead / lag: m_a = max(1, rho) unit transconductors against m_0 = max(1, 1 / rho),
///         s = s(dI/I) sqrt(1 / m_a + 1 / m_0). The lead is rho times the lag: an error of the lag moves
///         both.
///   offset  s^2 = ((1 - rho) o)^2 + (rho o_a)^2 / m_a + o_a^2 / m_0 + n/2 s(beside)^2, where o is the
///         transconductor's (pair and mirror), o_a the adder's, n the transistors in `beside`
struct StageSpread {
  double tau = 0.0, rho = 0.0;
  Voltage offset;

  static StageSpread of(const StageGroups&, const Technology&, Capacitance c, double rho);
};

/// Noise and large-signal figures of a stage; no draws.
StagePhysics stage_physics(const Physics&, const Technology&, FullScale, Capacitance c, Time lag);

/// sqrt(S f) of a stage's output by its transistors' 1/f noise. It enters where their offsets do, and both go
/// as 1 / (W L): a pair has S f = 2 flicker^2 / (W L) where its offset has A_VT^2 / (W L).
Voltage stage_flicker(const Technology&, const StageSpread&);

/// 1/f noise of a clocked stage, after Voss (R. Voss and J. Clarke, J. Acoust. Soc. Am. 63, 1978): a sum of
/// `rows` white sequences, row k held for 2^k cycles. A row of variance v held for M cycles of length T has
/// the density 2 T v / M (sin(pi f M T) / sin(pi f T))^2. With v = flicker^2 ln 2, and twice that in row 0
/// for all that is faster, the sum is within 11 % of flicker^2 / f from 2^(2 - rows) to 1/8 of the clock. Row
/// k is a function of cycle / 2^k, so there is no state.
struct FlickerRows {
  static constexpr std::size_t rows = 20;
  /// rms of one row for sqrt(S f) = 1.
  static constexpr double rms = 0.83255461115769775;  // sqrt(ln 2)

  /// Of row 0, in this rms.
  static constexpr double fastest = std::numbers::sqrt2;

  /// Row k's number in the cycle: `normal(cycle, row)`'s first argument. Rows never share a draw: the low
  /// bits count, the row stands above.
  static constexpr std::uint64_t draw(std::uint64_t cycle, std::size_t row) {
    return (cycle >> row) | (std::uint64_t{row} << 58);
  }
  /// Rows 0 ... changed(cycle) - 1 are new in this cycle.
  static constexpr std::size_t changed(std::uint64_t cycle) {
    const auto twos = static_cast<std::size_t>(std::countr_zero(cycle)) + 1;
    return twos < rows ? twos : rows;
  }
  /// Sum of all rows, from the slowest.
  template <class F>
  static auto sum(F&& normal, std::uint64_t cycle) {
    auto total = normal(draw(cycle, rows - 1));
    for (std::size_t k = rows - 1; k-- > 1;) total += normal(draw(cycle, k));
    return total + fastest * normal(draw(cycle, 0));
  }
};

/// rms of a voltage that a switch leaves on a capacitor, sqrt(k T / C), in model units.
double sampled_noise(const Technology&, FullScale, Capacitance c);

/// The arithmetic of a stage with physics, sampled coupling; drive held over the tick.
struct CircuitStage {
  template <class V>
  struct Coefficients {
    V range, per_range, rail;
    V offset, capacitor_noise, output_noise;  // capacitor_noise: rms of what a tick adds
  };
  template <class V>
  static Coefficients<V> coefficients(const StagePhysics& p, double decay) {
    return {static_cast<V>(p.range),
            static_cast<V>(p.range > 0.0 ? 1.0 / p.range : 0.0),
            static_cast<V>(p.rail),
            static_cast<V>(p.offset),
            static_cast<V>(p.capacitor_noise * std::sqrt(1.0 - decay * decay)),
            static_cast<V>(p.output_noise)};
  }
  /// Beyond so many V_L a transconductor gives all of its bias; also what keeps e^2y finite.
  static constexpr double saturated = 24.0;

  /// Output of the adder: its two transconductors and its load are equal pairs, so currents balance at
  ///   tanh((out - u) / V_L) = rho tanh((drive - u) / V_L)
  /// With z = e^(2 |drive - u| / V_L) - 1 that is out = u +- V_L / 2 log(1 + 2 rho z / (2 + (1 - rho) z)):
  /// for rho = 1 the drive itself; for rho > 1 the output runs to the rail where rho tanh(...) >= 1.
  template <class V>
  [[gnu::always_inline]] static V adder(const Coefficients<V>& c, V rho, V u, V drive) {
    const V x = drive - u;
    const V y = least(die::magnitude(x) * c.per_range, V(saturated));
    const V z = die_expm1(V(2) * y);
    const V below = V(2) + (V(1) - rho) * z;
    const V most = V(1e18);  // log of it is more V_L than any supply has
    const V ratio = below > V(0) ? least(V(2) * rho * z / (below > V(0) ? below : V(1)), most) : most;
    const V lead = V(0.5) * c.range * die_log1p_any(ratio);
    const V out = rho == V(1) ? drive : u + (x < V(0) ? -lead : lead);
    return out > c.rail ? c.rail : out < -c.rail ? -c.rail : out;
  }
  /// The capacitor a tick later: tau du/dt = V_L tanh((drive - u) / V_L) with the drive held has
  ///   sinh(x / V_L) = sinh(x0 / V_L) e^(-t / tau),   x = drive - u.
  template <class V>
  [[gnu::always_inline]] static V next(const Coefficients<V>& c, V decay, V u, V drive) {
    const V x = drive - u;
    const V y = least(die::magnitude(x) * c.per_range, V(saturated));
    const V moved = c.range * (y - die_asinh(decay * die_sinh(y)));
    return u + (x < V(0) ? -moved : moved);
  }

  /// One tick: `at_output`, `at_capacitor` are standard normals, `sign` is that of the
  /// offset. Returns the output; the state advances.
  template <bool saturates, class V>
  [[gnu::always_inline]] static V tick(const LeadLag::Coefficients<V>& f, const Coefficients<V>& c,
                                       LeadLag::State<V>& s, V drive, V at_output, V at_capacitor, V sign) {
    V out;
    if constexpr (saturates) {
      out = adder(c, f.rho, s.carry, drive);
      s.carry = next(c, f.decay, s.carry, drive);
    } else {
      out = LeadLag::output(f, s, drive);
      LeadLag::advance(f, s, drive);
    }
    s.carry += c.capacitor_noise * at_capacitor;
    return out + sign * c.offset + c.output_noise * at_output;
  }

 private:
  template <class V>
  [[gnu::always_inline]] static V least(V a, V b) {
    return a < b ? a : b;
  }
};

/// Whose noise it is: keys of blocks/normal_draw.hpp for one column.
struct NoiseKeys {
  std::uint64_t output = 0, capacitor = 0, flicker = 0;
  std::uint64_t adder = 0;  ///< by ticks of an analog island, the others by cycles

  static NoiseKeys of(std::uint64_t seed, std::string_view column, std::string_view stem);
};

/// Structural detail: physics and noise of one stage.
class CircuitStageOfOne {
 public:
  CircuitStageOfOne(const StagePhysics& p, const LeadLag::Coefficients<double>& filter, NoiseKeys keys,
                    std::size_t unit)
      : physics_(p),
        filter_(filter),
        coefficients_(CircuitStage::coefficients<double>(p, filter.decay)),
        keys_(keys),
        unit_(unit) {
    drift();
  }

  const StagePhysics& physics() const { return physics_; }
  const NoiseKeys& keys() const { return keys_; }
  std::size_t unit() const { return unit_; }
  /// Output at this cycle; may be asked any number of times.
  double output(LeadLag::State<double> s, double drive) const { return tick(s, drive); }
  /// Ends the cycle.
  void advance(LeadLag::State<double>& s, double drive) { tick(s, drive), ++cycle_, drift(); }

 private:
  /// 1/f noise moves the offset.
  void drift() {
    if (physics_.flicker == 0.0) return;
    const auto normal = [&](std::uint64_t draw) {
      return static_cast<double>(noise::normal(keys_.flicker, draw, unit_));
    };
    coefficients_.offset =
        physics_.offset + FlickerRows::rms * physics_.flicker * FlickerRows::sum(normal, cycle_);
  }
  double tick(LeadLag::State<double>& s, double drive) const {
    const auto draw = [&](std::uint64_t key, double rms) {
      return rms == 0.0 ? 0.0 : static_cast<double>(noise::normal(key, cycle_, unit_));
    };
    const double at_output = draw(keys_.output, coefficients_.output_noise);
    const double at_capacitor = draw(keys_.capacitor, coefficients_.capacitor_noise);
    const double sign = physics_.chopped && cycle_ % 2 == 1 ? -1.0 : 1.0;
    return physics_.range > 0.0
               ? CircuitStage::tick<true>(filter_, coefficients_, s, drive, at_output, at_capacitor, sign)
               : CircuitStage::tick<false>(filter_, coefficients_, s, drive, at_output, at_capacitor, sign);
  }

  StagePhysics physics_;
  LeadLag::Coefficients<double> filter_;
  CircuitStage::Coefficients<double> coefficients_;
  NoiseKeys keys_;
  std::size_t unit_;
  std::uint64_t cycle_ = 0;
};

}  // namespace leadlag
