// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <tuple>

#include "blocks/cell.hpp"
#include "units/field.hpp"

namespace leadlag {

/// Switch at an output node that shows the rest of the chip the node's own rate or another voltage.
///
///   out = rate                                  while `share` is 0: free
///   out = held + share (target - held)          else: 1 ties the output to the target (contrastive Hebbian
///                                               learning), less leaves it between its free value and the
///                                               target (coupled learning, Stern et al. 2021)
///
/// held is the free value in a sample-and-hold. Memoryless. Circuit fidelity: offset of mixer and
/// buffer while it clamps. Not modelled: on-resistance.
struct Clamp {
  struct Params {
    Current bias = 50_nA;

    static constexpr auto fields() {
      return std::tuple{
          Field{"bias", &Params::bias, domain::positive, "bias current of the mixer and its buffer, each"}};
    }
  };
  static constexpr const char* stem = "clamp";

  enum In { rate, held, target, share };
  static constexpr std::array inputs{Pin{"rate_i", Wire::voltage}, Pin{"held_i", Wire::voltage},
                                     Pin{"target_i", Wire::voltage}, Pin{"share_i", Wire::line}};
  enum Out { out };
  static constexpr std::array outputs{Pin{"out_o", Wire::voltage}};
  static constexpr std::size_t states = 0;
  static constexpr unsigned through = 0xf;

  struct Coefficients {
    double offset;
  };
  struct State {};
  static Coefficients coefficients(const Params&, const CellContext& c, std::size_t unit) {
    return {c.offset(stem, {"mixer", "buffer"}, unit)};
  }
  static void show(const Coefficients&, const State&, double*) {}
  static void follow(const Coefficients& c, const State&, const double* in, double* o) {
    o[out] = in[share] == 0.0 ? in[rate] : in[held] + in[share] * (in[target] - in[held]) + c.offset;
  }
  static void advance(const Coefficients&, State&, const double*) {}
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
