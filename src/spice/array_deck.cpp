// SPDX-License-Identifier: Apache-2.0
// Chips of prospective neurons (none, LE, GLE) as decks: one instance per block.
#include <algorithm>
#include <optional>
#include <sstream>

#include "spice/deck_text.hpp"
#include "spice/mismatch.hpp"
#include "units/text.hpp"

namespace leadlag {
namespace {

// Where transistor.lib has its signals and weights, V.
constexpr double common_mode = 1.0, weight_level = 0.8, weight_volts = 0.2;

/// Of a weight that stays as it is there is no node, and of a pin that no one reads no wire.
class ArrayDeck {
 public:
  ArrayDeck(const Design& design, const Die& die, const Stimulus& stimulus, const DeckOptions& options)
      : d_(design),
        die_(die),
        s_(stimulus),
        transistors_(options.level == SpiceLevel::transistor),
        options_(options) {
    if (options.mismatch) mismatch_.emplace(options.mismatch->library, options.mismatch->seed);
  }

  std::string body() {
    write_pins();
    for (std::size_t a = 0; a < d_.arrays.size(); ++a) {
      if (d_.arrays[a].is_low_pass()) write_low_passes(a);
      if (d_.arrays[a].is_neuron()) write_neurons(a);
    }
    if (has_target()) write_target();
    for (std::size_t c = 0; c < d_.crossbars.size(); ++c) write_crossbar(c);
    return t_.text();
  }
  const std::vector<std::string>& pins() const { return pins_; }
  const std::vector<DeckNode>& nodes() const { return nodes_; }
  Time fastest() const { return fastest_; }
  Power power() const { return power_; }

 private:
  bool learns() const { return d_.learning.params.system != System::none; }
  ErrorPath path() const { return d_.learning.params.errors; }
  bool has_target() const { return learns() && path() != ErrorPath::open; }
  /// The array whose error units hear of a crossbar's errors: the transposed read bypasses low-passes.
  std::size_t source_of(std::size_t crossbar) const {
    const std::size_t from = d_.crossbars[crossbar].from;
    return d_.arrays[from].is_low_pass() ? d_.arrays[from].source : from;
  }
  bool sends_back(std::size_t crossbar) const {
    return learns() && (path() == ErrorPath::prospective || path() == ErrorPath::instantaneous) &&
           d_.arrays[source_of(crossbar)].is_neuron();
  }
  /// Transistors have poles of their own.
  bool poles() const { return d_.chip.loops == Loops::parasitic_pole && !transistors_; }
  std::string kind(const std::string& block) const { return transistors_ ? block + "_t" : block; }
  using Parameters = std::vector<std::pair<std::string, double>>;
  /// A block at either level: its transistors also need bias currents, and draw them.
  void block(const std::string& name, const std::vector<std::string>& nodes, const std::string& subcircuit,
             Parameters parameters, const Parameters& biases) {
    if (transistors_) parameters.insert(parameters.end(), biases.begin(), biases.end());
    std::string what = kind(subcircuit);
    if (transistors_ && mismatch_ && options_.mismatch->covers(stem_of(subcircuit))) {
      std::istringstream own(mismatch_->copy(what, name));
      for (std::string line; std::getline(own, line);) t_.line(line);
      what = Mismatch::name_of_copy(what, name);
    }
    t_.instance(name, nodes, what, parameters);
  }
  /// "synapse_fixed_forward" -> "synapse".
  static std::string_view stem_of(const std::string& subcircuit) {
    if (subcircuit.starts_with("curve_")) return "activation";
    for (const std::string_view block : mismatched_blocks) {
      if (subcircuit.starts_with(block)) return block;
    }
    return subcircuit;
  }
  /// `ideal`: what the Datasheet counts of it and the deck has as ideal sources, or not at all.
  void count(const Datasheet& sheet, Current ideal = {}) {
    power_ = power_ + d_.technology.v_dd * (sheet.static_current - ideal);
  }
  /// Where a capacitor inside a block stands at the beginning.
  void begin(const std::string& instance, const std::string& node, double volts) {
    if (transistors_) t_.line(".ic v(x" + instance + "." + node + ")=" + spice_number(volts));
  }
  void fastest(Time tau) {
    if (tau.si > 0.0 && (fastest_.si == 0.0 || tau < fastest_)) fastest_ = tau;
  }
  std::string at(std::size_t array, std::size_t unit, const std::string& signal) const {
    return node_name(d_.arrays[array].name, unit, signal);
  }
  void seen(std::size_t array, std::size_t unit, const std::string& node, const std::string& signal) {
    nodes_.push_back({at(array, unit, node),
                      d_.arrays[array].name + "[" + std::to_string(unit) + "]." + signal,
                      signal,
                      false,
                      array,
                      unit,
                      d_.full_scale.voltage.si,
                      {},
                      true});
  }
  std::vector<double> column(const std::vector<std::vector<double>>& rows, std::size_t pin) const {
    std::vector<double> values;
    for (const auto& row : rows) values.push_back(row[pin]);
    return values;
  }
  void pin(const std::string& node, const std::vector<double>& values, double volts, Reconstruction how) {
    t_.source(node, values, volts, how, d_.chip.period());
    pins_.push_back(node);
  }

  void write_pins() {
    t_.comment("---- pins");
    const double unit = d_.full_scale.voltage.si;
    std::size_t k = 0;
    for (std::size_t a = 0; a < d_.arrays.size(); ++a) {
      if (!d_.arrays[a].is_input()) continue;
      const auto& drivers = std::get<0>(d_.arrays[a].blocks);
      for (std::size_t i = 0; i < d_.arrays[a].size; ++i)
        pin(at(a, i, "r"), column(s_.x, k++), unit, drivers[i].reconstruction);
    }
    if (has_target()) {
      const std::size_t out = d_.learning.output;
      for (std::size_t i = 0; i < d_.outputs(); ++i)
        pin(at(out, i, "t"), column(s_.target, i), unit, d_.blocks.target_unit.reconstruction);
      pin("target_on", s_.target_on, 1.0, Reconstruction::hold);
    }
    if (learns()) pin("learn", s_.learn, 1.0, Reconstruction::hold);
    t_.line("Vone one 0 " + spice_number(unit));
    write_phase();
  }

  /// What turns the plasticity cells' offset round from one clock period to the next, or the quarter of every
  /// eighth period in which they zero.
  void write_phase() {
    const OffsetRemoval removal = d_.blocks.plasticity_cell.offset_removal;
    if (!transistors_ || removal == OffsetRemoval::none) return;
    const double period = d_.chip.period().si, edge = 0.01 * period;
    const bool chopped = removal == OffsetRemoval::chopped;
    const double high = chopped ? period : 6.0 * period, repeats = chopped ? 2.0 * period : 8.0 * period;
    t_.line("Vphase phase 0 PULSE(" + std::string(chopped ? "-1" : "0") + " 1 0 " + spice_number(edge) + " " +
            spice_number(edge) + " " + spice_number(high - edge) + " " + spice_number(repeats) + ")");
  }

  void write_low_passes(std::size_t a) {
    const ArrayDesign& array = d_.arrays[a];
    t_.comment("---- " + array.name);
    for (std::size_t i = 0; i < array.size; ++i) {
      const auto& p = die_.low_passes[a][i];
      fastest(p.tau_s);
      t_.instance(at(a, i, "filter"), {at(array.source, i, "r"), at(a, i, "r")}, "synaptic_low_pass",
                  {{"tau_s", p.tau_s.si}, {"c", p.capacitance.si}});
      seen(a, i, "r", "rate");
    }
  }

  void write_pole(std::size_t a, std::size_t i, const std::string& from, const std::string& to,
                  Current adder) {
    const Time tau = parasitic_pole(d_.technology, adder);
    fastest(tau);
    t_.instance(at(a, i, to + "_pole"), {at(a, i, from), at(a, i, to)}, "parasitic_pole",
                {{"tau_p", tau.si}, {"c", d_.technology.parasitic_capacitance.si}});
  }

  void write_neurons(std::size_t a) {
    const ArrayDesign& array = d_.arrays[a];
    t_.comment("---- " + array.name);
    for (std::size_t i = 0; i < array.size; ++i) {
      const auto& p = die_.neurons[a][i];
      fastest(p.tau_m), fastest(p.tau_r);
      const std::string lead = poles() ? "uh_ideal" : "uh";
      block(at(a, i, "neuron"),
            {at(a, i, "drive"), learns() ? at(a, i, "e") : "0", at(a, i, "s"), at(a, i, lead), at(a, i, "u")},
            "prospective_neuron",
            {{"tau_m", p.tau_m.si},
             {"tau_r", p.tau_r.si},
             {"gamma", learns() ? p.nudging : 0.0},
             {"c", p.membrane_capacitance.si}},
            {{"i_lag", bias_for(d_.technology, p.membrane_capacitance, p.tau_m).si},
             {"i_adder", p.adder_bias.si}});
      begin(at(a, i, "neuron"), "x2.xt", common_mode);
      const bool curve = p.activation == Activation::tanh;
      count(ProspectiveNeuron::datasheet(p, d_.technology, d_.operating_point()),
            curve ? Current{} : d_.technology.supply_curve * p.adder_bias);
      if (poles()) write_pole(a, i, lead, "uh", p.adder_bias);
      write_curve(a, i, p);
      seen(a, i, "u", "membrane"), seen(a, i, "r", "rate");
      if (learns()) write_error_unit(a, i);
    }
  }

  /// The one curve with a transistor circuit is tanh; a linear neuron is its adder.
  void write_curve(std::size_t a, std::size_t i, const ProspectiveNeuron::Params& p) {
    const std::vector<std::string> nodes{at(a, i, "uh"), at(a, i, "r"), at(a, i, "slope")};
    const std::string curve = "curve_" + std::string(name_of(p.activation));
    if (p.activation == Activation::tanh) {
      block(at(a, i, "curve"), nodes, curve, {}, {{"i", p.adder_bias.si}});
      if (!transistors_) return;
      seen(a, i, "slope", "slope");
      nodes_.back().volts = 1.0;
      return;
    }
    t_.instance(at(a, i, "curve"), nodes, curve);
  }

  void write_error_unit(std::size_t a, std::size_t i) {
    const auto& p = die_.error_units[a][i];
    const bool wire = path() == ErrorPath::instantaneous;
    const bool pole = poles() && !wire;
    const bool target = has_target() && a == d_.learning.output;
    const std::string out = pole ? "e_ideal" : "e";
    const std::vector<std::string> nodes{at(a, i, "slope"), at(a, i, "back"), target ? at(a, i, "eps") : "0",
                                         at(a, i, "a"),     at(a, i, out),    at(a, i, "v")};
    if (wire) {
      t_.instance(at(a, i, "error"), nodes, "error_wire");
    } else {
      fastest(p.tau_m), fastest(p.tau_r);
      block(at(a, i, "error"), nodes, "error_unit",
            {{"tau_m", p.tau_m.si}, {"tau_r", p.tau_r.si}, {"c", p.capacitance.si}},
            {{"i_lag", bias_for(d_.technology, p.capacitance, p.tau_r).si}, {"i_adder", p.adder_bias.si}});
      begin(at(a, i, "error"), "x2.xt", common_mode);
      count(ErrorUnit::datasheet(p, d_.technology, d_.operating_point()), 2.0 * p.adder_bias);  // its gate
    }
    if (pole) write_pole(a, i, out, "e", p.adder_bias);
    seen(a, i, "e", "error");
  }

  void write_target() {
    const std::size_t out = d_.learning.output;
    const auto& p = d_.blocks.target_unit;
    t_.comment("---- target unit");
    if (p.loss == Loss::cross_entropy) t_.line("Rtarget_sum target_sum 0 1");
    for (std::size_t i = 0; i < d_.outputs(); ++i) {
      if (p.loss == Loss::mse) {
        t_.instance(at(out, i, "target"), {at(out, i, "t"), at(out, i, "r"), "target_on", at(out, i, "eps")},
                    "target_unit", {{"beta", p.beta}});
      } else {
        t_.instance(at(out, i, "target"),
                    {at(out, i, "t"), at(out, i, "r"), "target_on", at(out, i, "share"), "target_sum",
                     at(out, i, "eps")},
                    "target_unit_softmax", {{"beta", p.beta}});
      }
    }
  }

  void write_crossbar(std::size_t c) {
    const CrossbarDesign& x = d_.crossbars[c];
    const std::size_t rows = d_.arrays[x.to].size, columns = d_.arrays[x.from].size;
    const bool plastic =
        learns() && d_.learning.params.update == UpdateBy::die && d_.is_plastic(Plastic::Kind::weights, c);
    t_.comment("---- " + x.name);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns + (x.bias ? 1 : 0); ++j) {
        const bool bias = j == columns;
        write_synapse(c, i, j, bias ? die_.biases[c][i] : die_.weights[c][i * columns + j], plastic, bias);
      }
    }
  }

  void write_synapse(std::size_t c, std::size_t i, std::size_t j, double weight, bool plastic, bool bias) {
    const CrossbarDesign& x = d_.crossbars[c];
    const std::size_t columns = d_.arrays[x.from].size;
    const std::string cell = cell_name(x.name, i, j, columns);
    const std::string rate = bias ? "one" : at(x.from, j, "r");
    const bool back = !bias && sends_back(c);
    std::vector<std::string> nodes{rate, at(x.to, i, "drive")};
    if (back) nodes = {rate, at(x.to, i, "e"), at(x.to, i, "drive"), at(source_of(c), j, "back")};
    const std::string direction = back ? "" : "_forward";
    const Parameters biased{{"i", d_.blocks.synapse.bias.si}};
    const Current one_read = d_.technology.supply_multiplier * d_.blocks.synapse.bias;
    count(Synapse::datasheet(d_.blocks.synapse, d_.technology, d_.operating_point()),
          back ? Current{} : one_read);
    if (!plastic) return block(cell, nodes, "synapse_fixed" + direction, {{"w", weight}}, biased);
    nodes.insert(nodes.begin(), cell);
    block(cell, nodes, "synapse" + direction, {}, biased);
    const OffsetRemoval removal =
        transistors_ ? d_.blocks.plasticity_cell.offset_removal : OffsetRemoval::none;
    std::vector<std::string> pins{at(x.to, i, "e"), rate, "learn", cell};
    if (removal != OffsetRemoval::none) pins.emplace_back("phase");
    block(cell + "_cell", pins,
          "plasticity_cell" + (removal == OffsetRemoval::none ? "" : "_" + std::string(name_of(removal))),
          {{"eta", rate_per_second(d_)}, {"w0", weight}}, {{"i", d_.blocks.plasticity_cell.bias.si}});
    begin(cell + "_cell", "wn", weight_level + weight_volts * weight);
    count(PlasticityCell::datasheet(d_.blocks.plasticity_cell, d_.technology, d_.operating_point(),
                                    UpdateBy::die));
    if (bias) return;  // of biases the simulator's probes do not speak
    nodes_.push_back({cell,
                      x.name + "[" + std::to_string(i) + "," + std::to_string(j) + "].weight",
                      "weight",
                      true,
                      c,
                      i * columns + j,
                      1.0,
                      {},
                      true});
  }

  const Design& d_;
  const Die& die_;
  const Stimulus& s_;
  bool transistors_;
  const DeckOptions& options_;
  std::optional<Mismatch> mismatch_;
  Power power_{};
  DeckText t_;
  std::vector<std::string> pins_;
  std::vector<DeckNode> nodes_;
  Time fastest_{};
};

std::string level_text(const Deck& deck) {
  if (deck.level == SpiceLevel::behavioural)
    return "The equations of the blocks as sources: it tests how they are integrated, not what transistors "
           "do.";
  return "Neurons, error units, tanh curves, synapses and plasticity cells are transistors (" +
         (deck.models.empty() ? std::string("card018.lib") : deck.models) +
         "), at the bias currents of the blueprint; level shifters, sums of currents, the gate of the error "
         "unit, curves "
         "other than tanh and the target unit are ideal sources. It tests the physics. On the die signals "
         "stand around "
         "1 V, weights around 0.8 V at 0.2 V per unit; the nodes below are shifted to 0.";
}

std::string readme(const Design& d, const Stimulus& s, const Deck& deck) {
  const std::string unit = to_text(d.full_scale.voltage);
  return "# " + d.chip.name + " as a SPICE deck\n\nWritten by `leadlag export spice` from " + d.file +
         " (hash " + d.hash +
         "). Run it in this folder: `ngspice -b deck.cir` prints the measurements and writes "
         "`deck.raw`.\n\n" +
         "Stimulus: " + s.name + "; " + std::to_string(s.cycles()) + " clock periods of " +
         to_text(d.chip.period()) + ". Longest step of the solver: " + to_text(deck.step) +
         ". Level: " + std::string(name_of(deck.level)) + ". " + level_text(deck) +
         "\n\n"
         "The deck has no clock: every block is continuous, weights included. A plasticity cell integrates "
         "dw/dt "
         "= eta e r with eta = " +
         shortest(rate_per_second(d)) + " per second (learning.rate in every clock period)" +
         (d.learning.params.update == UpdateBy::host
              ? "; here a host would write weights, so they stay as they are"
              : "") +
         ".\n\n| node of unit I | signal | 1 V is |\n|---|---|---|\n"
         "| `ARRAY_I_r` | rate; of input drivers the pin | 1 / " +
         unit +
         " units |\n"
         "| `ARRAY_I_drive` | sum of the synapses' currents into " +
         to_text(d.full_scale.voltage / d.full_scale.current) +
         " | as above |\n"
         "| `ARRAY_I_s` | drive plus nudging | as above |\n"
         "| `ARRAY_I_u`, `ARRAY_I_uh` | membrane, prospective voltage (`uh_ideal`: before the parasitic "
         "pole) | as above |\n"
         "| `ARRAY_I_slope` | slope of the curve | 1 |\n"
         "| `ARRAY_I_back`, `ARRAY_I_a`, `ARRAY_I_v`, `ARRAY_I_e` | error unit: sum of the transposed reads, "
         "gated, lagged, error | as `ARRAY_I_r` |\n"
         "| `ARRAY_I_t`, `ARRAY_I_eps` | target, its difference from the rate (times beta) | as above |\n"
         "| `CROSSBAR_ROW_COLUMN`, `CROSSBAR_ROW_bias` | plastic weight; rows are postsynaptic | 1 unit |\n"
         "| `target_on`, `learn` | 1 V: the target drives; plasticity is on | 1 |\n"
         "| `one` | what bias synapses see: a rate of 1 | as `ARRAY_I_r` |\n";
}

}  // namespace

Deck array_deck(const Design& design, const Die& die, const Stimulus& stimulus, const DeckOptions& options) {
  Deck deck;
  deck.files = {"options.lib", "behavioural.lib"};
  deck.level = options.level, deck.supply = design.technology.v_dd;
  if (options.level == SpiceLevel::transistor) {
    deck.files.emplace_back("transistor.lib");
    if (options.models.empty()) deck.files.emplace_back("card018.lib");
    deck.models = options.models;
  }
  if (options.mismatch) deck.a_vt = design.technology.a_vt;
  ArrayDeck writer(design, die, stimulus, options);
  const std::string body = writer.body();
  deck.nodes = writer.nodes(), deck.datasheet_power = writer.power();
  const Time period = design.chip.period();
  deck.duration = static_cast<double>(stimulus.cycles() - 1) * period;
  deck.step = options.step.value_or(std::min(0.5 * period, 0.01 * writer.fastest()));
  deck.text = framed_deck(design, stimulus, deck, writer.pins(), body);
  deck.readme = readme(design, stimulus, deck);
  return deck;
}

}  // namespace leadlag
