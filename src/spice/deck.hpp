// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "design/design.hpp"
#include "design/die.hpp"
#include "spice/stimulus.hpp"

namespace leadlag {

/// What stands for a block in a deck.
enum class SpiceLevel {
  behavioural,  ///< its equations as sources: tests how the simulator integrates
  transistor,   ///< transistors: tests the physics
};
template <>
struct Names<SpiceLevel> {
  static constexpr std::array<std::string_view, 2> value{"behavioural", "transistor"};
};

/// A node of a deck that the simulator knows too.
struct DeckNode {
  std::string node;    ///< "hidden_0_u"
  std::string name;    ///< "hidden[0].membrane"
  std::string signal;  ///< "rate", "membrane", "error", "weight", ...: what DieModule::probe calls it
  bool crossbar = false;
  std::size_t index = 0, element = 0;  ///< of the Design's arrays or crossbars; unit, or row-major element
  double volts = 1.0;                  ///< per unit
  Time shift{};                        ///< what a probe shows after edge n stands at n periods + shift
  bool always = true;                  ///< compared in every cycle, not only in Deck::counted
};

/// A SPICE deck, ready to be written: `text` is deck.cir, which includes `files` from the folder it stands in
/// and writes deck.raw with the nodes below.
struct Deck {
  std::string text, readme;
  std::vector<std::string> files;  ///< of models/spice
  std::string models;  ///< path of a designer's own models, included from where it is; empty: none
  std::vector<DeckNode> nodes;
  Time duration{}, step{};  ///< of the analysis; its longest step
  SpiceLevel level = SpiceLevel::behavioural;
  Voltage supply{};
  AreaMatching a_vt{};        ///< transistor level: 0 without mismatch
  Power datasheet_power{};    ///< static power, by the Datasheets, of what is transistors in the deck
  std::vector<bool> counted;  ///< by cycle: the simulator does in it what the deck does; empty: all
};

/// Threshold mismatch of a transistor deck: which blocks' transistors are drawn.
struct DeckMismatch {
  std::uint64_t seed = 1;
  std::vector<std::string> only, except;  ///< of mismatched_blocks; `only` empty: all
  std::string library;                    ///< text of transistor.lib
  bool covers(std::string_view block) const;
};
/// Blocks of a transistor deck, as --mismatch-only and --mismatch-except name them.
inline constexpr std::array<std::string_view, 5> mismatched_blocks{
    "prospective_neuron", "error_unit", "activation", "synapse", "plasticity_cell"};

struct DeckOptions {
  SpiceLevel level = SpiceLevel::behavioural;
  std::string models;  ///< absolute path of a file with models nch and pch; empty: card018.lib
  std::optional<Time>
      step;  ///< longest step; a hundredth of the fastest time constant, at most half a clock period
  std::optional<DeckMismatch> mismatch;
};

/// Most synapses that are exported: SPICE solves all of them together.
inline constexpr std::size_t most_deck_synapses = 20000;

/// Longest run of a deck: PWL sources are searched from their beginning at every step.
inline constexpr std::size_t most_deck_cycles = 200000;

/// The chip as a deck. The deck has no clock: every block is continuous, whatever `coupling` says; plasticity
/// cells integrate dw/dt = eta e r with eta = rate / clock period. Throws DesignError with everything of the
/// chip that no subcircuit exists for.
Deck make_deck(const Design& design, const Die& die, const Stimulus& stimulus, const DeckOptions& options);

}  // namespace leadlag
