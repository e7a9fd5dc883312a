// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "learning/systems.hpp"
#include "units/field.hpp"

namespace leadlag {

/// Learning systems that the die can be wired as.
enum class System {
  none,  ///< no error path: inference only
  le,   ///< Latent Equilibrium (arXiv 2110.14549): GLE with tau_r = tau_m, so error units and neurons have no
        ///< memory
  gle,  ///< Generalized LE (arXiv 2403.16933): error units with lag and lead of their neuron exchanged
  vle_exact,  ///< Variational LE over a window (after arXiv 2603.09600): records, then runs error units
              ///< backwards
  vle_local,  ///< GLE with a gain stage behind each error unit (our rule, after arXiv 2603.09600)
  bptt,       ///< no error path on the die: a host backpropagates through time and writes the weights
};
template <>
struct Names<System> {
  /// Those with error units beside each neuron, then those that are drawn as a netlist.
  static constexpr std::array<std::string_view, 6> wired{"none",      "le",        "gle",
                                                         "vle_exact", "vle_local", "bptt"};
  static constexpr auto value = [] {
    std::array<std::string_view, wired.size() + CircuitSystems::size> all{};
    std::copy(wired.begin(), wired.end(), all.begin());
    std::copy(CircuitSystems::keywords.begin(), CircuitSystems::keywords.end(), all.begin() + wired.size());
    return all;
  }();
};
/// Error units stand on the die.
constexpr bool has_error_units(System s) { return s != System::none && s != System::bptt; }
/// Errors are computed backwards over a recorded window.
constexpr bool runs_backwards(System s) { return s == System::vle_exact || s == System::bptt; }
constexpr bool is_circuit(System s) { return static_cast<std::size_t>(s) >= Names<System>::wired.size(); }
/// Its place in CircuitSystems.
constexpr std::size_t circuit_index(System s) {
  return static_cast<std::size_t>(s) - Names<System>::wired.size();
}

/// The forward chip that a template extends: arrays in order, and crossbars between them.
struct Topology {
  struct Array {
    bool neuron = false;
    std::size_t rates_of = 0;  ///< itself, or the array that a low-pass filter smooths
  };
  struct Crossbar {
    std::size_t from = 0, to = 0;
  };
  std::vector<Array> arrays;
  std::vector<Crossbar> crossbars;
  std::size_t output = 0;
};

/// What a template adds to the forward chip.
struct Wiring {
  std::vector<bool> has_errors;  ///< by array: each neuron gets an error unit
  std::vector<bool> has_gains;   ///< by array: each error unit gets a gain stage
  std::vector<bool> sends_back;  ///< by crossbar: the transposed read feeds the source's error units
  bool records = false;     ///< trajectory memories, and error units that run while they are read backwards
  bool has_target = false;  ///< a target unit on the output array
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
  std::vector<std::size_t> back_to;  ///< by crossbar: array whose error units it feeds, or nowhere
};

/// LE and GLE: one error unit per neuron; every crossbar between neurons is read transposed (the same cells,
/// so no second set of weights), low-pass filters are bypassed on the way back; the target unit sits on the
/// output. BPTT: nothing, as without learning. VLE exact: a trajectory memory beside every array; error units
/// have the neuron's lead and lag, not exchanged, because they run backwards in time. VLE local: one gain
/// stage more, between each error unit and all that reads its error.
Wiring wire(System system, const Topology& topology);

}  // namespace leadlag
