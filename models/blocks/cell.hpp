// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "blocks/activation.hpp"
#include "blocks/lead_lag.hpp"
#include "blocks/operating_point.hpp"
#include "blocks/physics.hpp"
#include "blocks/stage_physics.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/quantity.hpp"
#include "units/random.hpp"

namespace leadlag {

/// What a pin carries. Lines are the sequencer's: one number for a whole column.
enum class Wire { voltage, current, line };
struct Pin {
  const char* name;
  Wire wire;
};

/// What circuit fidelity needs to know to make the cells of a netlist.
struct CellPhysics {
  Technology technology;
  FullScale full_scale;
  Physics physics;
  std::set<std::string, std::less<>> kinds;  ///< of blocks at circuit fidelity
};

/// Normal numbers of one unit, one per draw; 0 without noise.
struct CellNoise {
  double strength = 0.0;  ///< standard deviation, in full scales
  Draws draws{0, {}, {}};
  double operator()(std::uint64_t& drawn) const {
    return strength == 0.0 ? 0.0 : strength * draws.normal(drawn++);
  }
};

/// The transconductor that drives a node's capacitor, over a tick in which its input is held.
struct CellOta {
  double approach = 0.0;  ///< share of its way that the node goes while the pair is linear
  double range = 0.0;     ///< V_L = 2 U_T / kappa in full scales; 0: linear

  /// Of a follower, whose goal lies `pull` away: tau dv/dt = V_L tanh((goal - v) / V_L), solved exactly.
  double follow(double pull) const {
    if (range == 0.0) return approach * pull;
    CircuitStage::Coefficients<double> pair{};
    pair.range = range, pair.per_range = 1.0 / range;
    return CircuitStage::next(pair, 1.0 - approach, 0.0, pull);
  }
  /// Of a pair whose input does not see the node within the tick: V_L tanh(pull / V_L) of the linear way.
  double integrate(double pull) const {
    return approach * (range == 0.0 ? pull : range * std::tanh(pull / range));
  }
};

/// What a block's coefficients depend on beside its parameters.
struct CellContext {
  Time tick, time_scale;
  Input input = Input::held;
  std::uint64_t seed = 0;
  std::string name;                              ///< of the column: seeds noise
  std::shared_ptr<const CellPhysics> physics{};  ///< null: all kinds are ideal

  /// Share of the way to its goal that a first-order node goes in a tick while its drive is held:
  /// 1 - exp(-tick/tau), or tick/tau with Input::euler.
  double approach(Time tau) const {
    const double k = tick / tau;
    return input == Input::euler ? k : -std::expm1(-k);
  }

  // What the die adds to a unit. Nothing where the block's fidelity is ideal or the effect is off.

  /// A time constant with the error of its capacitor and of the mirror that biases its amplifier.
  Time made(Time tau, Capacitance c, std::string_view stem, std::size_t unit) const;
  /// The transconductor of a node with this time constant.
  CellOta ota(Time tau, Capacitance c, std::string_view stem) const;
  /// Offset of an amplifier in full scales: the input error of the named groups of transistors.
  double offset(std::string_view stem, std::initializer_list<const char*> groups, std::size_t unit,
                std::string_view what = "offset") const;
  /// The same of what compares the output with its target, whose standard deviation a designer may state.
  double comparator_offset(std::string_view stem, std::initializer_list<const char*> groups,
                           std::size_t unit) const;
  /// What the height of an output curve is multiplied by: 1 + N(0, activation_mismatch).
  double curve_gain(std::string_view stem, std::size_t unit) const;
  /// What the circuit of phi' gives over the derivative: slope_gain_at() of the curve's bias if phi is tanh.
  double slope_gain(std::string_view stem, Activation activation, Current bias) const;
  /// Thermal noise of a first-order node, whose state moves `step` of the way to its goal in a tick:
  /// variance of the state gamma k T / C. With step = 1 it is that of a sampled voltage.
  CellNoise node_noise(std::string_view stem, Capacitance c, double step, std::size_t unit) const;
  /// Noise of a switch that opens on a capacitor, k T / C unless stated, as a number per sample.
  CellNoise hold_noise(std::string_view stem, Capacitance c, std::size_t unit) const;
  /// What a switch of that group leaves on a capacitor when it opens, in full scales: -q / C.
  double injection(std::string_view stem, std::string_view group, Capacitance c) const;
  /// What leakage takes from a hold capacitor in a tick, in full scales.
  double droop(std::string_view stem, Capacitance c) const;

 private:
  const CellPhysics* with(Effect e, std::string_view stem) const;
};

/// Where a column finds one of its inputs: that of unit i is data[i * stride]; stride 0 is a line.
struct Lanes {
  const double* data = nullptr;
  std::size_t stride = 1;
};

/// A column of equal blocks at work. One cycle is show, follow, advance.
class CellColumn {
 public:
  virtual ~CellColumn() = default;
  virtual void reset() = 0;
  /// Writes the outputs that show a state: known at the start of a cycle.
  virtual void show(double* const* out) const = 0;
  /// Writes the outputs that follow inputs within the cycle.
  virtual void follow(const Lanes* in, double* const* out) const = 0;
  /// What the clock edge at the end of the cycle does to the states; counts what it sampled and dissipated.
  virtual void advance(const Lanes* in, Activity&) = 0;
};

/// The blocks of a column as drawn: what a netlist holds, and what bill, timing and energy read.
class CellKind {
 public:
  virtual ~CellKind() = default;
  virtual std::string_view stem() const = 0;
  virtual std::span<const Pin> inputs() const = 0;
  virtual std::span<const Pin> outputs() const = 0;
  virtual std::size_t states() const = 0;            ///< so many outputs, the first ones, show a state
  virtual bool passes(std::size_t input) const = 0;  ///< an output follows it within the cycle
  virtual std::size_t size() const = 0;
  /// One block serves the whole column: its units cannot be made one by one.
  virtual bool whole() const { return false; }
  /// Units [first, first + count).
  virtual std::unique_ptr<CellColumn> make(std::size_t first, std::size_t count,
                                           const CellContext&) const = 0;
  virtual Datasheet datasheet(std::size_t unit, const Technology&, const OperatingPoint&) const = 0;
};

/// A block B as cells. B has `inputs`, `outputs` (arrays of Pin), `states`, `through` (bit k: an output
/// follows input k), Params, Coefficients, State and
///
///   coefficients(params, context, unit)     show(c, state, out)     follow(c, state, in, out)
///   advance(c, state, in)                   datasheet(params, technology, operating point)
///
/// and, if it does not sample at every edge, samples(in): whether it does at this one; if it turns current
/// into heat, dissipated(c, state, in): the power of this cycle in full scales;
/// in and out are arrays with one number per pin, in model units (1 = one full scale).
template <class B>
class CellsOf final : public CellKind {
 public:
  explicit CellsOf(std::vector<typename B::Params> params) : params_(std::move(params)) {}

  std::string_view stem() const override { return B::stem; }
  std::span<const Pin> inputs() const override { return B::inputs; }
  std::span<const Pin> outputs() const override { return B::outputs; }
  std::size_t states() const override { return B::states; }
  bool passes(std::size_t input) const override { return ((B::through >> input) & 1U) != 0; }
  std::size_t size() const override { return params_.size(); }
  const std::vector<typename B::Params>& params() const { return params_; }

  std::unique_ptr<CellColumn> make(std::size_t first, std::size_t count,
                                   const CellContext& context) const override {
    auto column = std::make_unique<Column>();
    for (std::size_t i = first; i < first + count; ++i) {
      column->coefficients.push_back(B::coefficients(params_[i], context, i));
    }
    column->states.resize(count);
    return column;
  }
  Datasheet datasheet(std::size_t unit, const Technology& t, const OperatingPoint& at) const override {
    return B::datasheet(params_[unit], t, at);
  }

 private:
  static constexpr std::size_t ins = B::inputs.size(), outs = B::outputs.size();

  struct Column final : CellColumn {
    std::vector<typename B::Coefficients> coefficients;
    std::vector<typename B::State> states;

    void reset() override {
      for (auto& s : states) {
        typename B::State fresh{};
        // Noise does not repeat itself.
        if constexpr (requires { fresh.draws; }) fresh.draws = s.draws;
        if constexpr (requires { fresh.held_draws; }) fresh.held_draws = s.held_draws;
        s = fresh;
      }
    }
    void show(double* const* out) const override {
      std::array<double, outs> o{};
      for (std::size_t i = 0; i < states.size(); ++i) {
        B::show(coefficients[i], states[i], o.data());
        for (std::size_t k = 0; k < B::states; ++k) out[k][i] = o[k];
      }
    }
    void follow(const Lanes* in, double* const* out) const override {
      if constexpr (B::states < outs) {
        std::array<double, outs> o{};
        for (std::size_t i = 0; i < states.size(); ++i) {
          B::follow(coefficients[i], states[i], pins(in, i).data(), o.data());
          for (std::size_t k = B::states; k < outs; ++k) out[k][i] = o[k];
        }
      }
    }
    void advance(const Lanes* in, Activity& activity) override {
      for (std::size_t i = 0; i < states.size(); ++i) {
        const auto p = pins(in, i);
        if constexpr (requires { B::dissipated(coefficients[i], states[i], p.data()); }) {
          activity.heat += B::dissipated(coefficients[i], states[i], p.data());
          ++activity[Event::dissipation];
        }
        B::advance(coefficients[i], states[i], p.data());
        if constexpr (requires { B::samples(p.data()); }) {
          activity[Event::hold_sample] += B::samples(p.data()) ? 1U : 0U;
        } else {
          activity[Event::hold_sample] += B::states > 0 ? 1U : 0U;
        }
      }
    }
    static std::array<double, ins> pins(const Lanes* in, std::size_t unit) {
      std::array<double, ins> p{};
      for (std::size_t k = 0; k < ins; ++k) p[k] = in[k].data[unit * in[k].stride];
      return p;
    }
  };

  std::vector<typename B::Params> params_;
};

}  // namespace leadlag
