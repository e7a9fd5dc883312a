// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <systemc>
#include <tuple>

#include "blocks/cell.hpp"
#include "blocks/die_math.hpp"
#include "blocks/operating_point.hpp"
#include "technology/datasheet.hpp"
#include "technology/technology.hpp"
#include "units/field.hpp"
#include "units/signal_traits.hpp"

namespace leadlag {

/// What the output error is the descent direction of.
enum class Loss {
  mse,            ///< C = 1/2 sum (r* - r)^2: epsilon = r* - r
  cross_entropy,  ///< C = -sum r* log softmax(r): epsilon = r* - softmax(r)
};
template <>
struct Names<Loss> {
  static constexpr std::array<std::string_view, 2> value{"mse", "cross_entropy"};
};

/// Compares the output rates with the target and nudges the output neurons' error units while the target
/// drives.
///
///   epsilon = beta (target - r)  or  beta (target - softmax(r)),   0 while target_on is low
///
/// The softmax is a translinear current normaliser over the outputs. Descent-signed. Source: GLE's public
/// code (arXiv 2403.16933). Not modelled: the normaliser's own settling beyond its arc, offset.
struct TargetUnit {
  struct Params {
    Loss loss = Loss::mse;
    double beta = 1.0;
    Current bias = 50_nA;
    Reconstruction reconstruction = Reconstruction::hold;

    static constexpr auto fields() {
      return std::tuple{Field{"loss", &Params::loss, Domain{}, "what the output error descends"},
                        Field{"beta", &Params::beta, domain::between(-100.0, 100.0), "strength of the nudge"},
                        Field{"bias", &Params::bias, domain::positive, "bias current per output"},
                        Field{"reconstruction", &Params::reconstruction, Domain{},
                              "what an analog island sees of the target between two edges"}};
    }
  };
  static constexpr const char* stem = "target_unit";

  /// rate(i), target(i) -> write(i, epsilon) for i < n. Softmax is shifted by the largest rate, so it cannot
  /// overflow.
  template <class V, class Rate, class Target, class Write>
  static void compare(const Params& p, std::size_t n, Rate&& rate, Target&& target, Write&& write) {
    const V beta = static_cast<V>(p.beta);
    if (p.loss == Loss::mse) {
      for (std::size_t i = 0; i < n; ++i) write(i, beta * (target(i) - rate(i)));
      return;
    }
    V top = rate(0);
    for (std::size_t i = 1; i < n; ++i) top = rate(i) > top ? rate(i) : top;
    V sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += die_exp(rate(i) - top);
    for (std::size_t i = 0; i < n; ++i) write(i, beta * (target(i) - die_exp(rate(i) - top) / sum));
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

/// The same unit in a netlist, where the sequencer sets how hard it nudges:
///
///   epsilon = nudge (target - r)  or  nudge (target - softmax(r))      beta is not used
class TargetUnitCells final : public CellKind {
 public:
  enum In { rate, target, nudge };
  enum Out { epsilon };
  TargetUnitCells(const TargetUnit::Params& params, std::size_t outputs) : params_(params), size_(outputs) {
    params_.beta = 1.0;
  }
  std::string_view stem() const override { return TargetUnit::stem; }
  std::span<const Pin> inputs() const override;
  std::span<const Pin> outputs() const override;
  std::size_t states() const override { return 0; }
  bool passes(std::size_t) const override { return true; }
  std::size_t size() const override { return size_; }
  bool whole() const override { return true; }
  std::unique_ptr<CellColumn> make(std::size_t first, std::size_t count, const CellContext&) const override;
  Datasheet datasheet(std::size_t, const Technology& t, const OperatingPoint& at) const override {
    return TargetUnit::datasheet(params_, t, at);
  }

 private:
  TargetUnit::Params params_;
  std::size_t size_;
};

/// Structural detail: the unit of one output array; follows its inputs within the tick.
class TargetUnitModule final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(target_on_i);
  sc_core::sc_vector<sc_core::sc_in<Voltage>> rates_i;
  sc_core::sc_vector<sc_core::sc_in<double>> targets_i;  // model units
  sc_core::sc_vector<sc_core::sc_out<Voltage>> epsilons_o;

  SC_HAS_PROCESS(TargetUnitModule);
  TargetUnitModule(const sc_core::sc_module_name& name, const TargetUnit::Params& params, std::size_t outputs,
                   FullScale full_scale);

 private:
  void compare();

  TargetUnit::Params params_;
  FullScale full_scale_;
};

}  // namespace leadlag
