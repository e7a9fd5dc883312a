// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "benches/rig.hpp"
#include "design/design.hpp"
#include "design/die.hpp"

namespace leadlag {

/// Neurons of one array taken out of their chip and measured side by side: one pin drives each through a
/// synapse of weight 1 (held between clock edges). Parameters, clock, coupling and integration stay; nothing
/// is nudged and nothing learns.
struct NeuronRow {
  Design design;
  Die die;
  std::vector<std::string> units;  ///< "hidden[3].rate"
  std::string name;
  Position at;
};
/// `of`: an array of prospective neurons or one of its blocks; empty: the output array. Throws DesignError.
NeuronRow make_row(const Design& design, const std::string& of);
/// Of the effects that the row has, these alone; its curves become straight lines, so that what is read is
/// the stage. Fabricates it again.
void keep_effects(NeuronRow& row, std::initializer_list<Effect> effects);

struct RowSettleOptions {
  std::optional<double> amplitude;
};
/// Steps the pin from 0 and sees when every neuron's rate stays within half an LSB of where it ends, that is
/// within 2^-(settle_bits+1) of its step. Closed form: phi(A (1 - (1 - tau_r/tau_m) exp(-t/tau_m))); of a
/// linear neuron t = tau_m ln(|1 - tau_r/tau_m| 2^(settle_bits+1)).
struct RowSettling {
  struct Unit {
    Time tau_m, tau_r, closed_form;
    std::optional<Time> measured;  ///< first clock edge from which on it stays; nothing: it does not
    std::vector<double> distance;  ///< |rate - end| / |step| at every edge from the step on
    double end = 0.0;
  };
  std::vector<Unit> units;
  double amplitude = 0.0, band = 0.0;
  Time latest{};  ///< of an edge after the closed form that is no error: resolution, and the clocked chip's
                  ///< hop
};
RowSettling measure_settling(Rig& rig, const NeuronRow& row, const RowSettleOptions& options);

struct LinearityOptions {
  std::optional<double> amplitude, tolerance;
  std::optional<int> points;
};
/// Static transfer curve of every neuron: levels A sin(2 pi k / points), each held until all is at rest, so
/// that the record is both a DC sweep and one period of a slow sine.
struct Linearity {
  struct Curve {
    std::vector<double> rate;
    double gain = 0.0, offset = 0.0;  ///< of the line through it with least squares
    double inl = 0.0;                 ///< largest distance from that line, of the span of the line
    double thd = 0.0;                 ///< rms of harmonics 2 to 10 over rms of the fundamental
  };
  std::vector<double> level;
  std::vector<Curve> units, closed_form;
  double amplitude = 0.0, tolerance = 0.0;
  double difference = 0.0;  ///< largest, from the closed form, of the span of its line
  std::size_t worst = 0;
};
Linearity measure_linearity(Rig& rig, const NeuronRow& row, const LinearityOptions& options);

}  // namespace leadlag
