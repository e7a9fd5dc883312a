// SPDX-License-Identifier: Apache-2.0
// Chips whose learning system is drawn as a netlist, as decks: those of deep feedback control.
#include <algorithm>
#include <set>

#include "arrays/circuit.hpp"
#include "blocks/phase_sequencer.hpp"
#include "design/diagnostic.hpp"
#include "spice/deck_text.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

/// Switches of the deck (init, sample, clear) settle this many times within a clock period.
constexpr double switch_speed = 20.0;
/// Right after a line has moved, as a share of the period.
constexpr double just_after = 2e-4;

std::string plain(std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

class NetlistDeck {
 public:
  NetlistDeck(const Design& design, const Die& die, const Stimulus& stimulus)
      : d_(design), die_(die), s_(stimulus), c_(design.circuit()) {
    play_table();
  }

  std::string body() {
    write_pins();
    for (std::size_t c = 0; c < c_.columns.size(); ++c) write_column(c);
    for (const Circuit::Link& l : c_.links) write_current_link(l);
    for (std::size_t k = 0; k < c_.crossbars.size(); ++k) write_crossbar(k);
    list_nodes();
    return t_.text();
  }
  const std::vector<std::string>& pins() const { return pins_; }
  const std::vector<DeckNode>& nodes() const { return nodes_; }
  const std::vector<bool>& counted() const { return counted_; }
  Time fastest() const { return fastest_; }

 private:
  Time period() const { return d_.chip.period(); }
  double unit() const { return d_.full_scale.voltage.si; }
  bool on_die() const { return d_.learning.params.update == UpdateBy::die; }

  /// What the sequencer's lines carry, cycle by cycle.
  void play_table() {
    std::vector<PhaseSequencer::Row> table;
    for (const Circuit::Phase& p : c_.phases) table.push_back({p.cycles, p.inference, p.lines});
    PhaseSequencer::State state;
    for (std::size_t n = 0; n < s_.cycles(); ++n) {
      const auto& row = PhaseSequencer::begin(table, state, s_.learn[n] > 0.0);
      lines_.push_back(row.lines), counted_.push_back(!row.inference);
      PhaseSequencer::advance(table, state);
    }
  }
  std::vector<double> line(std::size_t k, bool learning) const {
    std::vector<double> values;
    for (std::size_t n = 0; n < s_.cycles(); ++n)
      values.push_back(lines_[n][k] * (learning ? s_.learn[n] : 1.0));
    return values;
  }
  bool stores(std::size_t crossbar) const {
    return c_.crossbars[crossbar].plastic && on_die() && c_.crossbars[crossbar].write_line != Circuit::none;
  }
  /// The chip writes at the edge that ends a cycle; the deck in the cycle after it, and empties the stores in
  /// the one after that.
  static std::vector<double> later(const std::vector<double>& values, std::size_t cycles) {
    std::vector<double> moved;
    for (std::size_t n = 0; n < values.size(); ++n) moved.push_back(n < cycles ? 0.0 : values[n - cycles]);
    return moved;
  }
  /// In a netlist cycle n stands from n periods on: the stimulus begins with a cycle, not with an edge.
  void pin(const std::string& node, std::vector<double> values, double volts) {
    values.insert(values.begin(), values.front());
    t_.source(node, values, volts, Reconstruction::hold, period());
    pins_.push_back(node);
  }
  void write_pins() {
    t_.comment("---- pins, and the sequencer's lines");
    const auto column = [](const std::vector<std::vector<double>>& rows, std::size_t k) {
      std::vector<double> values;
      for (const auto& row : rows) values.push_back(row[k]);
      return values;
    };
    for (const Circuit::Column& c : c_.columns) {
      for (std::size_t i = 0; i < c.size && c.pad == Circuit::Pad::x; ++i)
        pin(node_name(c.name, i, "rate"), column(s_.x, c.first + i), unit());
      for (std::size_t i = 0; i < c.size && c.pad == Circuit::Pad::target; ++i)
        pin(node_name(c.name, i, "rate"), column(s_.target, i), unit());
    }
    for (std::size_t k = 0; k < c_.lines.size(); ++k) pin("line_" + c_.lines[k], line(k, false), 1.0);
    std::set<std::string> drawn;
    for (const Circuit::Product& p : c_.products) {
      const std::size_t write = c_.crossbars[p.crossbar].write_line;
      if (!stores(p.crossbar) || !drawn.insert(c_.lines[write]).second) continue;
      pin("write_" + c_.lines[write], later(line(write, true), 1), 1.0);
      pin("clear_" + c_.lines[write], later(line(write, false), 2), 1.0);
    }
    t_.line("Vone one 0 " + spice_number(unit()));
  }

  std::string at(std::size_t column, std::size_t unit, const std::string& signal) const {
    return node_name(plain(c_.columns[column].name), unit, signal);
  }
  /// Node of an output pin: named as the pin without its ending.
  std::string out(Circuit::Signal s, std::size_t unit) const {
    const Circuit::Column& c = c_.columns[s.column];
    if (c.pad == Circuit::Pad::one) return "one";
    if (c.pad != Circuit::Pad::none) return at(s.column, unit, "rate");
    const std::string name = c.kind->outputs()[s.pin].name;
    return at(s.column, unit, name.substr(0, name.size() - 2));
  }
  /// Node of an input pin: a summing node, what is linked to it, its line, or nothing.
  std::string in(std::size_t column, std::size_t pin, std::size_t unit) const {
    const Pin& p = c_.columns[column].kind->inputs()[pin];
    const std::string name = p.name;
    if (p.wire == Wire::current) return at(column, unit, name.substr(0, name.size() - 2));
    const auto to = [&](const Circuit::Signal& s) { return s.column == column && s.pin == pin; };
    for (const Circuit::Control& c : c_.controls) {
      if (to(c.to)) return "line_" + c_.lines[c.line];
    }
    for (const Circuit::Link& l : c_.links) {
      if (to(l.to)) return out(l.from, unit);
    }
    return "0";
  }

  void fastest(Time tau) {
    if (tau.si > 0.0 && (fastest_.si == 0.0 || tau < fastest_)) fastest_ = tau;
  }
  void write_column(std::size_t c) {
    const Circuit::Column& column = c_.columns[c];
    if (!column.kind) return;
    t_.comment("---- " + column.name);
    if (const auto* neurons = dynamic_cast<const CellsOf<CompartmentNeuron>*>(column.kind.get())) {
      for (std::size_t i = 0; i < column.size; ++i) write_neuron(c, i, neurons->params()[i]);
    } else if (const auto* pi = dynamic_cast<const CellsOf<PiController>*>(column.kind.get())) {
      for (std::size_t i = 0; i < column.size; ++i) write_controller(c, i, pi->params()[i]);
    } else if (const auto* hold = dynamic_cast<const CellsOf<SampleHold>*>(column.kind.get())) {
      for (std::size_t i = 0; i < column.size; ++i) {
        t_.instance(at(c, i, "hold"),
                    {in(c, SampleHold::signal, i), in(c, SampleHold::sample, i), at(c, i, "held")},
                    "sample_hold",
                    {{"t_sample", period().si / switch_speed}, {"c", hold->params()[i].capacitance.si}});
      }
    } else {
      write_target(c);
    }
  }
  void write_neuron(std::size_t c, std::size_t i, const CompartmentNeuron::Params& p) {
    fastest(p.tau), fastest(p.tau_apical);
    const double t_init = period().si / switch_speed;
    const std::string curve = "curve_" + std::string(name_of(p.activation)),
                      init = in(c, CompartmentNeuron::init, i);
    std::string apical = at(c, i, "apical");
    if (p.tau_apical > Time{}) {
      // The page's `apical_o` is the compartment, so its summing node takes another name.
      t_.instance(at(c, i, "filter"), {apical, at(c, i, "apical_lagged"), init}, "apical_filter",
                  {{"tau", p.tau_apical.si}, {"t_init", t_init}, {"c", p.capacitance.si}});
      t_.line("G" + at(c, i, "apical") + " 0 " + at(c, i, "apical_soma") + " " + at(c, i, "apical_lagged") +
              " 0 " + spice_number(d_.full_scale.current / d_.full_scale.voltage * Resistance{1.0}));
      apical = at(c, i, "apical_soma");
    }
    t_.instance(at(c, i, "neuron"), {at(c, i, "basal"), apical, init, at(c, i, "soma")}, "compartment_neuron",
                {{"tau", p.tau.si}, {"t_init", t_init}, {"c", p.capacitance.si}});
    t_.instance(at(c, i, "curve"), {at(c, i, "soma"), at(c, i, "rate"), at(c, i, "slope")}, curve);
    t_.instance(at(c, i, "basal_curve"), {at(c, i, "basal"), at(c, i, "basal_rate"), at(c, i, "basal_slope")},
                curve);
    t_.line("E" + at(c, i, "delta") + " " + at(c, i, "delta") + " 0 " + at(c, i, "rate") + " " +
            at(c, i, "basal_rate") + " 1");
  }
  void write_controller(std::size_t c, std::size_t i, const PiController::Params& p) {
    fastest(p.tau_u);
    t_.instance(
        at(c, i, "pi"),
        {in(c, PiController::reference, i), in(c, PiController::output, i), in(c, PiController::error, i),
         in(c, PiController::run, i), at(c, i, "error"), at(c, i, "control"), at(c, i, "integral")},
        "pi_controller",
        {{"tau_u", p.tau_u.si},
         {"alpha", p.alpha},
         {"k_p", p.k_p},
         {"t_clear", period().si / switch_speed},
         {"c", p.capacitance.si}});
  }
  void write_target(std::size_t c) {
    const bool softmax = d_.blocks.target_unit.loss == Loss::cross_entropy;
    const std::string sum = plain(c_.columns[c].name) + "_sum";
    if (softmax) t_.line("R" + sum + " " + sum + " 0 1");
    for (std::size_t i = 0; i < c_.columns[c].size; ++i) {
      std::vector<std::string> nodes{in(c, TargetUnitCells::target, i), in(c, TargetUnitCells::rate, i),
                                     in(c, TargetUnitCells::nudge, i)};
      if (softmax) nodes.insert(nodes.end(), {at(c, i, "share"), sum});
      nodes.push_back(at(c, i, "epsilon"));
      t_.instance(at(c, i, "unit"), nodes, softmax ? "target_unit_softmax" : "target_unit", {{"beta", 1.0}});
    }
  }

  /// Links into summing nodes: a transconductor of one unit of current per unit of voltage.
  void write_current_link(const Circuit::Link& l) {
    const Circuit::Column& to = c_.columns[l.to.column];
    if (to.kind->inputs()[l.to.pin].wire != Wire::current) return;
    for (std::size_t i = 0; i < to.size; ++i) {
      const std::string node = in(l.to.column, l.to.pin, i);
      t_.line("G" + node + "_link 0 " + node + " " + out(l.from, i) + " 0 " +
              spice_number(d_.full_scale.current / d_.full_scale.voltage * Resistance{1.0}));
    }
  }

  void write_crossbar(std::size_t k) {
    const Circuit::Crossbar& x = c_.crossbars[k];
    const bool drawn = x.drawn != Circuit::none;
    const auto weights = drawn ? die_.weights[x.drawn] : x.initial(die_.weights);
    const auto biases = drawn ? die_.biases[x.drawn] : std::vector<double>(x.bias ? x.rows : 0, 0.0);
    const std::string name = plain(x.name);
    const bool plastic = stores(k);
    t_.comment("---- " + x.name);
    for (std::size_t i = 0; i < x.rows; ++i) {
      for (std::size_t j = 0; j < x.columns + (x.bias ? 1 : 0); ++j) {
        const bool bias = j == x.columns;
        const double weight = bias ? biases[i] : weights[i * x.columns + j];
        const std::string cell = cell_name(name, i, j, x.columns);
        std::size_t reads = 0;
        for (const Circuit::Read& r : c_.reads) {
          if (r.crossbar != k || (bias && !r.bias)) continue;
          const std::size_t row = r.transposed ? j : i, column = r.transposed ? i : j;
          const std::string from = bias ? "one" : out(r.from, column), to = in(r.to.column, r.to.pin, row);
          const std::string element = cell + "_" + std::to_string(reads++);
          // A read's gain belongs to the amplifier behind its column; fixed weights take it with them.
          if (plastic) {
            t_.instance(element, {cell, from, to}, "synapse_forward");
          } else {
            t_.instance(element, {from, to}, "synapse_fixed_forward", {{"w", weight * r.gain}});
          }
        }
        if (plastic) write_cell(k, i, j, cell, weight, bias);
      }
    }
  }
  void write_cell(std::size_t k, std::size_t i, std::size_t j, const std::string& cell, double weight,
                  bool bias) {
    const Circuit::Crossbar& x = c_.crossbars[k];
    for (const Circuit::Product& p : c_.products) {
      if (p.crossbar != k) continue;
      t_.instance(cell + "_cell",
                  {out(p.post, i), bias ? "one" : out(p.pre, j), "line_" + c_.lines[p.line],
                   "write_" + c_.lines[x.write_line], "clear_" + c_.lines[x.write_line], cell},
                  "plasticity_store",
                  {{"eta", rate_per_second(d_) * x.rate * p.sign},
                   {"w0", weight},
                   {"period", period().si},
                   {"t_clear", period().si / switch_speed}});
    }
    if (bias) return;
    nodes_.push_back({cell, x.name + "[" + std::to_string(i) + "," + std::to_string(j) + "].weight", "weight",
                      true, x.drawn, i * x.columns + j, 1.0, 2.0 * period(), true});
  }

  void list_nodes() {
    std::vector<DeckNode> signals;
    for (const auto& [key, signal] : c_.probes) {
      const Circuit::Column& column = c_.columns[signal.column];
      if (column.pad != Circuit::Pad::none) continue;
      const auto array = std::find_if(d_.arrays.begin(), d_.arrays.end(),
                                      [&, name = key.first](const ArrayDesign& a) { return a.name == name; });
      for (std::size_t i = 0; i < column.size; ++i) {
        signals.push_back({out(signal, i), key.first + "[" + std::to_string(i) + "]." + key.second,
                           key.second, false, static_cast<std::size_t>(array - d_.arrays.begin()), i, unit(),
                           just_after * period(), false});
      }
    }
    nodes_.insert(nodes_.begin(), signals.begin(), signals.end());
  }

  const Design& d_;
  const Die& die_;
  const Stimulus& s_;
  Circuit c_;
  DeckText t_;
  std::vector<std::vector<double>> lines_;
  std::vector<bool> counted_;
  std::vector<std::string> pins_;
  std::vector<DeckNode> nodes_;
  Time fastest_{};
};

std::string readme(const Design& d, const Stimulus& s, const Deck& deck) {
  return "# " + d.chip.name + " as a SPICE deck\n\nWritten by `leadlag export spice` from " + d.file +
         " (hash " + d.hash +
         "). Run it in this folder: `ngspice -b deck.cir` prints the measurements and writes "
         "`deck.raw`.\n\n" +
         "Stimulus: " + s.name + "; " + std::to_string(s.cycles()) + " clock periods of " +
         to_text(d.chip.period()) + ". Longest step of the solver: " + to_text(deck.step) +
         ". Level: behavioural, the equations of the blocks as sources.\n\n"
         "The sequencer's lines are sources (`line_NAME`); everything else is continuous. Where a clocked "
         "chip takes "
         "a cycle per layer to settle (`init`), the deck takes a twentieth of a cycle in all. Each "
         "plasticity cell collects its products on a store; the chip writes them to the weight at the edge "
         "that ends a phase, the deck in the clock period after it.\n\n"
         "| node of unit I | signal | 1 V is |\n|---|---|---|\n"
         "| `ARRAY_I_rate`, `target_I_rate` | rate; of input drivers and target the pin | 1 / " +
         to_text(d.full_scale.voltage) +
         " units |\n"
         "| `ARRAY_I_basal`, `ARRAY_I_apical` | compartments: sums of currents | as above |\n"
         "| `ARRAY_I_soma`, `ARRAY_I_delta` | soma; phi(soma) - phi(basal) | as above |\n"
         "| `OUTPUT_controller_I_error`, `_control`, `_integral` | controller | as above |\n"
         "| `OUTPUT_hold_I_held`, `OUTPUT_target_I_epsilon` | free output; nudge | as above |\n"
         "| `CROSSBAR_ROW_COLUMN` | plastic weight | 1 unit |\n"
         "| `line_NAME`, `write_NAME`, `clear_NAME` | lines of the sequencer; when weights are written, when "
         "stores are emptied | 1 |\n";
}

}  // namespace

Deck netlist_deck(const Design& design, const Die& die, const Stimulus& stimulus,
                  const DeckOptions& options) {
  Deck deck;
  deck.files = {"options.lib", "behavioural.lib"};
  NetlistDeck writer(design, die, stimulus);
  const std::string body = writer.body();
  deck.nodes = writer.nodes(), deck.counted = writer.counted();
  const Time period = design.chip.period();
  deck.duration = static_cast<double>(stimulus.cycles()) * period;
  deck.step = options.step.value_or(std::min(0.5 * period, 0.01 * writer.fastest()));
  deck.text = framed_deck(design, stimulus, deck, writer.pins(), body);
  deck.readme = readme(design, stimulus, deck);
  return deck;
}

}  // namespace leadlag
