// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "blocks/cell.hpp"
#include "blocks/weight_register.hpp"

namespace leadlag {

/// The netlist of a learning chip: columns of equal blocks, crossbars between them, the sequencer's table.
/// A learning system is a function that draws one; both details are elaborated from it, and bill, timing and
/// energy are read from it. No physics of its own.
///
/// A cycle: outputs that show states are known; wires and the outputs that follow them settle in signal
/// order (a loop without a state in it is a mistake of the template); plasticity cells take their products;
/// the clock edge at the end of the cycle moves the states.
struct Circuit {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// An output pin of a column, or an input pin.
  struct Signal {
    std::size_t column = none, pin = 0;
  };
  enum class Pad { none, x, target, one };
  struct Column {
    std::string name;  ///< "hidden", "hidden.error": in reports and module names
    std::size_t size = 0;
    std::shared_ptr<const CellKind> kind;  ///< null for pads, whose one output (pin 0) is the pad
    Pad pad = Pad::none;                   ///< one: the full-scale reference
    std::size_t first = 0;                 ///< Pad::x: first of the chip's input pins
  };
  struct Crossbar {
    std::string name;
    std::size_t rows = 0, columns = 0;
    bool bias = false, plastic = false;
    std::size_t tile_rows = 0, tile_columns = 0;
    std::size_t drawn = none;  ///< index into the blueprint's crossbars; none: the system added it
    /// Initial weights of an added crossbar, row-major, from those of the drawn ones.
    std::function<std::vector<double>(const std::vector<std::vector<double>>& drawn)> initial;
    std::size_t write_line = none;  ///< while it is not 0 the cells write: w += eta rate store - decay w
    double rate = 1.0;              ///< learning rate relative to the chip's
    double decay = 0.0;
    bool on_die = false;    ///< its cells write their own weights even with update: host
    bool contrast = false;  ///< its cells are contrast cells: they take products of two phases
    WeightRange range{};    ///< of weights and biases
    /// Its crosspoints are conductances between these two wires (a row's and a column's) and dissipate
    /// w (row - column)^2; left out: they are transconductors.
    Signal row{}, column{};
    bool conducts() const { return row.column != none; }
  };
  /// Current into a pin: to += gain (W from + b), without b if the read leaves the bias row off, or gain
  /// W^T from when transposed.
  struct Read {
    std::size_t crossbar;
    bool transposed = false;
    Signal from, to;
    double gain = 1.0;
    bool bias = true;
  };
  /// One wire per unit. Into a voltage pin it is the only one; into a current pin it adds.
  struct Link {
    Signal from, to;
  };
  /// A line of the sequencer drives a line pin of a whole column.
  struct Control {
    std::size_t line;
    Signal to;
  };
  /// Plasticity: while `line` is not 0 and the chip learns, each cell adds line x sign x post x pre to its
  /// store; pre of the bias is `bias`.
  struct Product {
    std::size_t crossbar;
    Signal post, pre;
    double sign = 1.0;
    std::size_t line = 0;
    double bias = 1.0;
  };
  /// A row of the sequencer's table.
  struct Phase {
    std::string name;
    std::int64_t cycles = 1;
    std::vector<double> lines;  ///< by line
    bool inference = false;     ///< also played when the chip does not learn
  };

  std::vector<Column> columns;
  std::vector<Crossbar> crossbars;
  std::vector<Read> reads;
  std::vector<Link> links;
  std::vector<Control> controls;
  std::vector<Product> products;
  std::vector<std::string> lines;
  std::vector<Phase> phases;
  /// Lines that the sequencer turns round (times -1) in a sample or not, by a coin tossed for each sample.
  std::vector<std::size_t> coin_lines;
  Signal output;  ///< what the readout converts, at the end of the last phase of inference
  /// Signals by array and name, for probes and traces: {"hidden", "error"}.
  std::map<std::pair<std::string, std::string>, Signal> probes;

  // What templates write with.
  template <class B>
  std::size_t add(std::string name, std::vector<typename B::Params> params) {
    return add_kind(std::move(name), std::make_shared<CellsOf<B>>(std::move(params)));
  }
  std::size_t add_kind(std::string name, std::shared_ptr<const CellKind> kind) {
    const std::size_t size = kind->size();
    columns.push_back({std::move(name), size, std::move(kind), Pad::none, 0});
    return columns.size() - 1;
  }
  std::size_t add_line(std::string name) {
    lines.push_back(std::move(name));
    return lines.size() - 1;
  }
  /// `values`: the lines that are not 0.
  void add_phase(std::string name, std::int64_t cycles, bool inference,
                 const std::vector<std::pair<std::size_t, double>>& values) {
    Phase phase{std::move(name), cycles, std::vector<double>(lines.size(), 0.0), inference};
    for (const auto& [line, value] : values) phase.lines[line] = value;
    if (cycles > 0) phases.push_back(std::move(phase));
  }
  void read(std::size_t crossbar, Signal from, Signal to, double gain = 1.0, bool bias = true) {
    reads.push_back({crossbar, false, from, to, gain, bias});
  }
  void read_transposed(std::size_t crossbar, Signal from, Signal to, double gain = 1.0) {
    reads.push_back({crossbar, true, from, to, gain, false});
  }
  void link(Signal from, Signal to) { links.push_back({from, to}); }
  void control(std::size_t line, Signal to) { controls.push_back({line, to}); }

  std::int64_t cycles(bool inference) const {
    std::int64_t n = 0;
    for (const Phase& p : phases) n += !inference || p.inference ? p.cycles : 0;
    return n;
  }
};

/// The order in which a cycle's combinational work is done. Steps name what becomes known.
struct CircuitStep {
  enum class Kind { read, link, follow } kind;
  std::size_t index;  ///< into reads, links, columns
};
/// Throws std::logic_error that names the signals for a loop without a state, and for a pin that nothing or
/// more than one wire drives: mistakes of a template, not of a blueprint.
std::vector<CircuitStep> signal_order(const Circuit& circuit);

}  // namespace leadlag
