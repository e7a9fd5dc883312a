// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "blocks/cell.hpp"
#include "units/field.hpp"

namespace leadlag {

/// Lets only what moves through: one RC and a subtractor.
///
///   tau dlow/dt = signal - low        high = signal - low
///
/// While `track` is not 0 a switch ties the capacitor to the signal, so that a phase begins with high = 0.
/// Exact for a held signal. Circuit fidelity: mismatch of tau, offset of the subtractor.
struct HighPass {
  struct Params {
    Time tau = 1_ms;  ///< the system's
    Capacitance capacitance = 5_pF;
    Current bias = 100_nA;

    static constexpr auto fields() {
      return std::tuple{
          Field{"capacitance", &Params::capacitance, domain::positive, "capacitor of the filter"},
          Field{"bias", &Params::bias, domain::positive, "bias current of the subtractor"}};
    }
  };
  static constexpr const char* stem = "high_pass";

  enum In { signal, track };
  static constexpr std::array inputs{Pin{"signal_i", Wire::voltage}, Pin{"track_i", Wire::line}};
  enum Out { low, high };
  static constexpr std::array outputs{Pin{"low_o", Wire::voltage}, Pin{"high_o", Wire::voltage}};
  static constexpr std::size_t states = 1;
  static constexpr unsigned through = 1U << signal;

  struct Coefficients {
    CellOta ota;
    double offset;
  };
  struct State {
    double low = 0.0;
  };
  static Coefficients coefficients(const Params& p, const CellContext& c, std::size_t unit) {
    return {c.ota(c.made(p.tau, p.capacitance, stem, unit), p.capacitance, stem),
            c.offset(stem, {"subtractor"}, unit)};
  }
  static void show(const Coefficients&, const State& s, double* out) { out[low] = s.low; }
  static void follow(const Coefficients& c, const State& s, const double* in, double* out) {
    out[high] = in[signal] - s.low + c.offset;
  }
  static void advance(const Coefficients& c, State& s, const double* in) {
    s.low = in[track] != 0.0 ? in[signal] : s.low + c.ota.follow(in[signal] - s.low);
  }
  static Datasheet datasheet(const Params&, const Technology&, const OperatingPoint&);
};

}  // namespace leadlag
