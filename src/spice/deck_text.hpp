// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "spice/deck.hpp"

namespace leadlag {

/// A number as SPICE reads it back to the same double.
std::string spice_number(double value);

/// Netlist text: one call, one element, long ones continued with `+`.
class DeckText {
 public:
  void comment(const std::string& text) { text_ += "* " + text + "\n"; }
  void line(const std::string& text);
  /// An instance of a subcircuit: nodes, its name, parameters.
  void instance(const std::string& name, const std::vector<std::string>& nodes, const std::string& subcircuit,
                const std::vector<std::pair<std::string, double>>& parameters = {});
  /// A voltage source that follows one value per clock cycle: straight lines from edge to edge, or steps
  /// right after each edge, which take a ten-thousandth of a period.
  void source(const std::string& node, const std::vector<double>& values, double volts, Reconstruction how,
              Time period);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// "hidden", 3, "u" -> "hidden_3_u".
std::string node_name(const std::string& array, std::size_t unit, const std::string& signal);
/// "w1", 2, 0 -> "w1_2_0"; column == columns is the bias: "w1_2_bias".
std::string cell_name(const std::string& crossbar, std::size_t row, std::size_t column, std::size_t columns);

/// Header, includes, analysis, measurements and the closing of every deck, around `body`.
std::string framed_deck(const Design& design, const Stimulus& stimulus, const Deck& deck,
                        const std::vector<std::string>& pins, const std::string& body);

/// Learning rate per second: of a cell that takes `rate` times its product in every clock period.
double rate_per_second(const Design& design);

// The two kinds of chips.
Deck array_deck(const Design& design, const Die& die, const Stimulus& stimulus, const DeckOptions& options);
Deck netlist_deck(const Design& design, const Die& die, const Stimulus& stimulus, const DeckOptions& options);

}  // namespace leadlag
